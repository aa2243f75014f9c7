"""Least squares with a penalty, solved over the texts: for many labels at once, and with any texts left out at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


class Ridge:
    """What a text scores is a weighed sum of its likeness to the texts that were learnt, and a constant.

    `likeness` is (N, N), the products of the texts' rows or another kernel; `truth` (N, labels) of 0 and 1.
    """

    def __init__(self, likeness: Floats, truth: Floats, penalty: float) -> None:
        wanted = 2 * truth - 1
        whole = likeness.copy()
        whole[np.diag_indices(len(whole))] += penalty
        self._inverse = np.linalg.inv(whole)
        self.bias = wanted.mean(axis=0)
        """(labels,): the mean of what is wanted."""
        self.pull = self._inverse @ (wanted - self.bias)
        """(N, labels): how much each text weighs."""

    def without(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """(N, labels): how much each text weighs where these were not learnt; they weigh 0, and the constant stays.

        With K + penalty inverted once, a fit without some rows needs the inverse of their own corner only.
        """
        corner: npt.NDArray[Any] = self._inverse[np.ix_(rows, rows)].astype(np.float64)
        taken = np.linalg.solve(corner, self.pull[rows].astype(np.float64))
        found = self.pull - self._inverse[:, rows] @ taken.astype(self.pull.dtype)
        found[rows] = 0
        return np.asarray(found, np.float32)
