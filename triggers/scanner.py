"""Finds which of all patterns stand in a text in one pass, and proves that the pass really happened.

RE2 answers "no match" and "out of memory" with the same empty answer. Without the canary a policy that grew
too large would quietly stop seeing anything, and every message would look clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import re2

from states.errors import DependencyFault, PolicyError
from triggers.folding import Folded

CANARY = b"\n\x02handrail canary\x02"
_CANARY_SOURCE = rb"\x02handrail canary\x02\z"
_MAX_MEM = 256 << 20
"""Bytes one set may use; a bound against surprises, a set of 500 patterns uses a few million."""
_LONG = 12
"""A squeezed match of so many letters may stand inside a run of letters ("ispeaktoahuman"); a shorter one must
begin and end where words do, or it would be found across ordinary words."""
_MAX_SPANS = 20


class ScannerSilent(DependencyFault):
    """A scan did not find the canary, so its empty answer means nothing."""

    def __init__(self) -> None:
        super().__init__("scanner_silent", "the scan did not find its canary; make the policy's patterns smaller")


class SetLike(Protocol):
    """The part of `re2.Set` that is used."""

    def Add(self, pattern: bytes) -> int: ...
    def Compile(self) -> None: ...
    def Match(self, text: bytes) -> list[int] | None: ...


SetFactory = Callable[[Any], SetLike]
"""Makes an empty set from `re2.Options`; a test passes one that falls silent."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One thing to look for: RE2 source over folded text."""

    source: str
    segments: tuple[str, ...] = ()
    """Sources that all match wherever `source` does; if given, the set holds these and `source` confirms."""
    squeezed: str | None = None
    """The source over the squeezed view."""


@dataclass(frozen=True)
class Hit:
    """A pattern that stands in the text."""

    index: int
    squeezed: bool = False


class Scanner:
    """All patterns of a policy, compiled. Safe to share between threads."""

    def __init__(self, patterns: Sequence[Pattern], make_set: SetFactory | None = None) -> None:
        self._patterns = tuple(patterns)
        self._found: dict[tuple[int, bool], Any] = {}
        self._spaced = _WatchedSet(make_set)
        self._tight = _WatchedSet(make_set)
        self._by_source: list[list[int]] = []
        self._by_tight: list[int] = []
        self._fill()
        self._needed = tuple(len(set(pattern.segments)) for pattern in self._patterns)

    def _fill(self) -> None:
        ids: dict[str, int] = {}
        for index, pattern in enumerate(self._patterns):
            for source in dict.fromkeys(pattern.segments or (pattern.source,)):
                if source not in ids:
                    ids[source] = self._spaced.add(f"(?m:{source})")
                    self._by_source.append([])
                self._by_source[ids[source]].append(index)
            if pattern.squeezed is not None:
                self._tight.add(pattern.squeezed)
                self._by_tight.append(index)
        self._spaced.compile()
        self._tight.compile()

    def scan(self, folded: Folded) -> list[Hit]:
        """The patterns that stand in the text, in the order of the policy; ScannerSilent if the scan did not happen."""
        met: dict[int, int] = {}
        for set_id in self._spaced.match(folded.data):
            for index in self._by_source[set_id]:
                met[index] = met.get(index, 0) + 1
        hits = {index: Hit(index) for index, count in met.items() if self._confirmed(index, count, folded)}
        if self._by_tight:
            for set_id in self._tight.match(folded.squeezed.data):
                index = self._by_tight[set_id]
                if index not in hits and next(self._tight_spans(index, folded), None):
                    hits[index] = Hit(index, squeezed=True)
        return [hits[index] for index in sorted(hits)] if hits else []

    def spans(self, hit: Hit, folded: Folded) -> list[tuple[int, int]]:
        """Where a hit stands, as offsets in `folded.text`; at most twenty."""
        found = self._tight_spans(hit.index, folded) if hit.squeezed else self._spaced_spans(hit.index, folded)
        return [span for _, span in zip(range(_MAX_SPANS), found, strict=False)]

    def _confirmed(self, index: int, count: int, folded: Folded) -> bool:
        if not self._needed[index]:
            return True
        return count == self._needed[index] and self._regex(index, tight=False).search(folded.data) is not None

    def _spaced_spans(self, index: int, folded: Folded) -> Iterator[tuple[int, int]]:
        for found in self._regex(index, tight=False).finditer(folded.data):
            start, end = folded.char_at(found.start()), folded.char_at(found.end())
            while start < end and folded.text[start] in "_ \n":
                start += 1
            while end > start and folded.text[end - 1] in "_ \n":
                end -= 1
            yield start, end

    def _tight_spans(self, index: int, folded: Folded) -> Iterator[tuple[int, int]]:
        view = folded.squeezed
        for found in self._regex(index, tight=True).finditer(view.data):
            first, last = view.span(found.start(), found.end())
            start, end = folded.char_at(first), folded.char_at(last)
            if found.end() - found.start() >= _LONG or _between_words(folded.text, start, end):
                yield start, end

    def _regex(self, index: int, *, tight: bool) -> Any:
        """The single pattern, compiled when it first fires."""
        regex = self._found.get((index, tight))
        if regex is None:
            pattern = self._patterns[index]
            source = pattern.squeezed or "" if tight else f"(?m:{pattern.source})"
            regex = self._found[index, tight] = compile_source(source)
        return regex


class _WatchedSet:
    """A `re2.Set` whose every answer must hold the canary."""

    def __init__(self, make_set: SetFactory | None) -> None:
        options = re2.Options()
        options.max_mem = _MAX_MEM
        options.never_capture = True
        options.log_errors = False
        self._set: SetLike = (make_set or re2.Set.SearchSet)(options)
        self._canary = -1

    def add(self, source: str) -> int:
        try:
            return self._set.Add(source.encode())
        except re2.error as error:
            raise _no_pattern(source, error) from error

    def compile(self) -> None:
        self._canary = self._set.Add(_CANARY_SOURCE)
        self._set.Compile()

    def match(self, data: bytes) -> list[int]:
        """Ids that match, the canary taken out."""
        met = self._set.Match(data + CANARY)
        if not met or self._canary not in met:
            raise ScannerSilent
        met.remove(self._canary)
        return met


def compile_source(source: str) -> Any:
    """One RE2 pattern over folded UTF-8; PolicyError if it is none."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(source.encode(), options)
    except re2.error as error:
        raise _no_pattern(source, error) from error


def _no_pattern(source: str, error: Exception) -> PolicyError:
    return PolicyError(f"pattern {source!r} is no RE2 pattern ({error}); its syntax is at github.com/google/re2/wiki")


def _between_words(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
