r"""The phrase language: plain words that compile to one RE2 pattern over folded text.

Without it a compliance officer would have to write regular expressions to say which words need a person.

::

    speak to [a] human          a space is one or more characters that are no letters or digits
    (cancel|close) my account   alternatives, which may hold several words and may nest
    talk .. person              up to two words in between
    refund ... manager          up to five words in between
    complain*                   any ending
    don't answer                also finds "dont answer"

A phrase stands between word boundaries. Whatever else is no letter or digit is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from policy.letters import FOLD
from states.errors import PolicyError

SEPARATOR = "[^a-z0-9]+"
EDGE = r"(?:\b|_)"
GAPS = {"..": 2, "...": 5}
SQUEEZED_LETTERS = 9
"""Shorter phrases are not looked for between spaced-out letters: they would be found inside ordinary words."""


def fold_phrase(phrase: str) -> str:
    """The phrase in the alphabet of folded text, its syntax characters kept."""
    return " ".join(phrase.translate(FOLD).split())


def compile_phrase(phrase: str) -> str:
    """RE2 source that finds the phrase in folded text; PolicyError names what is wrong with it."""
    folded = fold_phrase(phrase)
    sequence = _Parser(phrase, folded).parse()
    first = EDGE if _is_plain(folded.lstrip("([")[:1]) else ""
    last = EDGE if _is_plain(folded.rstrip(")]*")[-1:]) else ""
    return first + sequence.spaced() + last


def segments(phrase: str) -> tuple[str, ...]:
    """RE2 sources without gaps that all match wherever the phrase does; empty if it has no gap to part at.

    A scanner looks for them first: gaps multiply the states of a combined automaton, segments do not.
    """
    folded = fold_phrase(phrase)
    sequence = _Parser(phrase, folded).parse()
    if not sequence.has_gap():
        return ()
    edge = EDGE if folded.isascii() else ""
    return tuple(edge + part.spaced() + edge for part in sequence.parts())


def squeezed(phrase: str) -> str | None:
    """RE2 source that finds the phrase where only letters are left, or None if it is too short, has a gap or
    holds digits, which that view reads as letters.

    The view keeps `1` because it may stand for i or l, and `2` for to.
    """
    folded = fold_phrase(phrase)
    sequence = _Parser(phrase, folded).parse()
    if any(char.isdigit() for char in folded) or sequence.has_gap() or sequence.shortest() < SQUEEZED_LETTERS:
        return None
    return sequence.tight()


def _is_plain(char: str) -> bool:
    r"""Whether RE2's ASCII `\b` works beside the character."""
    return char.isascii()


@dataclass(frozen=True)
class _Text:
    """Letters and digits."""

    text: str

    def spaced(self) -> str:
        return self.text.replace("'", "['`]?")

    def tight(self) -> str:
        if self.text == "to":
            return "(?:to|2)"
        return "".join({"i": "[i1]", "l": "[l1]"}.get(char, char) for char in self.text if char.isalpha())

    def shortest(self) -> int:
        return sum(char.isalpha() for char in self.text)

    def has_gap(self) -> bool:
        return False


@dataclass(frozen=True)
class _Ending:
    """`*`: any ending of a word."""

    def spaced(self) -> str:
        return "[a-z0-9]*"

    def tight(self) -> str:
        return ""

    def shortest(self) -> int:
        return 0

    def has_gap(self) -> bool:
        return False


@dataclass(frozen=True)
class _Choice:
    """`(a|b)` or, if `optional`, `[a|b]`."""

    choices: tuple[_Sequence, ...]
    optional: bool

    def spaced(self) -> str:
        return f"(?:{'|'.join(choice.spaced() for choice in self.choices)})" + "?" * self.optional

    def tight(self) -> str:
        return f"(?:{'|'.join(choice.tight() for choice in self.choices)})" + "?" * self.optional

    def shortest(self) -> int:
        return 0 if self.optional else min(choice.shortest() for choice in self.choices)

    def has_gap(self) -> bool:
        return any(choice.has_gap() for choice in self.choices)


_Atom = _Text | _Ending | _Choice


@dataclass(frozen=True)
class _Word:
    """What stands between two spaces."""

    atoms: tuple[_Atom, ...]

    @property
    def optional(self) -> bool:
        return all(isinstance(atom, _Choice) and atom.optional for atom in self.atoms)

    def spaced(self) -> str:
        return "".join(atom.spaced() for atom in self.atoms)


@dataclass(frozen=True)
class _Gap:
    """Up to `words` words of any kind."""

    words: int


