"""Acts under attack: guards that somebody tries to go around."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from service.views import Act, Actor, ActResult
from states.errors import Conflict, ForbiddenRole, GuardRefused, IllegalEvent
from states.vocabulary import Event, Role, State
from tests.campaigns.invariants import open_handovers, violations
from tests.graph.example import ANNA, BEN, CLEO, SARA, Desk

ROUTINE = "How long does delivery take?"
NOT_FOR_PEOPLE = (
    Event.MESSAGE_ANSWERED,
    Event.PACKET_READY,
    Event.CUSTOMER_REPLIED,
    Event.REOPENED,
    Event.HUMAN_ACCEPTED,
    Event.EXPIRED,
    Event.SLA_BREACHED,
    Event.CAUTION_CLEARED,
)


@pytest.fixture(autouse=True)
def _sound(desk: Desk) -> Iterator[None]:
    """Whatever an attack did, the invariants hold afterwards."""
    yield
    assert violations(desk.runtime.store, desk.id) == []


def _act(desk: Desk, event: Event, actor: Actor = ANNA, text: str = "", **data: Any) -> ActResult:
    return desk.runtime.act(desk.id, Act(event=event, actor=actor, id="a1", text=text, data=data, seen=desk.newest))


def test_same_act_twice_happens_once(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    first = _act(desk, Event.AGENT_REPLIED, text="Hello, Anna here.")
    again = _act(desk, Event.AGENT_REPLIED, text="Hello, Anna here.")
    assert not first.repeated
    assert again.repeated
    assert [one.author for one in desk.view.messages].count("agent") == 1


@pytest.mark.parametrize(
    ("event", "actor", "text", "data"),
    [
        (Event.RESOLVED, ANNA, "Hello.", {}),
        (Event.AGENT_REPLIED, BEN, "Hello.", {}),
        (Event.AGENT_REPLIED, Actor(id="anna", role=Role.COMPLIANCE_OFFICER), "Hello.", {}),
        (Event.AGENT_REPLIED, ANNA, "Your refund is on its way.", {}),
    ],
)
def test_act_id_of_another_act_is_a_conflict_and_not_a_repetition(
    desk: Desk, event: Event, actor: Actor, text: str, data: dict[str, Any]
) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    _act(desk, Event.AGENT_REPLIED, text="Hello.")
    with pytest.raises(Conflict, match="a1"):
        _act(desk, event, actor, text, **data)
    assert desk.view.state is State.AGENT_VERIFYING


def test_pulling_a_conversation_twice_under_one_id_happens_once(desk: Desk) -> None:
    desk.say(ROUTINE)
    assert not _act(desk, Event.TRIGGER_FIRED, text="I take this one").repeated
    assert _act(desk, Event.TRIGGER_FIRED, text="I take this one").repeated
    assert open_handovers(desk.runtime.store, desk.id) == 1


def test_second_claim_is_refused(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    with pytest.raises(IllegalEvent):
        desk.do(Event.CLAIMED, BEN)
    assert desk.view.owner_id == "anna"


def test_nobody_but_the_owner_speaks_resolves_or_hands_back(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    for event in (Event.AGENT_REPLIED, Event.RESOLVED, Event.HANDED_BACK, Event.RELEASED):
        for actor in (BEN, SARA, CLEO, Actor(id="anna", role=Role.ESCALATION_SPECIALIST)):
            with pytest.raises(GuardRefused):
                desk.do(event, actor, text="x")


@pytest.mark.parametrize("event", NOT_FOR_PEOPLE)
@pytest.mark.parametrize("actor", [ANNA, CLEO, Actor(id="root", role=Role.ADMIN)])
def test_no_person_causes_what_only_the_system_or_the_customer_may(desk: Desk, event: Event, actor: Actor) -> None:
    for before in (ROUTINE, "human please"):
        desk.say(before)
        with pytest.raises((ForbiddenRole, IllegalEvent)):
            desk.do(event, actor, text="x")


def test_steps_that_are_not_on_the_list_attest_nothing(desk: Desk) -> None:
    desk.say("change my address")
    desk.do(Event.CLAIMED)
    desk.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done", steps_done=["told", "CHECKED", "checked ", "*"])


def test_more_urgent_need_does_not_wipe_out_the_steps_of_the_first_one(desk: Desk) -> None:
    desk.say("change my address")
    desk.say("I smell gas")
    desk.do(Event.CLAIMED)
    desk.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done")
    assert desk.do(Event.RESOLVED, text="done", steps_done=["checked"]).state is State.RESOLVED


def test_more_urgent_need_stands_beside_the_first_one_in_the_packet(desk: Desk) -> None:
    desk.say("change my address")
    desk.say("I smell gas")
    packet = desk.view.handover.packet
    assert [one["trigger_id"] for one in packet["why"]["triggers"]] == ["safety.danger", "data.change"]
    assert packet["action"]["compliance_flags"] == ["account_change"]
    assert packet["action"]["required_verifications"] == ["identity"]
    assert packet["why"]["reason_code"] == desk.view.handover.reason_code == "safety"


def test_promise_of_a_more_urgent_need_names_the_handover_that_there_is(desk: Desk) -> None:
    desk.say("human please")
    result = desk.say("I smell gas")
    assert desk.view.handover.id in result.replies[0].text
    assert "repeat_handover" not in desk.view.handover.packet["why"]["flags"]


def test_less_urgent_need_still_brings_its_duties(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.say("and change my address")
    handover = desk.view.handover
    assert (handover.severity, handover.reason_code, handover.team) == ("critical", "safety", "safety")
    desk.do(Event.CLAIMED)
    with pytest.raises(GuardRefused):
        desk.do(Event.HANDED_BACK, text="done")
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done", steps_done=["checked"])
    desk.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done")


def test_compliance_case_cannot_be_laundered_by_resolving_and_reopening_it(desk: Desk) -> None:
    _resolved_change(desk)
    desk.say("and one more thing about it")
    desk.do(Event.CLAIMED)
    with pytest.raises(GuardRefused, match="second person"):
        desk.do(Event.HANDED_BACK, text="done")
    assert desk.view.handover.packet["action"]["compliance_flags"] == ["account_change"]


def test_identity_that_was_verified_for_a_closed_case_does_not_open_the_next_one(desk: Desk) -> None:
    _resolved_change(desk)
    desk.say("change my address once more")
    desk.do(Event.CLAIMED)
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done", steps_done=["checked"])


def _resolved_change(desk: Desk) -> None:
    desk.say("change my address")
    desk.do(Event.CLAIMED)
    desk.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    desk.do(Event.RESOLVED, text="changed", steps_done=["checked"])


# Exceptions


def test_approval_of_a_voided_request_does_not_fit_the_same_words_asked_again(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.EXCEPTION_REQUESTED, text="refund after 40 days")
    first = desk.view.exception["hash"]
    desk.say("it was not even mine")
    desk.do(Event.CLAIMED, SARA)
    desk.do(Event.EXCEPTION_REQUESTED, SARA, text="refund after 40 days")
    with pytest.raises(GuardRefused):
        desk.do(Event.EXCEPTION_APPROVED, CLEO, request_hash=first)


def test_exception_does_not_outlive_a_release(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.EXCEPTION_REQUESTED, text="refund after 40 days")
    asked = desk.view.exception["hash"]
    desk.do(Event.RELEASED, SARA)
    assert desk.view.exception is None
    desk.do(Event.ESCALATED, BEN)
    with pytest.raises(GuardRefused):
        desk.do(Event.EXCEPTION_APPROVED, CLEO, request_hash=asked)


def test_nobody_approves_their_own_request_under_another_role(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.EXCEPTION_REQUESTED, text="refund after 40 days")
    asked = desk.view.exception["hash"]
    with pytest.raises(GuardRefused):
        desk.do(Event.EXCEPTION_APPROVED, Actor(id="anna", role=Role.COMPLIANCE_OFFICER), request_hash=asked)


def test_exception_without_words_is_not_asked_for(desk: Desk) -> None:
    from states.errors import BadInput

    desk.say("human please")
    desk.do(Event.CLAIMED)
    with pytest.raises(BadInput):
        desk.do(Event.EXCEPTION_REQUESTED, text="  ")


# After a hand-back


def test_trigger_that_a_hand_back_disarmed_is_armed_again_when_its_facts_change(desk: Desk) -> None:
    for _ in range(3):
        desk.say("Do you deliver big lamps to Cork?")
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="answered")
    assert desk.say("Do you deliver big lamps to Cork?").state is State.BOT_HANDLING
    for place in ("Cork", "Kerry", "Mayo", "Sligo", "Clare", "Galway"):
        desk.say(f"Who would deliver {place} {place}shire {place}land today?")
    for _ in range(3):
        result = desk.say("Do you deliver small green tables by night?")
    assert result.state is State.HANDED_OFF


def test_hand_back_does_not_disarm_what_a_message_says(desk: Desk) -> None:
    for owner in (ANNA, SARA, SARA):
        desk.say("human please")
        desk.do(Event.CLAIMED, owner)
        desk.do(Event.HANDED_BACK, owner, text="answered")
    assert desk.say("I smell gas").state is State.HANDED_OFF
