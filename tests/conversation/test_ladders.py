"""The clocks of real conversations: every step once, whatever people, workers and the machine's time do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, update

from conversation.records import Outcome
from policy.loader import load_text
from service.views import NewConversation
from states.clock import FrozenClock
from states.errors import Conflict, Refused
from states.machine import ConversationMachine
from states.table import ALWAYS, TABLE
from states.vocabulary import Clock, Effect, Event, State
from store import queries, timers
from store.database import open_store
from store.queries import TIMER
from store.records import Bound
from store.work import Committed, UnitOfWork
from tests.campaigns.invariants import violations
from tests.campaigns.ladders import ladder_violations, taken
from tests.components import SOAK
from tests.graph.example import CLEO, POLICY, SARA, START, Desk, policy
from tests.ready_databases import sqlite_url


def steps(desk: Desk) -> list[str]:
    """Ladder and step of everything the clocks did, in order."""
    return [f"{ladder} {step}" for _, ladder, _, step, _ in taken(desk.runtime.store, desk.id)]


def wrong(desk: Desk) -> list[str]:
    """Everything that is wrong with the conversation."""
    return [
        *ladder_violations(desk.runtime.store, desk.id, desk.clock.now()),
        *violations(desk.runtime.store, desk.id),
    ]


IGNORED = ["claim page", "claim renotify", "claim escalate"]
"""What an immediate case that nobody claims does, the page before the deadline."""


def test_an_immediate_case_is_paged_before_its_deadline_and_climbs_on(desk: Desk) -> None:
    desk.say("I smell gas")
    assert desk.view.timers["page"] == START + timedelta(minutes=3)
    desk.wait(minutes=3)
    assert (steps(desk), desk.events[-1]) == (["claim page"], "sla_endangered")
    assert "page" not in desk.view.timers
    desk.wait(minutes=2)
    assert (steps(desk), desk.view.state) == (IGNORED[:2], State.HANDED_OFF)
    desk.wait(minutes=2, seconds=30)
    assert (steps(desk), desk.view.state) == (IGNORED, State.ESCALATED)
    assert wrong(desk) == []


def test_a_class_that_pages_late_renotifies_pages_and_escalates(desk: Desk) -> None:
    desk.say("change my address")
    for minutes, step in ((60, "renotify"), (30, "page"), (30, "escalate"), (30, "page_again"), (60, "page_again")):
        desk.wait(minutes=minutes - 1, seconds=59)
        assert desk.wait(seconds=1) == 1
        assert steps(desk)[-1] == f"claim {step}"
    assert wrong(desk) == []


def test_the_resolve_clock_climbs_by_itself_and_takes_an_overdue_case_away(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(minutes=5)
    desk.do(Event.CLAIMED)
    assert desk.view.timers == {"resolve": START + timedelta(hours=1)}
    for minutes in (55, 30, 30):
        desk.wait(minutes=minutes)
    assert steps(desk) == [*IGNORED[:2], "resolve renotify", "resolve page", "resolve escalate"]
    assert (desk.view.state, desk.view.owner_id) == (State.ESCALATED, None)
    assert set(desk.view.timers) == {"claim", "resolve"}
    assert wrong(desk) == []


def test_neither_notices_nor_messages_nor_replies_move_a_clock(desk: Desk) -> None:
    desk.say("I smell gas")
    before = desk.view.timers
    for _ in range(3):
        desk.clock.advance(timedelta(seconds=30))
        desk.say("hello?")
        assert desk.view.timers == before
    desk.do(Event.CLAIMED)
    desk.do(Event.AGENT_REPLIED, text="I am on it.")
    assert desk.view.timers == {"resolve": before["resolve"]}


def test_a_release_starts_the_claim_clock_anew_and_not_the_customers_wait(desk: Desk) -> None:
    desk.say("change my address")
    waiting = desk.runtime.queue()[0].waiting_since
    desk.wait(minutes=61)
    desk.do(Event.CLAIMED)
    desk.wait(minutes=10)
    desk.do(Event.RELEASED)
    assert desk.view.timers["claim"] == START + timedelta(minutes=71 + 30)
    item = desk.runtime.queue()[0]
    assert (item.waiting_since, item.claim_due_at) == (waiting, START + timedelta(hours=1))
    desk.wait(minutes=90)
    assert steps(desk) == ["claim renotify", "claim renotify", "claim page", "claim escalate"]
    assert wrong(desk) == []


def test_a_case_given_back_early_keeps_its_deadline(desk: Desk) -> None:
    desk.say("change my address")
    desk.do(Event.CLAIMED)
    desk.do(Event.RELEASED)
    assert desk.view.timers["claim"] == START + timedelta(hours=1)


def test_a_reopened_case_has_the_deadlines_of_its_new_need(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.wait(hours=30)
    desk.do(Event.RESOLVED, text="done")
    desk.wait(hours=10)
    desk.say("it is broken again, I smell gas")
    handover, now = desk.view.handover, desk.clock.now()
    assert (handover.claim_due_at, handover.resolve_due_at) == (now + timedelta(minutes=5), now + timedelta(hours=1))
    assert desk.runtime.queue()[0].waiting_since == now
    desk.wait(minutes=8)
    assert steps(desk) == IGNORED
    assert wrong(desk) == []


def test_more_urgency_begins_a_tighter_ladder(desk: Desk) -> None:
    desk.say("human please")
    desk.clock.advance(timedelta(minutes=1))
    desk.say("now I smell gas")
    assert desk.view.timers == {
        "claim": START + timedelta(minutes=5), "page": START + timedelta(minutes=3),
        "resolve": START + timedelta(hours=1),
    }  # fmt: skip
    assert wrong(desk) == []


# Time that jumps, workers that die


@pytest.mark.parametrize("minutes", [3, 5, 7.5, 9, 59])
def test_after_a_jump_forward_every_step_has_happened_in_order(desk: Desk, minutes: float) -> None:
    desk.say("I smell gas")
    desk.wait(minutes=minutes)
    assert steps(desk) == [step for step, due in zip(IGNORED, (3, 5, 7.5), strict=True) if due <= minutes]
    assert desk.wait(seconds=0) == 0
    assert wrong(desk) == []


def test_after_a_long_outage_no_page_is_made_up_for(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(days=30)
    assert steps(desk) == [*IGNORED, "resolve page"]
    assert wrong(desk) == []


def test_a_jump_back_fires_nothing_again_and_starves_nobody(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(minutes=5)
    desk.clock.set(START - timedelta(days=1))
    assert desk.runtime.tick() == 0
    assert steps(desk) == IGNORED[:2]
    desk.wait(minutes=3)
    assert steps(desk) == IGNORED
    for _ in range(4):
        desk.wait(minutes=20)
    assert steps(desk).count("claim page_again") >= 3
    assert wrong(desk) == []


def test_a_wrong_day_that_is_put_right_does_not_silence_the_pages(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(days=400)
    desk.clock.set(START + timedelta(minutes=10))
    desk.wait(minutes=1)
    before = len(steps(desk))
    desk.wait(minutes=5)
    assert steps(desk)[before:] == ["claim page_again"]


def test_a_worker_that_starts_after_the_jump_notices_it_too(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path))
    desk.say("I smell gas")
    late = Desk(sqlite_url(tmp_path))
    late.clock.set(START - timedelta(days=2))
    late.runtime.tick()
    late.wait(minutes=3)
    assert steps(late) == ["claim page"]


def test_restarts_between_the_steps_lose_and_double_nothing(tmp_path: Path) -> None:
    Desk(sqlite_url(tmp_path)).say("I smell gas")
    for minute in range(1, 9):
        desk = Desk(sqlite_url(tmp_path))
        desk.clock.set(START + timedelta(minutes=minute))
        desk.runtime.tick()
        desk.runtime.close()
    assert steps(Desk(sqlite_url(tmp_path))) == IGNORED


def test_a_message_held_by_a_worker_of_the_future_is_completed(desk: Desk) -> None:
    with desk.runtime.store.write() as connection:
        from store.arrivals import receive

        incoming = replace(desk.runtime._messages.incoming(desk.id, "m1", "I smell gas"), at=START + timedelta(days=1))
        receive(connection, incoming, "a worker that died", 1.0)
    assert desk.runtime.recover() == 1
    assert desk.view.state is State.HANDED_OFF


class Failing(UnitOfWork):
    """Breaks every commit of a clock."""

    tries = 0

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        if outcome.cause.startswith("clock:") and outcome.conversation_id == "c1":
            self.tries += 1
            raise RuntimeError("a defect")
        return super().commit(outcome, checkpoint, bound, lease_owner)


def test_a_clock_that_keeps_failing_is_tried_ever_more_rarely_and_holds_up_no_other(tmp_path: Path) -> None:
    work = Failing(open_store(sqlite_url(tmp_path)))
    desk = Desk(sqlite_url(tmp_path), unit_of_work=work)
    for name in ("c1", "c2"):
        desk.runtime.open(NewConversation(id=name))
        desk.runtime.post(name, "human please")
    desk.wait(hours=24)
    for _ in range(600):
        desk.wait(seconds=1)
    assert 5 <= work.tries <= 10
    assert [one.event for one in desk.runtime.view("c2").events].count("sla_breached") == 1
    well = Desk(sqlite_url(tmp_path))
    well.clock.set(desk.clock.now() + timedelta(minutes=5))
    well.runtime.tick()
    assert steps(well) == ["claim renotify"]


def test_many_quiet_conversations_hold_up_no_deadline(desk: Desk) -> None:
    quiet = [f"q{number}" for number in range(130)]
    for name in quiet:
        desk.runtime.open(NewConversation(id=name))
    desk.clock.advance(timedelta(hours=23, minutes=58))
    with desk.runtime.store.write() as connection:
        connection.execute(update(queries.CONVERSATION).values(updated_at=desk.clock.now()))
    desk.say("I smell gas")
    assert desk.wait(minutes=5) == 2
    assert steps(desk) == IGNORED[:2]


def test_without_the_version_check_a_step_still_happens_once(tmp_path: Path) -> None:
    """Two lines of defence: the cause of an event is unique, also where the fence is down."""
    from tests.attack.test_clocks import Meanwhile

    other = Desk(sqlite_url(tmp_path))
    work = Meanwhile(open_store(sqlite_url(tmp_path)))
    work._check_version = False
    desk = Desk(sqlite_url(tmp_path), unit_of_work=work)
    desk.say("change my address")
    other.clock.advance(timedelta(hours=1))
    work.then = other.runtime.tick
    desk.wait(hours=1)
    assert steps(desk) == ["claim renotify"]


@pytest.mark.postgres
def test_two_workers_on_postgres_take_every_step_once(postgres: str) -> None:
    import threading

    from tests.ready_databases import new_database

    url = new_database(postgres, "ladders")
    desks = [Desk(url), Desk(url)]
    names = [f"w{number}" for number in range(12)]
    for name in names:
        desks[0].runtime.open(NewConversation(id=name))
        desks[0].runtime.post(name, "I smell gas")
    for minutes in (3, 2, 2.5, 2.5, 60):
        workers = []
        for desk in desks:
            desk.clock.advance(timedelta(minutes=minutes))
            workers += [threading.Thread(target=desk.runtime.tick) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    desks[0].runtime.tick()
    for name in names:
        found = [f"{ladder} {step}" for _, ladder, _, step, _ in taken(desks[0].runtime.store, name)]
        assert found[:4] == [*IGNORED, "claim page_again"]
        assert ladder_violations(desks[0].runtime.store, name, desks[0].clock.now()) == []
        assert violations(desks[0].runtime.store, name) == []
    for desk in desks:
        desk.runtime.close()


# Whatever happens


def _act(event: Event, actor: Any = None, **more: Any) -> Callable[[Desk], object]:
    return lambda desk: desk.do(event, actor, **more) if actor else desk.do(event, **more)


def _jump(**length: float) -> Callable[[Desk], object]:
    def run(desk: Desk) -> None:
        desk.clock.set(desk.clock.now() - timedelta(**length))
        desk.runtime.tick()

    return run


MOVES: dict[str, Callable[[Desk], object]] = {
    "asks": lambda desk: desk.say("human please"),
    "writes": lambda desk: desk.say("hello?"),
    "is in danger": lambda desk: desk.say("I smell gas"),
    "claims": _act(Event.CLAIMED),
    "releases": _act(Event.RELEASED),
    "replies": _act(Event.AGENT_REPLIED, text="I am on it."),
    "requests": _act(Event.EXCEPTION_REQUESTED, text="a refund"),
    "fails to verify": _act(Event.VERIFICATION_FAILED),
    "escalates": _act(Event.ESCALATED, text="beyond me"),
    "senior claims": _act(Event.CLAIMED, SARA),
    "senior releases": _act(Event.RELEASED, SARA),
    "senior resolves": _act(Event.RESOLVED, SARA, text="done"),
    "resolves": _act(Event.RESOLVED, text="done"),
    "hands back": _act(Event.HANDED_BACK, CLEO, text="routine"),
    "a minute": lambda desk: desk.wait(minutes=1),
    "three minutes": lambda desk: desk.wait(minutes=3),
    "half an hour": lambda desk: desk.wait(minutes=30),
    "a day": lambda desk: desk.wait(days=1),
    "a minute back": _jump(minutes=2),
    "a day back": _jump(days=1),
    "both look": lambda desk: (desk.runtime.tick(), desk.runtime.tick()),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One database for all examples: each takes a conversation of its own."""
    opened = Desk(sqlite_url(tmp_path_factory.mktemp("ladders")))
    yield opened
    opened.runtime.close()


