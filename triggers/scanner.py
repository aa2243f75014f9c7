"""Finds which of all patterns of a policy stand in a text, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from policy.anchors import Anchors, Group
from policy.phrases import anchors, compile_phrase, squeezed
from triggers.folding import Folded
from triggers.watched import (
    SetFactory,
    WatchedSet,
    WordIndex,
    compile_source,
    tight_source,
    tight_view,
    word_source,
    words_view,
)

_LONG = 12
"""A squeezed match of so many letters may stand inside a run of letters ("ispeaktoahuman"); a shorter one must
begin and end where words do, or it would be found across ordinary words."""
_TELLING = 4


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One thing to look for: RE2 source over folded text."""

    source: str
    anchors: Anchors | None = None
    """Words it cannot do without; if given, the set looks for these and `source` confirms."""
    squeezed: str | None = None
    """The source over the squeezed view."""


def phrase_pattern(phrase: str, *, squeeze: bool = True) -> Pattern:
    """The pattern of a phrase of the policy."""
    return Pattern(
        source=compile_phrase(phrase), anchors=anchors(phrase), squeezed=squeezed(phrase) if squeeze else None
    )


@dataclass(frozen=True)
class Hit:
    """A pattern that stands in the text."""

    index: int
    squeezed: bool = False


class Scanner:
    """All patterns of a policy, compiled. Safe to share between threads.

    Three watched sets: whole patterns, words of phrases, and words of phrases in the squeezed view. A set of
    thousands of phrases with gaps would build states by the million; a set of their words is a small trie, and
    the few phrases whose words all stand are confirmed one by one.
    """

    def __init__(self, patterns: Sequence[Pattern], make_set: SetFactory | None = None) -> None:
        self._patterns = tuple(patterns)
        self._found: dict[tuple[int, bool], Any] = {}
        listed = list(enumerate(self._patterns))
        self._raw = [(n, one) for n, one in listed if one.anchors is None or not one.anchors.groups]
        anchored = [(n, one.anchors) for n, one in listed if one.anchors is not None and one.anchors.groups]
        tight = [(n, _tight_groups(one.anchors)) for n, one in listed if one.squeezed is not None and one.anchors]
        self._whole = WatchedSet([f"(?m:{one.source})" for _, one in self._raw], make_set)
        self._words = WordIndex({n: one.groups for n, one in anchored}, word_source, make_set)
        self._tight = WordIndex({n: groups for n, groups in tight if groups}, tight_source, make_set)
        self._exact = frozenset(n for n, one in anchored if one.exact)

    def scan(self, folded: Folded) -> list[Hit]:
        """The patterns that stand in the text, in the policy's order; ScannerSilent if the scan did not happen."""
        hits = {self._raw[met][0] for met in self._whole.match(folded.data)}
        for index in self._words.candidates(words_view(folded.data)) if self._words else ():
            if index in self._exact or self._regex(index, tight=False).search(folded.data) is not None:
                hits.add(index)
        found = [Hit(index) for index in hits]
        for view in folded.squeezed_views if self._tight else ():
            for index in self._tight.candidates(tight_view(view.data)):
                if index not in hits and next(self._tight_spans(index, folded), None):
                    hits.add(index)
                    found.append(Hit(index, squeezed=True))
        return sorted(found, key=lambda hit: hit.index) if len(found) > 1 else found

    def spans(self, hit: Hit, folded: Folded) -> Iterator[tuple[int, int]]:
        """Where a hit stands, as offsets in `folded.text`; those of one view in order."""
        return self._tight_spans(hit.index, folded) if hit.squeezed else self._spaced_spans(hit.index, folded)

    def _spaced_spans(self, index: int, folded: Folded) -> Iterator[tuple[int, int]]:
        for found in self._regex(index, tight=False).finditer(folded.data):
            start, end = folded.char_at(found.start()), folded.char_at(found.end())
            while start < end and folded.text[start] in "_ \n":
                start += 1
            while end > start and folded.text[end - 1] in "_ \n":
                end -= 1
            yield start, end

    def _tight_spans(self, index: int, folded: Folded) -> Iterator[tuple[int, int]]:
        regex = self._regex(index, tight=True)
        places = ((view, found) for view in folded.squeezed_views for found in regex.finditer(view.data))
        for view, found in places:
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


def _tight_groups(found: Anchors) -> tuple[Group, ...]:
    """The groups that tell something where words have no edges: of words of four letters if there are such."""
    shortest = [min(sum(map(str.isalpha, word)) for word in group) for group in found.groups]
    least = min(_TELLING, max(shortest, default=0))
    return tuple(group for group, size in zip(found.groups, shortest, strict=True) if size >= least > 0)


def _between_words(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
