"""The file of an SQLite database, watched while it is open.

SQLite goes on with a file that was deleted or exchanged: it answers, and what it writes lands in no file that anybody
finds.
"""

from __future__ import annotations

import os
import struct

from states.errors import StoreUnavailable

_HEADER = 32


class WatchedFile:
    """One file, as it was when it was opened."""

    def __init__(self, path: str) -> None:
        self._path = path
        found = os.stat(path)
        self._which, self._size = (found.st_dev, found.st_ino), found.st_size

    def require_same(self) -> None:
        """StoreUnavailable where the file is gone, is another one, or was cut short."""
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise self._lost(f"is gone ({error.strerror})") from None
        if (found.st_dev, found.st_ino) != self._which:
            raise self._lost("was replaced by another file")
        if found.st_size < self._size and not self._is_whole(found.st_size):
            raise self._lost(f"was cut from {self._size} to {found.st_size} bytes")
        self._size = found.st_size

    def _is_whole(self, size: int) -> bool:
        """Whether the file is as long as its header says: SQLite itself makes it shorter when it is tidied up."""
        with open(self._path, "rb") as opened:
            header = opened.read(_HEADER)
        if len(header) < _HEADER:
            return False
        page: int = struct.unpack_from(">H", header, 16)[0]
        pages: int = struct.unpack_from(">I", header, 28)[0]
        return size == pages * (65536 if page == 1 else page)

    def _lost(self, what: str) -> StoreUnavailable:
        return StoreUnavailable(
            f"the database {self._path!r} {what} while it was in use: nothing more is taken or told; put the file back "
            "and start again, or restore a copy"
        )
