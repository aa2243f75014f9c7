"""The head: from the encoder's vector and the text's n-grams to calibrated probabilities, by a few products.

Trained by `recognition.train`; figures and limits stand in `artefact/README.md`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from encoder.artefact import Artefact
from policy.recognisable import EMERGENCY, FAMILIES, PERSON, RECOGNISABLE
from recognition.ngrams import features

Floats = npt.NDArray[np.float32]
_PERSON, _EMERGENCY = RECOGNISABLE.index(PERSON), RECOGNISABLE.index(EMERGENCY)
_MANY = len(FAMILIES)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The arrays of the artefact: L labels in the order of `RECOGNISABLE`, D numbers of a vector, B buckets."""

    sense_weight: Floats
    """(L, D)"""
    sense_bias: Floats
    """(L,)"""
    gram_weight: npt.NDArray[np.int8]
    """(B, L), to be multiplied by `gram_scale`."""
    gram_scale: Floats
    """(L,)"""
    gram_bias: Floats
    """(L,)"""
    idf: Floats
    """(B,)"""
    join: Floats
    """(L, 3): weight of the encoder's score, of the n-grams' score, and a constant, by label."""
    join_person: Floats
    """(5,): weights of both scores for a person and of both scores over all families, and a constant."""
    words: Floats
    """(L, 2): weight of the n-grams' score and a constant, where there is no encoder."""
    words_person: Floats
    """(3,): the same for a person: the n-grams' score for it, the best of the families, a constant."""

    @classmethod
    def open(cls, artefact: Artefact) -> Head:
        """The head of an artefact; SettingsError where a file is not the pinned one."""
        with np.load(io.BytesIO(artefact.read("head.npz")), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in cls.__dataclass_fields__}
        return cls(**{**found, "idf": found["idf"].astype(np.float32)})

    def gram_scores(self, text: str) -> Floats:
        """(L,): what the letters and words of a text say."""
        row = features(text, self.idf)
        weights = self.gram_weight[row.buckets].astype(np.float32) * self.gram_scale
        return np.asarray(row.values @ weights + self.gram_bias, dtype=np.float32)

    def suspicion(self, text: str) -> float:
        """How much of a person's work its words and letters show: for comparing pieces, no probability."""
        grams = self.gram_scores(text)
        return float(grams[_PERSON] + grams[:_MANY].max())

    def sense_scores(self, sense: Floats) -> Floats:
        """(L,): what the encoder's vectors say; of several windows the strongest counts."""
        return np.asarray((sense @ self.sense_weight.T + self.sense_bias).max(axis=0), dtype=np.float32)

    def probabilities(self, text: str, sense: Floats | None) -> dict[str, float]:
        """Label → probability, calibrated on authors that were not trained on; None: without an encoder."""
        grams = self.gram_scores(text)
        if sense is None:
            logits = self.words[:, 0] * grams + self.words[:, 1]
            logits[_PERSON] = self.words_person @ [grams[_PERSON], grams[:_MANY].max(), 1.0]
        else:
            senses = self.sense_scores(sense)
            logits = self.join[:, 0] * senses + self.join[:, 1] * grams + self.join[:, 2]
            logits[_PERSON] = self.join_person @ person_features(senses, grams)
        return {label: float(one) for label, one in zip(RECOGNISABLE, 1 / (1 + np.exp(-logits)), strict=True)}


def person_features(senses: Floats, grams: Floats) -> Floats:
    """(5,): what decides whether a person is needed; `join_person` weighs it."""
    families = np.log(np.exp(senses[:_MANY].astype(np.float64)).sum())
    return np.array([senses[_PERSON], families, grams[_PERSON], grams[:_MANY].max(), 1.0], dtype=np.float32)
