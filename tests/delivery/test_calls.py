"""What a destination is really called: how often in a minute, and what a network that breaks does to the pace."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from delivery.destinations import Destination
from delivery.pace import Condition, Gate
from delivery.work import Delivery
from desks.config import MemoryConfig
from desks.fakes.zendesk import ZendeskFake
from desks.port import Outcome, Request
from service.system import System
from service.views import NewConversation
from tests.counterparts.proxy import Fault, Proxy
from tests.delivery.conftest import MakeOffice
from tests.desks.benches import ZendeskBench, bench_of
from tests.graph.example import Desk as Case
from tests.ready_databases import sqlite_url

MOST = 6
"""Calls of one step or look."""


class Far:
    """A Zendesk behind a network that a test breaks."""

    def __init__(self, bench: Any, proxy: Proxy, case: Case) -> None:
        self.case, self.bench, self.proxy = case, bench, proxy
        self._desk = bench.made(base_url=proxy.url)
        self.calls: list[datetime] = []
        self.conditions: set[Condition] = set()
        self.breaks()

    def starts(self, **config: Any) -> None:
        """Begins to deliver, with these settings."""
        made = MemoryConfig(kind="memory", updates_per_ticket=1000, **{"poll_s": 30, "per_minute": 10_000, **config})
        self._gate = Gate(made.per_minute, self.case.clock)
        place = Destination(desk=self._desk, config=made, gate=self._gate)
        self.delivery = Delivery(System(self.case.runtime), [place], dice=random.Random(5))

    def breaks(self, reads: float = 0.0, writes: float = 0.0, seed: int = 1) -> None:
        """From now on this part of the calls breaks, after it has been carried out."""
        dice = random.Random(seed)

        def choose(method: str, path: str) -> Fault:
            self.calls.append(self.case.clock.now())
            return Fault.LOST if dice.random() < (reads if method == "GET" else writes) else Fault.NONE

        self.proxy.choose = choose

    def hand_over(self, count: int) -> None:
        """So many cases that call a person."""
        for number in range(count):
            self.case.runtime.open(NewConversation(id=f"far{number}"))
            self.case.runtime.post(f"far{number}", "human please")

    def work(self, minutes: float) -> float:
        """Looks every second until all is delivered; how many minutes it took."""
        for second in range(int(minutes * 60)):
            self.delivery.tick()
            self.conditions.add(self._gate.breaker.condition)
            if not self.rows("pending"):
                return second / 60
            self.case.clock.advance(timedelta(seconds=1))
        return minutes

    def rows(self, status: str) -> list[Any]:
        """The steps that are pending, done or dead."""
        asked = text("SELECT job, last_code, receipt FROM outbox WHERE destination != '' AND status = :status")
        with self.case.runtime.store.read() as connection:
            return list(connection.execute(asked, {"status": status}).mappings())


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    case = Case(sqlite_url(tmp_path))
    with bench_of(ZendeskBench, ZendeskFake, case.clock) as bench:
        proxy = Proxy(upstream=bench.url, late_s=0.1)
        proxy.up()
        made = Far(bench, proxy, case)
        yield made
        made.delivery.close()
        proxy.down()
    case.runtime.close()


def test_no_minute_has_more_calls_than_the_settings_allow_however_many_a_step_makes(far: Far) -> None:
    far.starts(per_minute=30)
    far.hand_over(12)
    took = far.work(minutes=20)
    assert len(far.rows("done")) == 24
    minute = timedelta(minutes=1)
    most = max(sum(start <= at < start + minute for at in far.calls) for start in far.calls)
    assert most <= 30 + MOST - 1, "what a step takes beyond is paid off before the next one begins"
    assert len(far.calls) / took <= 30


@pytest.mark.parametrize(("reads", "minutes"), [(0.3, 3), (0.5, 20), (1.0, 40)])
def test_readings_that_break_neither_stop_nor_double_what_is_written(far: Far, reads: float, minutes: float) -> None:
    """What could not be read back is done with that doubt, and a person is told; it is not given up: it is there."""
    far.starts()
    far.breaks(reads=reads, seed=8)
    far.hand_over(10)
    took = far.work(minutes=minutes)
    print(f"\n{reads:.0%} of the readings broken: {took:.1f} minutes, {sorted(far.conditions)}")
    assert took < minutes
    assert (len(far.rows("done")), far.rows("dead")) == (20, [])
    assert [len(far.bench.desk.read(ref).comments) for ref in far.bench.refs()] == [2] * 10
    doubtful = [one for one in far.rows("done") if "read_back" in str(one["receipt"])]
    told = [one.data for n in range(10) for one in far.case.runtime.view(f"far{n}").events if one.event == "fault"]
    unread = {"changes_unread", "ticket_unread"} if reads == 1 else set()
    assert {one["fault"] for one in told} - unread <= {"not_read_back"}
    assert bool(doubtful) == bool(told) == (reads > 0.3)
    assert len(doubtful) == 20 or reads < 1


def test_readings_that_break_do_not_open_the_breaker(far: Far) -> None:
    far.starts(give_up_after=100)
    far.breaks(reads=1.0)
    far.hand_over(10)
    far.work(minutes=3)
    assert far.bench.tickets() == 10
    assert far.conditions == {Condition.CLOSED}


def test_writes_that_break_open_the_breaker_though_readings_work(far: Far) -> None:
    far.starts(give_up_after=100, poll_s=3600)
    far.breaks(writes=1.0)
    far.hand_over(10)
    far.work(minutes=1)
    assert Condition.OPEN in far.conditions


def test_a_ticket_that_is_not_there_when_it_is_read_back_was_not_written(make_office: MakeOffice) -> None:
    """Whatever was answered: it is given up, and the fallback takes over."""
    office = make_office(config={"give_up_after": 2, "fallback": "spare"}, desk={"idempotent": False}, spare=True)
    send = office.tickets.send

    def vanishing(request: Request) -> Outcome:
        outcome = send(request)
        for ticket in office.tickets.tickets:
            office.tickets.lose(ticket.ref)
        return outcome

    office.tickets.send = vanishing  # type: ignore[method-assign]
    office.case.say("human please")
    office.work_on(minutes=2)
    assert len(office.spare.tickets) == 1
    (code,) = office.rows("SELECT last_code FROM outbox WHERE job = 'open' AND destination = 'tickets'")
    assert code["last_code"] == "not_there"
