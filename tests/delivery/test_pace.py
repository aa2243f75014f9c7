"""How fast and when a destination is called: backoff, bucket and breaker under a frozen clock."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from annotated_types import Le
from hypothesis import given
from hypothesis import strategies as st

from delivery.destinations import Destination
from delivery.pace import BACKOFF_S, BURST, FAILURES, REST_S, Breaker, Bucket, Condition, Gate, backoff
from desks.config import DeskConfig
from desks.kit.calls import call_begins
from desks.memory import MemoryConfig, MemoryDesk
from states.clock import FrozenClock
from store.steps import LONGEST_PAUSE
from tests.graph.example import START


@given(st.integers(1, 10_000), st.integers())
def test_backoff_stays_below_the_doubled_base_and_the_cap(attempt: int, seed: int) -> None:
    base, cap = BACKOFF_S
    assert 0 <= backoff(attempt, random.Random(seed)) <= min(cap, base * 2.0 ** min(attempt - 1, 30))


def test_no_pause_or_lease_of_ours_is_taken_for_one_of_a_time_set_back() -> None:
    (longest,) = (one.le for one in DeskConfig.model_fields["deadline_s"].metadata if isinstance(one, Le))
    clock, config = FrozenClock(START), MemoryConfig(kind="memory", deadline_s=longest)
    place = Destination(desk=MemoryDesk("memory", config, clock), config=config, gate=Gate(60, clock))
    assert max(BACKOFF_S[1], place.lease_s) < LONGEST_PAUSE.total_seconds()


def test_backoff_grows_on_average_and_scatters() -> None:
    dice = random.Random(3)
    means = [sum(backoff(attempt, dice) for _ in range(500)) / 500 for attempt in range(1, 12)]
    assert means == sorted(means)
    assert len({round(backoff(5, dice), 6) for _ in range(100)}) == 100


@pytest.mark.parametrize("per_minute", [1, 7, 60, 6000])
def test_no_minute_has_more_calls_than_the_bucket_allows(per_minute: int) -> None:
    clock = FrozenClock(START)
    bucket, calls = Bucket(per_minute, clock), []
    for _ in range(4000):
        if bucket.wait() == 0:
            bucket.spend()
            calls.append(clock.now())
        clock.advance(timedelta(milliseconds=50))
    most = max(
        sum(start <= at < start + timedelta(minutes=1) for at in calls) for start in calls[:: len(calls) // 40 + 1]
    )
    assert most <= per_minute + 1
    if per_minute <= 60:
        assert len(calls) >= per_minute * 200 / 60 * 0.85


def test_debts_of_a_bucket_are_paid_before_the_next_call() -> None:
    clock = FrozenClock(START)
    bucket = Bucket(60, clock)
    bucket.spend(12)
    assert bucket.wait() == pytest.approx(7 / 0.9)
    clock.set(START - timedelta(hours=1))
    assert bucket.wait() == pytest.approx(7 / 0.9)


def test_the_breaker_opens_after_failures_in_a_row_and_lets_one_probe_through() -> None:
    clock = FrozenClock(START)
    breaker = Breaker(clock)
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(FAILURES):
        assert breaker.enter()
        breaker.failed()
    assert (breaker.condition, breaker.enter()) == (Condition.OPEN, False)
    clock.advance(timedelta(seconds=REST_S[0]))
    assert [breaker.enter(), breaker.enter()] == [True, False]
    assert breaker.condition is Condition.PROBING
    breaker.failed()
    clock.advance(timedelta(seconds=REST_S[0]))
    assert not breaker.enter()
    clock.advance(timedelta(seconds=REST_S[0]))
    assert breaker.enter()
    breaker.succeeded()
    assert (breaker.condition, breaker.wait()) == (Condition.CLOSED, 0.0)


def test_a_probe_that_never_comes_back_does_not_keep_the_breaker_open_for_ever() -> None:
    clock = FrozenClock(START)
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.advance(timedelta(seconds=REST_S[0]))
    assert breaker.enter()
    clock.advance(timedelta(seconds=REST_S[1]))
    assert breaker.enter()


def test_of_many_threads_one_probes() -> None:
    clock = FrozenClock(START)
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.advance(timedelta(seconds=REST_S[0]))
    entered: list[bool] = []
    threads = [threading.Thread(target=lambda: entered.append(breaker.enter())) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(entered) == 1


def test_a_gate_keeps_quiet_for_as_long_as_it_is_asked_to() -> None:
    clock = FrozenClock(START)
    gate = Gate(60, clock)
    gate.leave_alone(30)
    assert (gate.wait(), gate.enter()) == (30.0, False)
    clock.advance(timedelta(seconds=30))
    assert gate.enter()


def test_of_many_threads_as_many_begin_as_there_are_tokens() -> None:
    gate = Gate(60, FrozenClock(START))
    entered: list[bool] = []
    threads = [threading.Thread(target=lambda: entered.append(gate.enter())) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(entered) == 60 / BURST


def test_a_step_has_its_first_call_from_entering_and_pays_for_each_further_one() -> None:
    gate = Gate(60, FrozenClock(START))
    assert gate.enter()
    with gate.calling() as calls:
        for _ in range(6):
            call_begins()
    assert (calls.made, calls.alive) == (6, False)
    assert gate.wait() == pytest.approx(1 / 0.9)
    call_begins()
    assert gate.wait() == pytest.approx(1 / 0.9), "nobody listens any more"
