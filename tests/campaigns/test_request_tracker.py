"""Handovers through the whole system to a real Request Tracker, behind a network that breaks."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desks.port import Delivered, Request, Ticket
from desks.request_tracker.desk import RequestTracker, build
from states.clock import Clock
from tests.campaigns.broken_network import faults, outages, patiently
from tests.campaigns.tracker_office import MESSAGES, NAME, HurriedClock, TrackerOffice
from tests.components import SOAK
from tests.counterparts.proxy import Fault, Proxy
from tests.counterparts.request_tracker import QUEUE, Tracker
from tests.ready_databases import sqlite_url

pytestmark = pytest.mark.xdist_group("request_tracker")

HANDOVERS = int(os.environ.get("HANDRAIL_HANDOVERS", 1_000 if SOAK else 15))
FEW = 6
FACTOR = 10
DEADLINE_S = 4.0
PATIENCE_S = 300 + 15 * HANDOVERS
SEED = 20261125
SEVERITIES = ("critical", "high", "normal")


@pytest.fixture
def proxy(rt: Tracker) -> Iterator[Proxy]:
    proxy = Proxy(upstream=rt.url, late_s=1)
    proxy.up()
    yield proxy
    proxy.down()


MakeOffice = Callable[..., TrackerOffice]


@pytest.fixture
def make_office(rt: Tracker, proxy: Proxy, tmp_path: Path) -> Iterator[MakeOffice]:
    made: list[TrackerOffice] = []

    def make(shape: Callable[[RequestTracker], RequestTracker] = lambda desk: desk, **config: Any) -> TrackerOffice:
        clock: Clock = HurriedClock(FACTOR)
        desk = build(NAME, rt.config(base_url=proxy.url, deadline_s=DEADLINE_S), clock)
        # The lease is as long as the deadline says, by the hurried clock.
        config = {"give_up_after": 100, "deadline_s": 30, "poll_s": 100, **config}
        made.append(TrackerOffice(sqlite_url(tmp_path), shape(desk), rt, clock, **config))
        return made[-1]

    yield make
    for office in made:
        office.close()


def conversations(count: int) -> list[str]:
    mark = uuid.uuid4().hex[:8]
    return [f"{mark}-{number}" for number in range(count)]


def everything_is_there(office: TrackerOffice, names: list[str]) -> Callable[[], bool]:
    """Whether each has its ticket and the note with the packet."""
    return lambda: office.delivered_steps() >= 2 * len(names)


def tickets_of(office: TrackerOffice, names: list[str]) -> dict[str, Ticket]:
    """Every conversation's ticket, read back; a page about a desk that broke for too long is none of them."""
    refs = {name: office.ref(name) for name in names}
    return {name: patiently(lambda ref=ref: office.desk.read(ref)) for name, ref in refs.items()}


def wrong(office: TrackerOffice, names: list[str], tickets: dict[str, Ticket]) -> list[str]:
    """What tickets show otherwise than their handovers."""
    found = []
    for number, name in enumerate(names):
        handover, ticket = office.handover(name), tickets[name]
        shown = (ticket.key, ticket.queue, ticket.priority, ticket.packet)
        if shown != (handover.id, QUEUE, SEVERITIES[number % 3], handover.packet):
            found.append(f"{ticket.ref}: {shown[:3]}")
        if not any("Why:" in one.text and not one.public for one in ticket.comments):
            found.append(f"{ticket.ref}: no note with the packet")
    return found


def test_every_handover_becomes_exactly_one_whole_ticket_however_the_network_breaks(
    rt: Tracker, proxy: Proxy, make_office: MakeOffice
) -> None:
    office, names, before = make_office(), conversations(HANDOVERS), rt.newest()
    proxy.choose = faults(SEED)
    began = time.monotonic()
    with outages(proxy, SEED):
        for number, name in enumerate(names):
            office.hand_over(name, MESSAGES[number % 3])
        assert office.work_until(everything_is_there(office, names), PATIENCE_S)
    took = time.monotonic() - began
    proxy.settle()
    proxy.choose = lambda method, path: Fault.NONE
    made = len(rt.tickets_after(before))
    # The poller merges what was carried out after its retry.
    assert office.work_until(lambda: len(rt.tickets_after(before)) == HANDOVERS, 120)
    tickets = tickets_of(office, names)
    assert sorted(rt.tickets_after(before)) == sorted(ticket.ref for ticket in tickets.values())
    assert wrong(office, names, tickets) == []
    assert office.dead() == 0
    broken = sum(seen.fault is not Fault.NONE for seen in proxy.seen)
    print(
        f"\n{HANDOVERS} handovers in {took:.0f} s: {len(proxy.seen)} calls, {broken} broken, {made - HANDOVERS} merged"
    )


def test_what_is_handed_over_while_request_tracker_is_down_is_delivered_when_it_is_back(
    rt: Tracker, proxy: Proxy, make_office: MakeOffice
) -> None:
    office, names = make_office(give_up_after=8), conversations(FEW)
    with proxy.refusing():
        for number, name in enumerate(names):
            office.hand_over(name, MESSAGES[number % 3])
        assert not office.work_until(everything_is_there(office, names), 20)
        # By key: what an earlier test has given up, Request Tracker may carry out only now.
        assert [rt.tickets_with(office.handover(name).id) for name in names] == [[]] * FEW
    assert office.work_until(everything_is_there(office, names), PATIENCE_S)
    tickets = tickets_of(office, names)
    for name, ticket in tickets.items():
        assert rt.tickets_with(office.handover(name).id) == [ticket.ref]
    assert wrong(office, names, tickets) == []
    assert office.dead() == 0


@dataclass(frozen=True, kw_only=True)
class Naive(RequestTracker):
    """Sends again without looking, and believes every 201."""

    def find(self, request: Request) -> Delivered | None:
        return None

    def _first(self, key: str) -> str | None:
        return None


def naive(desk: RequestTracker) -> RequestTracker:
    return Naive(name=desk.name, rest=desk.rest, people=desk.people, site=desk.site, place=desk.place)


def test_the_naive_retry_makes_duplicates_in_the_same_harness(
    rt: Tracker, proxy: Proxy, make_office: MakeOffice
) -> None:
    office, names, before = make_office(naive, look=False), conversations(FEW), rt.newest()
    proxy.choose = faults(SEED, writes=(Fault.NONE, Fault.LOST, Fault.ERROR_AFTER))
    for number, name in enumerate(names):
        office.hand_over(name, MESSAGES[number % 3])
    assert office.work_until(lambda: len(rt.tickets_after(before)) > FEW, 120)
