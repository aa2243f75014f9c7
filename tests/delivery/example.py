"""A runtime with destinations in memory, and short words for what tests do with them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.config import CODES, MailConfig, MemoryConfig
from desks.memory import DELIVERY, SENT_AT, SIGNATURE, MemoryDesk, signature
from desks.port import Delivered, Job, Outcome, Request, Task, Ticket
from service.outbox import Outbox
from service.system import System
from states.clock import Clock
from tests.graph.example import Desk as Case

AGENTS = {"alice": "frontline_agent/anna", "sam": "escalation_specialist/sara", "cora": "compliance_officer/cleo"}
SECRET = "an-old-secret-of-the-memory-desk"


class Channel:
    """A destination without tickets: a chat or a pager that remembers what it was sent."""

    def __init__(self, name: str, *jobs: Job, outcomes: Iterable[Outcome] = ()) -> None:
        self._name, self._jobs = name, frozenset(jobs)
        self.outcomes = list(outcomes)
        self.sent: list[tuple[Job, str]] = []
        self.tasks: list[Task] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def jobs(self) -> frozenset[Job]:
        return self._jobs

    def prepare(self, task: Task, ref: str) -> Request:
        self.tasks.append(task)
        return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, body={"text": task.card.headline})

    def send(self, request: Request) -> Outcome:
        if self.outcomes:
            outcome = self.outcomes.pop(0)
            if not isinstance(outcome, Delivered):
                return outcome
        self.sent.append((request.job, request.body["text"]))
        return Delivered(ref=request.marker)

    def find(self, request: Request) -> Delivered | None:
        return None

    def ping(self) -> str:
        return f"{self.name}: ready"


def destination(desk: Any, clock: Clock, **config: Any) -> Destination:
    """A destination around a desk, without a limit that a test would run into."""
    made = MemoryConfig(kind="memory", webhook_secrets=(SECRET,), **{"agents": AGENTS, "per_minute": 10_000, **config})
    return Destination(desk=desk, config=made, gate=Gate(made.per_minute, clock))


def code_destination(desk: Any, clock: Clock, **config: Any) -> Destination:
    """A way by which codes reach addresses of e-mail."""
    made = MailConfig(kind="email", host="none", sender="care@shop.example", jobs=CODES, per_minute=10_000, **config)
    return Destination(desk=desk, config=made, gate=Gate(made.per_minute, clock))


def memory(name: str, clock: Clock, **more: Any) -> MemoryDesk:
    """A ticket system in memory."""
    return MemoryDesk(
        name, MemoryConfig(kind="memory", agents=AGENTS, webhook_secrets=(SECRET,)), clock, pause=lambda s: None, **more
    )


class Office:
    """A case with a ticket system, a chat and a pager."""

    def __init__(
        self,
        url: str,
        *,
        config: dict[str, Any] | None = None,
        desk: dict[str, Any] | None = None,
        spare: bool = False,
        look: bool = True,
    ) -> None:
        self.case = Case(url)
        self.runtime, self.clock = self.case.runtime, self.case.clock
        self.tickets = memory("tickets", self.clock, **(desk or {}))
        self.spare = memory("spare", self.clock)
        self.chat = Channel("chat", Job.ANNOUNCE)
        self.pager = Channel("pager", Job.PAGE, Job.QUIET)
        self.config, self._spare, self._look = config or {}, spare, look
        self.restart()

    def restart(self) -> None:
        """Another worker process takes over: nothing in memory is left."""
        places = [
            destination(self.tickets, self.clock, **self.config),
            destination(self.chat, self.clock),
            destination(self.pager, self.clock),
        ]
        if self._spare:
            # It takes no handovers of its own: only what falls back on it.
            places.append(destination(self.spare, self.clock, teams=["nobody"]))
        self.delivery = Delivery(System(self.runtime), places, dice=random.Random(1), look=self._look)
        self.outbox = Outbox(self.runtime.store, self.clock, {one.name: one.config for one in places})

    def work(self, **wait: float) -> int:
        """Time passes, clocks fire, and delivery works until there is nothing to do."""
        self.clock.advance(timedelta(**wait))
        done = self.runtime.tick()
        while did := self.delivery.tick():
            done += did
        return done

    def work_on(self, minutes: int) -> None:
        """Works every few seconds for some minutes, as a worker does."""
        for _ in range(minutes * 6):
            self.work(seconds=10)

    @property
    def ticket(self) -> Ticket:
        """The only ticket."""
        (found,) = self.tickets.tickets
        return found

    @property
    def state(self) -> str:
        """Of the conversation."""
        return str(self.case.view.state.value)

    def rows(self, what: str) -> list[Any]:
        """Rows of a statement."""
        with self.runtime.store.read() as connection:
            return list(connection.execute(text(what)).mappings())

    def close(self) -> None:
        """Lets go."""
        self.delivery.close()
        self.runtime.close()


def hook(office: Office, ref: str, delivery_id: str, *, minutes: int = 0) -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook that says something happened to a ticket."""
    at = (office.clock.now() + timedelta(minutes=minutes)).isoformat()
    body = ref.encode()
    return {SIGNATURE: signature(SECRET, at, body), SENT_AT: at, DELIVERY: delivery_id}, body
