"""`python -m recognition.training.replies`: makes the shipped reader of replies anew from the corpus, in a minute."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from encoder.artefact import pin
from recognition.ngrams import BUCKETS, counted, features
from recognition.replies import BLOCKED, SHIPPED, plain
from recognition.reply_port import REASONS

CORPUS = Path(__file__).parent.parent.parent / "corpus"
PENALTY, LEAST_TEXTS = 1.0, 2
"""The inverse strength of the penalty; in how many replies an n-gram must stand."""
GENERAL = "q"
"""Whose replies are no support talk: trained on in every run, so that it passes, and never calibrated by."""
ALLOWED = 0.03
"""The share of replies that may be said which the threshold blocks, of authors that were not trained on."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Written:
    """N replies of the corpus."""

    texts: tuple[str, ...]
    """As they are read."""
    truth: npt.NDArray[np.bool_]
    """(N, reasons and `BLOCKED`)"""
    authors: npt.NDArray[np.str_]

    def of(self, which: npt.NDArray[np.bool_]) -> Written:
        """Some of them."""
        texts = tuple(text for text, one in zip(self.texts, which, strict=True) if one)
        return Written(texts=texts, truth=self.truth[which], authors=self.authors[which])


class Fitted:
    """A linear classifier on n-grams for each reason and for "must not be said", rounded as it is shipped."""

    def __init__(self, written: Written) -> None:
        self.idf = _idf(written.texts)
        matrix = self._matrix(written.texts)
        columns = [self._fit(matrix, written.truth[:, number]) for number in range(BLOCKED + 1)]
        weight = np.array([one.coef_[0] for one in columns], np.float32).T
        self.bias = np.array([one.intercept_[0] for one in columns], np.float32)
        self.scale = (np.maximum(np.abs(weight).max(axis=0), 1e-9) / 127).astype(np.float32)
        self.weight = np.round(weight / self.scale).astype(np.int8)

    def scores(self, texts: tuple[str, ...]) -> Floats:
        """(texts, reasons and `BLOCKED`)"""
        return np.asarray(self._matrix(texts) @ (self.weight.astype(np.float32) * self.scale) + self.bias, np.float32)

    @staticmethod
    def _fit(matrix: Any, truth: npt.NDArray[np.bool_]) -> Any:
        return LinearSVC(C=PENALTY, random_state=0, class_weight="balanced").fit(matrix, truth)

    def _matrix(self, texts: tuple[str, ...]) -> Any:
        rows = [features(text, self.idf) for text in texts]
        ends = np.cumsum([0] + [len(row.buckets) for row in rows])
        parts = np.concatenate([row.values for row in rows]), np.concatenate([row.buckets for row in rows]), ends
        return csr_matrix(parts, shape=(len(texts), BUCKETS))


def read(folder: Path = CORPUS) -> Written:
    """All replies of the corpus."""
    rows = [
        {**json.loads(line), "author": path.stem[-1]}
        for path in sorted(folder.glob("replies_?.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    truth = [[one in row["reasons"] for one in REASONS] + [row["label"] == "block"] for row in rows]
    return Written(
        texts=tuple(plain(row["reply"]) for row in rows),
        truth=np.array(truth, bool),
        authors=np.array([row["author"] for row in rows]),
    )


def crossed(written: Written) -> Floats:
    """(N,): the score of each reply by a classifier that its author was left out of, NaN for general ones."""
    scores = np.full(len(written.texts), np.nan, np.float32)
    for author in sorted({*written.authors.tolist()} - {GENERAL}):
        out = written.authors == author
        scores[out] = Fitted(written.of(~out)).scores(written.of(out).texts)[:, BLOCKED]
    return scores


def calibration(scores: Floats, truth: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Slope and constant of Platt's calibration, and the threshold as a probability."""
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(scores[:, None], truth)
    slope, constant = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    # The least score that so few of those that may be said reach.
    least = np.nextafter(np.quantile(scores[~truth], 1 - ALLOWED, method="higher"), np.float32(np.inf))
    return slope, constant, float(1 / (1 + np.exp(-(slope * float(least) + constant))))


def train(written: Written, folder: Path = SHIPPED) -> str:
    """Trains on all, sets calibration and threshold by the authors left out, writes, and gives the fingerprint."""
    scores, fitted = crossed(written), Fitted(written)
    rows = ~np.isnan(scores)
    folder.mkdir(exist_ok=True)
    np.savez_compressed(
        folder / "replies.npz",
        weight=fitted.weight,
        scale=fitted.scale,
        bias=fitted.bias,
        idf=fitted.idf.astype(np.float16),
        calibration=np.array(calibration(scores[rows], written.truth[rows, BLOCKED])),
    )
    return pin(folder, ("replies.npz",)).fingerprint


def _idf(texts: tuple[str, ...]) -> Floats:
    """log((1 + n) / (1 + texts with it)) + 1, and 0 for what stands in too few texts; as float16 keeps it."""
    found = np.zeros(BUCKETS)
    for text in texts:
        for buckets, _ in counted(text):
            found[buckets] += 1
    weights = np.where(found >= LEAST_TEXTS, np.log((1 + len(texts)) / (1 + found)) + 1, 0)
    return weights.astype(np.float16).astype(np.float32)


if __name__ == "__main__":
    sys.stdout.write(f"replies {train(read())}\n")
