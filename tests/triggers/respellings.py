"""Ways in which channels encode a text, and people spell one so that it still reads the same to whoever knows."""

from __future__ import annotations

import html
import quopri
import random
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Respelling = Callable[[str, random.Random], str]
_LEET = str.maketrans("aeos", "4305")


def _each(write: Callable[[str], str]) -> Respelling:
    return lambda text, dice: "".join(map(write, text))


def _words(write: Callable[[str], str], joint: str = " ") -> Respelling:
    return lambda text, dice: joint.join(map(write, text.split(" ")))


def _some_entities(text: str, dice: random.Random) -> str:
    return "".join(f"&#{ord(char)};" if dice.random() < 0.3 else html.escape(char) for char in text)


def _stretched(text: str, dice: random.Random) -> str:
    """One letter of one word several times."""
    words = text.split(" ")
    plain = [at for at, word in enumerate(words) if word.isalpha() and len(word) > 2]
    if plain:
        at = dice.choice(plain)
        place = dice.randrange(len(words[at]))
        letter = words[at][place]
        words[at] = words[at][:place] + letter * dice.randint(3, 7) + words[at][place + 1 :]
    return " ".join(words)


def _apart(between: str, gap: str) -> Respelling:
    return lambda text, dice: gap.join(between.join(word) if word.isalpha() else word for word in text.split(" "))


def _leet(text: str, dice: random.Random) -> str:
    """Signs for vowels in words that keep more letters than they lose."""

    def write(word: str) -> str:
        signs = word.translate(_LEET)
        new = sum(one != other for one, other in zip(word, signs, strict=True))
        inside = any(one != other for one, other in zip(word[1:-1], signs[1:-1], strict=True))
        return signs if word.isascii() and word.isalpha() and inside and 2 * new <= len(word) else word

    return " ".join(map(write, text.split(" ")))


ENCODINGS: dict[str, Respelling] = {
    "entities": _each(lambda char: f"&#{ord(char)};"),
    "hexadecimal entities": _each(lambda char: f"&#x{ord(char):X};"),
    "some entities": _some_entities,
    "hard blanks": lambda text, dice: html.escape(text).replace(" ", "&nbsp;"),
    "coloured words": _words(lambda word: f'<span style="color:red">{html.escape(word)}</span>'),
    "bold letters": lambda text, dice: "<b>" + "</b><b>".join(map(html.escape, text)) + "</b>",
    "a page": lambda text, dice: f'<html><body><div dir="ltr">{html.escape(text)}</div></body></html>',
    "paragraphs": _words(lambda word: f"<p>{html.escape(word)}</p>", ""),
    "broken lines": lambda text, dice: html.escape(text).replace(" ", "<br />"),
    "percent signs": lambda text, dice: quote(text),
    "a form": lambda text, dice: quote_plus(text),
    "quoted-printable": lambda text, dice: quopri.encodestring(text.encode(), quotetabs=True).decode(),
    "escapes": _each(lambda char: f"\\u{ord(char):04x}" if ord(char) < 0x10000 else char),
    "bytes": lambda text, dice: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "twice": lambda text, dice: html.escape(html.escape(text).replace(" ", "&nbsp;")),
}
"""What transports make of a text."""
SPELLINGS: dict[str, Respelling] = {
    "stretched": _stretched,
    "blanks between": _apart(" ", "   "),
    "points between": _apart(".", " "),
    "hyphens between": _apart("-", "  "),
    "a letter a line": _apart("\n", "\n \n"),
    "signs for letters": _leet,
}
"""What people make of it."""
EVERY = ENCODINGS | SPELLINGS


def is_prose(text: str) -> bool:
    """Whether a text holds nothing that a transport would have encoded, or that is code already."""
    return re.search(r"[<>&%=\\+#*@\n]", text) is None
