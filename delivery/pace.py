"""How fast and when a destination is called: a token bucket, a circuit breaker, and both as one gate.

They live in a process's memory: they spare a destination that is in trouble. What must survive a restart, the moment of
the next attempt, is in the step's row.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum

from desks.kit.calls import heard_by
from states.clock import Clock

BURST = 10
"""The part of a minute's calls that may come at once is one in this many."""
FAILURES = 5
"""Failures in a row that open the breaker."""
REST_S = (15.0, 300.0)
"""How long it stays open: at first, and at most; twice as long after each probe that fails."""
BACKOFF_S = (2.0, 900.0)


def backoff(attempt: int, dice: random.Random) -> float:
    """Seconds before the next attempt: full jitter, `random(0, min(cap, base * 2**(attempt - 1)))`.

    Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """
    base, cap = BACKOFF_S
    return dice.uniform(0, min(cap, base * 2 ** min(attempt - 1, 30)))


class Bucket:
    """A token bucket: `per_minute` calls in any minute. Safe to share between threads."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._burst = max(1.0, per_minute / BURST)
        self._per_second = max(per_minute - self._burst, 1.0) / 60
        self._clock = clock
        self._tokens, self._at = self._burst, clock.now()
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Seconds until a call may be made; 0 if now."""
        with self._lock:
            self._refill()
            return max(0.0, (1 - self._tokens) / self._per_second)

    def take(self) -> bool:
        """Takes a token if there is one."""
        with self._lock:
            self._refill()
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def spend(self, calls: int = 1) -> None:
        """Counts calls that are made; what is spent beyond the tokens is paid off before the next is taken."""
        with self._lock:
            self._refill()
            self._tokens -= calls

    def _refill(self) -> None:
        now = self._clock.now()
        passed = max(0.0, (now - self._at).total_seconds())  # a clock that is set back gives nothing
        self._tokens, self._at = min(self._burst, self._tokens + passed * self._per_second), now


class Condition(StrEnum):
    """What a breaker is doing."""

    CLOSED = "closed"
    """Calls pass."""
    OPEN = "open"
    """No call passes until the rest is over."""
    PROBING = "probing"
    """One call is under way; it decides."""


class Breaker:
    """A circuit breaker: after failures in a row nothing is sent for a while, then one call probes.

    Safe to share between threads. A destination that refuses a request works; one that cannot be reached does not.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures, self._rest = 0, REST_S[0]
        self._until: datetime | None = None
        self._probe_since: datetime | None = None
        self._lock = threading.Lock()

    @property
    def condition(self) -> Condition:
        """What it is doing now."""
        with self._lock:
            if self._until is None:
                return Condition.CLOSED
            return Condition.PROBING if self._probe_since else Condition.OPEN

    def wait(self) -> float:
        """Seconds until a call may be made; 0 if now."""
        with self._lock:
            return self._wait()

    def _wait(self) -> float:
        if self._until is None:
            return 0.0
        # A probe that never came back is forgotten after the longest rest.
        until = self._until if self._probe_since is None else self._probe_since + timedelta(seconds=REST_S[1])
        return max(0.0, (until - self._clock.now()).total_seconds())

    def enter(self) -> bool:
        """Whether this call may be made; while it is open, exactly one may after the rest."""
        with self._lock:
            if self._wait() > 0:
                return False
            if self._until is not None:
                self._probe_since = self._clock.now()
            return True

    def not_read(self, *, alive: bool) -> None:
        """A reading failed; `alive`: a call of it was answered. What cannot be read may still be written to: if
        nothing was answered, that counts only where this was the probe."""
        if alive:
            self.succeeded()
        elif self.condition is Condition.PROBING:
            self.failed()

    def not_called(self) -> None:
        """The call that was allowed was not made: if it was the probe, the next one is."""
        with self._lock:
            self._probe_since = None

    def succeeded(self) -> None:
        """The destination answered."""
        with self._lock:
            self._failures, self._rest, self._until, self._probe_since = 0, REST_S[0], None, None

    def failed(self) -> None:
        """It did not, or nobody knows. Calls that were under way when it opened tell nothing new."""
        with self._lock:
            if self._until is not None and self._probe_since is None:
                return
            self._failures += 1
            if self._until is not None:
                self._rest = min(self._rest * 2, REST_S[1])
            if self._until is not None or self._failures >= FAILURES:
                self._until = self._clock.now() + timedelta(seconds=self._rest)
                self._probe_since = None


class Calls:
    """The calls of one step or look."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.made = 0
        self.alive = False
        """One of them was answered."""

    def called(self) -> None:
        """A call begins."""
        self.made += 1
        if self.made > 1:
            self._bucket.spend()

    def answered(self) -> None:
        """The destination answered one."""
        self.alive = True


class Gate:
    """Whether a destination may be called now: its breaker, its bucket, and how long it asked to be left alone."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self.breaker = Breaker(clock)
        self._bucket = Bucket(per_minute, clock)
        self._clock = clock
        self._quiet_until: datetime | None = None

    def wait(self) -> float:
        """Seconds until a call may be made; 0 if now."""
        quiet = (self._quiet_until - self._clock.now()).total_seconds() if self._quiet_until else 0.0
        return max(quiet, self.breaker.wait(), self._bucket.wait(), 0.0)

    def enter(self) -> bool:
        """Whether a step or a look may begin; its first call is counted then."""
        if self.wait() > 0 or not self._bucket.take():
            return False
        if not self.breaker.enter():
            self._bucket.spend(-1)
            return False
        return True

    @contextmanager
    def calling(self) -> Iterator[Calls]:
        """Whatever is called inside takes a token, and what has begun goes on: a half of a step would be made again.

        The first call has its token from `enter`.
        """
        calls = Calls(self._bucket)
        with heard_by(calls):
            yield calls

    def leave_alone(self, seconds: float) -> None:
        """As `Retry-After` asks."""
        self._quiet_until = self._clock.now() + timedelta(seconds=seconds)
