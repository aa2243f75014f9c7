"""Intake: the text that a person would see, so that rules, models and people read the same.

What shows nothing is taken out before a text is judged or stored: tags, zero-width and direction controls, private and
unassigned code points, selectors that select nothing. What belongs to a script or to an emoji stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Unseen(StrEnum):
    """Kinds of characters that show nothing."""

    FORMAT = "format"
    """Soft hyphens, zero-width blanks and joiners, direction marks: word processors and keyboards leave them."""
    TAG = "tag"
    """ASCII written in characters that only machines read."""
    SELECTOR = "selector"
    """Variation selectors beside anything but one emoji; bytes can be written in them."""
    CONTROL = "control"
    PRIVATE = "private"
    UNASSIGNED = "unassigned"
    """Also halves of surrogate pairs and code points that are no characters."""


@dataclass(frozen=True, kw_only=True)
class Visible:
    """A text without what shows nothing."""

    text: str
    removed: tuple[tuple[Unseen, int], ...] = ()
    """How many characters of which kind were taken out; the most first."""

    @property
    def hid(self) -> bool:
        """Whether something was hidden, beyond what word processors and keyboards leave: then it is not answered."""
        return any(kind is not Unseen.FORMAT for kind, _ in self.removed)


_PLAIN = re.compile(r"[\t\n\r\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u20a0-\u20bf]*")
_FLAG = re.compile("\U0001f3f4(?:\U000e0067\U000e0062)(?:[\U000e0061-\U000e007a]{3})\U000e007f")
"""England, Scotland, Wales: the flags that are written with tags."""
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
_JOINED_SCRIPTS = (
    "ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU",
    "KANNADA", "MALAYALAM", "SINHALA", "MYANMAR", "KHMER",
)  # fmt: skip
"""Scripts whose spelling needs joiners."""
_JOINERS = "\u200c\u200d"
_EMOJI_SELECTORS = "\ufe0e\ufe0f"


def visible(text: str) -> Visible:
    """The text that may be judged, shown and stored. Idempotent; never raises."""
    if _PLAIN.fullmatch(text) is not None:
        return Visible(text=text)
    removed: Counter[Unseen] = Counter()
    kept = "".join(_kept(text, removed))
    return Visible(text=kept, removed=tuple(removed.most_common()))


def _kept(text: str, removed: Counter[Unseen]) -> Iterator[str]:
    last = ""
    flag_until = 0
    for at, char in enumerate(text):
        if char == "\U0001f3f4" and (flag := _FLAG.match(text, at)) is not None:
            flag_until = flag.end()
        kind = None if at < flag_until else _unseen(char, last, text[at + 1 : at + 2])
        if kind is None:
            yield char
            last = char
        else:
            removed[kind] += 1


def _unseen(char: str, before: str, after: str) -> Unseen | None:
    """What kind of unseen character this is between its neighbours; None if it shows or belongs to what shows."""
    code, category = ord(char), unicodedata.category(char)
    if 0xE0000 <= code <= 0xE007F:
        return Unseen.TAG
    if char in _JOINERS:
        return None if _joins(before) and _joins(after) else Unseen.FORMAT
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return None if char in _EMOJI_SELECTORS and _takes_selector(before) else Unseen.SELECTOR
    if category == "Cf" or char in _FILLERS:
        return Unseen.FORMAT
    if category == "Cc":
        return None if char in "\t\n\r" else Unseen.CONTROL
    if category == "Co":
        return Unseen.PRIVATE
    if category == "Cs" or (category == "Cn" and not 0x1F000 <= code <= 0x1FAFF):
        return Unseen.UNASSIGNED
    return None


def _joins(char: str) -> bool:
    """Whether a joiner beside the character has a purpose: emoji, and scripts whose letters it shapes."""
    return bool(char) and (
        char in _EMOJI_SELECTORS
        or unicodedata.category(char) in ("So", "Sk")
        or unicodedata.name(char, "").startswith(_JOINED_SCRIPTS)
    )


def _takes_selector(char: str) -> bool:
    return bool(char) and (char in "#*0123456789" or unicodedata.category(char) in ("So", "Sm", "Po", "Sk"))
