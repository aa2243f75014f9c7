"""What a model was asked and what that took: calls, answers from memory, failures, tokens, and what they cost."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What a million tokens cost, in the currency of the contract; None where nobody said."""

    asked: float | None = None
    """Of what the model reads."""
    answered: float | None = None
    """Of what it writes."""


class Usage:
    """Counters of one use of a model since the process began. Safe to share between threads."""

    def __init__(self, prices: Prices | None = None) -> None:
        self._prices = prices or Prices()
        self._lock = threading.Lock()
        self._calls = self._remembered = self._uncounted = 0
        self._asked = self._answered = 0
        self._faults: Counter[str] = Counter()

    def called(self) -> None:
        """A question went out."""
        with self._lock:
            self._calls += 1

    def remembered(self) -> None:
        """A question was answered from memory: nothing went out."""
        with self._lock:
            self._remembered += 1

    def failed(self, kind: str) -> None:
        """A question came to nothing; `kind` is that of the DependencyFault."""
        with self._lock:
            self._faults[kind] += 1

    def counted(self, told: object) -> None:
        """The tokens that an answer says it took, in the form of langchain's `usage_metadata`.

        A server that says nothing or nonsense is counted as such, and never as free.
        """
        asked, answered = _tokens(told, "input_tokens"), _tokens(told, "output_tokens")
        with self._lock:
            if asked is None or answered is None:
                self._uncounted += 1
                return
            self._asked += asked
            self._answered += answered

    def told(self) -> dict[str, Any]:
        """The counters; `cost` is None unless both prices are set and every answer said what it took."""
        with self._lock:
            cost = None
            if self._prices.asked is not None and self._prices.answered is not None and not self._uncounted:
                cost = (self._asked * self._prices.asked + self._answered * self._prices.answered) / MILLION
            return {
                "calls": self._calls,
                "remembered": self._remembered,
                "faults": dict(sorted(self._faults.items())),
                "tokens_asked": self._asked,
                "tokens_answered": self._answered,
                "answers_without_count": self._uncounted,
                "cost": cost,
            }


def _tokens(told: object, name: str) -> int | None:
    count = told.get(name) if isinstance(told, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 2**53 else None
