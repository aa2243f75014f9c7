"""Card numbers however they are written: spaced, spelled out, with letters for digits or words between the groups.

Without it a card number typed as "four one one one ..." or "4lll-1111..." would be stored in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

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
_NUMBER_WORD = "(?:" + "|".join((*_WORDS, *_TEN_WORDS, *_TIMES)) + ")"

PREFILTERS = (
    # Digits, or letters that pass for digits, with little between them.
    r"[0-9oilbs](?:[^a-z0-9]{0,4}[0-9oilbs]){12}",
    # Groups of digits with words between them.
    r"[0-9]{3,7}(?:[^0-9]{1,32}[0-9]{3,7}){2}",
    # Number words in a row.
    rf"\b{_NUMBER_WORD}(?:[^a-z0-9]+(?:{_NUMBER_WORD}|[0-9]+)){{3}}",
)
"""RE2 sources over folded text; a text that none of them matches holds no card."""

_TOKEN = re.compile(r"[0-9oilbs]*[0-9][0-9oilbs]*|\[[a-z ]{1,20}\]|[a-z]+|[^\W_]")
_WEAK = re.compile(r"[oilbs]+")
_LOOKS = str.maketrans("oilbs", "01185")
_SEPARATORS = 4
"""Characters that may stand between two parts of a number."""
_FILLERS, _FILLER_CHARS = 5, 32
"""Words, and characters, that may stand between two groups of a number."""


@dataclass(frozen=True)
class _Part:
    """Digits at one place of the text; `sure` is the part of the place that holds digits only."""

    digits: str
    start: int
    end: int
    sure: tuple[int, int]


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of card numbers in folded text, in order, without overlaps."""
    taken = 0
    found: list[tuple[int, int]] = []
    for weak_counts in (True, False):
        for run in _runs(text, weak_counts=weak_counts):
            found += _in_run(text, run)
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= taken:
            taken = end
            yield start, end


def luhn(digits: str) -> bool:
    """The check sum of ISO/IEC 7812-1."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(divmod(2 * int(digit), 10)[0] + 2 * int(digit) % 10 for digit in digits[-2::-2])) % 10 == 0


def plausible_lengths(digits: str) -> tuple[int, ...]:
    """Lengths that the issuer of a number beginning with `digits` gives out; empty if no known issuer does."""
    two, three, four, six = (int(digits[:n] or 0) for n in (2, 3, 4, 6))
    if digits[:1] == "4":
        return (16, 13, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204:
        return (16,)
    if two in (34, 37) or four in (1800, 2131):
        return (15,)
    if 300 <= three <= 305 or two in (36, 38, 39):
        return (14, 16)
    if 3528 <= four <= 3589 or two in (62, 65, 81) or four == 6011 or 644 <= three <= 649:
        return (16, 17, 18, 19)
    if four in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763):
        return (16, 13, 14, 15, 17, 18, 19)
    return (16,) if three == 508 or six in (606282, 636368, 636297, 438935) else ()


def _runs(text: str, *, weak_counts: bool) -> Iterator[list[_Part]]:
    """Stretches of parts near enough to be one number; letters-only look-alikes count as digits or as words."""
    run: list[_Part] = []
    words, times, tens = 0, 1, False
    for token in _TOKEN.finditer(text):
        part = _part(token, weak_counts=weak_counts)
        if token[0] in _TIMES:
            times = _TIMES[token[0]]
            continue
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
            run.append(_repeated(part, times))
        tens = token[0] in _TEN_WORDS
        words, times = 0, 1
    if run:
        yield run


def _part(token: re.Match[str], *, weak_counts: bool) -> _Part | None:
    word, start, end = token[0], token.start(), token.end()
    if word[0] == "[":
        return None
    if word in _WORDS or word in _TEN_WORDS:
        return _Part(_WORDS.get(word) or _TEN_WORDS[word] + "0", start, end, (start, end))
    if _WEAK.fullmatch(word):
        return _Part(word.translate(_LOOKS), start, end, (end, start)) if weak_counts else None
    if not any(char.isdigit() for char in word):
        return None
    head = len(word) - len(word.lstrip("oilbs"))
    tail = len(word.rstrip("oilbs"))
    return _Part(word.translate(_LOOKS), start, end, (start + head, start + tail))


def _joined(tens: _Part, unit: _Part) -> _Part:
    """ "forty" and "one" are 41."""
    return _Part(tens.digits[0] + unit.digits, tens.start, unit.end, (tens.start, unit.end))


def _repeated(part: _Part, times: int) -> _Part:
    """ "double four" is 44."""
    return part if times == 1 else _Part(part.digits * times, part.start, part.end, (part.start, part.end))


def _in_run(text: str, run: list[_Part]) -> Iterator[tuple[int, int]]:
    """Card numbers in one run, leftmost and longest first."""
    digits = "".join(part.digits for part in run)
    if len(digits) < 13:
        return
    starts, ends = _boundaries(run)
    taken = 0
    for at in sorted(starts):
        if at < taken:
            continue
        for length in sorted(plausible_lengths(digits[at : at + 6]), reverse=True):
            if at + length in ends and luhn(digits[at : at + length]):
                start, end = starts[at], ends[at + length]
                if _reads_as_one(text, run, start, end, length):
                    taken = at + length
                    yield start, end
                    break


def _boundaries(run: list[_Part]) -> tuple[dict[int, int], dict[int, int]]:
    """Digit index → text offset where a number may begin, and where it may end."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for part in run:
        starts[at] = part.start
        ends[at + len(part.digits)] = part.end
        if part.sure[0] < part.sure[1] and part.end - part.start == len(part.digits):
            starts[at + part.sure[0] - part.start] = part.sure[0]
            ends[at + part.sure[1] - part.start] = part.sure[1]
        at += len(part.digits)
    return starts, ends


def _reads_as_one(text: str, run: list[_Part], start: int, end: int, length: int) -> bool:
    """Whether the layout is one of a card: little between the parts, or words between a few whole groups."""
    parts = [part for part in run if part.end > start and part.start < end]
    if not any(part.sure[0] < part.sure[1] for part in parts):
        return False
    if text[max(0, start - 2) : start].endswith(("+", "+(")) and length < 16:
        return False
    groups = [len(parts[0].digits)]
    worded = False
    for before, after in pairwise(parts):
        if _is_separator(text[before.end : after.start]):
            groups[-1] += len(after.digits)
        else:
            worded = True
            groups.append(len(after.digits))
    return not worded or (length >= 15 and len(groups) <= 6 and min(groups[:-1]) >= 3)


def _is_separator(between: str) -> bool:
    """Whether two parts stand side by side: punctuation, or the "double" of a spoken number."""
    if between.strip(" \t\n.,-_/") in _TIMES:
        return True
    return len(between) <= _SEPARATORS and not any(char.isalnum() for char in between)
