"""Clocks as rows: exactly the wanted ones run, one that failed waits, and a wrong time is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from states.vocabulary import Clock, Event
from store import queries, timers
from store.records import DueTimer
from tests.store.example import HOUR, MINUTE, NOW, Bench

CLAIM, RESOLVE, PAGE = (Clock.CLAIM, Clock.RESOLVE, Clock.PAGE)


@pytest.fixture
def case(bench: Bench) -> Bench:
    bench.open()
    return bench


def wanted(bench: Bench, now: Any = NOW, **due: Any) -> None:
    clocks = {Clock(name): (Event.SLA_BREACHED, at) for name, at in due.items()}
    bench.run(timers.set_timers, "c1", clocks, now)


def due(bench: Bench, at: Any, most: int = 100) -> list[DueTimer]:
    return list(bench.rows(lambda connection: timers.due_timers(connection, at, most)))


def running(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = bench.rows(lambda connection: queries.timers(connection, "c1"))
    return found


def test_only_the_wanted_clocks_run(case: Bench) -> None:
    wanted(case, claim=NOW + HOUR, page=NOW + MINUTE)
    assert running(case) == {CLAIM: NOW + HOUR, PAGE: NOW + MINUTE}
    wanted(case, resolve=NOW + 2 * HOUR, claim=NOW + HOUR)
    assert running(case) == {CLAIM: NOW + HOUR, RESOLVE: NOW + 2 * HOUR}
    wanted(case)
    assert running(case) == {}


def test_what_is_due_comes_longest_overdue_first(case: Bench) -> None:
    wanted(case, claim=NOW + HOUR, page=NOW + MINUTE, resolve=NOW + 2 * HOUR)
    assert due(case, NOW) == []
    assert [one.clock for one in due(case, NOW + HOUR)] == [PAGE, CLAIM]
    assert [one.clock for one in due(case, NOW + HOUR, most=1)] == [PAGE]


def test_a_clock_that_failed_waits_longer_each_time_up_to_five_minutes(case: Bench) -> None:
    wanted(case, claim=NOW)
    pauses = []
    for _ in range(12):
        (one,) = due(case, NOW + 24 * HOUR)
        case.run(timers.back_off, one, NOW)
        (try_at,) = case.rows(lambda connection: connection.execute(select(queries.TIMER.c.try_at)).scalars())
        pauses.append((try_at - NOW).total_seconds())
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]


def test_a_due_time_that_stays_keeps_what_failed_and_a_new_one_begins_anew(case: Bench) -> None:
    wanted(case, claim=NOW)
    case.run(timers.back_off, due(case, NOW)[0], NOW)
    wanted(case, claim=NOW)
    assert due(case, NOW) == []
    wanted(case, claim=NOW - MINUTE)
    assert [one.attempts for one in due(case, NOW)] == [0]


def test_a_clock_is_moved_or_stopped_only_as_it_was_read(case: Bench) -> None:
    wanted(case, idle=NOW)
    (old,) = due(case, NOW)
    assert case.run(timers.move_timer, old, NOW + HOUR, NOW)
    assert not case.run(timers.move_timer, old, NOW + 2 * HOUR, NOW)
    case.run(timers.stop_timer, old)
    assert running(case) == {Clock.IDLE: NOW + HOUR}
    case.run(timers.stop_timer, due(case, NOW + HOUR)[0])
    assert running(case) == {}


def test_after_the_time_was_set_back_a_clock_keeps_the_length_it_had_left(case: Bench) -> None:
    wanted(case, now=NOW + 24 * HOUR, claim=NOW + 25 * HOUR)
    assert case.run(timers.catch_up, NOW) == 1
    assert running(case) == {CLAIM: NOW + HOUR}
    assert case.run(timers.catch_up, NOW) == 0


def test_clocks_of_machines_that_differ_a_little_are_left_alone(case: Bench) -> None:
    wanted(case, now=NOW + timedelta(seconds=30), claim=NOW + HOUR)
    assert case.run(timers.catch_up, NOW) == 0
    assert running(case) == {CLAIM: NOW + HOUR}


def test_a_clock_that_waits_by_a_wrong_time_is_tried_now(case: Bench) -> None:
    wanted(case, claim=NOW)
    case.run(timers.back_off, due(case, NOW)[0], NOW + 24 * HOUR)
    assert due(case, NOW) == []
    assert case.run(timers.catch_up, NOW) == 1
    assert [one.clock for one in due(case, NOW)] == [CLAIM]
