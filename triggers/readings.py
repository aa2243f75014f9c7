"""The ways to read one text: as it stands, and without what may have been put into it or done to it.

A decoration may add a reading and never takes one away: whoever judges a text unites what all its readings show.
Evidence, masks and filters are all read through `readings`, so that they cannot see different texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache, partial
from string import ascii_lowercase
from typing import TypeVar

from policy.letters import FOLD
from triggers.disguised_words import BACKWARDS_SOURCE
from triggers.folding import Folded, fold
from triggers.respelt import respelt
from triggers.watched import compile_source

Item = TypeVar("Item")

_TURNED = frozenset("ɐǝɟƃɥᴉɾʞɯɹʇʌʍʎɔ")
_UPRIGHT = str.maketrans("nupdbq", "undpqb")
_TAGS = {0xE0000 + code: code for code in range(0x20, 0x7F)}
"""Tag characters show nothing, and a model reads them as the ASCII that they mirror."""
_WESTERN = frozenset("àáâãäçèéêëìíîïñòóôõöùúûüÿœæßªº¿¡")
"""Letters of the packs' five languages beside ASCII."""
_PUNCTUATION = frozenset("‘’‚‛“”„‟‐‑‒–—―…•·«»‹›−")
"""Signs that word processors put for ASCII ones."""
_WESTERN_WORDS = frozenset(("à", "á", "é", "è", "ê", "ó", "ô"))
"""Words of those languages without one ASCII letter."""
_WORD = re.compile(r"\w+")
_SIGNS = r"[*~^|#+=<>{}\[\]()\\\"$%!?;_`¿¡«»…]+"
_LOOSE_SIGNS = re.compile(rf"(?<=[^\W\d_]){_SIGNS}(?=[^\W\d_])|(?<=\s){_SIGNS}(?=\s)|[¿¡]+(?!\w)")
"""Signs between the letters of a word where no spelling has them, and signs that stand by themselves."""
_EACH, _FEW = 3, 2_000
"""So many loose signs are each read without the others, of those in so many first characters."""
_BLANKS = re.compile(r"\s{2,}")
_WIDE = r"  | \n|\n |[\t\v\f]"
_HAS_WIDE_BLANKS = compile_source(_WIDE)
_IS_ODD = compile_source(rf"{_WIDE}|[^0-9 \n]{_SIGNS}[^0-9 \n]|[ \n]{_SIGNS}[ \n]")
"""In folded ASCII that may have more than one reading."""
_STRETCHED = "|".join(f"{letter}{{3}}" for letter in ascii_lowercase)
_IS_RESPELT = compile_source(
    rf"{_STRETCHED}|&(?:#[0-9a-fx]{{1,8}}|[a-z]{{2,8}});|</?[a-z]|<!--|%[0-9a-f]{{2}}|=[0-9a-f]{{2}}|=\r?\n|\w\+\w"
    r"|\\[ux][0-9a-f]{2}|[a-z][013457@$!|*#]{1,4}[a-z]|[a-z]€[a-z]|\b[013457@$!|*#]{1,4}[a-z]{2}"
    r"|(?:^|[^a-z0-9])[a-z][^a-z0-9][a-z][^a-z0-9][a-z](?:$|[^a-z0-9])"
    rf"|\b(?:{BACKWARDS_SOURCE})\b"
)
"""In folded text that may be written otherwise than it is meant (`triggers.respelt`)."""
_HAS_CAMELS = compile_source(r"[a-z][A-Z][A-Za-z]*[a-z][A-Z]|[A-Z][A-Z][a-z]+[A-Z]")


class Kind(IntEnum):
    """What a character may be apart from the letters and signs of the packs' languages."""

    PLAIN = 0
    VOID = 1
    """Shows nothing."""
    LATIN = 2
    """Other Latin letters: phonetic, turned, small capitals, Twi, Vietnamese."""
    STYLED = 3
    """Another form of an ASCII character: full-width, mathematical, enclosed, raised; digits of other scripts."""
    LOOKALIKE = 4
    """A letter of another script that passes for an ASCII letter."""
    FOREIGN = 5
    """Everything else: emoji, signs, letters of other scripts."""


@lru_cache(maxsize=65_536)
def kind(char: str) -> Kind:
    """The kind of one character."""
    if char.isascii() or char.lower() in _WESTERN:
        return Kind.PLAIN
    plain = FOLD[ord(char)]
    if not plain:
        return Kind.VOID
    if not plain.isascii():
        return Kind.FOREIGN
    if char.isspace() or char in _PUNCTUATION:
        return Kind.PLAIN
    if unicodedata.normalize("NFKC", char).isascii() or unicodedata.digit(char, None) is not None:
        return Kind.STYLED
    name = unicodedata.name(char, "")
    if name.startswith(("LATIN", "MODIFIER")):
        return Kind.LATIN
    return Kind.LOOKALIKE if unicodedata.category(char)[0] == "L" else Kind.STYLED


