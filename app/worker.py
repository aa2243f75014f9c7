"""The worker: fires due clocks, recovers messages and lets deliveries go out, until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from app.logging import get_logger

if TYPE_CHECKING:
    from delivery.work import Delivery
    from service.system import System

Tick = Callable[[], int]
"""Does what is due now, and returns how much that was."""


class Worker:
    """Every kind of work in a thread of its own, every `seconds`: none waits for another.

    Clocks: `System.fire_due`, which waits for no model. Recovery: what a crash left undecided, which may. Deliveries.
    The log over all conversations, once a minute.
    A context manager, or `run` in the foreground.
    """

    def __init__(
        self,
        system: System,
        seconds: float = 1.0,
        delivery: Delivery | None = None,
    ) -> None:
        self._seconds = seconds
        self._stop = threading.Event()
        kinds = {
            "clocks": system.fire_due,
            "recovery": system.recover,
            "delivery": delivery.tick if delivery else None,
            "log": system.keep_log,
        }
        self._ticks: dict[str, Tick] = {name: tick for name, tick in kinds.items() if tick is not None}
        self._threads = tuple(
            threading.Thread(target=self._work, args=(tick,), name=f"handrail-{name}", daemon=True)
            for name, tick in self._ticks.items()
        )

    def run(self) -> None:
        """Works until `stop`."""
        with self:
            self._stop.wait()

    def tick_once(self) -> int:
        """One tick of every kind, one after the other, clocks first; how much it did.

        A failed tick loses nothing: what was due stays due and is tried again.
        """
        return sum(self._guarded(tick) for tick in self._ticks.values())

    def _work(self, tick: Tick) -> None:
        """Ticks until `stop`; a tick that finds work is followed by the next at once."""
        while not self._stop.is_set():
            if self._guarded(tick) == 0:
                self._stop.wait(self._seconds)

    @staticmethod
    def _guarded(tick: Tick) -> int:
        try:
            return tick()
        except Exception as error:  # noqa: BLE001  # safety boundary: a dead worker would stop every deadline
            get_logger("handrail.worker").error("tick_failed", error=type(error).__name__, reason=str(error))
            return 0

    def stop(self) -> None:
        """Asks the loops to end after the tick under way."""
        self._stop.set()

    @property
    def is_working(self) -> bool:
        """Whether any of the threads still runs."""
        return any(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> Worker:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for thread in self._threads:
            thread.join(timeout=10)
