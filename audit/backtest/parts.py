"""A file in parts of a thousand rows, so that parts can be judged anywhere and an interrupted run can go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from audit.recordings import Line, parse_line
from states.errors import BadInput

ROWS = 1_000
"""Rows of a part. Parts are the same whatever the number of processes, and so are sums of fractions over them."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Consecutive lines of a file."""

    number: int
    """From 0."""
    start: int
    """First byte."""
    size: int
    """Bytes."""
    first_line: int
    """From 1."""

    def read(self, path: Path) -> bytes:
        """Its bytes; BadInput if the file was changed meanwhile."""
        try:
            with path.open("rb") as file:
                file.seek(self.start)
                found = file.read(self.size)
        except OSError as error:
            raise BadInput(f"file {str(path)!r} cannot be read ({error.strerror}); check the path") from None
        if len(found) < self.size:
            raise BadInput(f"file {str(path)!r} has become shorter while it was read; begin anew")
        return found

    def lines(self, raw: bytes) -> Iterator[Line]:
        """Its lines that are not blank."""
        for number, line in enumerate(_lines(raw), self.first_line):
            if line.strip():
                yield parse_line(number, line)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All parts of a file."""

    parts: tuple[Part, ...]
    digest: str
    """SHA-256 of the whole file, hexadecimal."""
    size: int


def plan(path: Path, rows: int = ROWS) -> Plan:
    """The parts of a file; one pass over it in constant memory. BadInput if it cannot be read."""
    if path.is_dir():
        raise BadInput(f"{str(path)!r} is a directory; name a JSONL file")
    parts: list[Part] = []
    digest, start, at, first, number = sha256(), 0, 0, 1, 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                digest.update(line)
                at += len(line)
                if number - first + 1 == rows:
                    parts.append(Part(number=len(parts), start=start, size=at - start, first_line=first))
                    start, first = at, number + 1
    except OSError as error:
        raise BadInput(f"file {str(path)!r} cannot be read ({error.strerror}); check the path") from None
    if at > start:
        parts.append(Part(number=len(parts), start=start, size=at - start, first_line=first))
    return Plan(parts=tuple(parts), digest=digest.hexdigest(), size=at)


def _lines(raw: bytes) -> Iterator[bytes]:
    """Lines as a file gives them: a carriage return by itself ends none."""
    pieces = raw.split(b"\n")
    yield from (piece + b"\n" for piece in pieces[:-1])
    if pieces[-1]:
        yield pieces[-1]
