"""A customer who was told a time and heard nothing is told so, with a new time: once for each time that passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handover.deadlines.sla import is_open
from policy.loader import load_text
from states.vocabulary import Event, State
from tests.components import postgres_cluster
from tests.graph.example import POLICY, START, Desk, policy
from tests.ready_databases import new_database, sqlite_url

SORRY = "nobody could reply in the time"


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres_cluster() as url:
        yield url


def _told(desk: Desk) -> list[datetime]:
    """When the customer was told of a delay."""
    return [one.at for one in desk.view.messages if SORRY in one.text]


def _promised(desk: Desk) -> list[datetime]:
    """The new times."""
    return [datetime.fromisoformat(one.data["promised"]) for one in desk.view.events if "promised" in one.data]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_each_time_that_passes_is_told_once_with_the_next(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = sqlite_url(tmp_path)
    if database == "postgresql":
        url = new_database(request.getfixturevalue("cluster"), "missed")
    desk = Desk(url)
    desk.say("I smell gas")
    for _ in range(120):
        desk.wait(seconds=30)
        desk.runtime.tick()
    told, promised = _told(desk), _promised(desk)
    desk.runtime.close()
    assert told[0] == START + timedelta(minutes=5)
    assert len(told) == len(promised) >= 3
    assert told[1:] == promised[: len(told) - 1], "told when the time before had passed, neither earlier nor twice"
    assert all(later > at for at, later in zip(told, promised, strict=True))


def test_after_an_outage_one_delay_is_told_and_its_time_lies_ahead(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.wait(hours=3)
    assert len(_told(desk)) == 1
    assert _promised(desk)[0] > desk.clock.now()


@pytest.mark.parametrize("claims", [True, False])
def test_nobody_is_told_of_a_delay_once_a_person_has_come(desk: Desk, claims: bool) -> None:
    desk.say("human please")
    if claims:
        desk.do(Event.CLAIMED)
    desk.wait(hours=23)
    assert _told(desk) == []
    desk.wait(days=4)
    assert bool(_told(desk)) is not claims


def test_the_clock_of_resolving_tells_nothing(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.wait(days=20)
    assert desk.view.state is State.ESCALATED
    breaches = [one for one in desk.view.events if one.event == Event.SLA_BREACHED]
    assert breaches
    assert all("promised" not in one.data for one in breaches if one.data["ladder"] == "resolve")


def test_later_notices_name_the_new_time_and_no_other(desk: Desk) -> None:
    timed = '"Your message was added, a person replies {reply_within}."'
    desk.runtime.activate(policy(("Your message was added.", timed)))
    desk.say("I smell gas")
    desk.wait(minutes=5)
    desk.say("is anybody there")
    waiting = [one.text for one in desk.view.messages if one.text.startswith("Your message was added")]
    assert len(waiting) == 1
    assert "within" in waiting[0]


def test_new_times_lie_in_opening_hours(tmp_path: Path) -> None:
    hours = "hours: {timezone: Europe/Berlin, open: {mon: '09:00-17:00', tue: '09:00-17:00'}}\n"
    business = "standard: {claim: 2h, resolve: 8h, hours: business}"
    text = POLICY.replace("standard: {claim: 24h, resolve: 72h, hours: always}", business)
    loaded = _policy(text.replace("sla:\n", f"{hours}sla:\n", 1))
    desk = Desk(sqlite_url(tmp_path))
    desk.runtime.activate(loaded)
    desk.clock.advance(timedelta(hours=4, minutes=30))
    desk.say("human please")
    for _ in range(60):
        desk.wait(minutes=30)
    promised = _promised(desk)
    assert promised
    desk.runtime.close()
    for at in promised:
        assert is_open(loaded.policy.hours, at - timedelta(seconds=1)), at


def _policy(text: str) -> Any:
    from tests.graph.example import _RUNTIME

    return load_text(text.replace("triggers_end: 0\n", "").replace("playbooks:\n", _RUNTIME + "playbooks:\n"), "test")
