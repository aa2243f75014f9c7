"""Handovers through a real Request Tracker behind a network that breaks: each makes one ticket, whole."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from desks.port import Delivered, Job, Request, Task
from desks.request_tracker import RequestTracker, build
from states.clock import SystemClock
from tests.campaigns.deliveries import deliver_all, faults, outages, patiently
from tests.components import SOAK
from tests.counterparts.proxy import Fault, Proxy
from tests.counterparts.request_tracker import Tracker
from tests.desks.tasks import packet, task

pytestmark = pytest.mark.xdist_group("request_tracker")

HANDOVERS = 1_000 if SOAK else 30
DEADLINE_S = 4.0
SEED = 20261125
SEVERITIES = ("critical", "high", "normal", "low")


@pytest.fixture
def proxy(rt: Tracker) -> Iterator[Proxy]:
    proxy = Proxy(upstream=rt.url, late_s=DEADLINE_S + 1)
    proxy.up()
    yield proxy
    proxy.down()


def desk_behind(proxy: Proxy, rt: Tracker) -> RequestTracker:
    made = build("rt", rt.config(base_url=proxy.url, deadline_s=DEADLINE_S), SystemClock())
    return replace(made, settling=timedelta(0))


def handovers(mark: str, count: int) -> list[Task]:
    keys = [f"ho_{mark}_{number}" for number in range(count)]
    return [
        task(Job.OPEN, key, headline=f"Campaign {mark}", severity=SEVERITIES[number % 4], packet=packet(key, n=number))
        for number, key in enumerate(keys)
    ]


def wrong(desk: RequestTracker, tasks: list[Task], refs: list[str]) -> list[str]:
    """What tickets read back show otherwise than the tasks say."""
    found = []
    for given, ref in zip(tasks, refs, strict=True):
        ticket = patiently(lambda ref=ref: desk.read(ref))
        expect = dict(desk.prepare(given, "").expect)
        shown = {name: getattr(ticket, name) for name in expect}
        if shown != expect or ticket.packet != given.packet:
            found.append(f"{ref}: {shown} instead of {expect}")
    return found


def merge_late_ones(desk: RequestTracker, rt: Tracker, mark: str, cursor: str) -> None:
    """What the poller does: requests that were carried out late are merged once their second has passed."""
    for _ in range(10):
        cursor = desk.changes(cursor).cursor
        if len(rt.tickets(mark)) == HANDOVERS:
            return
        time.sleep(0.5)


def test_every_handover_makes_exactly_one_whole_ticket_however_the_network_breaks(rt: Tracker, proxy: Proxy) -> None:
    mark = uuid.uuid4().hex[:12]
    tasks, desk = handovers(mark, HANDOVERS), desk_behind(proxy, rt)
    cursor = desk.changes("").cursor
    proxy.choose = faults(SEED)
    began = time.monotonic()
    with outages(proxy, SEED):
        refs = deliver_all(desk, tasks)
    took = time.monotonic() - began
    proxy.settle()
    assert {seen.fault for seen in proxy.seen} >= {Fault.LOST, Fault.THROTTLED}
    proxy.choose = lambda method, path: Fault.NONE
    made = len(rt.tickets(mark))
    merge_late_ones(desk, rt, mark, cursor)
    refs = [desk.find(desk.prepare(given, "")).ref for given in tasks]  # type: ignore[union-attr]
    print(f"\n{HANDOVERS} handovers in {took:.0f} s, {len(proxy.seen)} calls, {made - HANDOVERS} late tickets merged")
    assert sorted(rt.tickets(mark), key=int) == sorted(refs, key=int)
    assert len(set(refs)) == HANDOVERS
    assert wrong(desk, tasks, refs) == []


@dataclass(frozen=True, kw_only=True)
class Naive(RequestTracker):
    """Sends again without looking, and believes every 201."""

    def find(self, request: Request) -> Delivered | None:
        return None

    def _first(self, key: str) -> str | None:
        return None


def test_the_naive_retry_makes_duplicates_in_the_same_network(rt: Tracker, proxy: Proxy) -> None:
    mark = uuid.uuid4().hex[:12]
    made = build("rt", rt.config(base_url=proxy.url, deadline_s=DEADLINE_S, webhook_secrets=()), SystemClock())
    desk = Naive(name=made.name, rest=made.rest, site=made.site, place=made.place)
    proxy.choose = faults(SEED, writes=(Fault.NONE, Fault.LOST, Fault.ERROR_AFTER))
    deliver_all(desk, handovers(mark, 5), look_first=False)
    assert len(rt.tickets(mark)) > 5
