"""Least squares with a penalty, solved over the texts: for many labels at once, and with any texts left out at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


class Ridge:
    """What a text scores is a weighed sum of its likeness to the texts that were learnt, and a constant.

    `likeness` is (N, N), the products of the texts' rows; `truth` (N, labels) of 0 and 1.
    """

    def __init__(self, likeness: Floats, truth: Floats, penalty: float) -> None:
        self._wanted = 2 * truth - 1
        self._inverse = np.linalg.inv(likeness + np.float32(penalty) * np.eye(len(likeness), dtype=likeness.dtype))
        self.bias = self._wanted.mean(axis=0)
        """(labels,): the mean of what is wanted."""
        self.pull = self._inverse @ (self._wanted - self.bias)
        """(N, labels): how much each text weighs."""

    def left_out(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """(rows, labels): what these texts score by all the others, as if they had not been learnt; the constant stays.

        With K + penalty inverted once, a fit without some rows needs the inverse of their own corner only.
        """
        corner: npt.NDArray[Any] = self._inverse[np.ix_(rows, rows)].astype(np.float64)
        return np.asarray(self._wanted[rows] - np.linalg.solve(corner, self.pull[rows].astype(np.float64)), np.float32)
