"""The worker: fires due clocks and lets deliveries go out, again and again, until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from app.logging import get_logger

if TYPE_CHECKING:
    from delivery.work import Delivery
    from service.system import System


class Worker:
    """Lets clocks fire and deliveries go out every `seconds` in a thread of its own.

    A context manager, or `run` in the foreground.
    """

    def __init__(
        self,
        system: System,
        seconds: float = 1.0,
        delivery: Delivery | None = None,
    ) -> None:
        self._system, self._delivery = system, delivery
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.run, name="handrail-worker", daemon=True)

    def run(self) -> None:
        """Ticks until `stop`; a tick that finds work is followed by the next at once."""
        while not self._stop.is_set():
            if self.tick_once() == 0:
                self._stop.wait(self._seconds)

    def tick_once(self) -> int:
        """One tick; how much it did. A failed tick loses nothing: what was due stays due and is tried again."""
        ticks = (self._system.tick, self._delivery.tick if self._delivery else None)
        return sum(self._guarded(tick) for tick in ticks if tick is not None)

    @staticmethod
    def _guarded(tick: Callable[[], int]) -> int:
        try:
            return tick()
        except Exception as error:  # noqa: BLE001  # safety boundary: a dead worker would stop every deadline
            get_logger("handrail.worker").error("tick_failed", error=type(error).__name__, reason=str(error))
            return 0

    def stop(self) -> None:
        """Asks the loop to end after the tick under way."""
        self._stop.set()

    def __enter__(self) -> Worker:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join(timeout=10)
