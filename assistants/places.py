"""Countries as a text names them, and which of them lie in Europe: a price for one country is none for another.

The names are those of `phonenumbers` (250 countries, by ISO 3166 code), with the everyday ones that it lacks.
"""

from __future__ import annotations

import re
from functools import cache

from assistants.lexicon import fold

EUROPE = "europe"
"""Stands in the place of a country's code."""
EUROPEAN = frozenset(
    code
    for line in (
        "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME",
        "MK MT NL NO PL PT RO RS SE SI SJ SK SM UA VA XK",
    )
    for code in line.split()
)
"""Codes of countries that are all in Europe."""
_OTHERS = {
    "GB": "uk|u.k|britain|great britain|england|scotland|wales|northern ireland|grossbritannien|gran bretana"
    "|grande-bretagne|gra-bretanha|inglaterra|angleterre|reino unido|royaume-uni|escocia|ecosse|schottland",
    "US": "usa|u.s.a|america|the states|united states of america|eua|ee.uu|amerika|estados unidos",
    "IE": "republic of ireland|eire",
    "NL": "holland|the netherlands|netherlands|holanda|hollande",
    "CZ": "czechia|czech republic|tschechien|chequia|tchequie",
    "AE": "dubai|abu dhabi|uae|emirates",
    "TR": "turkiye",
    "CN": "china",
    EUROPE: "europe|europa|european|european union|eu|continent",
}  # fmt: skip
_OUTSIDE = re.compile(r"\b(?:outside(?: of)?|except|fuera de|hors d.|ausserhalb von|fora da) ?europ\w+")
"""What holds outside Europe holds for no country that is told."""
_WORD = re.compile(r"[^\W\d_]+")


def places(text: str, language: str) -> frozenset[str]:
    """ISO codes of the countries that a text names in its language or in English, and EUROPE."""
    plain = _OUTSIDE.sub(" ", fold(text))
    names, found = _names(language), frozenset[str]()
    named = [one for word in frozenset(_WORD.findall(plain)) & names.keys() for one in names[word]]
    for _, pattern, code in sorted(named, key=lambda one: (-one[0], one[2])):
        if pattern.search(plain):
            plain, found = pattern.sub(" ", plain), found | {code}
    return found


@cache
def _names(language: str) -> dict[str, tuple[tuple[int, re.Pattern[str], str], ...]]:
    """First word of a name → length, pattern and code of the names that begin with it."""
    from phonenumbers.geodata.locale import LOCALE_DATA  # lazy: a large table, needed once an index is built

    listed = LOCALE_DATA
    names = {fold(_named(by, code)): iso for iso, by in listed.items() for code in ("en", language) if _named(by, code)}
    names |= {name: code for code, several in _OTHERS.items() for name in several.split("|")}
    found: dict[str, list[tuple[int, re.Pattern[str], str]]] = {}
    for name, code in names.items():
        for word in _WORD.findall(name)[:1]:
            found.setdefault(word, []).append((len(name), re.compile(rf"\b{re.escape(name)}\b"), code))
    return {word: tuple(several) for word, several in found.items()}


def _named(by: dict[str, str], language: str) -> str:
    """A country's name; `*en` stands for the name in that language."""
    name = by.get(language, "")
    return by.get(name[1:], "") if name.startswith("*") else name