@settings(
    deadline=None,
    max_examples=1000 if SOAK else 60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(st.sampled_from(sorted(MOVES)), min_size=4, max_size=18))
def test_whatever_happens_no_step_is_taken_twice_and_nobody_waits_without_a_clock(
    shared: Desk, moves: list[str]
) -> None:
    _begin(shared)
    for move in moves:
        with suppress(Refused, Conflict):
            MOVES[move](shared)
        assert wrong(shared) == [], move
    shared.runtime.tick()
    with shared.runtime.store.read() as connection:
        assert timers.due_timers(connection, shared.clock.now()) == ()


def _begin(desk: Desk) -> None:
    with desk.runtime.store.write() as connection:
        connection.execute(delete(TIMER))
    desk.clock.set(START)
    desk.id = desk.runtime.open(NewConversation()).id
    desk.say("I smell gas")


# What these checks are worth: systems that break the promise are caught


def _mutant_table() -> ConversationMachine:
    """A clock that re-notifies at every breach."""

    def opened(row: Any) -> Any:
        renotifies = row.event is Event.SLA_BREACHED and Effect.RENOTIFY in row.effects
        return replace(row, guard=ALWAYS) if renotifies else row

    return ConversationMachine(tuple(map(opened, TABLE)))


def test_a_machine_that_renotifies_again_and_again_is_caught(desk: Desk) -> None:
    parts = desk.runtime._parts
    desk.runtime._parts = replace(parts, rules=replace(parts.rules, machine=_mutant_table()))
    desk.say("change my address")
    desk.wait(hours=3)
    assert any("asked for ['renotify']" in found for found in wrong(desk))


