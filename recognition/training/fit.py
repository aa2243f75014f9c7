"""What the head is fitted by: likeness in letters and in meaning, and the calibration of both together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from policy.recognisable import EMERGENCY, PERSON, RECOGNISABLE
from recognition.head import Floats, emergency_features, kernel, person_features, unit
from recognition.ngrams import BUCKETS, counted, features
from recognition.training.corpus import PLAIN
from recognition.training.ridge import Ridge

LEAST_TEXTS = 2
"""In how many texts an n-gram must stand."""
PENALTY_ALONE, PENALTY_BESIDE = 0.5, 0.7
"""The strength of the penalty, for n-grams alone and for both together."""
MEANING = 4.0
"""How much likeness in meaning weighs beside likeness in n-grams, which is 2 at most."""
_AT_ONCE = 512
"""Rows whose products are worked out together: the product of all at once takes gigabytes."""
_PERSON, _EMERGENCY = RECOGNISABLE.index(PERSON), RECOGNISABLE.index(EMERGENCY)


class Letters:
    """The n-grams of all texts."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.idf = _idf(texts)
        rows = [features(text, self.idf) for text in texts]
        ends = np.cumsum([0] + [len(row.buckets) for row in rows])
        parts = np.concatenate([row.values for row in rows]), np.concatenate([row.buckets for row in rows]), ends
        self.matrix: Any = csr_matrix(parts, shape=(len(texts), BUCKETS))
        self.likeness: Floats = np.empty((len(texts), len(texts)), np.float32)
        """(N, N): the products of their rows."""
        for first in range(0, len(texts), _AT_ONCE):
            self.likeness[first : first + _AT_ONCE] = (self.matrix[first : first + _AT_ONCE] @ self.matrix.T).toarray()

    def weights(self, ridge: Ridge) -> dict[str, npt.NDArray[Any]]:
        """`Grams` of the head: a fit over the texts as weights of the n-grams."""
        weight = np.asarray(self.matrix.T @ ridge.pull, dtype=np.float32)
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-9) / 127
        rounded = np.round(weight / scale).astype(np.int8)
        return {"weight": rounded, "scale": scale.astype(np.float32), "bias": ridge.bias.astype(np.float32)}


class Meanings:
    """The encoder's vectors of all texts: `windows` (windows, D) of all in a row, `counts` (N,) how many each has."""

    def __init__(self, windows: Floats, counts: npt.NDArray[np.int64]) -> None:
        self._starts, self._windows = np.cumsum(counts) - counts, windows
        self._text = np.repeat(np.arange(len(counts)), counts)
        vectors = np.add.reduceat(windows, self._starts) / counts[:, None]
        self.mean, self.spread = vectors.mean(axis=0), vectors.std(axis=0) + np.float32(1e-6)
        rows = unit((vectors - self.mean) / self.spread)
        self.learnt = np.round(rows / np.abs(rows).max(axis=1, keepdims=True) * 127).astype(np.int8)
        self._units = unit(self.learnt.astype(np.float32))

    def likeness(self) -> Floats:
        """(N, N): what the head makes of the cosines."""
        return kernel(self._units @ self._units.T)

    def scores(self, rows: npt.NDArray[np.bool_], pull: Floats) -> Floats:
        """(rows, labels): what the head gives for these texts, the strongest of their windows."""
        wanted = rows[self._text]
        found = kernel(unit((self._windows[wanted] - self.mean) / self.spread) @ self._units.T) @ pull
        starts = np.flatnonzero(np.r_[True, np.diff(self._text[wanted]) > 0])
        return np.asarray(np.maximum.reduceat(found, starts), np.float32)


def crossed(letters: Letters, meanings: Meanings | None, ridge: Ridge, authors: npt.NDArray[np.str_]) -> Floats:
    """(N, labels): what each text scores where nothing of its author was learnt.

    Only how common an n-gram is, and the mean and spread of vectors, know the author too. `PLAIN` scores nothing.
    """
    found = np.zeros((len(authors), len(RECOGNISABLE)), np.float32)
    for author in sorted(set(authors.tolist()) - {PLAIN}):
        rows = authors == author
        pull = ridge.without(rows)
        found[rows] = letters.likeness[rows] @ pull + ridge.bias
        if meanings is not None:
            found[rows] += meanings.scores(rows, np.float32(MEANING) * pull)
    return found


def joined(scores: Floats, truth: Floats, sizes: Floats) -> dict[str, Floats]:
    """`label` (L, 2), `person` (4,) and `emergency` (4,): Platt's calibration of scores of texts not learnt from."""
    labels = [_logit(scores[:, [n]], truth[:, n]) for n in range(len(RECOGNISABLE))]
    return {
        "label": np.array(labels, np.float32),
        "person": np.array(_logit(person_features(scores, sizes), truth[:, _PERSON]), np.float32),
        "emergency": np.array(_logit(emergency_features(scores), truth[:, _EMERGENCY]), np.float32),
    }


def _idf(texts: tuple[str, ...]) -> Floats:
    """log((1 + n) / (1 + texts with it)) + 1, and 0 for what stands in too few texts; as float16 keeps it."""
    found = np.zeros(BUCKETS)
    for text in texts:
        for buckets, _ in counted(text):
            found[buckets] += 1
    weights = np.where(found >= LEAST_TEXTS, np.log((1 + len(texts)) / (1 + found)) + 1, 0)
    return weights.astype(np.float16).astype(np.float32)


def _logit(rows: Floats, truth: Floats) -> list[float]:
    """Weights and the constant of a logistic regression: Platt's calibration over one score or more."""
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(rows, truth)
    return [*fitted.coef_[0].tolist(), float(fitted.intercept_[0])]