@dataclass(frozen=True)
class _Sequence:
    """Words and gaps in order; at least one word is not optional, and a gap stands between words."""

    items: tuple[_Word | _Gap, ...]

    def spaced(self) -> str:
        source, joined = "", True
        for item in self.items:
            if isinstance(item, _Gap):
                source += f"{SEPARATOR}(?:[a-z0-9']+{SEPARATOR}){{0,{item.words}}}"
                joined = True
            elif item.optional:
                source += _optional(item, before="" if joined else SEPARATOR, after=SEPARATOR if joined else "")
            else:
                source += ("" if joined else SEPARATOR) + item.spaced()
                joined = False
        return source

    def tight(self) -> str:
        return "".join(atom.tight() for word in self._words() for atom in word.atoms)

    def shortest(self) -> int:
        return sum(atom.shortest() for word in self._words() for atom in word.atoms)

    def has_gap(self) -> bool:
        return len(self._words()) < len(self.items) or any(
            atom.has_gap() for word in self._words() for atom in word.atoms
        )

    def parts(self) -> tuple[_Sequence, ...]:
        """What stands between the gaps, without parts that are optional or hold gaps themselves."""
        parts: list[list[_Word]] = [[]]
        for item in self.items:
            if isinstance(item, _Gap):
                parts.append([])
            else:
                parts[-1].append(item)
        required = [_Sequence(tuple(part)) for part in parts if not all(word.optional for word in part)]
        return tuple(part for part in required if not part.has_gap())

    def _words(self) -> list[_Word]:
        return [item for item in self.items if isinstance(item, _Word)]


def _optional(word: _Word, *, before: str, after: str) -> str:
    """An optional word together with the space that goes with it."""
    choices = [atom.choices for atom in word.atoms if isinstance(atom, _Choice)]
    atoms = "".join(f"(?:{'|'.join(choice.spaced() for choice in one)})" for one in choices)
    return f"(?:{before}{atoms}{after})?"


class _Parser:
    """Recursive descent over one folded phrase."""

    def __init__(self, phrase: str, folded: str) -> None:
        self._phrase = phrase
        self._text = folded
        self._at = 0

    def parse(self) -> _Sequence:
        sequence = self._sequence()
        if self._at < len(self._text):
            raise self._error(f"{self._text[self._at]!r} has no opening bracket")
        return sequence

    def _sequence(self) -> _Sequence:
        items: list[_Word | _Gap] = []
        while self._peek() not in ("", "|", ")", "]"):
            if self._peek() == " ":
                self._at += 1
            elif self._peek() == ".":
                items.append(self._gap())
            else:
                items.append(self._word())
        self._check(items)
        return _Sequence(tuple(items))

    def _check(self, items: list[_Word | _Gap]) -> None:
        required = [i for i, item in enumerate(items) if isinstance(item, _Word) and not item.optional]
        if not required:
            raise self._error("at least one word must not be optional")
        gaps = [i for i, item in enumerate(items) if isinstance(item, _Gap)]
        if any(not required[0] < gap < required[-1] for gap in gaps):
            raise self._error("a gap must stand between two words that are not optional")
        if any(later - gap == 1 for gap, later in pairwise(gaps)):
            raise self._error("two gaps stand side by side; write ... for up to five words")

    def _gap(self) -> _Gap:
        start = self._at
        while self._peek() == ".":
            self._at += 1
        dots = self._text[start : self._at]
        if dots not in GAPS or self._text[start - 1 : start] != " " or self._peek() != " ":
            raise self._error("a gap is .. or ... between spaces")
        return _Gap(GAPS[dots])

    def _word(self) -> _Word:
        atoms: list[_Atom] = []
        while self._peek() not in ("", " ", "|", ")", "]", "."):
            atoms.append(self._atom())
        return _Word(tuple(atoms))

    def _atom(self) -> _Atom:
        char = self._peek()
        if char in "([":
            return self._choice(closing=")" if char == "(" else "]")
        if char == "*":
            self._at += 1
            before = self._text[max(0, self._at - 2)]
            if not (before.isalnum() or before in ")]") or self._peek() not in ("", " ", "|", ")", "]"):
                raise self._error("* stands at the end of a word")
            return _Ending()
        start = self._at
        while self._peek() and (self._peek().isalnum() or self._peek() == "'"):
            self._at += 1
        if start == self._at:
            raise self._error(f"{char!r} is no letter, digit or sign of the phrase language")
        return _Text(self._text[start : self._at])

    def _choice(self, *, closing: str) -> _Choice:
        self._at += 1
        choices = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            choices.append(self._sequence())
        if self._peek() != closing:
            raise self._error(f"{closing!r} is missing")
        self._at += 1
        return _Choice(tuple(choices), optional=closing == "]")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _error(self, what: str) -> PolicyError:
        return PolicyError(f"phrase {self._phrase!r}: {what}; use `pattern` for what phrases cannot say")
