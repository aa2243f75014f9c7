"""Digits however they are written: figures, number words of five languages, letters that pass for digits.

Cards and one-time codes are read through the same parts, so that a disguise known to one is known to both.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from triggers.folding import Folded
from triggers.watched import compile_source

_UNITS = (
    ("zero", "nought", "cero", "null"),
    ("one", "uno", "una", "un", "um", "uma", "eins", "ein"),
    ("two", "dos", "deux", "zwei", "zwo", "dois", "duas"),
    ("three", "tres", "trois", "drei"),
    ("four", "cuatro", "quatre", "vier", "quatro"),
    ("five", "cinco", "cinq", "funf", "fuenf"),
    ("six", "seis", "sechs", "meia"),
    ("seven", "siete", "sept", "sieben", "sete"),
    ("eight", "ocho", "huit", "acht", "oito"),
    ("nine", "nueve", "neuf", "neun", "nove"),
)
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TIMES = {"double": 2, "doble": 2, "doppel": 2, "dobro": 2, "duplo": 2, "triple": 3, "treble": 3, "triplo": 3}

_WORDS = {word: str(digit) for digit, words in enumerate(_UNITS) for word in words} | {"oh": "0"}
_WORDS |= {word: str(10 + i) for i, word in enumerate(_TEENS)}
_TEN_WORDS = {word: str(2 + i) for i, word in enumerate(_TENS)}
NUMBER_WORD = "(?:" + "|".join((*_WORDS, *_TEN_WORDS, *_TIMES)) + ")"
"""RE2 source of one number word over folded text."""

_TOKEN = re.compile(r"[0-9oilbs]*[0-9][0-9oilbs]*|\[[a-z_ ]{1,20}\]|[a-z]+|[^\W_]")
_WEAK = re.compile(r"[oilbs]+")
_WEAK_WORD = re.compile(r"(?<![a-z0-9])[oilbs]+(?![a-z0-9])")
_LOOKS = str.maketrans("oilbs", "01185")
_SEPARATORS = 4
"""Characters that may stand between two parts of a number."""
_FILLERS, _FILLER_CHARS = 5, 32
"""Words, and characters, that may stand between two groups of a number."""
_HINT = compile_source(rf"[0-9]+|\b{NUMBER_WORD}\b")


@dataclass(frozen=True)
class Part:
    """Digits at one place of the text; `sure` is the part of the place that holds digits only."""

    digits: str
    start: int
    end: int
    sure: tuple[int, int]
    spoken: bool = False


def zones(folded: Folded, least: int) -> Iterator[tuple[int, int]]:
    """Offsets in the folded text between which numbers may stand that have `least` digits; the rest need not be read.

    Letters may stand for most of the digits ("4lll IIII"), so a sixth of them suffices.
    """
    start, end, weight = 0, -1, 0
    for found in _HINT.finditer(folded.data):
        if end >= 0 and found.start() - end > 2 * _FILLER_CHARS:
            if weight * 6 >= least:
                yield _zone(folded, start, end)
            end = -1
        if end < 0:
            start, weight = found.start(), 0
        end, weight = found.end(), weight + found.end() - found.start()
    if end >= 0 and weight * 6 >= least:
        yield _zone(folded, start, end)


def _zone(folded: Folded, first: int, last: int) -> tuple[int, int]:
    """Offsets in the text a little around two byte offsets, not inside a word."""
    text, hint = folded.text, folded.char_at(first)
    start = max(0, hint - _FILLER_CHARS)
    while 0 < start < hint and text[start - 1].isalnum():
        start += 1
    return start, folded.char_at(last) + _FILLER_CHARS


def runs(text: str, start: int = 0, end: int = sys.maxsize, *, weak_counts: bool) -> Iterator[list[Part]]:
    """Stretches of parts near enough to be one number; letters-only look-alikes count as digits or as words."""
    run: list[Part] = []
    words, times, spoken_from, tens = 0, 1, 0, False
    for token in _TOKEN.finditer(text, start, end):
        if token[0] in _TIMES:
            times, spoken_from = _TIMES[token[0]], token.start()
            continue
        part = _part(token, weak_counts=weak_counts)
        if part is None:
            words, times = words + 1, 1
            if token[0][0] == "[":
                words = _FILLERS + 1
            continue
        if run and (words > _FILLERS or part.start - run[-1].end > _FILLER_CHARS):
            yield run
            run = []
        if tens and len(part.digits) == 1 and part.digits != "0" and run:
            run[-1] = _joined(run[-1], part)
        else:
            run.append(_repeated(part, times, spoken_from))
        tens = token[0] in _TEN_WORDS
        words, times = 0, 1
    if run:
        yield run


def has_weak_words(text: str, start: int, end: int) -> bool:
    """Whether a word in a place of the text can be read as a word or as digits."""
    return _WEAK_WORD.search(text, start, end) is not None


def side_by_side(between: str) -> bool:
    """Whether two parts with this between them stand side by side: a little punctuation, no word and no placeholder."""
    return len(between) <= _SEPARATORS and not any(char.isalnum() or char in "[]" for char in between)


def _part(token: re.Match[str], *, weak_counts: bool) -> Part | None:
    word, start, end = token[0], token.start(), token.end()
    if word[0] == "[":
        return None
    if word in _WORDS or word in _TEN_WORDS:
        return Part(_WORDS.get(word) or _TEN_WORDS[word] + "0", start, end, (start, end), spoken=True)
    if _WEAK.fullmatch(word):
        return Part(word.translate(_LOOKS), start, end, (end, start)) if weak_counts else None
    if not any(char.isdigit() for char in word):
        return None
    head = len(word) - len(word.lstrip("oilbs"))
    tail = len(word.rstrip("oilbs"))
    return Part(word.translate(_LOOKS), start, end, (start + head, start + tail))


def _joined(tens: Part, unit: Part) -> Part:
    """ "forty" and "one" are 41."""
    return Part(tens.digits[0] + unit.digits, tens.start, unit.end, (tens.start, unit.end), spoken=True)


def _repeated(part: Part, times: int, start: int) -> Part:
    """ "double four", which begins at `start`, is 44."""
    if times == 1:
        return part
    return Part(part.digits * times, start, part.end, (start, part.end), spoken=True)
