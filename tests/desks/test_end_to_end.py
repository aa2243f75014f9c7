"""A handover through the whole engine to each fake and back, also over a network that breaks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.config import MemoryConfig
from desks.fakes.freshdesk import FreshdeskFake
from desks.fakes.server import Fault
from desks.fakes.servicenow import ServiceNowFake
from desks.fakes.zendesk import ZendeskFake
from desks.port import Ticket
from service.system import System
from states.clock import FrozenClock
from states.vocabulary import Event, State
from tests.desks.benches import FreshdeskBench, HttpBench, ServiceNowBench, ZendeskBench, bench_of
from tests.graph.example import Desk as Case
from tests.ready_databases import sqlite_url

SYSTEMS: dict[str, tuple[type[HttpBench], Callable[[FrozenClock], Any]]] = {
    "zendesk": (ZendeskBench, ZendeskFake),
    "freshdesk": (FreshdeskBench, FreshdeskFake),
    "servicenow": (ServiceNowBench, ServiceNowFake),
}
CUSTOMER = "cus-1"


class Office:
    """A case whose handovers go to one ticket system."""

    def __init__(self, case: Case, bench: Any, *, look: bool = True) -> None:
        self.case, self.bench = case, bench
        agents = {bench.ann: "frontline_agent/anna"}
        desk = bench.made(agents=agents)
        config = MemoryConfig(kind="memory", agents=agents, per_minute=10_000, poll_s=5, updates_per_ticket=1000)
        place = Destination(desk=desk, config=config, gate=Gate(10_000, case.clock))
        self.delivery = Delivery(System(case.runtime), [place], dice=random.Random(7), look=look)
        self.work_on(seconds=10)

    def work_on(self, seconds: int) -> None:
        """The worker looks every ten seconds."""
        for _ in range(seconds // 10):
            self.case.clock.advance(timedelta(seconds=10))
            self.case.runtime.tick()
            while self.delivery.tick():
                pass

    def unfinished(self) -> list[Any]:
        """Steps that wait or were given up."""
        with self.case.runtime.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT id FROM outbox WHERE destination != '' AND status != 'done'")
            return list(rows.scalars())

    @property
    def ref(self) -> str:
        """Where the newest handover is."""
        (found,) = [one for one in self.case.view.handover.deliveries if one.status != "undeliverable"]
        return str(found.ref)

    @property
    def ticket(self) -> Ticket:
        """The newest ticket, as it is."""
        read: Ticket = self.bench.desk.read(self.ref)
        return read

    def said_to_customer(self) -> list[str]:
        """What people have written to the customer."""
        return [one.text for one in self.case.view.messages if one.author == "agent"]


@contextmanager
def office_at(system: str, folder: Path, **more: Any) -> Iterator[Office]:
    """An office with a new database and a new ticket system."""
    case = Case(sqlite_url(folder))
    bench_type, fake = SYSTEMS[system]
    with bench_of(bench_type, fake, case.clock) as bench:
        office = Office(case, bench, **more)
        yield office
        office.delivery.close()
    case.runtime.close()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_case_goes_there_and_back(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        case, bench = office.case, office.bench
        case.say("human please")
        office.work_on(seconds=20)
        handover, ref = case.view.handover, office.ref
        assert (office.ticket.key, office.ticket.packet) == (handover.id, handover.packet)
        assert CUSTOMER not in bench.subject(ref)

        case.say("it is about order 4711")
        office.work_on(seconds=20)
        assert any("order 4711" in one.text and not one.public for one in office.ticket.comments)

        bench.assign(ref, bench.ann)
        office.work_on(seconds=180)
        assert (case.view.state, case.view.owner_id) == (State.AGENT_VERIFYING, "anna")
        case.do(Event.IDENTITY_VERIFIED, text="called the number on file")

        bench.reply(ref, bench.ann, "Good morning, I have found your order.")
        bench.note(ref, bench.ann, "Do not tell: the parcel was lost.")
        office.work_on(seconds=180)
        assert office.said_to_customer() == ["Good morning, I have found your order."]

        bench.resolve(ref)
        office.work_on(seconds=180)
        assert case.view.state is State.RESOLVED

        case.say("it has not come after all")
        office.work_on(seconds=180)
        assert case.view.state is State.HANDED_OFF
        assert office.ref != ref
        assert bench.tickets() == 2
        assert office.said_to_customer() == ["Good morning, I have found your order."]
        assert office.unfinished() == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_done_here_is_shown_there_and_comes_not_back_as_an_echo(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        case, bench = office.case, office.bench
        case.say("human please")
        office.work_on(seconds=20)
        case.do(Event.CLAIMED)
        case.do(Event.AGENT_REPLIED, text="I am Anna.")
        office.work_on(seconds=180)
        assert (office.ticket.status, office.ticket.assignee) == ("claimed", bench.ann)
        case.do(Event.RESOLVED, text="refunded")
        before = list(case.events)
        office.work_on(seconds=300)
        assert office.ticket.status == "resolved"
        assert case.events == before
        assert office.said_to_customer() == ["I am Anna."]


FAULTS = (
    Fault.REPLY_LOST, Fault.NONE, Fault.TOO_MANY, Fault.REPLY_LOST, Fault.BROKEN, Fault.BROKEN_AFTER, Fault.UNAVAILABLE,
    Fault.REPLY_LOST, Fault.HTML, Fault.REPLY_LOST, Fault.NONE, Fault.BROKEN_AFTER,
)  # fmt: skip


def through_faults(office: Office) -> tuple[int, int]:
    """Runs three handovers over a network that breaks; doubled tickets, doubled notes."""
    case, bench = office.case, office.bench
    dice = random.Random(11)
    for _ in range(3):
        bench.script(*dice.sample(FAULTS, len(FAULTS)))
        case.say("human please")
        case.say("it is about order 4711")
        case.do(Event.CLAIMED)
        case.do(Event.AGENT_REPLIED, text="I am Anna.")
        case.do(Event.RESOLVED, text="refunded")
        office.work_on(seconds=1800)
    with case.runtime.store.read() as connection:
        keys = connection.exec_driver_sql("SELECT id FROM handover").scalars().all()
    assert len(keys) == 3
    refs = bench.refs()
    tickets = [bench.desk.read(ref) for ref in refs]
    assert {ticket.key for ticket in tickets} == set(keys)
    marks = Counter(mark for one in tickets for said in one.comments for mark in _marks(said.text, one.key))
    return len(tickets) - 3, sum(marks.values()) - len(marks)


def _marks(text: str, key: str) -> list[str]:
    """The marker at the end of a text of ours."""
    last = text.rstrip().rpartition("\n")[2]
    return [last] if last.startswith(f"[{key}#") else []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_network_that_breaks_loses_and_doubles_nothing(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        assert through_faults(office) == (0, 0)
        assert office.unfinished() == []
        assert all(office.bench.desk.read(ref).packet for ref in office.bench.refs())


@pytest.mark.parametrize("system", SYSTEMS)
def test_without_the_look_up_the_same_network_doubles(system: str, tmp_path: Path) -> None:
    """The mutant: the naive retry, in the same harness."""
    with office_at(system, tmp_path, look=False) as office:
        tickets, notes = through_faults(office)
        assert notes > 0
        assert (tickets > 0) is not office.bench.idempotent
