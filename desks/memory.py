"""A ticket system in this process's memory: for demonstrations, and for tests of everything around a destination.

It keeps the port's promises, and on demand misbehaves as real systems do: replies lost after the commit, fields that
are dropped in silence, a search that lags.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from desks.config import TICKETING, MemoryConfig, known_as
from desks.kit.calls import call_answered, call_begins
from desks.port import (
    Ambiguous,
    Changes,
    Comment,
    Delivered,
    Hint,
    Identity,
    Job,
    Outcome,
    Rejected,
    Request,
    RetryAfter,
    Standing,
    Task,
    Ticket,
)
from handover.packet.attachment import Attachment
from states.clock import Clock
from states.errors import BadSignature, DependencyFault, NotFound

ACTOR = "handrail"
SIGNATURE, SENT_AT, DELIVERY = "x-memory-signature", "x-memory-timestamp", "x-memory-delivery"
WINDOW = timedelta(minutes=5)


class Fault(StrEnum):
    """How an attempt may go wrong."""

    REPLY_LOST = "reply_lost"
    """Committed, but the answer never comes."""
    REFUSED = "refused"
    """The connection is refused: surely not committed."""
    TOO_MANY = "too_many"
    """429 with `Retry-After: 30`."""
    BROKEN = "broken"
    """500 before the commit; the caller cannot know."""
    SLOW = "slow"
    """Answers only after `slow_s`."""
    REJECTED = "rejected"
    """422: never."""


@dataclass
class Shelf:
    """What the system holds."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    """The ticket of each change, oldest first."""
    attempts: int = 0
    merged: dict[str, str] = field(default_factory=dict)
    """Tickets that others stand for now: whoever asks for one, or writes to it, gets the other."""
    people: dict[str, Standing] = field(default_factory=dict)


class MemoryDesk:
    """Tickets in memory. `script` queues faults for the next attempts; the methods after `People` are people at work.

    Creating is idempotent by key unless `idempotent` is False; additions never are.
    """

    def __init__(
        self,
        name: str,
        config: MemoryConfig,
        clock: Clock,
        *,
        idempotent: bool = True,
        slow_s: float = 0.05,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name, self._config, self._clock = name, config, clock
        self._idempotent, self._slow_s, self._pause = idempotent, slow_s, pause
        self._lock = threading.RLock()
        self._shelf = Shelf()
        self._faults: list[Fault] = []
        self.down = False
        """Nothing can be reached."""
        self.drops: set[str] = set()
        """Fields of `Ticket` that are dropped in silence when they are written; `public`: every note shows."""
        self.lag = 0
        """How many searches still do not see what was written."""
        self.unreadable = 0
        """How many reads fail."""

    @contextmanager
    def _open(self) -> Iterator[Shelf]:
        """The shelf, for one change or one look."""
        with self._lock:
            yield self._shelf

    def script(self, *faults: Fault) -> None:
        """How the next attempts go wrong, in this order."""
        self._faults.extend(faults)

    def hang_with(self, pause: Callable[[float], None]) -> None:
        """How a slow attempt spends its time."""
        self._pause = pause

    # The port

    @property
    def name(self) -> str:
        """From the settings."""
        return self._name

    @property
    def jobs(self) -> frozenset[Job]:
        """Everything a ticket system does."""
        return frozenset(TICKETING)

    @property
    def actor(self) -> str:
        """Our own user there."""
        return ACTOR

    def prepare(self, task: Task, ref: str) -> Request:
        """The fields that this step writes, and the comment it adds."""
        fields = self._fields(task)
        public = task.job is Job.REPLY
        body = {"fields": fields, "comment": f"{task.text}\n{task.marker}".strip(), "public": public}
        if task.job is Job.OPEN:
            body |= {"packet": dict(task.packet), "key": task.key}
        expect = {**fields, **({"key": task.key} if task.job is Job.OPEN else {}), "public": str(public).lower()}
        return Request(
            job=task.job, key=task.key, marker=task.marker, ref=ref, path="/tickets", body=body, expect=expect
        )

    def _fields(self, task: Task) -> dict[str, str]:
        known = known_as(self._config.agents, self.name, task.author_role, task.author)
        return {
            Job.OPEN: {"status": "open", "queue": task.card.team, "priority": task.card.severity},
            Job.URGENCY: {"priority": task.card.severity},
            Job.CLAIM: {"status": "claimed", "assignee": known},
            Job.RELEASE: {"status": "open", "assignee": ""},
            Job.CLOSE: {"status": "resolved"},
        }.get(task.job, {})

    def send(self, request: Request) -> Outcome:
        """One attempt, with the next scripted fault."""
        with self._open() as shelf:
            shelf.attempts += 1
            fault = self._faults.pop(0) if self._faults else None
        call_begins()
        if self.down or fault is Fault.REFUSED:
            return RetryAfter(seconds=None, code="ConnectError")
        if fault is Fault.TOO_MANY:
            return RetryAfter(seconds=30.0, code="http_429")
        if fault is Fault.BROKEN:
            return Ambiguous(code="http_500")
        if fault is Fault.REJECTED:
            return Rejected(code="http_422", field_errors={"queue": "is unknown"})
        if fault is Fault.SLOW:
            self._pause(self._slow_s)
        try:
            ref = self._write(request)
        except NotFound:
            return Rejected(code="http_404")
        if fault is Fault.REPLY_LOST:
            return Ambiguous(code="ReadTimeout")
        call_answered()
        return Delivered(ref=ref)

    def _write(self, request: Request) -> str:
        with self._open() as shelf:
            if request.job is Job.OPEN:
                there = self._by_key(shelf, request.key)
                if there and self._idempotent:
                    return there
                ref = str(len(shelf.tickets) + 1)
                shelf.tickets[ref] = Ticket(
                    ref=ref,
                    key=request.key,
                    status="open",
                    link=f"memory://{self.name}/{ref}",
                    packet=request.body["packet"],
                )
            ref = ref if request.job is Job.OPEN else shelf.merged.get(request.ref, request.ref)
            kept = {name: value for name, value in request.body["fields"].items() if name not in self.drops}
            self._change(shelf, ref, text=request.body["comment"], public=request.body["public"], author=ACTOR, **kept)
            return ref

    def find(self, request: Request) -> Delivered | None:
        """By key for OPEN, by marker for additions; sees nothing while the search lags."""
        with self._open() as shelf:
            self._reach()
            if self.lag > 0:
                self.lag -= 1
                return None
            if request.job is Job.OPEN:
                ref = self._by_key(shelf, request.key)
                return Delivered(ref=ref) if ref else None
            ticket = shelf.tickets.get(shelf.merged.get(request.ref, request.ref))
            found = ticket is not None and any(request.marker in one.text for one in ticket.comments)
            return Delivered(ref=request.ref) if found else None

    def ping(self) -> str:
        """Ready unless it is down."""
        self._reach()
        return f"{self.name}: a ticket system in memory"

    def read(self, ref: str) -> Ticket:
        """The ticket."""
        with self._open() as shelf:
            self._reach(reading=True)
            ref = shelf.merged.get(ref, ref)
            if ref not in shelf.tickets:
                raise NotFound(f"there is no ticket {ref!r} in {self.name!r}")
            return replace(shelf.tickets[ref], people=dict(shelf.people))

    def identify(self, ref: str) -> Identity:
        """Which ticket it is; of a merged one the other."""
        return self.read(ref).identity

    def changes(self, cursor: str) -> Changes:
        """The tickets of every change after the cursor, which counts changes."""
        with self._open() as shelf:
            self._reach()
            since = shelf.log[int(cursor) :] if cursor else []
            return Changes(refs=tuple(dict.fromkeys(since)), cursor=str(len(shelf.log)))

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """An HMAC over timestamp and body, at most five minutes old."""
        given, sent_at = headers.get(SIGNATURE, ""), headers.get(SENT_AT, "")
        secrets = [one.get_secret_value() for one in self._config.webhook_secrets]
        good = any(hmac.compare_digest(signature(one, sent_at, body).encode(), given.encode()) for one in secrets)
        if not good or abs(now - datetime.fromisoformat(sent_at)) > WINDOW:
            raise BadSignature(f"the signature for {self.name!r} does not hold; check the secret and both clocks")
        return Hint(delivery_id=headers.get(DELIVERY, ""), ref=body.decode())

    def _reach(self, *, reading: bool = False) -> None:
        call_begins()
        if self.down:
            raise DependencyFault("unreachable", f"{self.name!r} is down; try again when it is back")
        if reading and self.unreadable > 0:
            self.unreadable -= 1
            raise DependencyFault("http_500", f"{self.name!r} cannot be read now; try again")
        call_answered()

    # Inside

    @staticmethod
    def _by_key(shelf: Shelf, key: str) -> str | None:
        return next((one.ref for one in shelf.tickets.values() if one.key == key), None)

    def _change(
        self,
        shelf: Shelf,
        ref: str,
        *,
        text: str = "",
        public: bool = False,
        author: str = "",
        from_customer: bool = False,
        automatic: bool = False,
        files: tuple[Attachment, ...] = (),
        **fields: Any,
    ) -> None:
        ticket = shelf.tickets.get(ref)
        if ticket is None:
            raise NotFound(f"there is no ticket {ref!r} in {self.name!r}")
        shelf.log.append(ref)
        said = Comment(
            id=str(len(shelf.log)),
            text=text,
            public=public or "public" in self.drops,
            author=author,
            from_customer=from_customer,
            automatic=automatic,
            files=files,
            at=self._clock.now(),
        )
        if text or files:
            fields["comments"] = (*ticket.comments, said)
        shelf.tickets[ref] = replace(ticket, version=str(len(shelf.log)), **fields)

    # People

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """All tickets, oldest first."""
        with self._open() as shelf:
            return tuple(shelf.tickets.values())

    @property
    def attempts(self) -> int:
        """How often something was sent."""
        with self._open() as shelf:
            return shelf.attempts

    def assign(self, ref: str, agent: str) -> None:
        """Somebody takes the ticket, or is given it; empty: nobody has it."""
        with self._open() as shelf:
            shelf.people.setdefault(agent, Standing.STAFF)
            self._change(shelf, ref, assignee=agent, status="claimed" if agent else "open")

    def hire(self, name: str, standing: Standing = Standing.STAFF) -> None:
        """What the system says of somebody from now on."""
        with self._open() as shelf:
            shelf.people[name] = standing

    def mail_in(
        self, ref: str, name: str, text: str, *, files: tuple[Attachment, ...] = (), automatic: bool = False
    ) -> None:
        """Whoever knows the ticket's address writes to it: the system makes a user of them, who is nobody there."""
        with self._open() as shelf:
            shelf.people.setdefault(name, Standing.OUTSIDER)
            self._change(shelf, ref, text=text, public=True, author=name, files=files, automatic=automatic)

    def reply(
        self, ref: str, agent: str, text: str, *, files: tuple[Attachment, ...] = (), automatic: bool = False
    ) -> None:
        """An agent writes to the customer."""
        with self._open() as shelf:
            shelf.people.setdefault(agent, Standing.STAFF)
            self._change(shelf, ref, text=text, public=True, author=agent, files=files, automatic=automatic)

    def note(self, ref: str, agent: str, text: str) -> None:
        """An agent writes an internal note."""
        with self._open() as shelf:
            shelf.people.setdefault(agent, Standing.STAFF)
            self._change(shelf, ref, text=text, author=agent)

    def write_in(
        self, ref: str, customer: str, text: str, *, files: tuple[Attachment, ...] = (), automatic: bool = False
    ) -> None:
        """The customer answers a mail of the ticket system's."""
        with self._open() as shelf:
            self._change(
                shelf, ref, text=text, public=True, author=customer, from_customer=True, files=files,
                automatic=automatic,
            )  # fmt: skip

    def merge(self, ref: str, into: str) -> None:
        """Somebody merges two tickets: one of them stands for both, as in Request Tracker."""
        with self._open() as shelf:
            old = shelf.tickets.pop(ref)
            shelf.merged[ref] = into
            self._change(shelf, into, comments=(*shelf.tickets[into].comments, *old.comments))

    def set_aside(self, ref: str, closed_as: str) -> None:
        """Somebody closes it, but not because the work is done."""
        with self._open() as shelf:
            self._change(shelf, ref, status="resolved", closed_as=closed_as)

    def lose(self, ref: str) -> None:
        """Somebody deletes it."""
        with self._open() as shelf:
            del shelf.tickets[ref]

    def set_status(self, ref: str, status: str) -> None:
        """Somebody resolves or reopens it."""
        with self._open() as shelf:
            self._change(shelf, ref, status=status)


def signature(secret: str, sent_at: str, body: bytes) -> str:
    """How a webhook of this system is signed: `sent_at` is an ISO 8601 instant."""
    return hmac.new(secret.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def build(name: str, config: MemoryConfig, clock: Clock) -> MemoryDesk:
    """The destination of these settings."""
    return MemoryDesk(name, config, clock)
