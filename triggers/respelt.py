"""Texts that are written otherwise than they are meant: encoded for transport, backwards, spelt apart or in disguise.

People in need stretch words ("I waaant to dieee"), and those who fear a filter write "k1ll" and "d*e"; channels hand on
HTML, quoted-printable and percent signs. Each gives one more reading, and takes none away.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from quopri import decodestring

from policy.letters import FOLD
from triggers.disguised_words import BACKWARDS, DOUBLE, STARRED
from triggers.folding import Folded

MOST = 20_000
"""Characters of a text that is read as it is meant; a longer one goes to a person anyway, and is only decoded."""

_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
_ENCODED = re.compile(
    rf"(?P<entity>{_ENTITY})|(?P<tag></?[A-Za-z][A-Za-z0-9]{{0,15}}(?:\s[^<>]{{0,400}})?/?>|<!--.{{0,400}}?-->)"
    r"|(?P<percent>(?:%[0-9a-fA-F]{2})+)|(?P<quoted>(?:=[0-9A-F]{2})+)"
    r"|(?P<escape>(?:\\u[0-9a-fA-F]{4})+|(?:\\x[0-9a-fA-F]{2})+)"
)
_INLINE = re.compile(
    r"</?(?:b|i|u|s|em|strong|span|a|font|small|big|mark|sub|sup|wbr|code|tt|ins|del|abbr)\b|<!--", re.I
)
_SOFT, _WIDE = re.compile(r"=\r?\n"), re.compile(r"[ \t\xa0]{2,}")
_BLANK, _PLUS = re.compile(r"\s"), re.compile(r"(?<=[^\s+])\+(?=[^\s+])")
"""A form's way to send blanks, in a text that has none."""
_TIMES = 3
"""Layers of encoding that are taken off: "&amp;#103;" has two."""

_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_APART = re.compile(
    r"(?<![^\W_])(?<![^\W_][^\w\s])[^\W\d_](?:([^\w]|_)[^\W\d_](?![^\W_]))(?:\1[^\W\d_](?![^\W_]))+(?![^\w\s][^\W_])"
)
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_CAMELS = re.compile(
    r"[^\W\d_]{0,40}(?:[a-zà-ÿ][A-ZÀ-Þ]|[A-ZÀ-Þ]{2}[a-zà-ÿ])[^\W\d_]{0,40}[a-zà-ÿ][A-ZÀ-Þ][^\W\d_]{0,40}"
)
_SIGNS = "013457@$!€|"
_LEET = re.compile(rf"(?<![\w@$!€|.])[^\W\d_]*(?:[{_SIGNS}]{{1,4}}[^\W\d_]+)+[{_SIGNS}]{{0,3}}(?![\w@$€|])")
_LOOSE = re.compile(
    rf"(?<![\w@$!€|.])[^\W\d_]{{1,12}}[{_SIGNS}]{{1,3}}(?![\w@$€|])|(?<![\w@$!€|.])[{_SIGNS}][^\W\d_](?!\w)"
)
"""Words with their signs at an end ("g45", "t0"), which count only beside words that are surely disguised."""
_LONE = re.compile(r"(?<![\w.,:/-])[124](?![\w:/-]|[.,]\d)")
_MEANT = str.maketrans(dict(zip(_SIGNS, "oieastasiei", strict=True)))
_OTHERWISE = str.maketrans(dict(zip(_SIGNS, "oleastaslel", strict=True)))
_LONE_MEANT = {"1": "i", "2": "to", "4": "for"}
_HIDDEN = re.compile(r"(?<![\w*#])[^\W\d_]+[*#.\-_]{1,3}[^\W\d_]+(?![\w*#])|(?<![\w*#])[*#][^\W\d_]{2,}(?![\w*#])")


class Respelt(Folded):
    """A reading whose characters may stand for several of the original."""

    __slots__ = ("_ends", "_firsts", "_lengths", "_read_as")

    def __init__(self, original: str, read: str, firsts: Sequence[int], ends: Sequence[int]) -> None:
        super().__init__(original, read, lambda: firsts)
        self._read_as, self._firsts, self._ends = read, firsts, ends
        self._lengths: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for offsets in `text`: all of what the characters stand for."""
        if not self._read_as:
            return 0, 0
        first = self._at(max(0, start))
        last = self._at(max(start, end - 1))
        if start >= len(self.text):
            return len(self.original), len(self.original)
        if end <= start:
            return self._firsts[first], self._firsts[first]
        there = range(min(first, last), max(first, last) + 1)
        return min(self._firsts[at] for at in there), max(self._ends[at] for at in there)

    def _at(self, place: int) -> int:
        """The index of the character that was read for a place of the folded text."""
        if self._lengths is None:
            self._lengths = [0]
            for char in self._read_as:
                self._lengths.append(self._lengths[-1] + len(FOLD[ord(char)]))
        return min(max(bisect_left(self._lengths, place + 1) - 1, 0), len(self._read_as) - 1)


class _Spelt:
    """A text being rewritten: each character with the place of the original that it stands for."""

    def __init__(self, text: str, firsts: Sequence[int], ends: Sequence[int]) -> None:
        self.text, self.firsts, self.ends = text, firsts, ends

    @classmethod
    def of(cls, text: str) -> _Spelt:
        """The text as it stands."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def rewritten(self, pattern: re.Pattern[str], write: Callable[[re.Match[str]], str | None]) -> _Spelt:
        """With every match written anew; None leaves one as it is."""
        pieces: list[str] = []
        firsts: list[int] = []
        ends: list[int] = []
        done = 0
        for found in pattern.finditer(self.text):
            new = write(found)
            if new is None or new == found[0]:
                continue
            start, end = found.span()
            pieces += (self.text[done:start], new)
            firsts += self.firsts[done:start]
            ends += self.ends[done:start]
            if len(new) == end - start:
                firsts += self.firsts[start:end]
                ends += self.ends[start:end]
            elif new:
                there = range(start, max(end, start + 1)) if start < len(self.text) else range(start - 1, start)
                firsts += [min(self.firsts[at] for at in there)] * len(new)
                ends += [max(self.ends[at] for at in there)] * len(new)
            done = end
        if not pieces:
            return self
        pieces.append(self.text[done:])
        return _Spelt("".join(pieces), [*firsts, *self.firsts[done:]], [*ends, *self.ends[done:]])

    def reading(self, original: str) -> Respelt:
        """What is read of it."""
        return Respelt(original, self.text, self.firsts, self.ends)


