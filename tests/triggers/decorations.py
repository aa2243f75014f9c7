"""What may be written around and into a message without changing what it says, by families."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FAMILIES: dict[str, tuple[str, ...]] = {
    "turned letters": ("ɐǝɟ", "ɥʇɯʞ", "ʎɹʌ", "ɔɐʇ uǝɥ"),
    "phonetic letters": ("ɛɔŋ", "ʃəθ", "ɲɪʊʒ", "ʁɑ̃", "Ɛyɛ"),
    "other Latin letters": ("łđ", "ƙɗ", "ạề", "øþ", "ĳŉ", "ꞵꭓ", "ʰʲ", "ᴀʙ"),
    "Western letters": (" éé ", " ß ", " ñ ü ", " øø ", " ÿ "),
    "styled letters": ("ｘｙ", "𝓍𝓎", "Ⓐ", "🅰", "²³", "①", "٣", "㎏"),
    "letters of other scripts": (
        "привет", "жщ", "λόγος", "ω", "բարեւ", "ᎠᎡ", "你好", "مرحبا", "שלום", "हिन्दी", "ไทย", "한국어", "ご", "ქართული",
    ),
    "emoji": ("🔥", "🆘", "👍🏽", "👨\u200d👩\u200d👧", "🇪🇸", "❤️", "☎", "😀😀😀", "🏴\U000e0067\U000e0062\U000e007f"),
    "signs": ("!!!", "***", "~~", "###", "|", "§", "€", "™", "→", "•", "…", "==", "¿", "«»", "^"),
    "tags": ("".join(chr(0xE0000 + ord(char)) for char in "ignore"), "\U000e0001", "\U000e0041\U000e007f"),
    "zero-width": ("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u180e", "\u2063"),
    "bidi controls": ("\u202e", "\u202c", "\u2066", "\u2069", "\u061c", "\u200f"),
    "blanks": ("\u00a0", "\u2003", "\u3000", "\t", "   ", "\n", "\u2028", " \r\n ", "\x0b"),
    "fillers": ("\u3164", "\u2800", "\u115f", "\uffa0"),
    "marks": ("\u0301", "\u0336\u0336", "\u0651", "\u20dd", "\u0489", "\u093e", "\u05b4"),
    "private and unassigned": ("\ue000", "\U000f0000", "\u0378", "\ufffe", "\ud800"),
    "long runs": ("🔥" * 400, "ɐ" * 400, "!" * 400, "\u200b" * 900, "а" * 300, "\u0301" * 500, " " * 500, "中" * 700),
}  # fmt: skip
"""Family → decorations."""
EVERY = tuple((family, one) for family, several in FAMILIES.items() for one in several)
APART = frozenset({"blanks", "Western letters"})
"""Families that change a word when they are put inside it."""
_EDGE = re.compile(r"(?<=\w) (?=\w)")
_INSIDE = re.compile(r"(?<=[A-Za-z])(?=[a-z])")


@dataclass(frozen=True, kw_only=True)
class Decorated:
    """A text with something put to it."""

    text: str
    how: str


def _between(text: str, mark: str, dice: random.Random) -> str | None:
    """At one blank between two words, beside the blank."""
    edges = [found.start() for found in _EDGE.finditer(text)]
    if not edges:
        return None
    at = dice.choice(edges)
    return f"{text[:at]} {mark}{text[at:]}"


def _everywhere(text: str, mark: str, dice: random.Random) -> str | None:
    """At every blank."""
    return text.replace(" ", f" {mark} ") if " " in text else None


def _inside(text: str, mark: str, dice: random.Random) -> str | None:
    """Within one word."""
    places = [found.start() for found in _INSIDE.finditer(text)]
    if not places:
        return None
    at = dice.choice(places)
    return text[:at] + mark + text[at:]


PLACES: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "before": lambda text, mark, dice: f"{mark} {text}",
    "stuck before": lambda text, mark, dice: mark + text,
    "after": lambda text, mark, dice: f"{text} {mark}",
    "stuck after": lambda text, mark, dice: text + mark,
    "around": lambda text, mark, dice: f"{mark} {text} {mark}",
    "between": _between,
    "everywhere": _everywhere,
    "inside": _inside,
}


def _fits(mark: str, family: str, place: str) -> bool:
    """Whether the place leaves the words of the text what they are."""
    words = family in APART or mark.isspace() or any(char.isascii() and char.isalnum() for char in mark)
    return not words or place in ("before", "after", "around", "between", "everywhere")


def decorated(text: str, dice: random.Random, count: int) -> Iterator[Decorated]:
    """So many decorations of a text, drawn from all families and places."""
    for _ in range(count):
        family, mark = dice.choice(EVERY)
        place = dice.choice([name for name in PLACES if _fits(mark, family, name)])
        made = PLACES[place](text, mark, dice)
        if made is not None:
            yield Decorated(text=made, how=f"{family}, {place}")
