"""The tree of a phrase and its parser; `policy.phrases` says what the language means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from policy.bounds import MAX_PHRASE_DEPTH
from states.errors import PolicyError

SEPARATOR = "[^a-z0-9]+"
GAPS = {"..": 2, "...": 5}
TO = "(?:to|2)"
_TO_MARK = "\x02"
_LETTERS = re.compile(r"(?:[^\W_]|')+")
_PLAIN = r"[a-z0-9']+(?:(?<!')\*)?"
_LISTED = re.compile(rf"{_PLAIN}(?: {_PLAIN})*(?:\|{_PLAIN}(?: {_PLAIN})*)*")
_TO = re.compile(r"(?<![a-z0-9'])to(?![a-z0-9'])")
_NO_LETTERS = re.compile(rf"[^a-z|{_TO_MARK}]+")
_EITHER = str.maketrans({"i": "[i1]", "l": "[l1]"})
_NO_WORD = str.maketrans("", "", "0123456789' *")


@lru_cache(maxsize=16_384)
def parse(phrase: str, folded: str) -> Sequence:
    """The tree of a folded phrase; PolicyError names what is wrong with `phrase`, as it was written."""
    return _Parser(phrase, folded).parse()


@dataclass(frozen=True, slots=True)
class Text:
    """Letters and digits."""

    text: str

    def spaced(self) -> str:
        return self.text.replace("'", "['`]?")

    def tight(self) -> str:
        return tight_text(self.text)

    def shortest(self) -> int:
        return sum(char.isalpha() for char in self.text)

    def has_gap(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Ending:
    """`*`: any ending of a word."""

    def spaced(self) -> str:
        return "[a-z0-9]*"

    def tight(self) -> str:
        return ""

    def shortest(self) -> int:
        return 0

    def has_gap(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Listed:
    """`(a|b c|d*)` or, if `optional`, `[a|b]`: a choice of plain words, kept as one text because nearly all are."""

    text: str
    optional: bool

    def spaced(self) -> str:
        plain = self.text.replace("*", "[a-z0-9]*").replace("'", "['`]?").replace(" ", SEPARATOR)
        return f"(?:{plain})" + "?" * self.optional

    def tight(self) -> str:
        letters = _NO_LETTERS.sub("", _TO.sub(_TO_MARK, self.text) if "to" in self.text else self.text)
        return f"(?:{letters.translate(_EITHER).replace(_TO_MARK, TO)})" + "?" * self.optional

    def shortest(self) -> int:
        return 0 if self.optional else min(map(len, self.text.translate(_NO_WORD).split("|")))

    def has_gap(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Choice:
    """`(a|b)` or, if `optional`, `[a|b]`, where the alternatives hold choices or gaps themselves."""

    choices: tuple[Sequence, ...]
    optional: bool

    def spaced(self) -> str:
        return f"(?:{'|'.join(choice.spaced() for choice in self.choices)})" + "?" * self.optional

    def tight(self) -> str:
        return f"(?:{'|'.join(choice.tight() for choice in self.choices)})" + "?" * self.optional

    def shortest(self) -> int:
        return 0 if self.optional else min(choice.shortest() for choice in self.choices)

    def has_gap(self) -> bool:
        return any(choice.has_gap() for choice in self.choices)


Atom = Text | Ending | Listed | Choice


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between two spaces."""

    atoms: tuple[Atom, ...]
    optional: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "optional", all(map(_is_optional, self.atoms)))

    def spaced(self) -> str:
        return "".join(atom.spaced() for atom in self.atoms)


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `words` words of any kind."""

    words: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Words and gaps in order; at least one word is not optional, and a gap stands between words."""

    items: tuple[Word | Gap, ...]

    def spaced(self) -> str:
        source, joined = "", True
        for item in self.items:
            if isinstance(item, Gap):
                source += f"{SEPARATOR}(?:[a-z0-9']+{SEPARATOR}){{0,{item.words}}}"
                joined = True
            elif item.optional:
                source += _optional(item, before="" if joined else SEPARATOR, after=SEPARATOR if joined else "")
            else:
                source += ("" if joined else SEPARATOR) + item.spaced()
                joined = False
        return source

    def tight(self) -> str:
        return "".join(atom.tight() for word in self.words() for atom in word.atoms)

    def shortest(self) -> int:
        return sum(atom.shortest() for word in self.words() for atom in word.atoms)

    def has_gap(self) -> bool:
        return len(self.words()) < len(self.items) or any(
            atom.has_gap() for word in self.words() for atom in word.atoms
        )

    def words(self) -> list[Word]:
        """The words, gaps left out."""
        return [item for item in self.items if isinstance(item, Word)]


