"""Sentiment of a message from the policy's word lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from policy.schema import Policy
from triggers.folding import Folded
from triggers.scanner import Hit, Pattern, Scanner, phrase_pattern

_NEGATED = re.compile(
    r"\b(?:not|no|never|hardly|barely|\w+n'?t|ne|pas|nicht|kein\w*|nao|nunca|jamas|jamais|nie)\W+(?:\w+\W+)?$"
)
_SHOUTED_LETTERS = 15
_MAX_PLACES = 20


class Lexicon:
    """The word lists as patterns for the policy's one scan, from `offset` on."""

    def __init__(self, policy: Policy, offset: int) -> None:
        lists = (("positive", 1), ("negative", -1))
        entries = [
            (phrase, sign)
            for name, sign in lists
            for phrases in policy.sentiment.get(name, {}).values()  # type: ignore[call-overload]  # its keys
            for phrase in phrases
        ]
        self._offset = offset
        self._signs = tuple(sign for _, sign in entries)
        self.patterns: Sequence[Pattern] = tuple(phrase_pattern(phrase, squeeze=False) for phrase, _ in entries)

    def score(self, hits: Iterable[Hit], folded: Folded, scanner: Scanner) -> float:
        """-1 (angry) to 1 (pleased); 0 where no word of the lists stands. Praise that is negated counts as blame."""
        good = bad = 0
        for hit in hits:
            if hit.index >= self._offset:
                blame = self._signs[hit.index - self._offset] < 0 or _is_negated(hit, folded, scanner)
                good, bad = (good, bad + 1) if blame else (good + 1, bad)
        if bad and _is_shouted(folded.original):
            bad += 1
        return round((good - bad) / (good + bad + 0.5), 3) if good or bad else 0.0


def _is_negated(hit: Hit, folded: Folded, scanner: Scanner) -> bool:
    """Whether every place where the word stands, of the first twenty, is negated."""
    spans = list(islice(scanner.spans(hit, folded), _MAX_PLACES))
    return bool(spans) and all(_NEGATED.search(folded.text[max(0, start - 30) : start]) for start, _ in spans)


def _is_shouted(text: str) -> bool:
    head = text[:400]
    upper = sum(char.isupper() for char in head)
    return upper >= _SHOUTED_LETTERS and upper > 2 * sum(char.islower() for char in head)
