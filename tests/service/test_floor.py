"""The floor: heartbeats, the queue of one person, the next case, and what an empty team leads to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handover.people.routing import Bar
from service.views import Actor, Attendance, NewConversation
from states.errors import BadInput, ForbiddenRole, GuardRefused, NotFound
from states.vocabulary import Event, Role, State
from store.queries import OUTBOX
from tests.campaigns.ladders import ladder_violations, taken
from tests.graph.example import ANNA, BEN, SARA, START, Desk
from tests.ready_databases import new_database, sqlite_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk with an immediate, a short and a standard case waiting."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
    else:
        url = new_database(request.getfixturevalue("postgres"), f"floor_{abs(hash(request.node.nodeid))}")
    opened = Desk(url)
    for name, text in (("asked", "human please"), ("gas", "I smell gas"), ("address", "change my address")):
        opened.runtime.open(NewConversation(id=name))
        opened.runtime.post(name, text)
    yield opened
    opened.runtime.close()


def names(desk: Desk, actor: Actor) -> list[str]:
    return [item.conversation_id for item in desk.runtime.queue(actor)]


def test_a_heartbeat_keeps_what_was_said_and_silence_means_gone(floor: Desk) -> None:
    said = Attendance(teams=("frontline", "safety"), skills=("refunds",), languages=("de",), capacity=2)
    assert floor.runtime.attend(ANNA, said).online
    floor.clock.advance(timedelta(seconds=80))
    again = floor.runtime.attend(ANNA)
    assert (again.teams, again.skills, again.languages, again.capacity) == (
        ("frontline", "safety"), ("refunds",), ("de",), 2,
    )  # fmt: skip
    floor.clock.advance(timedelta(seconds=90))
    assert [one.online for one in floor.runtime.people()] == [True]
    floor.clock.advance(timedelta(seconds=1))
    assert [one.online for one in floor.runtime.people()] == [False]
    assert not floor.runtime.attend(ANNA, Attendance(available=False)).online


def test_workload_is_the_open_cases_one_owns(floor: Desk) -> None:
    floor.runtime.attend(ANNA)
    floor.runtime.take_next(ANNA)
    floor.runtime.take_next(ANNA)
    assert floor.runtime.people()[0].workload == 2
    floor.id = "gas"
    floor.do(Event.RESOLVED, text="done")
    assert floor.runtime.people()[0].workload == 1


def test_a_persons_queue_holds_what_they_may_take_the_most_urgent_first(floor: Desk) -> None:
    assert names(floor, ANNA) == ["gas", "address", "asked"]
    floor.runtime.attend(ANNA, Attendance(teams=("frontline", "privacy")))
    assert names(floor, ANNA) == ["address", "asked"]
    floor.id = "address"
    floor.do(Event.ESCALATED, text="beyond me")
    assert names(floor, ANNA) == ["asked"]
    assert names(floor, SARA) == ["gas", "address", "asked"]


def test_what_is_passed_over_is_told_with_what_keeps_one_from_it(floor: Desk) -> None:
    def passed(actor: Actor, name: str = "") -> dict[Bar, int]:
        return dict(floor.runtime.floor.passed_over(actor, name))

    assert passed(ANNA) == {}
    floor.id = "gas"
    floor.do(Event.ESCALATED, text="beyond me")
    floor.runtime.attend(ANNA, Attendance(teams=("frontline",), skills=()))
    assert passed(ANNA, "gas") == {}
    assert passed(ANNA, "asked") == {Bar.STATE: 1, Bar.TEAM: 1}
    assert passed(SARA) == {}
    floor.runtime.take_next(SARA)
    assert passed(ANNA) == {Bar.TEAM: 1}, "what somebody has is nobody's to take"


def test_the_whole_queue_suggests_who_is_online_and_has_room(floor: Desk) -> None:
    assert {item.suggested for item in floor.runtime.queue()} == {None}
    floor.runtime.attend(ANNA, Attendance(teams=("safety",)))
    floor.runtime.attend(BEN)
    floor.id = "asked"
    floor.do(Event.CLAIMED, BEN)
    suggested = {item.conversation_id: item.suggested for item in floor.runtime.queue()}
    assert suggested == {"gas": "anna", "address": "ben", "asked": None}
    floor.clock.advance(timedelta(minutes=2))
    assert {item.suggested for item in floor.runtime.queue()} == {None}


def test_the_next_case_is_claimed_once_for_one_request(floor: Desk) -> None:
    first = floor.runtime.take_next(ANNA, "n1")
    assert (first.conversation_id, first.state, first.repeated) == ("gas", State.AGENT_VERIFYING, False)
    again = floor.runtime.take_next(ANNA, "n1")
    assert (again.conversation_id, again.repeated) == ("gas", True)
    assert floor.runtime.take_next(BEN, "n1").conversation_id == "address"


def test_people_who_ask_at_once_get_different_cases(floor: Desk) -> None:
    got: list[str] = []
    people = [Actor(id=f"p{number}", role=Role.FRONTLINE_AGENT) for number in range(3)]
    asking = [
        threading.Thread(target=lambda one=one: got.append(floor.runtime.take_next(one).conversation_id))
        for one in people
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join(30)
    assert sorted(got) == ["address", "asked", "gas"]
    with pytest.raises(NotFound, match="nothing waits"):
        floor.runtime.take_next(ANNA)


def test_a_full_person_takes_only_what_is_critical(floor: Desk) -> None:
    floor.runtime.attend(ANNA, Attendance(capacity=0))
    assert floor.runtime.take_next(ANNA).conversation_id == "gas"
    with pytest.raises(GuardRefused, match="capacity"):
        floor.runtime.take_next(ANNA)


@pytest.mark.parametrize(
    ("actor", "said", "error"),
    [
        (Actor(id="ada", role=Role.AUDITOR), Attendance(), ForbiddenRole),
        (Actor(id="root", role=Role.ADMIN), Attendance(), ForbiddenRole),
        (ANNA, Attendance(teams=("",)), BadInput),
        (ANNA, Attendance(skills=("a\x00b",)), BadInput),
        (ANNA, Attendance(capacity=-1), BadInput),
        (ANNA, Attendance(languages=tuple(f"l{number}" for number in range(51))), BadInput),
        (Actor(id=" ", role=Role.FRONTLINE_AGENT), Attendance(), BadInput),
    ],
)
def test_who_takes_no_cases_and_what_no_row_should_hold_is_refused(
    floor: Desk, actor: Actor, said: Attendance, error: type[Exception]
) -> None:
    with pytest.raises(error):
        floor.runtime.attend(actor, said)
    assert floor.runtime.people() == ()


# An empty team


def _pages(desk: Desk) -> list[str]:
    with desk.runtime.store.read() as connection:
        found = connection.execute(select(OUTBOX.c.payload).where(OUTBOX.c.effect == "page"))
        return [row[0].get("step", "") for row in found]


def test_danger_with_nobody_online_pages_at_once_and_tells_the_customer(desk: Desk) -> None:
    desk.runtime.attend(ANNA)
    desk.clock.advance(timedelta(minutes=5))
    said = desk.say("I smell gas").replies[-1].text
    assert "Nobody from our team is online at this moment." in said
    assert desk.events == ["trigger_fired", "packet_ready", "sla_endangered"]
    assert _pages(desk) == ["page"]
    assert set(desk.view.timers) == {"claim", "resolve"}
    assert "nobody_online" in desk.view.handover.packet["why"]["flags"]
    desk.wait(minutes=8)
    assert [step for *_, step, _ in taken(desk.runtime.store, desk.id)] == ["page", "renotify", "escalate"]
    assert ladder_violations(desk.runtime.store, desk.id, desk.clock.now()) == []


def test_what_can_wait_pages_nobody_at_once(desk: Desk) -> None:
    desk.runtime.attend(ANNA)
    desk.clock.advance(timedelta(minutes=5))
    said = desk.say("human please").replies[-1].text
    assert "Nobody from our team is online at this moment." in said
    assert _pages(desk) == []


def test_with_somebody_online_the_page_waits_for_its_time(desk: Desk) -> None:
    desk.runtime.attend(ANNA)
    said = desk.say("I smell gas").replies[-1].text
    assert "online" not in said
    assert (_pages(desk), desk.view.timers["page"]) == ([], START + timedelta(minutes=3))


def test_danger_that_is_told_later_pages_at_once_too(desk: Desk) -> None:
    desk.runtime.attend(ANNA)
    desk.say("human please")
    desk.clock.advance(timedelta(minutes=5))
    said = desk.say("now I smell gas").replies[0].text
    assert "Nobody from our team is online" in said
    assert _pages(desk) == ["page"]
