"""BERT's uncased word pieces without a tokeniser library: what the encoder reads instead of a text.

The rules are those of BERT's `BasicTokenizer` and `WordpieceTokenizer` (Devlin et al., google-research/bert,
tokenization.py). Another cut of the same words would give vectors that nothing was trained on; the tests compare with
ids that the reference tokeniser gave.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

UNKNOWN, CLS, SEP = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""A longer word is one unknown piece, as in the reference."""
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_ASCII_SIGNS = ((33, 47), (58, 64), (91, 96), (123, 126))


class WordPiece:
    """A vocabulary and the cut by it. Safe to share between threads."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self.cls, self.sep, self._unknown = vocabulary[CLS], vocabulary[SEP], vocabulary[UNKNOWN]
        self._word = lru_cache(maxsize=8192)(self._pieces)

    @classmethod
    def from_text(cls, listed: str) -> WordPiece:
        """The vocabulary of a list with one piece a line; the line's number is its id."""
        lines = listed.split("\n")
        return cls({piece: number for number, piece in enumerate(lines) if piece})

    def ids(self, text: str) -> list[int]:
        """The ids of the pieces, without the marks of beginning and end."""
        return [one for word in words(text) for one in self._word(word)]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """Longest pieces first, from the left; the whole word is unknown if a part of it is."""
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start and (piece := self._ids.get(("##" if start else "") + word[start:end])) is None:
                end -= 1
            if end == start or piece is None:
                return (self._unknown,)
            found.append(piece)
            start = end
        return tuple(found)


def words(text: str) -> Iterator[str]:
    """Lower-case words and single signs, without accents."""
    spaced = "".join(_spaced(letter) for letter in text)
    for word in spaced.split():
        yield from _split_on_signs(word.lower() if word.isascii() else _plain(word))


@lru_cache(maxsize=4096)
def _spaced(letter: str) -> str:
    """White space as a blank, control signs as nothing, an ideograph as a word of its own."""
    code = ord(letter)
    if letter in " \t\n\r":
        return " "
    if code in (0, 0xFFFD) or unicodedata.category(letter).startswith("C"):
        return ""
    if unicodedata.category(letter) == "Zs":
        return " "
    return f" {letter} " if any(first <= code <= last for first, last in _CJK) else letter


def _plain(word: str) -> str:
    """Without accents, then letter by letter in lower case: the reference knows no final sigma."""
    parts = unicodedata.normalize("NFD", word)
    return "".join(one.lower() for one in parts if unicodedata.category(one) != "Mn")


def _split_on_signs(word: str) -> Iterator[str]:
    if word.isalnum():
        yield word
        return
    start = 0
    for place, letter in enumerate(word):
        if _is_sign(letter):
            if start < place:
                yield word[start:place]
            yield letter
            start = place + 1
    if start < len(word):
        yield word[start:]


@lru_cache(maxsize=4096)
def _is_sign(letter: str) -> bool:
    code = ord(letter)
    return any(a <= code <= b for a, b in _ASCII_SIGNS) or unicodedata.category(letter).startswith("P")
