"""Coverage: whether all of a message was read by what wants to answer it.

Absence of a trigger is no permission. A message is answered only if every word, sign, emoji and file name is matched
by the answer or stands on a short list of fillers, and every clause has something that is matched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from triggers.fillers import COURTESIES, EMOJI, EMOTICONS, FILE_WORDS, FILLERS
from triggers.folding import fold
from triggers.visible import visible


class Unread(StrEnum):
    """What a piece of a message is that nothing accounts for."""

    CLAUSE = "clause"
    """A clause of which not one word was matched."""
    WORD = "word"
    """A word in a clause that was matched otherwise."""
    SIGN = "sign"
    """Emoji, drawings, Morse."""
    FILE = "file"
    """The name of a file."""
    HIDDEN = "hidden"
    """Characters that show nothing."""


@dataclass(frozen=True, kw_only=True)
class Uncovered:
    """A piece of a message that nothing accounts for."""

    kind: Unread
    text: str
    """As it was written; for what is hidden, what kind of characters it is."""


_CLAUSE = re.compile(r"(?<=[.?!;…。？！])\s+|[\r\n]+")
_WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_MARKS = frozenset(".,;:?!'\"-–—()/&+%…¿¡«»“”„‘’`•€$£@#*_")
"""Signs of ordinary writing."""
_MORSE = frozenset(".·•*…-–—_/|")
_DOTS, _DASHES = frozenset(".·•*…"), frozenset("-–—_")
_SELECTORS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")
"""Variation selectors, joiners and skin tones."""
_CAMERA_NUMBER = 20


def uncovered(
    text: str, known_words: Collection[str], *, language: str = "en", files: Sequence[str] = ()
) -> tuple[Uncovered, ...]:
    """The pieces of a message that nothing accounts for; empty if all of it was read.

    `known_words` are the words of the message that the answer matched, folded as `triggers.folding.fold` folds them.
    A clause without one of them is uncovered as a whole unless it is a mere courtesy. Names of `files` are read, too.
    """
    seen = visible(text)
    hidden = (", ".join(kind.value for kind, _ in seen.removed),) if seen.hid else ()
    pieces: tuple[tuple[Unread, Iterable[str]], ...] = (
        (Unread.HIDDEN, hidden),
        (Unread.CLAUSE, _clauses(seen.text, known_words, language)),
        (Unread.WORD, _words(seen.text, known_words, language)),
        (Unread.SIGN, strange_signs(seen.text)),
        (Unread.FILE, (name for name in files if not _is_plain_name(name, known_words))),
    )
    return tuple(Uncovered(kind=kind, text=piece) for kind, several in pieces for piece in several)


def _clauses(text: str, known: Collection[str], language: str) -> Iterator[str]:
    return (clause.strip() for clause in _CLAUSE.split(text) if not _is_about(clause, known, language))


def _words(text: str, known: Collection[str], language: str) -> Iterator[str]:
    for clause in _CLAUSE.split(text):
        if _is_about(clause, known, language):
            yield from (word for word in _WORD.findall(clause) if not _is_known(word, known, language))


def _is_about(clause: str, known: Collection[str], language: str) -> bool:
    """Whether something in a clause was matched that is more than a filler, or nothing is said in it."""
    words = [_plain(word) for word in _WORD.findall(clause)]
    fillers = FILLERS.get(language, frozenset())
    return any(word in known and word not in fillers for word in words) or all(
        _is_courtesy(word, language) for word in words
    )


def _is_known(word: str, known: Collection[str], language: str) -> bool:
    plain = _plain(word)
    fillers = FILLERS.get(language, frozenset())
    parts = (plain,) if plain in known or plain in fillers else tuple(plain.split("'"))
    return all(part in known or part in fillers or _is_courtesy(part, language) for part in parts)


def _is_courtesy(plain: str, language: str) -> bool:
    return plain in COURTESIES["en"] or plain in COURTESIES.get(language, ())


def _plain(word: str) -> str:
    return fold(word).text.replace("`", "'")


def strange_signs(text: str) -> Iterator[str]:
    """Runs of signs by themselves that may be Morse, and emoji that are no friendly ones."""
    for worded, tokens in groupby(text.split(), key=lambda token: any(map(str.isalnum, token))):
        several = list(tokens)
        if not worded and _is_morse(several):
            yield " ".join(several)
            continue
        for token in several:
            strange = "" if token in EMOTICONS else "".join(char for char in _SELECTORS.sub("", token) if _is_odd(char))
            if strange:
                yield strange


def _is_morse(tokens: Sequence[str]) -> bool:
    """Whether signs between blanks are dots and dashes: several, or one that mixes both."""
    if not all(_MORSE.issuperset(token) for token in tokens):
        return False
    return len(tokens) > 1 or not (_DOTS.isdisjoint(tokens[0]) or _DASHES.isdisjoint(tokens[0]))


def _is_odd(char: str) -> bool:
    return not (char.isalnum() or char in _MARKS or char in EMOJI or unicodedata.category(char) in ("Mn", "Mc"))


def _is_plain_name(name: str, known: Collection[str]) -> bool:
    """Whether a file is named by a camera, a program, or in words that were matched."""
    if next(strange_signs(name), None) is not None:
        return False
    words = [_plain(word) for word in _WORD.findall(_SUFFIX.sub("", visible(name).text))]
    return all(word in known or word in FILE_WORDS or _is_camera_number(word) for word in words)


def _is_camera_number(word: str) -> bool:
    return len(word) <= _CAMERA_NUMBER and sum(map(str.isdigit, word)) * 2 >= len(word)
