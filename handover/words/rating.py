"""Reads an answer to the survey: a score from 1 to 5, if the message certainly states one.

What is not certainly a score is none, and then the message goes where every other message goes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LOW = 2
"""A score up to it, with words, is a complaint."""

_OF_FIVE = r"\s*(?:/|\b(?:out of|of|von|sur|de|em)\b)\s*5(?!\w|[.,]\d)"
_SKIN = "[\U0001f3fb-\U0001f3ff\ufe0f]*"
_SCORE = re.compile(
    rf"(?:(?P<digit>[1-5])\ufe0f?\u20e3?(?:{_OF_FIVE}|(?![\d%])(?![.,:/]\d))"
    rf"|(?P<stars>(?:(?:\u2b50|\u2605|\U0001f31f)\ufe0f?){{1,5}})(?!\u2b50|\u2605|\U0001f31f)"
    rf"|(?P<up>(?:\U0001f44d{_SKIN})+)|(?P<down>(?:\U0001f44e{_SKIN})+))"
)
_STAR = re.compile("[\u2b50\u2605\U0001f31f]")
_SEPARATED = re.compile(r"\s*[,;:!\u2013\u2014]|\s+-\s")
"""What parts a score from the words about it; a full stop does not: "1. The lamp is broken" is a list."""
_EDGES = " \t\r\n,;:!.-\u2013\u2014\u2026()'\""
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "eins": 1, "zwei": 2, "drei": 3, "vier": 4,
    "f\u00fcnf": 5, "fuenf": 5, "um": 1, "dois": 2, "tr\u00eas": 3, "quatro": 4,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rating:
    """A score and what was written beside it."""

    score: int
    """1 to 5."""
    words: str = ""
    """What follows the score; empty for a bare one."""
    certain: bool = True
    """The score stands for itself: alone, as a sign, "of 5", or parted from the words by a mark."""


def rating(text: str) -> Rating | None:
    """The score a message begins with, or None. The caller decides whether the words are mere courtesy."""
    plain = unicodedata.normalize("NFKC", text).strip()
    word = _WORDS.get(plain.strip(_EDGES).casefold())
    if word is not None:
        return Rating(score=word)
    found = _SCORE.match(plain)
    if found is None:
        return None
    rest = plain[found.end() :]
    sign = not found["digit"] or len(found[0].rstrip("\ufe0f\u20e3")) > 1
    if found["digit"] and rest[:1].isalnum():
        return None
    words = rest.strip(_EDGES)
    return Rating(score=_score(found), words=words, certain=sign or not words or bool(_SEPARATED.match(rest)))


def _score(found: re.Match[str]) -> int:
    if found["digit"]:
        return int(found["digit"])
    if found["stars"]:
        return len(_STAR.findall(found["stars"]))
    return 5 if found["up"] else 1
