"""Seed phrases of wallets: twelve words and more of the English list of BIP-39, or words behind such a label.

The list (`seed_words.txt`, 2,048 words) is the one published with BIP-39 under the MIT licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase

from triggers.private.detectors import Detector, Searched, by_regex

_FEWEST, _VARIED = 12, 7
"""Words of the shortest phrase, and how many of them differ at least: spelled numbers repeat a few."""
_WORD = re.compile(rb"[a-z]+")
_LETTERS = bytes(code if chr(code) in ascii_lowercase else 32 for code in range(256))
_SEED_LABEL = (
    "(?:seed|recovery|mnemonic|backup|secret|wallet) (?:phrase|words)|mnemonic|"
    "frase (?:semilla|de recuperacion|semente)|phrase (?:de recuperation|secrete|mnemonique)|"
    "wiederherstellungs(?:phrase|worter)|frase de recuperacao|palabras de recuperacion"
)
_LABELLED = (
    rf"\b(?:{_SEED_LABEL})\b[\"'`*_]{{0,3}}[ \t]{{0,2}}"
    rf"(?:(?:is|are|es|son|est|ist|lautet|e)\b:?|[:=])\s{{0,3}}[\"'`*(]{{0,3}}"
    r"((?:[0-9]{1,2}[.)][ \t]{0,2})?[a-z]{3,8}(?:[\s,]{1,3}(?:[0-9]{1,2}[.)][ \t]{0,2})?[a-z]{3,8}){7,23})\b"
)


_KNOWN = frozenset((Path(__file__).parent / "seed_words.txt").read_bytes().split())
_MAY_BE_KNOWN = "(?:[a-z]{4,8}|" + "|".join(sorted(word.decode() for word in _KNOWN if len(word) == 3)) + ")"
"""RE2 source. Most words of prose that are no seed words have three letters ("the", "for", "was")."""


def _seed_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    """Twelve and more words of the list with nothing but marks or numbers between them."""
    folded = searched.folded
    words = folded.data.translate(_LETTERS).split()
    first = _first_phrase(words, 0)
    places = [found.span() for found in _WORD.finditer(folded.data)] if first is not None else []
    while first is not None:
        searched.spend()
        last = next((at for at in range(first + _FEWEST, len(words)) if words[at] not in _KNOWN), len(words))
        yield folded.char_at(places[first][0]), folded.char_at(places[last - 1][1])
        first = _first_phrase(words, last)


def _first_phrase(words: list[bytes], at: int) -> int | None:
    """Where so many words of the list begin, from a word on; prose is refused after a few look-ups."""
    while at + _FEWEST <= len(words):
        last = at + _FEWEST - 1
        while last >= at and words[last] in _KNOWN:
            last -= 1
        if last < at and len(set(words[at : at + _FEWEST])) >= _VARIED:
            return at
        at = max(last, at) + 1
    return None


SEED_PHRASES: tuple[Detector, ...] = (
    Detector(
        entity="seed_phrase",
        group="secret",
        prefilters=(
            rf"\b{_MAY_BE_KNOWN}(?:[\s,]{{1,2}}{_MAY_BE_KNOWN}){{11}}\b",
            r"\b2[.):-] ?[a-z]{3,8}[\s,]{1,3}3[.):-] ?[a-z]",
        ),
        find=_seed_spans,
        apart=True,
    ),
    Detector(entity="seed_phrase", group="secret", prefilters=(rf"\b(?:{_SEED_LABEL})\b",), find=by_regex(_LABELLED)),
)
"""Detectors of wallets' seed phrases."""
