r"""The phrase language: plain words that compile to one RE2 pattern over folded text.

::

    speak to [a] human          a space is one or more characters that are no letters or digits
    (cancel|close) my account   alternatives, which may hold several words and may nest
    talk .. person              up to two words in between
    refund ... manager          up to five words in between
    complain*                   any ending
    don't answer                also finds "dont answer"

A phrase stands between word boundaries. Whatever else is no letter or digit is an error.
"""

from __future__ import annotations

import re
from functools import lru_cache

from policy.anchors import Anchors, anchors_of
from policy.letters import FOLD
from policy.phrase_tree import parse

EDGE = r"(?:\b|_)"
_DIGIT = re.compile(r"\d")
SQUEEZED_LETTERS = 9
"""Shorter phrases are not looked for between spaced-out letters: they would be found inside ordinary words."""


@lru_cache(maxsize=16_384)
def fold_phrase(phrase: str) -> str:
    """The phrase in the alphabet of folded text, its syntax characters kept; a long one may be wrapped after a bar."""
    folded = " ".join((phrase.lower() if phrase.isascii() else phrase.translate(FOLD)).split())
    return folded.replace("| ", "|")


@lru_cache(maxsize=16_384)
def compile_phrase(phrase: str) -> str:
    """RE2 source that finds the phrase in folded text; PolicyError names what is wrong with it."""
    folded = fold_phrase(phrase)
    sequence = parse(phrase, folded)
    first = EDGE if _is_plain(folded.lstrip("([")[:1]) else ""
    last = EDGE if _is_plain(folded.rstrip(")]*")[-1:]) else ""
    return first + sequence.spaced() + last


def squeezed(phrase: str) -> str | None:
    """RE2 source that finds the phrase where only letters are left, or None if it is too short, has a gap or
    holds digits, which that view reads as letters.

    The view keeps `1` because it may stand for i or l, and `2` for to.
    """
    folded = fold_phrase(phrase)
    sequence = parse(phrase, folded)
    if _DIGIT.search(folded) or sequence.has_gap() or sequence.shortest() < SQUEEZED_LETTERS:
        return None
    return sequence.tight()


def anchors(phrase: str) -> Anchors:
    """Words that a text must hold for the phrase to stand in it; none are told of a phrase in another alphabet."""
    folded = fold_phrase(phrase)
    return anchors_of(parse(phrase, folded)) if folded.isascii() else Anchors(groups=(), exact=False)


def _is_plain(char: str) -> bool:
    r"""Whether RE2's ASCII `\b` works beside the character."""
    return char.isascii()
