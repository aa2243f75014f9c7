"""Folding: the text a rule reads instead of the text a customer typed, with the way back to the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import compress
from string import ascii_lowercase

from policy.letters import FOLD
from triggers.watched import compile_source

_LEET = {"0": "o", "1": "1", "2": "2", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_LEET |= {letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"}
_TO = bytes(ord(_LEET.get(chr(code), chr(0))) for code in range(256))
_DROP = bytes(code for code in range(256) if chr(code) not in _LEET)
_IS_KEPT = bytes(code not in _DROP for code in range(256))
_FEW_KINDS = 24
_BARS = re.compile(rb"[!|](?=[a-z0-9@$])")
_BETWEEN_BARS = re.compile(rb"[!|][a-z0-9@$][!|]")
"""Bars around single letters part them ("h|u|m|a|n") instead of standing for one ("h!m")."""
_EURO = re.compile(rb"(?<=[a-z])\xe2\x82\xac|\xe2\x82\xac(?=[a-z])")
"""A euro sign beside a letter, which stands for e; beside a price it stands for itself."""
_RUN = re.compile(rb"([a-z])\1{2,}")
_HAS_RUN = compile_source("|".join(f"{letter}{{3}}" for letter in ascii_lowercase))
Places = Callable[[], Sequence[int]]
"""The place in the original of each character that a reading reads, worked out when somebody asks."""
_KEPT = (1, 2)
"""Letters that may be meant by a stretched one: "huuuman", "neeeed"."""


class Squeezed:
    """Letters only, letter-like digits read as letters (`1` and `2` stay: a phrase decides what they stand for).

    A zero byte in the source is a part of the letter before it.
    """

    __slots__ = ("_kept", "_source", "data")

    def __init__(self, source: bytes) -> None:
        if (b"!" in source or b"|" in source) and _BETWEEN_BARS.search(source) is None:
            source = _BARS.sub(b"1", source)
        if b"\xe2\x82\xac" in source:
            source = _EURO.sub(b"e\0\0", source)
        self._source = source
        self._kept: list[int] | None = None
        self.data = source.translate(_TO, _DROP)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Byte offsets in the folded text for byte offsets in this view."""
        if self._kept is None:
            self._kept = list(compress(range(len(self._source)), self._source.translate(_IS_KEPT)))
        first, last = _through(self._kept, start, end, len(self._source))
        while start < end and self._source[last : last + 1] == b"\0":
            last += 1
        return first, last


class Folded:
    """A text, its folded form and the map between them.

    `text` is the folded form, `data` the same in UTF-8 (what RE2 reads). The maps are built when first asked for.
    A reading of a part of the original, or in another order, gives the text it reads and how to find the place of
    each of its characters in the original (`triggers.readings`).
    """

    __slots__ = ("_origins", "_places", "_read", "_squeezed", "_starts", "_views", "data", "original", "text")

    def __init__(self, original: str, read: str | None = None, places: Places | None = None) -> None:
        self.original = original
        self._read = original if read is None else read
        self._places = places
        self.text = _folded(self._read)
        self.data = self.text.encode()
        self._origins: Sequence[int] | None = None
        self._starts: list[int] | None = None
        self._squeezed: Squeezed | None = None
        self._views: tuple[Squeezed, ...] | None = None

    @property
    def squeezed(self) -> Squeezed:
        """The view without anything between the letters."""
        if self._squeezed is None:
            self._squeezed = Squeezed(self.data)
        return self._squeezed

    @property
    def squeezed_views(self) -> tuple[Squeezed, ...]:
        """That view and, where a letter is stretched ("huuuman"), one for each way to read it."""
        if self._views is None:
            stretched = _HAS_RUN.search(self.data) is not None
            self._views = (self.squeezed, *(_unstretched(self.data, kept) for kept in _KEPT if stretched))
        return self._views

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for offsets in `text`; always inside the original.

        Between the characters of a reading the span holds what the reading passed over.
        """
        size = len(self._read)
        if self._places is None and self._read.isascii() and len(self.text) == size:
            return _through(range(size), start, end, size)
        if self._origins is None:
            read = (at for at, char in enumerate(self._read) for _ in FOLD[ord(char)])
            places = self._places() if self._places is not None else range(size)
            self._origins = [places[at] for at in read]
        return _through(self._origins, start, end, len(self.original))

    def byte_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for byte offsets in `data`."""
        return self.span(self.char_at(start), self.char_at(end))

    def char_at(self, byte: int) -> int:
        """The offset in `text` of a byte offset in `data`."""
        if len(self.data) == len(self.text):
            return byte
        if self._starts is None:
            self._starts = [at for at, code in enumerate(self.data) if code & 0xC0 != 0x80]
        return bisect_right(self._starts, byte - 1)


def _unstretched(data: bytes, kept: int) -> Squeezed:
    """The squeezed view with runs of three and more of a letter cut to so many."""
    return Squeezed(_RUN.sub(lambda run: run[0][:kept].ljust(len(run[0]), b"\0"), data))


def _folded(text: str) -> str:
    """The folded text. ASCII, nearly all in practice, takes the fast path; a few kinds of accents the next best."""
    if text.isascii() and "\0" not in text:
        return text.lower()
    kinds = [char for char in set(text) if not char.isascii() or char == "\0"]
    if len(kinds) > _FEW_KINDS:
        return text.translate(FOLD)
    plain = text
    for char in kinds:
        plain = plain.replace(char, FOLD[ord(char)])
    return plain.lower() if plain.isascii() else text.translate(FOLD)


def _through(origins: Sequence[int], start: int, end: int, size: int) -> tuple[int, int]:
    """A span through an index map, which may run backwards, clamped to the source's size."""
    start, end = max(0, start), min(end, len(origins))
    if start >= len(origins):
        return size, size
    if end <= start:
        return origins[start], origins[start]
    first, last = origins[start], origins[end - 1]
    return min(first, last), min(max(first, last) + 1, size)


def fold(text: str) -> Folded:
    """The folded text as it stands; never raises for any string, lone surrogates and NUL included."""
    return Folded(text)
