"""Secrets that are made once and kept in the data directory, for this user alone."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from states.errors import SettingsError
from states.vocabulary import Role

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings
    from handover.people.codes import CodeMaker
    from policy.loader import LoadedPolicy
    from proof.heads import Signer

KEY_FILE = "verification.key"
TOKEN_FILE = "admin.token"
LOG_KEY_FILE = "log.key"


def build_codes(settings: Settings) -> CodeMaker:
    """What makes one-time codes: with the key of the settings, or with one that is made once and kept in data_dir."""
    from handover.people.codes import CodeMaker

    given, path = settings.verification.key, settings.data_dir / KEY_FILE
    if given:
        return CodeMaker(given.get_secret_value().encode())
    return CodeMaker(_kept(path, secrets.token_bytes(32), "key of one-time codes", "set HANDRAIL_VERIFICATION__KEY"))


def build_signer(settings: Settings) -> Signer:
    """What signs the heads of the log: with the key of the settings, or with one made once and kept in data_dir."""
    from app.settings import original_key
    from proof.heads import KEY, Signer

    given, path = settings.log.key, settings.data_dir / LOG_KEY_FILE
    if given is not None:
        return Signer(original_key(given.get_secret_value()))
    found = _kept(path, secrets.token_bytes(KEY), "key of the log", "set HANDRAIL_LOG__KEY")
    if len(found) != KEY:
        raise SettingsError(f"the key of the log in {str(path)!r} is not {KEY} bytes; put the right file back")
    return Signer(found)


def with_admin_token(settings: Settings, policy: LoadedPolicy) -> Settings:
    """The settings with one token for an admin, where they have none: made once, and kept in data_dir."""
    from app.settings import MIN_TOKEN

    if settings.tokens or settings.demo_mode:
        return settings
    path = settings.data_dir / TOKEN_FILE
    token = _kept(path, secrets.token_urlsafe(32).encode(), "token of the admin", "set [tokens]").decode().strip()
    if len(token) < MIN_TOKEN:
        raise SettingsError(f"the token in {str(path)!r} is too short; remove the file and start again")
    name = next(iter(policy.policy.roles.get(Role.ADMIN, ())), Role.ADMIN.value)
    return settings.model_copy(update={"tokens": {token: f"{Role.ADMIN.value}/{name}"}})


def _kept(path: Path, new: bytes, what: str, remedy: str) -> bytes:
    """What the file holds; `new`, kept now for this user alone, if there is none."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Linked when it is whole: of two processes that start at once the first makes the secret of both.
            made = path.with_suffix(f".{secrets.token_hex(4)}")
            made.touch(mode=0o600)
            made.write_bytes(new)
            with suppress(FileExistsError):
                path.hardlink_to(made)
            made.unlink()
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the {what} cannot be kept in {str(path)!r} ({error.strerror}); make data_dir writable or {remedy}"
        ) from None
