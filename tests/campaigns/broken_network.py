"""A network that breaks in every way, and patience with it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from states.errors import DependencyFault
from tests.counterparts.proxy import Fault, Proxy

WRITES = (
    *(Fault.NONE,) * 27,
    *(Fault.LOST,) * 2,
    Fault.RESET,
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.THROTTLED,
    Fault.GARBAGE,
    Fault.SLOW,
    Fault.LATE,
)
"""A quarter of what is written breaks."""
READS = (*(Fault.NONE,) * 120, Fault.LOST, Fault.ERROR_BEFORE, Fault.GARBAGE, Fault.NOT_FOUND, Fault.THROTTLED)
"""One step is several reads; if many more of them break, the breaker rests most of the time."""
T = TypeVar("T")
ATTEMPTS = 60


def faults(seed: int, writes: Sequence[Fault] = WRITES, reads: Sequence[Fault] = READS) -> Callable[[str, str], Fault]:
    """A fault for every request, from a seed."""
    dice, lock = random.Random(seed), threading.Lock()

    def choose(method: str, path: str) -> Fault:
        with lock:
            return dice.choice(reads if method == "GET" else writes)

    return choose


@contextmanager
def outages(proxy: Proxy, seed: int) -> Iterator[None]:
    """Now and then nobody listens for a moment."""
    dice, over = random.Random(seed), threading.Event()

    def run() -> None:
        while not over.wait(dice.uniform(4, 10)):
            with proxy.refusing():
                over.wait(dice.uniform(0.1, 0.5))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def patiently(read: Callable[[], T]) -> T:
    """A read, repeated until it can tell."""
    for _ in range(ATTEMPTS):
        try:
            return read()
        except DependencyFault:
            time.sleep(0.05)
    raise AssertionError(f"no answer in {ATTEMPTS} attempts")
