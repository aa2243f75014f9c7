"""Seed phrases of wallets: twelve words and more of the English list of BIP-39, or words behind such a label.

The list (`seed_words.txt`, 2,048 words) is the one published with BIP-39 under the MIT licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from triggers.private.detectors import Detector, Searched, by_regex

_FEWEST = 12
_WORD = re.compile(r"[a-z]+")
_GAP = re.compile(r"[\s,.;:|)#>-]{0,4}(?:[0-9]{1,2}[\s.):-]{0,3})?")
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


@cache
def _words() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "seed_words.txt").read_text("ascii").split())


def _seed_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    """Runs of twelve and more words of the list with nothing but marks or numbers between them."""
    text, words = searched.folded.text, _words()
    run: list[re.Match[str]] = []
    for found in _WORD.finditer(text):
        if run and not (found[0] in words and _GAP.fullmatch(text, run[-1].end(), found.start())):
            yield from _phrase(run)
            run = []
        if found[0] in words:
            run.append(found)
    yield from _phrase(run)


def _phrase(run: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """The span of a run that is long and varied enough; spelled numbers repeat a few words."""
    if len({word[0] for word in run}) >= _FEWEST - 2 and len(run) >= _FEWEST:
        yield run[0].start(), run[-1].end()


SEED_PHRASES: tuple[Detector, ...] = (
    Detector(
        entity="seed_phrase",
        group="secret",
        prefilters=(
            r"\b[a-z]{3,8}(?:[\s,]{1,2}[a-z]{3,8}){11}\b",
            r"\b1[.):-] ?[a-z]{3,8}[\s,]{1,3}2[.):-] ?[a-z]{3,8}[\s,]",
        ),
        find=_seed_spans,
    ),
    Detector(entity="seed_phrase", group="secret", prefilters=(rf"\b(?:{_SEED_LABEL})\b",), find=by_regex(_LABELLED)),
)
"""Detectors of wallets' seed phrases."""
