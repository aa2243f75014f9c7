"""A breaker beside calls that were under way when it opened."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from delivery.pace import FAILURES, REST_S, Breaker, Condition
from delivery.work import Delivery
from desks.memory import MemoryDesk
from service.system import System
from states.clock import FrozenClock
from tests.delivery.example import Office, hook


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


@pytest.mark.parametrize(("broken", "after_s"), [("changes", REST_S[0] + 60), ("read", REST_S[0] + 1)])
def test_a_probe_that_breaks_in_our_own_code_does_not_keep_everybody_out(
    office: Office, broken: str, after_s: float
) -> None:
    """After a minute it is time to poll; before, only the hint is looked into."""
    office.case.say("human please")
    office.work()
    headers, body = hook(office, office.ticket.ref, "delivery_1")
    (place,) = [one for one in office.delivery.destinations.values() if one.name == "tickets"]
    for _ in range(FAILURES):
        place.gate.breaker.failed()
    desk = Broken(office.tickets, broken)
    office.delivery = Delivery(System(office.runtime), [replace(place, desk=cast(Any, desk))], dice=random.Random(1))
    office.delivery.receive("tickets", headers, body)
    office.clock.advance(timedelta(seconds=after_s))
    with suppress(ZeroDivisionError):
        office.delivery.tick()
    assert desk.broke
    assert place.gate.breaker.condition is not Condition.PROBING


class Broken:
    """A desk of which one call has a bug."""

    def __init__(self, desk: MemoryDesk, broken: str) -> None:
        self._desk, self._broken, self.broke = desk, broken, False

    def __getattr__(self, name: str) -> Any:
        if name == self._broken:
            return self._break
        return getattr(self._desk, name)

    def _break(self, *given: object) -> None:
        self.broke = True
        raise ZeroDivisionError