class Forgetful(UnitOfWork):
    """Loses how far the ladder has been climbed: each step happens again."""

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        after, before = outcome.handover, outcome.handover_before
        if after is not None and before is not None:
            outcome = replace(outcome, handover=replace(after, ladders=before.ladders))
        return super().commit(outcome, checkpoint, bound, lease_owner)


def test_a_step_that_is_forgotten_and_taken_twice_is_caught(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path), unit_of_work=Forgetful(open_store(sqlite_url(tmp_path))))
    desk.say("change my address")
    desk.wait(hours=3)
    assert any("times" in found for found in wrong(desk))


class Resetting(UnitOfWork):
    """Sets the claim clock anew with every message of the customer: a notice that resets the wait."""

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        if outcome.message_id and Clock.CLAIM in outcome.timers:
            anew = {Clock.CLAIM: (Event.SLA_BREACHED, outcome.at + timedelta(minutes=5))}
            outcome = replace(outcome, timers={**outcome.timers, **anew})
        return super().commit(outcome, checkpoint, bound, lease_owner)


def test_a_notice_that_resets_the_wait_is_caught(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path), unit_of_work=Resetting(open_store(sqlite_url(tmp_path))))
    desk.say("I smell gas")
    assert wrong(desk) == []
    desk.clock.advance(timedelta(minutes=2))
    desk.say("hello?")
    assert any("after its deadline" in found for found in wrong(desk))


