"""Kill -9 at random points of delivery: children write messages and deliver them until they are shot.

The ticket system lies in a file, so that it outlives them, and it loses every fifth answer after it has committed.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from assistants.scripted import ScriptedAssistant
from delivery.work import Delivery
from desks.config import MemoryConfig
from desks.memory import Fault, MemoryDesk, Shelf
from desks.port import Outcome, Request
from service.runtime import Runtime
from service.system import System
from service.views import NewConversation
from states.clock import SystemClock, SystemIds
from store.database import open_store
from store.queries import OUTBOX
from tests.delivery.example import destination
from tests.graph.example import knows, policy
from triggers.assessment import Circumstances, Message
from triggers.engine import compile_policy

LATER = timedelta(minutes=3)
"""From one child's clock to the next one's: what the last one held comes free."""


class FileDesk(MemoryDesk):
    """The ticket system, in a file that is replaced whole with each change."""

    def __init__(self, path: Path, clock: Any, dice: random.Random) -> None:
        super().__init__("tickets", MemoryConfig(kind="memory"), clock, idempotent=False)
        self._path, self._dice = path, dice

    @contextmanager
    def _open(self) -> Iterator[Shelf]:
        with open(self._path.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            shelf = pickle.loads(self._path.read_bytes()) if self._path.exists() else Shelf()
            yield shelf
            fresh = self._path.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(shelf))
            fresh.replace(self._path)

    def send(self, request: Request) -> Outcome:
        if self._dice.random() < 0.2:
            self.script(Fault.REPLY_LOST)
        return super().send(request)


class LaterClock(SystemClock):
    """The machine's clock, some time ahead."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return super().now() + self._ahead


def _worker(url: str, folder: Path, generation: int, look: bool) -> tuple[Runtime, Delivery, FileDesk]:
    clock = LaterClock(LATER * generation)
    runtime = Runtime(
        store=open_store(url), policy=policy(), assistant=ScriptedAssistant(knows), clock=clock, ids=SystemIds()
    )
    desk = FileDesk(folder / "desk", clock, random.Random(generation))
    place = destination(desk, clock, give_up_after=100)
    return runtime, Delivery(System(runtime), [place], dice=random.Random(generation), look=look), desk


def _write_and_deliver(url: str, folder: Path, generation: int, look: bool, acknowledge: int) -> None:
    """The child."""
    runtime, delivery, _ = _worker(url, folder, generation, look)
    runtime.recover()
    for number in range(10_000):
        conversation = runtime.open(NewConversation(id=f"k{generation}-{number}")).id
        for name in ("human please", "first word", "second word"):
            runtime.post(conversation, name, message_id=name.replace(" ", "-"))
        os.write(acknowledge, f"{conversation}\n".encode())
        delivery.tick()


def run(url: str, folder: Path, kills: int, look: bool = True) -> dict[str, Any]:
    """Forks, waits a moment, kills; `kills` times. Then one more works until nothing is left, and all is counted."""
    compile_policy(policy()).evaluate(Message(text="warm"), Circumstances())
    dice = random.Random(7)
    told = 0
    for generation in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                _write_and_deliver(url, folder, generation, look, writing)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            pipe.readline()
            time.sleep(dice.uniform(0, 0.25))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            told += 1 + len(pipe.readlines())
    return {"acknowledged": told, **_drained(url, folder, kills, look)}


def _drained(url: str, folder: Path, generation: int, look: bool) -> dict[str, Any]:
    for further in range(200):
        runtime, delivery, desk = _worker(url, folder, generation + further, look)
        runtime.recover()
        while delivery.tick():
            pass
        with runtime.store.read() as connection:
            left = connection.execute(text("SELECT count(*) FROM outbox WHERE status != 'done'")).scalar_one()
            handovers = {row[0] for row in connection.execute(text("SELECT id FROM handover"))}
            done = connection.execute(select(OUTBOX.c.receipt).where(OUTBOX.c.destination != "")).scalars().all()
            found = sum(bool((one or {}).get("looked_up")) for one in done)
        runtime.close()
        if not left:
            return {"looked_up": found, **_counted(desk, handovers)}
    raise AssertionError(f"{left} steps are left")


def _counted(desk: FileDesk, handovers: set[str]) -> dict[str, Any]:
    """What is lost, doubled or out of order in the tickets."""
    keys = Counter(one.key for one in desk.tickets)
    lost = [key for key in handovers if not keys[key]]
    doubled = [key for key, count in keys.items() if count > 1]
    wrong = []
    for ticket in desk.tickets:
        numbers = [int(n) for one in ticket.comments for n in re.findall(rf"\[{ticket.key}#(\d+)\]", one.text)]
        if numbers != sorted(numbers) or numbers != list(range(1, len(numbers) + 1)):
            wrong.append((ticket.key, numbers))
    return {"handovers": len(handovers), "lost": lost, "doubled": doubled, "wrong": wrong}
