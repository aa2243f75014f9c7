"""Every real call to a destination can be heard by whoever causes it: to count it, and to know whether it was answered.

One step is several calls, and how many only the destination knows: what is counted elsewhere is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Listener(Protocol):
    """Whoever wants to hear of the calls that it causes."""

    def called(self) -> None:
        """A call begins."""
        ...

    def answered(self) -> None:
        """The destination answered one, with whatever but an error of its own."""
        ...


_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Calls made inside, by this thread, are heard."""
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def call_begins() -> None:
    """Said by a destination before each call."""
    if (listener := _LISTENER.get()) is not None:
        listener.called()


def call_answered() -> None:
    """Said by a destination after each call that was answered."""
    if (listener := _LISTENER.get()) is not None:
        listener.answered()
