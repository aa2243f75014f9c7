"""A deadline that holds even if the called code never returns.

HTTP timeouts count per read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from states.errors import DependencyFault

T = TypeVar("T")

MAX_ABANDONED = 256
"""Calls that may be running at once, abandoned ones included; beyond it a new call is refused at once."""

_places = threading.BoundedSemaphore(MAX_ABANDONED)


def within(seconds: float, call: Callable[[], T], what: str) -> T:
    """The result of `call`, or its exception; DependencyFault("timeout") once `seconds` have passed.

    The call runs in a daemon thread, which is abandoned at the deadline: its late result is dropped, and it does not
    keep the process from ending. DependencyFault("busy") if too many abandoned calls are still running.
    """
    if seconds <= 0:
        raise DependencyFault("timeout", f"{what} had no time left (deadline {seconds!r} s)")
    if not _places.acquire(blocking=False):
        raise DependencyFault("busy", f"{what} not called: {MAX_ABANDONED} calls are still hanging")
    results: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
    threading.Thread(target=_run, args=(call, results), daemon=True, name=f"deadline: {what}").start()
    try:
        value, error = results.get(timeout=seconds)
    except Empty:
        raise DependencyFault("timeout", f"{what} did not answer within {seconds:g} s") from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]  # no error, so `call` returned a T


def _run(call: Callable[[], T], results: SimpleQueue[tuple[T | None, BaseException | None]]) -> None:
    try:
        results.put((call(), None))
    except BaseException as error:  # noqa: BLE001  # safety boundary: raised again in the waiting thread
        results.put((None, error))
    finally:
        _places.release()
