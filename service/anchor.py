"""Heads of the log kept in a file beside the database: a database that is older than one of them was put back.

A database that is gone or empty is older, too. Whoever can change the database may be able to change this file; a copy
of it, or the line in a ticket, is out of their hands.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from proof.heads import TreeHead, heads_in
from states.errors import RolledBack, StoreUnavailable
from store import log
from store.database import Store

FILE = "heads.txt"
_TAIL = 4096


class Anchor:
    """The file. One process appends at a time; several may use one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._kept = ""

    def newest(self) -> TreeHead | None:
        """The head that was kept last; None where none was."""
        try:
            with self.path.open("rb") as opened:
                opened.seek(0, os.SEEK_END)
                opened.seek(max(0, opened.tell() - _TAIL))
                found = heads_in(opened.read().decode("ascii", "replace"))
        except FileNotFoundError:
            return None
        return max(found, key=lambda head: head.size, default=None)

    def keep(self, head: TreeHead) -> None:
        """Appends a head. StoreUnavailable where it cannot be written."""
        line = head.line()
        with self._lock:
            if line == self._kept:
                return
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as opened:
                    opened.write(f"{line}\n".encode())
                    opened.flush()
                    os.fsync(opened.fileno())
            except OSError as error:
                raise StoreUnavailable(
                    f"the heads of the log cannot be kept in {str(self.path)!r} ({error.strerror}); make it writable"
                ) from error
            self._kept = line


def require_not_older(store: Store, kept: TreeHead | None, where: str) -> None:
    """RolledBack if the log is shorter than a head says that was kept, or another one."""
    if kept is None:
        return
    with store.read() as connection:
        size, known = log.size(connection), dict.fromkeys(one.line() for one, _ in log.signed_heads(connection))
    if size < kept.size or kept.line() not in known:
        raise RolledBack(
            f"the database is older than what was kept of it: {where} has a head of the log over {kept.size} entries, "
            f"and the log has {size}; put back the newer database, or, if this one is meant to be used, look at it "
            f"with `handrail verify --all --head {where}` and move {where} away"
        )