def test_a_case_that_lost_its_clock_is_caught(desk: Desk) -> None:
    desk.say("I smell gas")
    with desk.runtime.store.write() as connection:
        connection.execute(delete(TIMER).where(TIMER.c.clock == "claim"))
    assert any("without its clock" in found for found in wrong(desk))


# What the policy sets


def _desk(folder: Path, old: str, new: str, at: datetime = START) -> Desk:
    """A desk under a changed policy."""
    canonical = policy().canonical
    assert old in POLICY
    desk = Desk(sqlite_url(folder))
    desk.clock.set(at)
    changed = POLICY.replace(old, new).replace("triggers_end: 0\n", "")
    from tests.graph.example import _RUNTIME

    desk.runtime.activate(load_text(changed.replace("playbooks:\n", _RUNTIME + "playbooks:\n"), "changed"))
    assert desk.runtime.policy.canonical != canonical
    return desk


def test_a_policy_sets_the_steps(tmp_path: Path) -> None:
    ladder = "immediate: {claim: 5m, resolve: 1h, hours: always, ladder: {claim: 1m, again: 10m}}"
    desk = _desk(tmp_path, "immediate: {claim: 5m, resolve: 1h, hours: always, page_after: 3m}", ladder)
    desk.say("I smell gas")
    told = []
    for minute in range(1, 40):
        told += [minute] * desk.wait(minutes=1)
    assert told == [5, 6, 7, 17, 37]