def respelt(text: str) -> Iterator[Folded]:
    """The further readings of a text, at most four; none for one that is written as it is meant."""
    plain = _Spelt.of(text)
    base = _decoded(plain)
    if base is not plain:
        yield base.reading(text)
    if len(text) > MOST:
        return
    said = {text, base.text}
    for leet, otherwise in ((_MEANT, False), (_OTHERWISE, True)):
        meant = _meant(base, leet, otherwise=otherwise)
        if meant.text not in said:
            said.add(meant.text)
            yield meant.reading(text)
    if len({found[0].lower() for found in BACKWARDS.finditer(base.text)}) > 1:
        yield Respelt(text, base.text[::-1], base.firsts[::-1], base.ends[::-1])


def _decoded(spelt: _Spelt) -> _Spelt:
    for _ in range(_TIMES):
        before, spelt = spelt, spelt.rewritten(_SOFT, lambda found: "").rewritten(_ENCODED, _decode)
        if not _BLANK.search(before.text) and len(_PLUS.findall(before.text)) > 1:
            spelt = spelt.rewritten(_PLUS, lambda found: " ")
        if spelt is before:
            return spelt
        spelt = spelt.rewritten(_WIDE, lambda found: " ")
    return spelt


def _decode(found: re.Match[str]) -> str | None:
    code = found[0]
    match found.lastgroup:
        case "entity":
            return html.unescape(code)
        case "tag":
            return "" if _INLINE.match(code) else " "
        case "percent":
            return _text_of(bytes.fromhex(code.replace("%", "")))
        case "quoted":
            return _text_of(decodestring(code))
        case _:
            digits = code.replace("\\u", "").replace("\\x", "")
            if code[1] == "x":
                return _text_of(bytes.fromhex(digits))
            return bytes.fromhex(digits).decode("utf-16-be", "replace")


def _text_of(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _meant(spelt: _Spelt, leet: dict[int, str], *, otherwise: bool) -> _Spelt:
    """The text as its words are meant, by one way to read letters that were stretched or exchanged."""
    hidden = _together(spelt).rewritten(_HIDDEN, _starred)
    letters = hidden.rewritten(_LEET, lambda found: _leet(found[0], leet))
    if letters is not hidden:
        letters = letters.rewritten(_LOOSE, lambda found: found[0].translate(leet))
        letters = letters.rewritten(_LONE, lambda found: _LONE_MEANT[found[0]])
    calm = letters.rewritten(_WORD, lambda found: _unstretched(found[0], otherwise=otherwise))
    if _CAMELS.search(calm.text):
        calm = calm.rewritten(_CAMELS, lambda found: _CAMEL.sub(" ", found[0]))
    return calm


def _together(spelt: _Spelt) -> _Spelt:
    """The text without what stands between the letters of its words; of two letters only where longer words have it."""
    between = {found[1] for found in _APART.finditer(spelt.text)}
    if not between:
        return spelt
    apart = spelt.rewritten(_APART, lambda found: found[0].replace(found[1], ""))
    signs = "".join(map(re.escape, sorted(between)))
    pair = re.compile(rf"(?<![^\W_])[^\W\d_][{signs}][^\W\d_](?![^\W_])")
    return apart.rewritten(pair, lambda found: found[0][0] + found[0][-1])


def _starred(found: re.Match[str]) -> str | None:
    """The word that is meant where letters are starred out, if it is one of those that people star out."""
    return next((word for word in STARRED.get(len(found[0]), ()) if _fits(word, found[0].lower())), None)


def _fits(word: str, hidden: str) -> bool:
    return all(there == char or there in "*#.-_" for char, there in zip(word, hidden, strict=True))


def _leet(word: str, table: dict[int, str]) -> str | None:
    signs = sum(char in _SIGNS for char in word)
    letters = len(word) - signs
    return word.translate(table) if letters >= signs and letters > 1 and letters + signs > 2 else None


def _unstretched(word: str, *, otherwise: bool) -> str | None:
    if _STRETCHED.search(word) is None:
        return None
    double = _STRETCHED.sub(r"\1\1", word)
    return double if double.lower().startswith(DOUBLE) is not otherwise else _STRETCHED.sub(r"\1", word)
