"""The files of a shipped encoder, each pinned by its SHA-256: a file that differs is not loaded.

`manifest.json` is made with the files and checked in; the fingerprint of the whole is the digest of the manifest. What
decides is thereby named in the record, and a file that was exchanged or cut short cannot decide anything.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from states.errors import SettingsError

SHIPPED = Path(__file__).parent / "artefact"
MULTILINGUAL = Path(__file__).parent / "multilingual"
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """A folder of pinned files."""

    folder: Path
    files: dict[str, str]
    """File name → SHA-256, hexadecimal."""
    fingerprint: str

    @classmethod
    def open(cls, folder: Path = SHIPPED) -> Artefact:
        """The artefact of a folder; SettingsError where its manifest is missing or is none."""
        try:
            listed = (folder / MANIFEST).read_bytes()
            files = json.loads(listed)["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"{str(folder / MANIFEST)!r} cannot be read ({type(error).__name__})") from error
        return cls(folder=folder, files=files, fingerprint=hashlib.sha256(listed).hexdigest()[:16])

    def read(self, name: str) -> bytes:
        """The bytes of a file; SettingsError where it is missing or is not what was pinned."""
        wanted = self.files.get(name)
        try:
            found = (self.folder / name).read_bytes()
        except OSError as error:
            raise SettingsError(f"{str(self.folder / name)!r} cannot be read; install the package anew") from error
        if wanted is None or hashlib.sha256(found).hexdigest() != wanted:
            raise SettingsError(
                f"{str(self.folder / name)!r} is not the file that was pinned; install the package anew"
            )
        return found


def pin(folder: Path, names: tuple[str, ...]) -> Artefact:
    """Writes the manifest of these files, and opens it."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}
    (folder / MANIFEST).write_text(json.dumps({"files": files}, indent=2) + "\n", encoding="utf-8")
    return Artefact.open(folder)