@pytest.mark.parametrize(("tier", "claim"), [("gold", timedelta(hours=1)), ("", timedelta(hours=24))])
def test_a_tier_tightens_the_class(tmp_path: Path, tier: str, claim: timedelta) -> None:
    desk = _desk(tmp_path, "smalltalk:\n", "tighten: {tier: {gold: short}}\nsmalltalk:\n")
    desk.id = desk.runtime.open(NewConversation(id="t", facts={"customer.tier": tier})).id
    desk.say("human please")
    assert desk.view.handover.claim_due_at == START + claim


def test_a_severity_tightens_and_never_loosens(tmp_path: Path) -> None:
    desk = _desk(tmp_path, "smalltalk:\n", "tighten: {severity: {normal: short, critical: standard}}\nsmalltalk:\n")
    desk.say("human please")
    assert (desk.view.handover.sla, desk.view.handover.claim_due_at) == ("short", START + timedelta(hours=1))
    desk.say("I smell gas")
    assert (desk.view.handover.sla, desk.view.handover.claim_due_at) == ("immediate", START + timedelta(minutes=5))


def test_business_hours_hold_every_step_over_a_weekend(tmp_path: Path) -> None:
    friday = datetime.fromisoformat("2026-11-27T16:30:00+00:00")
    desk = _desk(tmp_path, "short: {claim: 1h, resolve: 8h, hours: always}", "short: {claim: 1h, resolve: 8h}", friday)
    desk.say("change my address")
    for hours in (1, 12, 24, 24):
        assert desk.wait(hours=hours) == 0
    desk.clock.set(datetime.fromisoformat("2026-11-30T09:30:00+00:00"))
    assert desk.runtime.tick() == 1
    assert desk.wait(minutes=30) == 1
    assert desk.wait(minutes=30) == 1
    assert steps(desk) == ["claim renotify", "claim page", "claim escalate"]
    assert desk.view.timers["claim"] == desk.clock.now() + timedelta(minutes=30)


def test_clocks_that_were_written_before_this_version_go_on(desk: Desk) -> None:
    desk.say("human please")
    with desk.runtime.store.write() as connection:
        connection.execute(update(queries.HANDOVER).values(ladders={}))
    desk.wait(hours=24)
    assert steps(desk) == ["claim renotify"]
    assert isinstance(desk.clock, FrozenClock)
