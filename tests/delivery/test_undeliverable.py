"""What no destination can perform is said aloud and waits; what another process can perform is left to it."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.build import build_api
from app.settings import DemoSettings
from delivery.undeliverable import gaps
from delivery.work import Delivery
from desks.config import CODES, MailConfig
from desks.fakes.letter_box import LetterBox
from desks.port import Job, RetryAfter
from service.outbox import Outbox
from service.system import System
from service.views import NewConversation
from states.vocabulary import Effect, Event
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Channel, Office, code_destination, destination
from tests.delivery.test_plan import CHAT, LETTERS, PAGER, RT, Place

URGENT = "I smell gas"
PENDING = "SELECT effect FROM outbox WHERE status = 'pending' AND destination = '' ORDER BY created_at, id"


def _with(office: Office, *places: Any) -> Delivery:
    """Another process with these destinations."""
    return Delivery(System(office.runtime), places, dice=random.Random(1))


def _work(office: Office, delivery: Delivery, minutes: int = 0) -> None:
    for _ in range(minutes * 6 + 1):
        office.clock.advance(timedelta(seconds=10 if minutes else 0))
        office.runtime.tick()
        while delivery.tick():
            pass


def _undeliverable(office: Office) -> list[str]:
    return [one["effect"] for one in Outbox(office.runtime.store, office.clock, {}).undeliverable()]


def test_page_without_a_destination_is_said_aloud_and_goes_out_when_there_is_one(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = _with(office)
    office.case.say(URGENT)
    _work(office, nobody, minutes=8)
    lost = _undeliverable(office)
    assert lost
    assert set(lost) == {"page"}
    assert [one.levelname for one in caplog.records if one.getMessage().startswith("undeliverable: no destination can")]
    (seen,) = office.case.view.handover.deliveries
    assert (seen.destination, seen.status) == ("(nobody)", "undeliverable")
    pager = Channel("pager", Job.PAGE, Job.QUIET)
    _work(office, _with(office, destination(pager, office.clock)))
    assert [job for job, _ in pager.sent] == [Job.PAGE]
    assert _undeliverable(office) == []
    assert office.rows(PENDING) == []


def test_the_whole_case_is_taken_up_in_its_order_when_a_ticket_system_appears(office: Office) -> None:
    nobody = _with(office)
    office.case.say("human please")
    office.case.say("my order is 4711")
    office.case.do(Event.CLAIMED)
    office.case.do(Event.AGENT_REPLIED, text="Good morning, I have it.")
    _work(office, nobody, minutes=2)
    assert office.tickets.tickets == ()
    office.work()
    said = [one.text.split("\n")[0] for one in office.ticket.comments[2:]]
    assert said == ["my order is 4711", "Claimed by anna (frontline_agent)", "Good morning, I have it."]
    assert (office.ticket.assignee, len(office.tickets.tickets)) == ("alice", 1)


@pytest.mark.parametrize("own", [False, True])
def test_process_without_destinations_swallows_nothing_of_another_one(office: Office, own: bool) -> None:
    """`serve` beside `worker`: with no destination, or with one for codes alone, which takes part in nothing else."""
    places = (code_destination(LetterBox(), office.clock),) if own else ()
    beside = _with(office, *places)
    for number in range(20):
        new = office.runtime.open(NewConversation(id=f"beside-{number}"))
        office.runtime.post(new.id, "human please")
        beside.tick()
        if number % 3 == 0:
            office.work()
        beside.tick()
    office.work()
    assert len(office.tickets.tickets) == len(office.rows("SELECT id FROM handover"))
    assert office.rows(PENDING) == []


def test_cases_that_were_closed_long_ago_are_not_told_to_a_destination_that_appears(office: Office) -> None:
    nobody = _with(office)
    office.case.say("human please")
    office.case.do(Event.CLAIMED)
    office.case.do(Event.RESOLVED, text="done")
    _work(office, nobody)
    office.clock.advance(timedelta(days=2))
    office.work()
    assert (office.tickets.tickets, office.chat.sent, office.rows(PENDING)) == ((), [], [])


def test_nobody_is_woken_for_a_case_that_somebody_has_claimed_meanwhile_or_twice_for_one(office: Office) -> None:
    nobody = _with(office)
    office.case.say(URGENT)
    _work(office, nobody, minutes=90)
    assert len(_undeliverable(office)) > 1
    pager = Channel("pager", Job.PAGE, Job.QUIET)
    _work(office, _with(office, destination(pager, office.clock)))
    assert len(pager.sent) == 1


def test_page_that_its_own_channel_failed_on_waits_for_another(office: Office) -> None:
    """A failure is never told by what failed: with one channel alone it is told by nobody, and that is shown."""
    chat = Channel("chat", Job.ANNOUNCE)
    only = _with(office, destination(chat, office.clock))
    office.case.say("human please")
    _work(office, only)
    office.runtime.fault(office.case.id, "f1", {"fault": "given_up", "destination": "chat"})
    _work(office, only)
    assert _undeliverable(office) == ["page"]
    assert [job for job, _ in chat.sent] == [Job.ANNOUNCE]


def test_a_team_that_no_destination_takes_is_taken_up_when_one_does(office: Office) -> None:
    safety = destination(office.tickets, office.clock, teams=["safety"])
    before = _with(office, safety)
    office.case.say("human please")
    _work(office, before)
    assert office.tickets.tickets == ()
    _work(office, _with(office, destination(office.tickets, office.clock)))
    assert len(office.tickets.tickets) == 1


def test_what_waits_for_a_destination_holds_up_neither_the_rest_nor_the_ticket(make_office: MakeOffice) -> None:
    office = make_office()
    alone = _with(office, destination(office.tickets, office.clock))
    office.case.say(URGENT)
    _work(office, alone, minutes=8)
    assert set(_undeliverable(office)) == {"page"}
    office.tickets.assign("1", "sam")
    _work(office, alone, minutes=2)
    assert office.case.view.owner_id == "sara"
    assert alone.tick() == 0


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ((), {Effect.PAGE: ("a", "b")}),
        ((LETTERS,), {Effect.PAGE: ("a", "b")}),
        ((RT,), {Effect.PAGE: ("a", "b")}),
        ((RT, CHAT), {}),
        ((PAGER,), {}),
        ((Place(name="chat", jobs=CHAT.jobs, teams=("a",)),), {Effect.PAGE: ("b",), Effect.DELIVER_HANDOVER: ("b",)}),
        ((Place(name="chat", jobs=CHAT.jobs, teams=("a",)), RT), {Effect.PAGE: ("b",)}),
    ],
)
def test_the_gaps_are_named_by_effect_and_team(places: tuple[Place, ...], found: dict[Effect, tuple[str, ...]]) -> None:
    assert gaps(["b", "a", "b"], places) == found


def test_the_start_names_effects_and_teams_that_go_to_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    _with(office)
    (told,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert (told.effect, told.teams) == ("page", "frontline, privacy, safety")  # type: ignore[attr-defined]


def test_health_outbox_and_api_tell_what_goes_to_nobody(office: Office) -> None:
    nobody = _with(office)
    client = TestClient(build_api(System(office.runtime).door, DemoSettings(), nobody), base_url="http://127.0.0.1")
    assert client.get("/readyz").json()["delivery"] == "ready"
    office.case.say(URGENT)
    _work(office, nobody, minutes=5)
    assert client.get("/readyz").json()["delivery"] == "1 page undeliverable: no destination"
    staff = {"X-Handrail-Role": "compliance_officer", "X-Handrail-Actor": "cleo"}
    told = client.get("/v1/deliveries", headers=staff).json()
    (lost,) = told["undeliverable"]
    assert (lost["effect"], lost["team"]) == ("page", "safety")
    assert [(one["status"], one["effect"]) for one in told["steps"]] == [("undeliverable", "page")]


def test_steps_for_a_destination_that_no_setting_names_any_more_are_shown(office: Office) -> None:
    office.pager.outcomes = [RetryAfter(seconds=3600)] * 9
    office.case.say(URGENT)
    office.work_on(minutes=5)
    renamed = Outbox(
        office.runtime.store, office.clock, {"duty": destination(Channel("duty", Job.PAGE), office.clock).config}
    )
    (lost,) = [one for one in renamed.fares() if one["kind"] == "(not set)"]
    assert (lost["name"], lost["pending"]) == ("pager", 1)
    assert "steps wait for pager" in renamed.line()


def test_effects_that_wait_for_no_destination_are_not_listed_where_none_is_set(office: Office) -> None:
    office.case.say("human please")
    mail = MailConfig(kind="email", host="none", sender="care@shop.example", jobs=CODES)
    for configs in ({}, {"letters": mail}):
        assert Outbox(office.runtime.store, office.clock, configs).unsettled(100) == []
    assert office.outbox.unsettled(100) != []


# Reading what changed


def _faults(office: Office) -> list[str]:
    return [one.data["fault"] for one in office.case.view.events if one.event == "fault"]


def test_changes_that_are_unread_for_too_long_are_a_fault_that_wakes_somebody_by_another_way(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.down = True
    office.work_on(minutes=4)
    assert (_faults(office), office.pager.sent) == ([], [])
    office.work_on(minutes=3)
    assert _faults(office) == ["changes_unread"]
    assert [job for job, _ in office.pager.sent] == [Job.PAGE]
    (fare,) = [one for one in office.outbox.fares() if one["name"] == "tickets"]
    assert fare["unread_since"] is not None
    office.tickets.down = False
    office.work_on(minutes=6)
    (fare,) = [one for one in office.outbox.fares() if one["name"] == "tickets"]
    assert (fare["unread_since"], _faults(office)) == (None, ["changes_unread"])


def test_nobody_is_woken_for_what_was_unread_while_nobody_worked(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.clock.advance(timedelta(hours=8))
    office.restart()
    office.work_on(minutes=3)
    assert _faults(office) == []


def test_a_ticket_that_changed_and_cannot_be_read_is_a_fault_of_its_case(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.reply("1", "alice", "hello")
    office.tickets.unreadable = 1_000
    office.work_on(minutes=12)
    assert _faults(office) == ["ticket_unread"]
