"""The key of originals: from the environment or from a private file, and nowhere made by itself.

A key that is made beside the database would be lost or copied with it, and another machine would make another one.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from states.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings
    from policy.loader import LoadedPolicy
    from service.originals import Seal

_MAX_FILE = 4096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def build_seal(settings: Settings) -> Seal | None:
    """What seals originals; None where no key is set. SettingsError for a file that is no key, or not private."""
    from app.settings import original_key
    from service.originals import Seal

    given, path = settings.originals.key, settings.originals.key_file
    if given is not None:
        return Seal(original_key(given.get_secret_value()))
    if path is None:
        return None
    try:
        return Seal(original_key(_private(path)))
    except ValueError as error:
        raise SettingsError(f"originals.key_file {str(path)!r}: {error}") from None


def require_key(settings: Settings, policy: LoadedPolicy) -> None:
    """SettingsError where the policy keeps originals and no key is set: none would be kept, and nobody would know."""
    unset = settings.originals.key is None and settings.originals.key_file is None
    if policy.policy.privacy.keep_originals.kinds and unset:
        raise SettingsError(
            f"policy {policy.policy.name!r} keeps originals of masks and no key is set; set originals.key_file or "
            "HANDRAIL_ORIGINALS__KEY, or take privacy.keep_originals out of the policy"
        )


def _private(path: Path) -> str:
    """What a file says that nobody but its owner may read; it is looked at as it is opened."""
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise SettingsError(f"originals.key_file {str(path)!r} is no file; name one")
            if mode & _OTHERS:
                raise SettingsError(
                    f"originals.key_file {str(path)!r} may be read by others; make it private: chmod 600 {path}"
                )
            return opened.read(_MAX_FILE).decode("ascii", "replace")
    except OSError as error:
        raise SettingsError(f"originals.key_file {str(path)!r} cannot be read ({error.strerror})") from None
