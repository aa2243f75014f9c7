"""Clocks under attack: whatever happens, a waiting conversation has a clock that will still fire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from conversation.records import Outcome
from states.vocabulary import Event, State
from store import timers
from store.database import Store
from store.records import Bound
from store.work import Committed, UnitOfWork
from tests.campaigns.invariants import violations
from tests.graph.example import SARA, Desk
from tests.ready_databases import sqlite_url

ROUTINE = "How long does delivery take?"


def test_customer_who_writes_after_a_breach_does_not_stop_the_ladder(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(minutes=6)
    desk.say("hello? is anybody there?")
    desk.wait(minutes=6)
    desk.wait(minutes=6)
    assert desk.events.count("sla_breached") == 3
    assert desk.view.state is State.ESCALATED


def test_messages_after_a_breach_do_not_make_the_ladder_climb_faster(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(minutes=6)
    due = desk.view.timers["claim"]
    for _ in range(4):
        desk.say("hello?")
        assert desk.wait(seconds=1) >= 0
    assert desk.view.timers["claim"] == due
    assert desk.events.count("sla_breached") == 1


def test_replies_after_a_breach_do_not_cost_the_agent_the_case(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.do(Event.CLAIMED)
    desk.wait(minutes=61)
    for _ in range(4):
        desk.do(Event.AGENT_REPLIED, text="I am on it.")
        desk.wait(seconds=1)
    assert desk.view.state is State.AGENT_VERIFYING
    assert desk.view.owner_id == "anna"


def test_released_case_climbs_again_although_its_deadline_fired_before(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(minutes=6)
    desk.do(Event.CLAIMED)
    desk.do(Event.RELEASED)
    assert desk.view.timers["claim"] > desk.clock.now()
    desk.wait(minutes=3)
    assert desk.events.count("sla_breached") == 2


def test_specialist_may_put_an_exhausted_case_back_into_the_queue(desk: Desk) -> None:
    desk.say("I smell gas")
    for _ in range(3):
        desk.wait(minutes=6)
    desk.do(Event.CLAIMED, SARA)
    desk.do(Event.RELEASED, SARA)
    desk.wait(seconds=1)
    assert desk.view.state is State.HANDED_OFF


def test_escalated_case_pages_again_and_again_until_somebody_ends_it(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.do(Event.ESCALATED, SARA, text="danger")
    pages: list[int] = []
    for minute in range(1, 60):
        before = desk.events.count("sla_breached")
        desk.wait(minutes=1)
        desk.say("still nobody")
        pages += [minute] * (desk.events.count("sla_breached") - before)
    assert pages == [3, 8, 18, 38]  # The step of the claim clock, then twice as long each time.
    desk.wait(days=30)
    before = desk.events.count("sla_breached")
    for _ in range(30):
        desk.wait(days=1, seconds=1)
    assert desk.events.count("sla_breached") - before == 60  # Both clocks, once a day: no silence, and no flood.


def test_danger_after_a_long_wait_is_overdue_at_once(desk: Desk) -> None:
    desk.say("human please")
    desk.wait(hours=2)
    desk.say("now I smell gas")
    desk.wait(seconds=1)
    assert "sla_breached" in desk.events
    desk.wait(minutes=6)
    steps = [(one.data["ladder"], one.data["step"]) for one in desk.view.events if "step" in one.data]
    assert steps == [("claim", "renotify"), ("claim", "page"), ("resolve", "renotify"), ("claim", "escalate")]


def test_idle_clock_that_is_moved_on_late_does_not_stop_the_claim_clock(desk: Desk) -> None:
    desk.say(ROUTINE)
    desk.clock.advance(timedelta(hours=25))
    with desk.runtime.store.read() as connection:
        stale = timers.due_timers(connection, desk.clock.now())[0]
    desk.say("human please")  # Between the worker's look and its write.
    desk.runtime._timers.rearmed(stale, desk.clock.now())
    assert set(desk.view.timers) == {"claim", "resolve"}


class Meanwhile(UnitOfWork):
    """Lets something happen between the decision of a clock and its commit."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.then: Callable[[], Any] | None = None

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        if outcome.cause.startswith("clock:") and self.then is not None:
            then, self.then = self.then, None
            then()
        return super().commit(outcome, checkpoint, bound, lease_owner)


def _racing(folder: Path) -> tuple[Desk, Meanwhile]:
    from store.database import open_store

    work = Meanwhile(open_store(sqlite_url(folder)))
    return Desk(sqlite_url(folder), unit_of_work=work), work


def test_claim_deadline_that_loses_against_a_claim_does_not_count_against_the_agent(tmp_path: Path) -> None:
    desk, work = _racing(tmp_path)
    desk.say("I smell gas")
    desk.wait(minutes=5)
    work.then = lambda: desk.do(Event.CLAIMED)
    desk.wait(minutes=3)
    assert desk.view.state is State.AGENT_VERIFYING
    assert desk.view.owner_id == "anna"
    assert desk.events.count("sla_breached") == 1


def test_conversation_does_not_expire_under_a_customer_who_has_just_written(tmp_path: Path) -> None:
    desk, work = _racing(tmp_path)
    desk.say(ROUTINE)
    work.then = lambda: desk.say("Do you deliver to Cork?")
    desk.wait(hours=25)
    assert desk.view.state is State.BOT_HANDLING
    assert desk.wait(seconds=1) == 0


def test_two_runtimes_fire_a_deadline_once(tmp_path: Path) -> None:
    desk, other = Desk(sqlite_url(tmp_path)), Desk(sqlite_url(tmp_path))
    desk.say("I smell gas")
    for one in (desk, other):
        one.clock.advance(timedelta(minutes=6))
    with other.runtime.store.read() as connection:
        stale = timers.due_timers(connection, other.clock.now())
    desk.runtime.tick()
    assert not other.runtime._timers.fire(stale[0])
    assert desk.events.count("sla_breached") == 1


def test_every_waiting_state_has_its_clock_after_every_act(desk: Desk) -> None:
    def clocks() -> set[str]:
        found: dict[str, datetime] = desk.view.timers
        return set(found)

    both, resolve = {"claim", "resolve"}, {"resolve"}
    desk.say("human please")
    assert clocks() == both
    for event, expected in (
        (Event.CLAIMED, resolve), (Event.RELEASED, both), (Event.CLAIMED, resolve),
        (Event.AGENT_REPLIED, resolve), (Event.VERIFICATION_FAILED, resolve), (Event.ESCALATED, both),
    ):  # fmt: skip
        desk.do(event, text="x")
        assert clocks() == expected, event
    desk.do(Event.CLAIMED, SARA)
    assert clocks() == resolve
    desk.do(Event.RELEASED, SARA)
    assert clocks() == both
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="done")
    assert clocks() == {"idle"}
    assert violations(desk.runtime.store, desk.id) == []
