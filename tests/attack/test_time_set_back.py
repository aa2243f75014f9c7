"""The machine's time is set back, by a second or by a day: nothing that waits waits for the old time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from states.vocabulary import State
from store import arrivals, steps
from store.queries import CONVERSATION, OUTBOX
from tests.graph.example import Desk
from tests.house import House
from tests.ready_databases import sqlite_url

LEASE_S = 7.0
SKEW_S = 60
JUMPS = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=59), timedelta(hours=1), timedelta(days=3))


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_conversation_whose_process_died_goes_on(tmp_path: Path, jump: timedelta) -> None:
    desk = Desk(sqlite_url(tmp_path))
    messages = desk.runtime._messages
    incoming = messages.incoming(desk.id, "m1", "how is delivery")
    with desk.runtime.store.write() as connection:
        assert arrivals.receive(connection, incoming, "dead", LEASE_S).leased
    desk.clock.advance(-jump)
    assert desk.runtime.recover() == 1
    assert desk.say("I smell gas").state is State.HANDED_OFF
    desk.runtime.close()


def test_a_lease_of_now_is_held_within_the_skew_of_clocks(tmp_path: Path) -> None:
    """A mutant that takes every lease would pass the test above."""
    desk = Desk(sqlite_url(tmp_path))
    incoming = desk.runtime._messages.incoming(desk.id, "m1", "how is delivery")
    with desk.runtime.store.write() as connection:
        arrivals.receive(connection, incoming, "alive", LEASE_S)
        for behind in (0, 1, SKEW_S - 1):
            now = desk.clock.now() - timedelta(seconds=behind)
            assert not arrivals.take_lease(connection, desk.id, "other", now, LEASE_S)
        assert arrivals.take_lease(connection, desk.id, "other", desk.clock.now() - JUMPS[0], LEASE_S)
        owner = select(CONVERSATION.c.lease_owner).where(CONVERSATION.c.id == desk.id)
        assert connection.execute(owner).scalar_one() == "other"
    desk.runtime.close()


def _waits(house: House, seconds: float) -> None:
    """The step waits, and is leased, for so long."""
    at = house.clock.now() + timedelta(seconds=seconds)
    with house.store.write() as connection:
        connection.execute(
            update(OUTBOX).values(status="pending", next_attempt_at=at, lease_owner="dead", lease_until=at)
        )


def _left(house: House) -> tuple[float, float]:
    """Seconds until its next attempt, and until its lease ends."""
    with house.store.read() as connection:
        row = connection.execute(select(OUTBOX.c.next_attempt_at, OUTBOX.c.lease_until)).one()
    return tuple((at - house.clock.now()).total_seconds() for at in row)  # type: ignore[return-value]  # it has two


@pytest.fixture(scope="module")
def stepping(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("steps"))
    house.given_up(house.open("c1"))
    return house


@settings(deadline=None)
@given(st.floats(2, 10**6), st.floats(0, 900))
def test_a_retry_keeps_the_length_that_it_had_left(stepping: House, jump: float, pause: float) -> None:
    stepping.system.fire_due()
    _waits(stepping, pause)
    stepping.clock.advance(-timedelta(seconds=jump))
    stepping.system.fire_due()
    for left in _left(stepping):
        assert pause - 0.01 <= left <= pause + 1.01
    stepping.clock.advance(timedelta(seconds=jump))


@pytest.mark.parametrize(("pause", "left"), [(600, 600), (1190, 1190), (4000, 0), (10**6, 0)])
def test_a_jump_that_nobody_saw_leaves_no_step_behind(stepping: House, pause: int, left: int) -> None:
    _waits(stepping, pause)
    with stepping.store.write() as connection:
        steps.catch_up(connection, stepping.clock.now(), timedelta())
    assert _left(stepping) == (left, left)
