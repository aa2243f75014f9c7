"""What one message needs, by its meaning: a score a family, and examples that a person can compare it with.

It adds to what the rules find and takes nothing back. Whatever fails is a DependencyFault: the message goes to a
person.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from encoder import encoder as encoders
from encoder.artefact import Artefact
from encoder.encoder import Encoder
from policy.recognisable import FAMILIES, PERSON
from recognition.head import Floats, Head
from recognition.port import Recognised
from states.errors import DependencyFault

SHIPPED = Path(__file__).parent / "artefact"
NEAR = 0.45
"""The least cosine at which an example is named as like a message."""
NAMED = 2
PIECE = 240
"""Characters of a piece of a sentence of a text that the encoder cannot read whole; pieces overlap by half."""
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


class Recogniser:
    """A `MeaningRecogniser`: head and encoder. Safe to share between threads.

    Without an encoder it judges by words alone and finds less.
    """

    def __init__(self, artefact: Artefact, encoder: Encoder | None) -> None:
        self._head, self._encoder = Head.open(artefact), encoder
        self._examples: dict[str, dict[str, int]] = json.loads(artefact.read("examples.json"))
        parts = f"{artefact.fingerprint}/{encoder.fingerprint if encoder is not None else 'words'}"
        self.fingerprint = hashlib.sha256(parts.encode()).hexdigest()[:16]
        """Names what judged, for the record."""

    def recognise(self, text: str, *, before: Sequence[str] = ()) -> Recognised:
        """As the port says. The message is read alone and after those before it; the higher score counts."""
        try:
            alone = self._read(text)
            if not alone.whole:
                alone = _stronger(alone, self._read(self._worst(text)))
            if not before:
                return alone
            return _stronger(alone, self._read("\n".join((*before, text))))
        except DependencyFault:
            raise
        except Exception as error:
            raise DependencyFault("recogniser", f"the recogniser failed ({type(error).__name__})") from error

    def _read(self, text: str) -> Recognised:
        encoded = self._encoder.encode(text) if self._encoder is not None else None
        likeness = self._head.likeness(encoded.sense) if encoded is not None else None
        found = self._head.probabilities(text, likeness)
        if not all(0 <= score <= 1 for score in found.values()):
            raise DependencyFault("not_finite", "the recogniser gave a score that is no probability")
        family = max(FAMILIES, key=lambda one: found[one])
        person = found[PERSON]
        scores = {**found, **{one: min(found[one], person) for one in FAMILIES}, family: person}
        like = self._like(likeness, family) if likeness is not None else ()
        return Recognised(scores=scores, like=like, whole=encoded.whole if encoded is not None else True)

    def _worst(self, text: str) -> str:
        """The piece of a long text that the n-grams find most in: a plea in the middle of a letter is read as well."""
        sentences = (one.strip() for one in _SENTENCE.findall(text))
        pieces = (one[start : start + PIECE] for one in sentences for start in range(0, len(one), PIECE // 2))
        return max(pieces, key=self._head.suspicion, default=text)

    def _like(self, likeness: Floats, family: str) -> tuple[str, ...]:
        """The nearest examples of the family."""
        near = {text: float(likeness[:, row].max()) for text, row in self._examples[family].items()}
        best = sorted(near, key=near.__getitem__, reverse=True)[:NAMED]
        return tuple(text for text in best if near[text] >= NEAR)


def _stronger(one: Recognised, other: Recognised) -> Recognised:
    scores = {label: max(score, other.scores[label]) for label, score in one.scores.items()}
    like = one.like if one.scores[PERSON] >= other.scores[PERSON] else other.like
    return Recognised(scores=scores, like=like, whole=one.whole)


@cache
def shipped() -> Recogniser:
    """The shipped recogniser, opened once a process. SettingsError where its own files are not what was pinned."""
    return Recogniser(Artefact.open(SHIPPED), encoders.multilingual())
