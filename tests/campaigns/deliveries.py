"""Handovers through a desk whose network breaks in every way: with the retry that looks first, and the naive one."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from desks.port import Ambiguous, Delivered, Desk, Rejected, RetryAfter, Task
from states.errors import DependencyFault
from tests.counterparts.proxy import Fault, Proxy

WRITES = (
    *(Fault.NONE,) * 6,
    *(Fault.LOST,) * 2,
    Fault.RESET,
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.THROTTLED,
    Fault.GARBAGE,
    Fault.SLOW,
    Fault.LATE,
)
READS = (*(Fault.NONE,) * 9, Fault.LOST, Fault.ERROR_BEFORE, Fault.GARBAGE, Fault.NOT_FOUND, Fault.THROTTLED)
T = TypeVar("T")
ATTEMPTS = 60
CALLERS = 3


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
        while not over.wait(dice.uniform(1, 3)):
            with proxy.refusing():
                over.wait(dice.uniform(0.1, 0.5))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def deliver_all(desk: Desk, tasks: Sequence[Task], *, look_first: bool = True) -> list[str]:
    """Every task, several at a time. The tickets' numbers."""
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(lambda task: deliver(desk, task, look_first=look_first), tasks))


def deliver(desk: Desk, task: Task, ref: str = "", *, look_first: bool = True) -> str:
    """Sends until it is delivered; what is not known is looked up before it is sent again."""
    request = desk.prepare(task, ref)
    for attempt in range(ATTEMPTS):
        match desk.send(request):
            case Delivered(ref=number):
                return number
            case Ambiguous():
                found = patiently(lambda: desk.find(request)) if look_first else None
                if found:
                    return found.ref
            case Rejected(code=code):
                raise AssertionError(f"{task.id} was refused: {code}")
            case RetryAfter(seconds=seconds):
                time.sleep(seconds or min(0.1 * 2**attempt, 1))
    raise AssertionError(f"{task.id} was not delivered in {ATTEMPTS} attempts")


def patiently(read: Callable[[], T]) -> T:
    """A read, repeated until it can tell."""
    for _ in range(ATTEMPTS):
        try:
            return read()
        except DependencyFault:
            time.sleep(0.05)
    raise AssertionError(f"no answer in {ATTEMPTS} attempts")
