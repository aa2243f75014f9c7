"""The figures of a text, each with its unit and the words around it: what a price belongs to, what lasts how long.

Digits and number words up to twelve are one ("two hours" is "2 hours"), and so are a sign and its word ("£3", "3
pounds"). "One" counts before a unit only, and so does "a" ("within a day"), unless it tells how often
("24 hours a day").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistants.lexicon import Lexicon, fold

NEAR = 12
"""Content words on each side of a figure, up to the next one, that say what it belongs to."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_TOKEN = re.compile(r"[£$€¥%]|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|[;.!?]")
_WORDED = dict(
    zip(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(2, 13)),
        strict=True,
    )
)
_ONE = frozenset(["one", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "um", "uma"])
_A = frozenset(["a", "an"])
_SIGNS = frozenset("£$€¥")
_TO, _AND = frozenset(["to", "bis", "a", "ate", "-"]), frozenset(["y", "and", "und", "et", "e"])
_UNITS = {
    word: several.split()[0]
    for several in (
        "£ pound pounds gbp", "€ euro euros eur", "$ dollar dollars usd", "¥ yen", "% percent cent prozent",
        "minute minutes minuten minuto minutos", "hour hours stunde stunden hora horas heure heures",
        "day days tag tage tagen dia dias jour jours",
        "workday working business werktag werktage werktagen laborable laborables ouvre ouvres uteis",
        "week weeks woche wochen semana semanas semaine semaines", "month months monat monate monaten mes meses mois",
        "year years jahr jahre jahren ano anos ans", "am", "pm", "uhr", "cm", "mm",
        "km", "kg", "degrees degree grad", "points point", "characters", "second seconds",
    )
    for word in several.split()
}  # fmt: skip


_SINGULAR = frozenset(
    ["minute", "hour", "day", "week", "month", "year", "second", "pound", "euro", "dollar", "point", "percent", "cent"]
)
_OFTEN = frozenset(["once", "twice", "times", "and"])
_Sided = TypeVar("_Sided", str, tuple[str, str])


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a text, or one range of numbers."""

    number: str
    unit: str
    """"" where none is written."""
    left: tuple[str, ...]
    """Stems before it, back to the figure before, the nearest first."""
    right: tuple[str, ...]
    """Stems after it, up to the next figure."""

    @property
    def amount(self) -> tuple[str, str]:
        """The number with its unit."""
        return self.number, self.unit

    @property
    def around(self) -> frozenset[str]:
        """All stems beside it."""
        return frozenset((*self.left, *self.right))

    @property
    def beside(self) -> frozenset[tuple[str, str]]:
        """All stems beside it, each with its side."""
        return frozenset((*(("left", stem) for stem in self.left), *(("right", stem) for stem in self.right)))


def figures(sentence: str, lexicon: Lexicon) -> tuple[Figure, ...]:
    """The figures of one sentence; "2 to 4 days" is one."""
    tokens = [_WORDED.get(token, token) for token in _TOKEN.findall(fold(sentence))]
    spans = tuple(_spans(tokens))
    starts, ends = [*(start for start, _, _, _ in spans), len(tokens)], [0, *(end for _, end, _, _ in spans)]
    return tuple(
        Figure(
            number=number, unit=unit, left=_stems(tokens[ends[at] : start][::-1], lexicon),
            right=_stems(tokens[end : starts[at + 1]], lexicon),
        )
        for at, (start, end, number, unit) in enumerate(spans)
    )  # fmt: skip


def swapped(said: Figure, sources: Sequence[Figure]) -> bool:
    """Whether another figure of the sources, of the same unit, belongs where this one is said."""
    own = [one for one in sources if one.amount == said.amount]
    rivals = [one for one in sources if one.number != said.number and one.unit == said.unit]
    return bool(own) and any(all(_belongs(said, rival, one) for one in own) for rival in rivals)


def _belongs(said: Figure, rival: Figure, own: Figure) -> bool:
    """Whether the words beside a figure are the rival's and none of its own."""
    for here, mine, other in ((said.left, own.left, rival.left), (said.right, own.right, rival.right)):
        if here and mine and here[0] == mine[0] and not (other and here[0] == other[0]):
            return False
    return _nearer(said.beside, rival.beside, own.beside) and _nearer(said.around, rival.around, own.around)


def _nearer(said: frozenset[_Sided], rival: frozenset[_Sided], own: frozenset[_Sided]) -> bool:
    return bool(said & (rival - own)) and not said & (own - rival)


def _spans(tokens: Sequence[str]) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, number and unit of each figure."""
    at = 0
    while at < len(tokens):
        one = _one(tokens, at)
        if one is None:
            at += 1
            continue
        start, (end, number, unit) = at, one
        joined = end < len(tokens) and tokens[end] in (_TO if unit else _TO | _AND)
        upper = _one(tokens, end + 1) if joined else None
        if upper is not None:
            end, number, unit = upper[0], f"{number} {unit or upper[2]} to {upper[1]}", upper[2]
        yield start, end, number, unit
        at = end


def _one(tokens: Sequence[str], at: int) -> tuple[int, str, str] | None:
    """End, number and unit of the number that begins here, with its sign; None: none begins."""
    if at < len(tokens) and tokens[at] in _ONE | _A:
        return _single(tokens, at)
    signed = at < len(tokens) and tokens[at] in _SIGNS
    if at + signed >= len(tokens) or not _NUMBER.fullmatch(tokens[at + signed]):
        return None
    unit, end = _unit(tokens, at + signed + 1)
    return (at + 2, tokens[at + 1], tokens[at]) if signed else (end, tokens[at], unit)


def _single(tokens: Sequence[str], at: int) -> tuple[int, str, str] | None:
    """The same for "one day" and "a day"."""
    unit, end = _unit(tokens, at + 1)
    before = tokens[at - 1] if at else ""
    often = tokens[at] in _A and (tokens[end - 1] not in _SINGULAR or before in _OFTEN or before in _UNITS)
    return None if not unit or often or _NUMBER.fullmatch(before) else (end, "1", unit)


def _unit(tokens: Sequence[str], at: int) -> tuple[str, int]:
    if at < len(tokens) and tokens[at] in _UNITS:
        unit = _UNITS[tokens[at]]
        after = _UNITS.get(tokens[at + 1], "") if at + 1 < len(tokens) else ""
        if unit == "workday" and after not in ("", "day", "workday"):
            return f"working {after}", at + 2
        return unit, at + 1 + (unit == "workday" and tokens[at + 1 : at + 2] in (["days"], ["day"]))
    if at + 1 < len(tokens) and tokens[at + 1] in _UNITS and _UNITS[tokens[at + 1]] == "workday":
        return "workday", at + 2
    return "", at


def _stems(tokens: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    words = [token for token in tokens if token.isalpha() and token not in _UNITS and token not in lexicon.neutral]
    return tuple(dict.fromkeys(lexicon.stem(word) for word in words))[:NEAR]


def is_of_figure(word: str) -> bool:
    """Whether a folded word is a written-out figure, or a unit that one carries."""
    return word in _UNITS or word in _WORDED
