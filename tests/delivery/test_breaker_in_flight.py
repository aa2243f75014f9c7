"""A breaker beside calls that were under way when it opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from delivery.pace import FAILURES, REST_S, Breaker
from states.clock import FrozenClock


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_the_rest() -> None:
    clock = FrozenClock(datetime(2026, 11, 25, tzinfo=UTC))
    breaker = Breaker(clock)
    for _ in range(FAILURES + 4):
        breaker.failed()
    assert breaker.wait() == REST_S[0]
    clock.advance(timedelta(seconds=REST_S[0]))
    assert breaker.enter()
    breaker.failed()
    assert breaker.wait() == REST_S[0] * 2, "a probe that fails does"
