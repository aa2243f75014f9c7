"""The head: from the encoder's vectors and the text's n-grams to calibrated probabilities, by a few products.

A message scores by its likeness to each message that was learnt from, in meaning and in letters. Trained by
`recognition.train`; figures and limits stand in `artefact/README.md`.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from encoder.artefact import Artefact
from policy.recognisable import EMERGENCY, FAMILIES, PERSON, RECOGNISABLE
from recognition.ngrams import features

Floats = npt.NDArray[np.float32]
_PERSON, _EMERGENCY, _SAFETY = (RECOGNISABLE.index(label) for label in (PERSON, EMERGENCY, "safety"))
_MANY = len(FAMILIES)
MOST_CHARS = 1000
"""Characters from which a text is long: the encoder reads no more of it."""


@dataclass(frozen=True, kw_only=True)
class Grams:
    """Weights of n-grams: L labels in the order of `RECOGNISABLE`, B buckets."""

    weight: npt.NDArray[np.int8]
    """(B, L), to be multiplied by `scale`."""
    scale: Floats
    """(L,)"""
    bias: Floats
    """(L,)"""

    def scores(self, text: str, idf: Floats) -> Floats:
        """(L,): what the letters and words of a text say."""
        row = features(text, idf)
        return np.asarray(
            row.values @ (self.weight[row.buckets].astype(np.float32) * self.scale) + self.bias, np.float32
        )


@dataclass(frozen=True, kw_only=True)
class Head:
    """The arrays of the artefact: N messages that were learnt from, D numbers of a vector, L labels."""

    idf: Floats
    """(B,)"""
    beside: Grams
    """N-grams beside the encoder."""
    alone: Grams
    """N-grams where there is no encoder."""
    mean: Floats
    """(D,), taken from a vector before it is divided by `spread`."""
    spread: Floats
    """(D,)"""
    learnt: npt.NDArray[np.int8]
    """(N, D): the vectors that were learnt from, of any length."""
    pull: Floats
    """(N, L): how much likeness to each of them weighs."""
    join: dict[str, Floats]
    """Weights and constants of the calibration: see `recognition.training.fit.joined`."""

    @classmethod
    def open(cls, artefact: Artefact) -> Head:
        """The head of an artefact; SettingsError where a file is not the pinned one."""
        with np.load(io.BytesIO(artefact.read("head.npz")), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        return cls.of(found)

    @classmethod
    def of(cls, found: dict[str, npt.NDArray[np.generic]]) -> Head:
        """The head of arrays by name: `beside.weight`, `mean`, `join.person` and so on."""
        groups: dict[str, dict[str, npt.NDArray[np.generic]]] = {"beside": {}, "alone": {}, "join": {}}
        for name, array in found.items():
            if "." in name:
                group, part = name.split(".")
                groups[group][part] = array
        plain = {name: array for name, array in found.items() if "." not in name}
        return cls(
            **{**plain, "idf": plain["idf"].astype(np.float32)},  # type: ignore[arg-type]  # checked by the tests
            beside=Grams(**groups["beside"]),  # type: ignore[arg-type]
            alone=Grams(**groups["alone"]),  # type: ignore[arg-type]
            join=groups["join"],  # type: ignore[arg-type]
        )

    @cached_property
    def _units(self) -> Floats:
        return unit(self.learnt.astype(np.float32))

    def likeness(self, sense: Floats) -> Floats:
        """(windows, N): the cosine of each window with each message that was learnt from."""
        return np.asarray(unit((sense - self.mean) / self.spread) @ self._units.T, np.float32)

    def suspicion(self, text: str) -> float:
        """How much of a person's work its words and letters show: for comparing pieces, no probability."""
        scores = self.alone.scores(text, self.idf)
        return float(scores[_PERSON] + scores[:_MANY].max())

    def scores(self, text: str, likeness: Floats) -> Floats:
        """(L,): by meaning and letters together; of several windows the strongest counts."""
        return np.asarray((kernel(likeness) @ self.pull).max(axis=0) + self.beside.scores(text, self.idf), np.float32)

    def probabilities(self, text: str, likeness: Floats | None) -> dict[str, float]:
        """Label → probability, calibrated on authors that were not learnt from; None: without an encoder."""
        if likeness is None:
            logits = _logits(self.alone.scores(text, self.idf), size_of(text), self.join, "alone_")
        else:
            logits = _logits(self.scores(text, likeness), size_of(text), self.join, "")
        return {label: float(one) for label, one in zip(RECOGNISABLE, 1 / (1 + np.exp(-logits)), strict=True)}


def unit(rows: Floats) -> Floats:
    """The rows with length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def kernel(likeness: Floats) -> Floats:
    """How much a learnt message counts by its cosine: 1 for the same, falling off smoothly."""
    return np.exp(likeness - 1, dtype=np.float32)


def person_features(scores: Floats, size: Floats) -> Floats:
    """(N, 3) of (N, L) and (N,): what decides whether a person is needed, with how long a text is."""
    return np.stack([scores[:, _PERSON], scores[:, :_MANY].max(axis=1), size], axis=1)


def size_of(text: str) -> float:
    """How long a text is, as calibration counts it."""
    return math.log(10 + min(len(text), MOST_CHARS))


def emergency_features(scores: Floats) -> Floats:
    """(N, 3) of (N, L): what decides whether life or limb are in danger."""
    return scores[:, [_EMERGENCY, _PERSON, _SAFETY]]


def _logits(scores: Floats, size: float, join: dict[str, Floats], kind: str) -> Floats:
    label, person, urgent = (join[f"{kind}{name}"] for name in ("label", "person", "emergency"))
    logits = label[:, 0] * scores + label[:, 1]
    rows = scores[None]
    logits[_PERSON] = person_features(rows, np.array([size], np.float32))[0] @ person[:-1] + person[-1]
    logits[_EMERGENCY] = emergency_features(rows)[0] @ urgent[:-1] + urgent[-1]
    return np.asarray(logits, np.float32)
