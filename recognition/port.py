"""The port to what recognises meaning, and a scripted implementation for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from policy.recognisable import FAMILIES, PERSON, RECOGNISABLE
from states.errors import DependencyFault


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What a message was recognised as."""

    scores: Mapping[str, float]
    """Each of `RECOGNISABLE` → 0 to 1. The likeliest family has the score of `needs_person`, no family a higher one."""
    like: tuple[str, ...] = ()
    """Messages of the corpus that are nearest, of the likeliest family; few or none."""
    whole: bool = True
    """Whether the encoder read all of the text."""

    @property
    def family(self) -> str:
        """The likeliest family."""
        return max(FAMILIES, key=lambda family: self.scores[family])


class MeaningRecogniser(Protocol):
    """Judges what a message needs by what it means.

    An implementation is free of effects, deterministic and safe to call from several threads. It raises DependencyFault
    and nothing else; the caller hands the conversation to a person.
    """

    fingerprint: str
    """Names what judged, for the record."""

    def recognise(self, text: str, *, before: Sequence[str] = ()) -> Recognised:
        """What a message needs; `before` are the messages of its author that nobody answered, oldest first."""
        ...


class ScriptedRecogniser:
    """A `MeaningRecogniser` that finds what it was told to: words → label, at `score`; or `fault` is raised."""

    fingerprint = "scripted"

    def __init__(
        self, words: Mapping[str, str] | None = None, *, score: float = 0.99, fault: Exception | None = None
    ) -> None:
        self.texts: list[str] = []
        self._words, self._score, self._fault = words or {}, score, fault

    def recognise(self, text: str, *, before: Sequence[str] = ()) -> Recognised:
        """The scripted verdict."""
        self.texts.append(text)
        if self._fault is not None:
            raise self._fault
        read = "\n".join((*before, text)).lower()
        found = {family for word, family in self._words.items() if word.lower() in read}
        if unknown := found - {*RECOGNISABLE}:
            raise DependencyFault("unknown_label", f"there is no {', '.join(sorted(unknown))} to be recognised")
        person = {PERSON} if found else set()
        return Recognised(scores={label: self._score * (label in found | person) for label in RECOGNISABLE})
