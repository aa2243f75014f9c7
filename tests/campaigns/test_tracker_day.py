"""One case from the customer's first word to its end, worked on in a real Request Tracker by a person of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from delivery.words import CLAIMED, CLOSED
from desks.port import Comment
from desks.request_tracker.desk import build
from service.views import Act, Actor
from states.clock import SystemClock
from states.vocabulary import Event, Role, State
from tests.campaigns.tracker_office import NAME, TrackerOffice
from tests.counterparts import nodejs
from tests.counterparts.chat import Chat
from tests.counterparts.hooks import Hooks
from tests.counterparts.request_tracker import AGENT, BOT, Tracker
from tests.ready_databases import sqlite_url

pytestmark = pytest.mark.xdist_group("request_tracker")

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
CASE = "day"
SOON_S = 90
PRIVATE = ("Maria Keller", "maria.keller@example.org", "4111 1111 1111 1111", "+49 30 901820")


@pytest.fixture
def chat() -> Iterator[Chat]:
    with nodejs.slack() as url:
        chat = Chat(url, SystemClock())
        yield chat
        chat.close()


@pytest.fixture
def office(rt: Tracker, chat: Chat, tmp_path: Path) -> Iterator[TrackerOffice]:
    clock = SystemClock()
    desk = build(NAME, rt.config(deadline_s=20), clock)
    office = TrackerOffice(sqlite_url(tmp_path), desk, rt, clock, others=[chat.destination], poll_s=5, deadline_s=20)
    yield office
    office.close()


@pytest.fixture
def anna(rt: Tracker) -> Iterator[httpx2.Client]:
    with rt.person(AGENT) as client:
        yield client


def said_by_agents(office: TrackerOffice) -> list[str]:
    return [one.text for one in office.runtime.view(CASE).messages if one.author == "agent"]


def count(office: TrackerOffice, event: Event) -> int:
    return sum(one.event == event.value for one in office.runtime.view(CASE).events)


def comments(office: TrackerOffice, ref: str) -> tuple[Comment, ...]:
    return office.desk.read(ref).comments


def say(client: httpx2.Client, ref: str, way: str, text: str) -> None:
    client.post(f"/ticket/{ref}/{way}", json={"Content": text, "ContentType": "text/plain"}).raise_for_status()


def test_a_case_is_worked_on_in_request_tracker_and_both_sides_hear_everything_once(
    rt: Tracker, office: TrackerOffice, chat: Chat, anna: httpx2.Client
) -> None:
    def state(wanted: State) -> bool:
        return office.work_until(lambda: office.runtime.view(CASE).state is wanted, SOON_S)

    def idle() -> bool:
        return office.work_until(lambda: office.is_delivered(CASE), SOON_S)

    with Hooks(rt.hook_port, act=lambda headers, body: office.delivery.receive(NAME, headers, body)) as hooks:
        office.hand_over(CASE, f"human please, call me: {'; '.join(PRIVATE)}")
        assert idle()
        ref, handover = office.ref(CASE), office.handover(CASE)
        assert office.desk.read(ref).packet == handover.packet
        card = chat.shows(handover.id)
        assert handover.id in card
        assert [one for one in (*PRIVATE, "call me") if one in card] == []
        office.runtime.post(CASE, "Is anybody there? Меня слышно? 🙂")
        assert idle()
        assert "> Is anybody there? Меня слышно? 🙂" in comments(office, ref)[-1].text

        anna.put(f"/ticket/{ref}/take", json={}).raise_for_status()
        assert state(State.AGENT_VERIFYING)
        assert (office.runtime.view(CASE).owner_id, count(office, Event.CLAIMED)) == ("anna", 1)
        assert office.work_until(lambda: CLAIMED in chat.shows(handover.id), SOON_S)
        office.runtime.act(CASE, Act(event=Event.IDENTITY_VERIFIED, actor=ANNA, text="asked for the order number"))

        say(anna, ref, "comment", "internal: looks fine")
        say(anna, ref, "correspond", "Hello, Anna here.")
        assert office.work_until(lambda: said_by_agents(office) == ["Hello, Anna here."], SOON_S)

        office.runtime.post(CASE, "My order is 4711.")
        office.runtime.act(CASE, Act(event=Event.AGENT_REPLIED, actor=ANNA, text="Thank you, I see it."))
        assert idle()
        *_, asked, answered = comments(office, ref)
        assert ("> My order is 4711." in asked.text, asked.public) == (True, False)
        assert ("Thank you, I see it." in answered.text, answered.public, answered.author) == (True, True, BOT[0])

        say(anna, ref, "comment", "Refunded.")
        anna.put(f"/ticket/{ref}", json={"Status": "resolved"}).raise_for_status()
        assert state(State.RESOLVED)
        office.work_until(lambda: False, 12)  # two polls more: an echo would show by now
        assert office.handover(CASE).outcome == "Refunded."
        assert said_by_agents(office) == ["Hello, Anna here.", "Thank you, I see it."]
        assert [count(office, event) for event in (Event.CLAIMED, Event.AGENT_REPLIED, Event.RESOLVED)] == [1, 2, 1]
        assert [one.text for one in comments(office, ref)].count("Refunded.") == 1
        ticket = office.desk.read(ref)
        assert (ticket.status, ticket.assignee) == ("resolved", AGENT[0])
        assert office.dead() == 0
        assert hooks.received
        assert office.work_until(lambda: CLOSED in chat.shows(handover.id), SOON_S)
        told = chat.shows(handover.id)
        assert [one for one in (*PRIVATE, "4711", "Anna here", "Refunded") if one in told] == []

        office.runtime.post(CASE, "4, thank you")
        assert (office.runtime.view(CASE).state, count(office, Event.SURVEY_ANSWERED)) == (State.RESOLVED, 1)
        office.runtime.post(CASE, "It has not come after all.")
        assert state(State.HANDED_OFF)
        assert idle()
        again = office.handover(CASE)
        assert office.ref(CASE) != ref
        assert office.desk.read(office.ref(CASE)).key == again.id
        assert again.id in chat.shows(again.id)
