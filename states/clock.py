"""Time and identity as ports, passed in wherever they are needed."""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from states.errors import BadInput

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: sorts like the number, and has no letters that are read as digits."""
_RANDOM_BITS = 80
_LENGTH = 26


class Prefix(StrEnum):
    """What an id names, readable from the id itself."""

    CONVERSATION = "cnv_"
    MESSAGE = "msg_"
    EVENT = "evt_"
    HANDOVER = "ho_"


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, time-zone-aware and in UTC."""
        ...


class Ids(Protocol):
    """Makes ids that are never used twice."""

    def new(self, prefix: str) -> str:
        """`prefix` and a part that sorts after every part this source made before; safe to call from any thread."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until it is told to move; it ships for tests, the demo and rehearsals."""

    def __init__(self, at: datetime) -> None:
        self._at = _utc(at)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Moves by a length of time and returns the new moment."""
        self._at += by
        return self._at

    def set(self, at: datetime) -> datetime:
        """Moves to a moment, also backwards, and returns it in UTC; BadInput without a time zone."""
        self._at = _utc(at)
        return self._at


class StagedClock(FrozenClock):
    """A clock that is moved by hand until it is let go: from then on it is the machine's."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._machine: SystemClock | None = None

    def now(self) -> datetime:
        """The moment it was set to; the machine's once it has been let go."""
        return super().now() if self._machine is None else self._machine.now()

    def let_go(self) -> None:
        """The machine's time holds from now on."""
        self._machine = SystemClock()


class SystemIds:
    """Ids of 48 bits of time in milliseconds and 80 random bits, as in a ULID.

    Within one process they grow strictly, also inside a millisecond and when the clock is set back.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._last = 0
        self._lock = threading.Lock()

    def new(self, prefix: str) -> str:
        """An id such as `ho_01kb2rm6y0v6ykp1q1zp3rv8ga`."""
        stamp = int(self._clock.now().timestamp() * 1000) << _RANDOM_BITS
        with self._lock:
            self._last = max(stamp | secrets.randbits(_RANDOM_BITS), self._last + 1)
            value = self._last
        return prefix + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


class SequentialIds:
    """Ids that count from 1 for each prefix: the same run writes the same rows."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def new(self, prefix: str) -> str:
        """An id such as `msg_000001`."""
        with self._lock:
            count = self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{count:06d}"


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise BadInput(f"the moment {at.isoformat()!r} has no time zone; pass an aware datetime, for example in UTC")
    return at.astimezone(UTC)
