"""The articles of one language by their meaning: vectors of what they say, and of what they declare to answer.

Words find what a customer calls by the article's name; meaning finds the rest. It says what is near, never that it is
an answer: "pay by fax" is near "pay by card".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from assistants.articles import Passage
from assistants.entries import Entry
from assistants.lexicon import Lexicon

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

LANGUAGE = "en"
"""The encoder's vocabulary is English; articles of other languages are found by words alone."""
SHORTEST = 9
"""A sentence of fewer characters says nothing by itself."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class Encoded(Protocol):
    """A text after its pass."""

    @property
    def meaning(self) -> Any:
        """(384,), length 1."""
        ...


class Encodes(Protocol):
    """What makes vectors of texts; DependencyFault if it cannot."""

    @property
    def fingerprint(self) -> str:
        """Names its files."""
        ...

    def encode(self, text: str) -> Encoded:
        """The text after its pass."""
        ...


EncoderSource = Callable[[], Encodes | None]
"""Gives the encoder when it is first needed; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """How near a question is to a passage, each the cosine of two meanings, 0 where they are opposed."""

    passage: float
    """To title, heading and text together."""
    sentence: float
    """To the nearest sentence of the text, under its heading."""
    heading: float
    """To title and heading."""
    question: float
    """To the nearest example question that belongs to the passage; 0 without one."""

    @property
    def best(self) -> float:
        """To whatever is nearest."""
        return max(self.passage, self.sentence, self.question)


NOWHERE = Near(passage=0.0, sentence=0.0, heading=0.0, question=0.0)


class Meanings:
    """The vectors of all passages. Made once, a few milliseconds for each sentence; safe to share between threads."""

    def __init__(self, entries: Sequence[Entry], lexicon: Lexicon, encoder: Encodes) -> None:
        import numpy as np  # lazy: needed once vectors are made

        self._encoder = encoder
        self._starts = [0]
        for one in entries:
            self._starts.append(self._starts[-1] + len(one.article.passages))
        texts = [text for one in entries for text in _texts(one, lexicon)]
        made = {text: encoder.encode(text).meaning for text in dict.fromkeys(text for _, _, text in texts)}
        self._vectors: Vectors = np.array([made[text] for _, _, text in texts], dtype=np.float32)
        owners = [entry for entry, one in enumerate(entries) for _ in _texts(one, lexicon)]
        self._rows = np.array(
            [self._starts[owner] + number for owner, (number, _, _) in zip(owners, texts, strict=True)]
        )
        self._kinds = np.array([kind for _, kind, _ in texts])

    def near(self, text: str) -> tuple[tuple[Near, ...], ...]:
        """For each entry, for each of its passages, how near the text is. DependencyFault as the encoder's."""
        import numpy as np  # loaded already

        found = np.zeros((self._starts[-1], len(_KINDS)), np.float32)
        np.maximum.at(found, (self._rows, self._kinds), self._vectors @ self._encoder.encode(text).meaning)
        every = [Near(**dict(zip(_KINDS, map(float, row), strict=True))) for row in found]
        return tuple(tuple(every[a:b]) for a, b in zip(self._starts, self._starts[1:], strict=False))


_KINDS = ("passage", "sentence", "heading", "question")


def _texts(one: Entry, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """(number of the passage, kind, text) of all that is encoded of an article."""
    for number, passage in enumerate(one.article.passages):
        yield from ((number, kind, text) for kind, text in _of_passage(one.article.title, passage))
    declared = [text for text in one.article.questions if lexicon.stems([text])]
    for text, (_, number) in zip(declared, one.examples, strict=True):
        yield number, 3, text


def _of_passage(title: str, passage: Passage) -> Iterator[tuple[int, str]]:
    named = f"{title}. {passage.heading}" if passage.heading not in ("", title) else title
    yield 0, f"{named}. {passage.text}"
    sentences = [text for text in _SENTENCE.split(passage.text) if len(text) >= SHORTEST]
    yield from ((1, f"{passage.heading}: {text}") for text in sentences or [passage.text])
    yield 2, f"{title}: {passage.heading}"