Readings = Callable[[str], tuple[Folded, ...]]
"""Gives every way to read a text, as it stands first."""


def readings(text: str) -> tuple[Folded, ...]:
    """Every way to read the text, as it stands first; at most eighteen."""
    plain = fold(text)
    odd = () if text.isascii() and _IS_ODD.search(plain.data) is None else tuple(_others(text, plain))
    if _IS_RESPELT.search(plain.data) is None and _HAS_CAMELS.search(text.encode("utf-8", "surrogatepass")) is None:
        return (plain, *odd)
    return (plain, *odd, *respelt(text))


def _others(text: str, plain: Folded) -> Iterator[Folded]:
    present = set(text)
    if not _TURNED.isdisjoint(present):
        yield Folded(text, text[::-1].translate(_UPRIGHT), partial(range, len(text) - 1, -1, -1))
    if any(0xE0000 <= ord(char) <= 0xE007F for char in present):
        yield Folded(text, text.translate(_TAGS), partial(range, len(text)))
    seen = {plain.text}
    for dropped in _droppings(text, present, wide=_HAS_WIDE_BLANKS.search(plain.data) is not None):
        reading = _without(text, *dropped)
        if reading.text not in seen:
            seen.add(reading.text)
            yield reading


_Spans = Callable[[str], Iterable[tuple[int, int]]]
"""Finds what to pass over in a text, in order."""


def _droppings(text: str, present: set[str], *, wide: bool) -> Iterator[tuple[str, _Spans | None]]:
    """What to pass over: nothing but wide blanks, each kind that is there, all of them, and whole words of them."""
    kinds: dict[Kind, list[str]] = {}
    for char in present:
        if not char.isascii() and (found := kind(char)) is not Kind.PLAIN:
            kinds.setdefault(found, []).append(char)
    void = "".join(kinds.pop(Kind.VOID, ()))
    if wide:
        yield void, None
    for chars in kinds.values():
        yield void + "".join(chars), None
    every = void + "".join(map("".join, kinds.values()))
    if len(kinds) > 1:
        yield every, None
    signs = dict.fromkeys("".join(_LOOSE_SIGNS.findall(text[:_FEW])))
    for sign in [*signs][:_EACH] if len(signs) > 1 else ():
        yield "", partial(_loose_signs, frozenset(sign))
    if signs or _LOOSE_SIGNS.search(text) is not None:
        yield every, partial(_loose_signs, frozenset())
    if any(char.isalpha() and not char.isascii() for char in present):
        yield void, partial(_strange_words, frozenset(every))


def _loose_signs(only: frozenset[str], text: str) -> Iterator[tuple[int, int]]:
    """Signs that no spelling has; if some are named, those runs of them alone."""
    return (found.span() for found in _LOOSE_SIGNS.finditer(text) if not only or not only.isdisjoint(found[0]))


def _strange_words(strange: frozenset[str], text: str) -> Iterator[tuple[int, int]]:
    """Words with one of these characters in them, and those that no language writes: "ß", "ñü"."""
    for found in _WORD.finditer(text):
        word = found[0]
        if not word.isascii() and not (strange.isdisjoint(word) and _is_spelt(word)):
            yield found.span()


def _is_spelt(word: str) -> bool:
    return any(map(str.isascii, word)) or word.lower() in _WESTERN_WORDS


def _without(text: str, chars: str, spans: _Spans | None) -> Folded:
    read = text.translate(dict.fromkeys(map(ord, chars))) if chars else text
    if spans is not None:
        read = "".join(_cut(read, spans(read)))
    return Folded(text, _BLANKS.sub(_narrow, read), partial(_places, text, frozenset(chars), spans))


def _places(text: str, chars: frozenset[str], spans: _Spans | None) -> Sequence[int]:
    """Where the characters that `_without` leaves stand in the text."""
    places = [at for at, char in enumerate(text) if char not in chars] if chars else list(range(len(text)))
    read = "".join([text[at] for at in places])
    if spans is not None:
        cut = tuple(spans(read))
        places, read = _cut(places, cut), "".join(_cut(read, cut))
    return _cut(places, ((run.start() + len(_narrow(run)), run.end()) for run in _BLANKS.finditer(read)))


def _cut(whole: Sequence[Item], spans: Iterable[tuple[int, int]]) -> list[Item]:
    """The items outside these spans, which are in order."""
    kept: list[Item] = []
    done = 0
    for start, end in spans:
        kept += whole[done:start]
        done = end
    return [*kept, *whole[done:]]


def _narrow(blanks: re.Match[str]) -> str:
    """One blank for a run with a blank in it; lines that were left empty part what they part."""
    return blanks[0] if not blanks[0].strip("\r\n") else " "
