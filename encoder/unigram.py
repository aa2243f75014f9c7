"""XLM-R's pieces without a tokeniser library: what the encoder of many languages reads instead of a text.

The rules are those of SentencePiece's unigram model (Kudo 2018): of all ways to cut a word into known pieces the one
whose scores add up highest. A text is normalised by NFKC, and each word begins with a mark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
MARK = "\u2581"
"""Stands for the blank before a word."""
LONGEST_WORD = 100
"""A longer run of letters is cut in runs of this length first, so that its cost stays bounded."""
_UNKNOWN_COST = 10.0
"""By how much a letter that no piece has scores worse than the worst piece."""


class Unigram:
    """Pieces with their scores and the cut by them. Safe to share between threads."""

    def __init__(self, scores: Mapping[str, tuple[int, float]]) -> None:
        self.cls, self.sep, self._unknown = (scores[name][0] for name in (BEGIN, END, UNKNOWN))
        self._scores = {piece: one for piece, one in scores.items() if piece not in (BEGIN, END, UNKNOWN)}
        self._longest = max(map(len, self._scores))
        self._worst = min(score for _, score in self._scores.values()) - _UNKNOWN_COST
        self._word = lru_cache(maxsize=8192)(self._pieces)

    @classmethod
    def from_text(cls, listed: str) -> Unigram:
        """The pieces of a list with one piece and its score a line, parted by a tab; the line's number is its id."""
        rows = (line.split("\t") for line in listed.split("\n") if line)
        return cls({piece: (number, float(score)) for number, (piece, score) in enumerate(rows)})

    def ids(self, text: str) -> list[int]:
        """The ids of the pieces, without the marks of beginning and end."""
        return [one for word in normal(text).split() for part in _parts(MARK + word) for one in self._word(part)]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """The best cut, found from the left: for each end the best score, its last piece and where that begins."""
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
        for end in range(1, len(word) + 1):
            found = (best[end - 1][0] + self._worst, self._unknown, end - 1)
            for start in range(max(0, end - self._longest), end):
                piece = self._scores.get(word[start:end])
                if piece is not None and best[start][0] + piece[1] > found[0]:
                    found = (best[start][0] + piece[1], piece[0], start)
            best.append(found)
        cut: list[int] = []
        place = len(word)
        while place:
            _, last, place = best[place]
            if last != self._unknown or cut[-1:] != [last]:  # a run of unknown letters is one unknown piece
                cut.append(last)
        return tuple(reversed(cut))


def normal(text: str) -> str:
    """NFKC with control signs as nothing, white space of every kind as a blank."""
    return "".join(map(_letter, unicodedata.normalize("NFKC", text)))


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    category = unicodedata.category(letter)
    if category == "Cf":
        return " "
    return "" if category in ("Cc", "Cs") else letter


def _parts(word: str) -> list[str]:
    return [word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD)]
