"""The linear parts of the head: n-grams by label, and how both kinds of scores are joined and calibrated."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from policy.recognisable import FAMILIES, PERSON, RECOGNISABLE
from recognition.head import Floats, person_features
from recognition.ngrams import BUCKETS, counted, features
from recognition.training.ridge import Ridge

PENALTY, LEAST_TEXTS = 0.5, 2
"""The strength of the penalty; in how many texts an n-gram must stand."""
_PERSON, _MANY = RECOGNISABLE.index(PERSON), len(FAMILIES)


class Grams:
    """Linear least squares on n-grams, for all labels at once."""

    def __init__(self, texts: tuple[str, ...], truth: npt.NDArray[np.float32]) -> None:
        self.idf = _idf(texts)
        matrix = self._matrix(texts)
        self._ridge = Ridge((matrix @ matrix.T).toarray().astype(np.float32), truth, PENALTY)
        self.bias = self._ridge.bias
        weight = np.asarray(matrix.T @ self._ridge.pull, dtype=np.float32)
        self.scale = np.maximum(np.abs(weight).max(axis=0), 1e-9) / 127
        self.rounded = np.round(weight / self.scale).astype(np.int8)

    def left_out(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """(rows, labels): what these texts score by all the others; only how common an n-gram is counts them too."""
        return self._ridge.left_out(rows)

    def _matrix(self, texts: tuple[str, ...]) -> Any:
        rows = [features(text, self.idf) for text in texts]
        ends = np.cumsum([0] + [len(row.buckets) for row in rows])
        parts = np.concatenate([row.values for row in rows]), np.concatenate([row.buckets for row in rows]), ends
        return csr_matrix(parts, shape=(len(texts), BUCKETS))


def _idf(texts: tuple[str, ...]) -> Floats:
    """log((1 + n) / (1 + texts with it)) + 1, and 0 for what stands in too few texts; as float16 keeps it."""
    found = np.zeros(BUCKETS)
    for text in texts:
        for buckets, _ in counted(text):
            found[buckets] += 1
    weights = np.where(found >= LEAST_TEXTS, np.log((1 + len(texts)) / (1 + found)) + 1, 0)
    return weights.astype(np.float16).astype(np.float32)


def joined(senses: Floats, grams: Floats, truth: npt.NDArray[np.float32]) -> dict[str, Floats]:
    """`join`, `join_person`, `words` and `words_person` of `Head`, from scores of texts that were not trained on."""
    persons = np.array([person_features(a, b) for a, b in zip(senses, grams, strict=True)])
    best = grams[:, :_MANY].max(axis=1)
    label = range(len(RECOGNISABLE))
    return {
        "join": np.array([_logit(np.c_[senses[:, n], grams[:, n]], truth[:, n]) for n in label], np.float32),
        "join_person": np.array(_logit(persons[:, :-1], truth[:, _PERSON]), np.float32),
        "words": np.array([_logit(grams[:, [n]], truth[:, n]) for n in label], np.float32),
        "words_person": np.array(_logit(np.c_[grams[:, _PERSON], best], truth[:, _PERSON]), np.float32),
    }


def _logit(rows: Floats, truth: npt.NDArray[np.float32]) -> list[float]:
    """Weights and the constant of a logistic regression: Platt's calibration over more than one score."""
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(rows, truth)
    return [*fitted.coef_[0].tolist(), float(fitted.intercept_[0])]