def _is_optional(atom: Atom) -> bool:
    return isinstance(atom, (Listed, Choice)) and atom.optional


@lru_cache(maxsize=16_384)
def tight_text(text: str) -> str:
    """One word in the squeezed view, where `1` may stand for i or l and `2` for to."""
    if text == "to":
        return TO
    return "".join(char for char in text if char.isalpha()).translate(_EITHER)


def _optional(word: Word, *, before: str, after: str) -> str:
    """An optional word together with the space that goes with it."""
    atoms = "".join(atom.spaced().removesuffix("?") for atom in word.atoms)
    return f"(?:{before}{atoms}{after})?"


class _Parser:
    """Recursive descent over one folded phrase."""

    def __init__(self, phrase: str, folded: str) -> None:
        self._phrase = phrase
        self._text = folded
        self._at = 0
        self._depth = 0

    def parse(self) -> Sequence:
        sequence = self._sequence()
        if self._at < len(self._text):
            raise self._error(f"{self._text[self._at]!r} has no opening bracket")
        return sequence

    def _sequence(self) -> Sequence:
        items: list[Word | Gap] = []
        while self._peek() not in ("", "|", ")", "]"):
            if self._peek() == " ":
                self._at += 1
            elif self._peek() == ".":
                items.append(self._gap())
            else:
                items.append(self._word())
        self._check(items)
        return Sequence(tuple(items))

    def _check(self, items: list[Word | Gap]) -> None:
        required = [i for i, item in enumerate(items) if isinstance(item, Word) and not item.optional]
        if not required:
            raise self._error("at least one word must not be optional")
        gaps = [i for i, item in enumerate(items) if isinstance(item, Gap)]
        if any(not required[0] < gap < required[-1] for gap in gaps):
            raise self._error("a gap must stand between two words that are not optional")
        if any(later - gap == 1 for gap, later in pairwise(gaps)):
            raise self._error("two gaps stand side by side; write ... for up to five words")

    def _gap(self) -> Gap:
        start = self._at
        while self._peek() == ".":
            self._at += 1
        dots = self._text[start : self._at]
        if dots not in GAPS or self._text[start - 1 : start] != " " or self._peek() != " ":
            raise self._error("a gap is .. or ... between spaces")
        return Gap(GAPS[dots])

    def _word(self) -> Word:
        atoms: list[Atom] = []
        while self._peek() not in ("", " ", "|", ")", "]", "."):
            atoms.append(self._atom())
        return Word(tuple(atoms))

    def _atom(self) -> Atom:
        char = self._peek()
        if char in "([":
            return self._choice(closing=")" if char == "(" else "]")
        if char == "*":
            self._at += 1
            before = self._text[max(0, self._at - 2)]
            if not (before.isalnum() or before in ")]") or self._peek() not in ("", " ", "|", ")", "]"):
                raise self._error("* stands at the end of a word")
            return Ending()
        letters = _LETTERS.match(self._text, self._at)
        if letters is None:
            raise self._error(f"{char!r} is no letter, digit or sign of the phrase language")
        self._at = letters.end()
        return Text(letters[0])

    def _choice(self, *, closing: str) -> Choice | Listed:
        self._at += 1
        listed = _LISTED.match(self._text, self._at)
        if listed is not None and self._text[listed.end() : listed.end() + 1] == closing:
            self._at = listed.end() + 1
            return Listed(listed[0], optional=closing == "]")
        self._depth += 1
        if self._depth > MAX_PHRASE_DEPTH:
            raise self._error(f"brackets are nested deeper than {MAX_PHRASE_DEPTH}")
        choices = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            choices.append(self._sequence())
        self._depth -= 1
        if self._peek() != closing:
            raise self._error(f"{closing!r} is missing")
        self._at += 1
        return Choice(tuple(choices), optional=closing == "]")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _error(self, what: str) -> PolicyError:
        return PolicyError(f"phrase {self._phrase!r}: {what}; use `pattern` for what phrases cannot say")
