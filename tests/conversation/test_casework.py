"""What the owner of a case notes on it: reviews of the packet, ticked steps, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handover.packet.review import EDITABLE, FIELDS, value_hash
from service.views import Act, Actor
from states.errors import BadInput, Conflict, ForbiddenRole, GuardRefused, IllegalEvent
from states.vocabulary import Event, Role, State
from tests.campaigns.invariants import violations
from tests.graph.cases import CaseDesk, case_desk
from tests.graph.example import ANNA, BEN, CLEO, SARA


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CaseDesk]:
    opened = case_desk(tmp_path)
    yield opened
    assert violations(opened.runtime.store, opened.id) == []
    opened.runtime.close()


def claimed(desk: CaseDesk, text: str = "please change my address") -> CaseDesk:
    desk.say("When do you deliver?")
    desk.say(text)
    desk.do(Event.CLAIMED)
    return desk


def review(desk: CaseDesk, *fields: dict[str, Any], actor: Actor = ANNA) -> Any:
    return desk.do(Event.PACKET_REVIEWED, actor, fields=list(fields))


def packet(desk: CaseDesk) -> Any:
    return desk.view.handover.packet


# Review


def test_accepting_a_field_records_who_looked_at_it_and_changes_nothing_else(desk: CaseDesk) -> None:
    claimed(desk)
    before = packet(desk)
    review(desk, {"field": "context.intent", "verdict": "accept"})
    after = packet(desk)
    assert after["review"][0] | {"at": ""} == {
        "field": "context.intent", "verdict": "accept", "by": "anna", "at": "",
        "old_hash": value_hash(before["context"]["intent"]),
    }  # fmt: skip
    assert {**after, "review": []} == {**before, "review": []}


def test_an_edit_shows_the_newest_value_and_the_log_keeps_the_first(desk: CaseDesk) -> None:
    claimed(desk)
    review(desk, {"field": "context.intent", "verdict": "edit", "value": "new address in Cork"})
    review(desk, {"field": "context.intent", "verdict": "edit", "value": "new address in Galway"})
    assert packet(desk)["context"]["intent"] == "new address in Galway"
    assert [one["verdict"] for one in packet(desk)["review"]] == ["edit"]
    edits = [one.data["fields"][0] for one in desk.view.events if one.event == "packet_reviewed"]
    assert [(one["old"], one["value"]) for one in edits] == [
        ("delivery", "new address in Cork"),
        ("new address in Cork", "new address in Galway"),
    ]


def test_what_an_agent_writes_into_the_packet_is_masked_in_row_and_log(desk: CaseDesk) -> None:
    claimed(desk)
    review(desk, {"field": "action.next_steps", "verdict": "edit", "value": ["Charge 4111 1111 1111 1111 again"]})
    assert "4111 1111" not in str(packet(desk)) + str(desk.view.events)


def test_edits_of_the_summary_count_the_claims_that_were_wrong(desk: CaseDesk) -> None:
    claimed(desk)
    claims = packet(desk)["context"]["summary"]
    changed = [claims[0], {"claim": "The customer moved to Cork.", "turns": [3]}]
    review(desk, {"field": "context.summary", "verdict": "edit", "value": changed})
    found = desk.last(Event.PACKET_REVIEWED)["fields"][0]
    assert (found["claims"], found["claims_wrong"]) == (len(claims), len(claims) - 1)
    assert packet(desk)["context"]["summary"] == changed


def test_a_gap_that_is_filled_by_hand_is_no_gap_any_more_and_is_counted(tmp_path: Path) -> None:
    desk = case_desk(tmp_path)
    claimed(desk, "human please")
    assert "incomplete:action.next_steps|action.playbook" in packet(desk)["why"]["flags"]
    review(desk, {"field": "action.next_steps", "verdict": "edit", "value": ["Call back."]})
    assert not any(flag.startswith("incomplete:action.next") for flag in packet(desk)["why"]["flags"])
    assert desk.last(Event.PACKET_REVIEWED)["fields"][0]["filled"] is True
    desk.runtime.close()


def test_an_agent_who_read_an_older_value_is_told_so(desk: CaseDesk) -> None:
    claimed(desk)
    seen = value_hash(packet(desk)["context"]["intent"])
    review(desk, {"field": "context.intent", "verdict": "edit", "value": "a"})
    with pytest.raises(Conflict, match="has changed since you read it"):
        review(desk, {"field": "context.intent", "verdict": "edit", "value": "b", "old_hash": seen})
    assert packet(desk)["context"]["intent"] == "a"


@pytest.mark.parametrize("field", sorted(set(FIELDS) - EDITABLE))
def test_no_review_changes_what_decides_who_may_act(desk: CaseDesk, field: str) -> None:
    claimed(desk)
    before = packet(desk)
    with pytest.raises(BadInput, match="cannot be edited"):
        review(desk, {"field": field, "verdict": "edit", "value": []})
    review(desk, {"field": field, "verdict": "ask_again"})
    assert {**packet(desk), "review": []} == {**before, "review": []}


def test_whom_the_case_is_about_is_not_turned_into_somebody_else(desk: CaseDesk) -> None:
    claimed(desk)
    with pytest.raises(BadInput, match="escalate if it is somebody else"):
        review(desk, {"field": "context.customer.ref", "verdict": "edit", "value": "cus-2"})


@pytest.mark.parametrize(
    "fields",
    [
        [],
        "all",
        ["context.intent"],
        [{"field": "context.intent"}],
        [{"field": "context.intent", "verdict": "edit"}],
        [{"field": "context.intent", "verdict": "edit", "value": 5}],
        [{"field": "context.intent", "verdict": "accept", "value": "x"}],
        [{"field": "context.intent", "verdict": "like"}],
        [{"field": "envelope.handover_id", "verdict": "accept"}],
        [{"field": "why", "verdict": "accept"}],
        [{"field": ["context"], "verdict": "accept"}],
        [{"field": "context.summary", "verdict": "edit", "value": [{"claim": "x", "turns": ["1"]}]}],
        [{"field": "context.intent", "verdict": "accept"}, {"field": "context.intent", "verdict": "accept"}],
        [{"field": "context.intent", "verdict": "accept", "by": "ben"}],
    ],
)
def test_a_review_that_cannot_be_used_changes_nothing(desk: CaseDesk, fields: Any) -> None:
    claimed(desk)
    version = desk.view.version
    with pytest.raises(BadInput):
        desk.do(Event.PACKET_REVIEWED, fields=fields)
    assert desk.view.version == version


def test_only_the_owner_reviews_and_ticks(desk: CaseDesk) -> None:
    desk.say("please change my address")
    with pytest.raises(IllegalEvent):
        desk.do(Event.STEP_DONE, step="checked")
    desk.do(Event.CLAIMED)
    version = desk.view.version
    for event, data in ((Event.PACKET_REVIEWED, {"fields": []}), (Event.STEP_DONE, {"step": "checked"})):
        for actor in (BEN, SARA, CLEO):
            with pytest.raises(GuardRefused):
                desk.runtime.act(desk.id, Act(event=event, actor=actor, data=data))
        with pytest.raises(ForbiddenRole):
            desk.runtime.act(desk.id, Act(event=event, actor=Actor(id="root", role=Role.ADMIN), data=data))
    assert desk.view.version == version


def test_a_senior_who_took_the_case_over_reviews_it(desk: CaseDesk) -> None:
    claimed(desk)
    desk.do(Event.ESCALATED)
    desk.do(Event.CLAIMED, SARA)
    review(desk, {"field": "context.intent", "verdict": "ask_again"}, actor=SARA)
    assert packet(desk)["review"][0]["by"] == "sara"


# Steps


def test_ticked_steps_say_who_and_when_and_open_the_gate(desk: CaseDesk) -> None:
    claimed(desk)
    desk.do(Event.IDENTITY_VERIFIED, text="Known by voice")
    with pytest.raises(GuardRefused):
        desk.resolve()
    desk.do(Event.STEP_DONE, step="checked")
    assert desk.view.handover.steps_by == {"checked": {"by": "anna", "at": desk.clock.now().isoformat()}}
    assert desk.resolve().state is State.RESOLVED
    assert desk.events.count("step_done") == 1


def test_a_tick_that_is_taken_back_closes_the_gate_again(desk: CaseDesk) -> None:
    claimed(desk)
    desk.do(Event.IDENTITY_VERIFIED, text="Known by voice")
    desk.do(Event.STEP_DONE, step="checked")
    desk.do(Event.STEP_DONE, step="told")
    desk.do(Event.STEP_UNDONE, step="checked")
    assert desk.view.handover.steps_done == ("told",)
    with pytest.raises(GuardRefused):
        desk.resolve()


def test_ticks_stay_with_the_case_when_it_changes_hands(desk: CaseDesk) -> None:
    claimed(desk)
    desk.do(Event.STEP_DONE, step="checked")
    desk.do(Event.RELEASED)
    desk.do(Event.CLAIMED, BEN)
    assert desk.view.handover.steps_by["checked"]["by"] == "anna"


@pytest.mark.parametrize("step", ["CHECKED", "", None, ["checked"], "no_such"])
def test_a_step_that_is_not_on_the_list_is_refused_with_the_list(desk: CaseDesk, step: Any) -> None:
    claimed(desk)
    with pytest.raises(BadInput, match="checked, told"):
        desk.do(Event.STEP_DONE, step=step)


def test_ticking_twice_and_taking_back_what_is_not_ticked_are_conflicts(desk: CaseDesk) -> None:
    claimed(desk)
    with pytest.raises(Conflict):
        desk.do(Event.STEP_UNDONE, step="checked")
    desk.do(Event.STEP_DONE, step="checked")
    with pytest.raises(Conflict):
        desk.do(Event.STEP_DONE, step="checked")


def test_steps_attested_with_the_resolution_are_recorded_one_by_one(desk: CaseDesk) -> None:
    claimed(desk)
    desk.do(Event.IDENTITY_VERIFIED, text="Known by voice")
    desk.do(Event.STEP_DONE, step="told")
    desk.resolve(steps_done=["checked", "told", "made_up"])
    assert desk.last(Event.RESOLVED)["steps_attested"] == ["checked"]
    assert set(desk.view.handover.steps_by) == {"checked", "told"}


def test_the_packet_brings_approved_words_when_to_escalate_and_how_to_close(desk: CaseDesk) -> None:
    claimed(desk)
    playbook = packet(desk)["action"]["playbook"]
    assert playbook["steps"][0]["wording"] == {"script": "wording.check", "text": "Let me check that."}
    assert (playbook["escalate_when"], playbook["close_with"]) == ("In doubt.", "What changed.")
    assert packet(desk)["action"]["resolutions"]["refunded"] == "Money went back."


# Resolutions


def test_a_case_ends_with_a_code_of_the_policy(desk: CaseDesk) -> None:
    claimed(desk, "human please")
    with pytest.raises(BadInput, match="no_reply, refunded, solved"):
        desk.resolve(resolution="whatever")
    desk.resolve(resolution="refunded")
    assert desk.view.handover.resolution == "refunded"
    assert "resolution_assumed" not in desk.last(Event.RESOLVED)


def test_a_caller_from_before_the_codes_resolves_as_solved_and_marked_as_assumed(desk: CaseDesk) -> None:
    claimed(desk, "human please")
    desk.resolve()
    assert desk.last(Event.RESOLVED)["resolution"] == "solved"
    assert desk.last(Event.RESOLVED)["resolution_assumed"] is True


def test_where_the_policy_has_codes_but_no_solved_one_must_be_said(tmp_path: Path) -> None:
    desk = case_desk(tmp_path, more="resolutions: {fulfilled: Done., refused: Not done.}\n")
    claimed(desk, "human please")
    with pytest.raises(BadInput, match="fulfilled, refused"):
        desk.resolve()
    assert desk.view.state is State.AGENT_VERIFYING
    desk.resolve(resolution="refused")
    desk.runtime.close()
