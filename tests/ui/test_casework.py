"""Casework at the desk: the packet is judged and put right, steps are ticked, approved words are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from service.views import Actor
from states.vocabulary import Event, Role, State
from tests.house import House
from tests.ui.rooms import (
    AGENT,
    ANSWER,
    VISITOR,
    claimed,
    click,
    drawn,
    handed_over,
    look,
    pick,
    press,
    told,
    turned_to,
    visitor,
)
from tests.ui.views import HOSTILE
from ui.case_panel import OWN_WORDS
from ui.desk import SKIP, DeskRoom
from ui.render.packet import OTHER
from ui.render.review import REST

SUMMARY = "context.summary"


def fields(house: House, conversation_id: str) -> dict[str, str]:
    """Field of the packet → the newest verdict on it."""
    view = house.view(conversation_id).handover
    assert view is not None
    return {one["field"]: one["verdict"] for one in view.packet["review"]}


def button(shown: object, verdict: str, field: str) -> str:
    """What the button for a verdict sends, as the packet that is shown has it."""
    start = str(shown).index(f"{verdict}|{field}|")
    return str(shown)[start : str(shown).index('"', start)]


def test_a_field_is_accepted_as_it_was_shown(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    seen = claimed(desk, case)
    shown = turned_to(desk, case)[desk.pane.packet]
    after = click(desk, desk.judge, seen, button(shown, "accept", SUMMARY))
    assert fields(house, case) == {SUMMARY: "accept"}
    assert "accepted by anna" in after[desk.pane.packet]


def test_a_field_that_has_changed_since_is_not_judged(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    seen = claimed(desk, case)
    stale = button(turned_to(desk, case)[desk.pane.packet], "accept", "context.customer.tier")
    edited = click(desk, desk.judge, seen, stale.replace("accept", "edit"))[desk.pane.editing]
    desk.save(seen, "anna", AGENT, edited, "gold", VISITOR)
    with pytest.warns(UserWarning, match="has changed since you read it"):
        click(desk, desk.judge, seen, stale)
    assert fields(house, case) == {"context.customer.tier": "edit"}


def test_a_field_is_put_right_in_the_editor(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    shown = press(desk, Event.CLAIMED, pick(desk, case)[desk.seen])
    opened = click(desk, desk.judge, shown[desk.seen], button(shown[desk.pane.packet], "edit", SUMMARY))
    assert opened[desk.pane.editor]["visible"]
    assert "real person" in opened[desk.pane.text]["value"]
    with pytest.warns(UserWarning, match="no message numbers"):
        refused = desk.save(shown[desk.seen], "anna", AGENT, opened[desk.pane.editing], "Wants a person", VISITOR)
    assert desk.pane.text not in refused
    text = f"Wants a person {HOSTILE} [1]"
    saved = desk.save(shown[desk.seen], "anna", AGENT, opened[desk.pane.editing], text, VISITOR)
    assert not saved[desk.pane.editor]["visible"]
    assert saved[desk.pane.editing] == ""
    view = house.view(case)
    assert view.handover is not None
    assert view.handover.packet["context"]["summary"] == [{"claim": f"Wants a person {HOSTILE}", "turns": [1]}]
    assert view.events[-1].event == Event.PACKET_REVIEWED
    assert "<img" not in saved[desk.pane.packet]


def test_cancelling_changes_nothing(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    shown = press(desk, Event.CLAIMED, pick(desk, case)[desk.seen])
    opened = click(desk, desk.judge, shown[desk.seen], button(shown[desk.pane.packet], "edit", SUMMARY))
    edited, closed = opened[desk.pane.editing], desk.pane.close_editor()
    assert not closed[desk.pane.editor]["visible"]
    elsewhere = claimed(desk, handed_over(house))
    for seen, editing in ((shown[desk.seen], closed[desk.pane.editing]), (elsewhere, edited)):
        assert desk.save(seen, "anna", AGENT, editing, "Something else [1]", VISITOR) == SKIP
    assert fields(house, case) == {}


def test_all_that_is_left_is_accepted_at_once_but_not_what_came_since(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    seen = claimed(desk, case)
    house.say(case, "Are you there?")
    with pytest.warns(UserWarning, match="changed since you read it"):
        fresh = click(desk, desk.judge, seen, REST)
    assert fields(house, case) == {}
    done = click(desk, desk.judge, fresh[desk.seen], REST)
    assert set(fields(house, case).values()) == {"accept"}
    assert "Accept what is left" not in done[desk.pane.packet]


def test_steps_are_ticked_one_by_one_and_both_agents_see_it(desk: DeskRoom, house: House) -> None:
    case = house.open()
    house.say(case, "I want to change my address")
    seen = claimed(desk, case)
    view = house.view(case).handover
    assert view is not None
    first, *others = [step["id"] for step in view.packet["action"]["playbook"]["steps"]]
    before = turned_to(desk, case)
    ticked = click(desk, desk.tick, seen, f"done|{first}")
    assert 'aria-checked="true"' in ticked[desk.case.steps]
    assert "anna" in ticked[desk.case.steps]
    assert 'aria-checked="true"' in look(desk, before[desk.seen])[desk.case.steps]
    click(desk, desk.tick, before[desk.seen], f"done|{first}")  # pressed twice on the same page: one act
    undone = click(desk, desk.tick, ticked[desk.seen], f"undone|{first}")
    assert 'aria-checked="true"' not in undone[desk.case.steps]
    events = [one.event for one in house.view(case).events][-3:]
    assert events == [Event.CLAIMED, Event.STEP_DONE, Event.STEP_UNDONE]
    assert others


def test_whoever_only_reads_is_shown_no_button(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    claimed(desk, case)
    reading = drawn(DeskRoom(house.door, Settings(tokens={"u" * 16: "auditor/eva"})))
    seen = reading.open(case, (visitor("eva"), "", Role.AUDITOR.value))
    assert "Why and where" in seen[reading.pane.packet]
    picks = re.findall('data-pick="([^"]*)"', seen[reading.pane.packet])
    assert all(one.startswith(OTHER) for one in picks), "what opens another case to be read is all there may be"
    assert "data-pick" not in seen[reading.case.steps]
    assert not any(seen[one]["visible"] for one in reading.case.buttons.values())


def test_what_is_pressed_that_is_no_button_does_nothing(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    seen = claimed(desk, case)
    before = house.view(case).version
    for pick_ in ("", "accept", "accept|no.such.field|x", "delete|context.intent|x", "done|", "|", "undone"):
        assert click(desk, desk.judge, seen, pick_) == SKIP
        assert click(desk, desk.tick, seen, pick_) == SKIP
    assert house.view(case).version == before


def test_a_note_that_was_begun_while_a_claim_was_on_its_way_stays(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    shown = press(desk, Event.CLAIMED, pick(desk, case)[desk.seen])
    assert desk.case.said not in shown
    sent = press(desk, Event.EXCEPTION_REQUESTED, shown[desk.seen], note="Refund it")
    assert told(desk, sent)["taken"] == {"note": "Refund it"}
    assert all("value" not in one[desk.case.note] for one in (shown, sent)), "what is in the box is the browser's"


def test_a_button_acts_on_the_case_that_is_on_the_page(desk: DeskRoom, house: House) -> None:
    one, other = handed_over(house), handed_over(house)
    shown = pick(desk, one)[desk.seen]
    pick(desk, other)  # its answer has not arrived
    press(desk, Event.CLAIMED, shown)
    assert [house.view(case).owner_id for case in (one, other)] == ["anna", None]


@pytest.fixture
def worded(tmp_path: Path) -> Iterator[tuple[DeskRoom, House]]:
    """A desk with an approved reply."""
    house = House(tmp_path, ScriptedAssistant(lambda asked: ANSWER), rules=load_policy("default"))
    text = "Dear {name}, your {amount} will be there by {date}. Reference {reference}."
    drafted = house.door.draft_template(Actor(id="anna", role=Role.FRONTLINE_AGENT), "refund.done", "en", text)
    officer = Actor(id="omar", role=Role.COMPLIANCE_OFFICER)
    house.door.approve_template(officer, "refund.done", "en", int(drafted.version), drafted.hash)
    yield drawn(DeskRoom(house.door, house.settings)), house
    house.close()


def test_an_approved_reply_is_read_filled_and_sent(worded: tuple[DeskRoom, House]) -> None:
    desk, house = worded
    case = handed_over(house)
    seen = claimed(desk, case)
    first, *approved = turned_to(desk, case)[desk.case.template]["choices"]
    assert first == OWN_WORDS
    assert "refund.done" in approved
    chosen = desk.choose(seen, "anna", AGENT, "refund.done", VISITOR)
    assert "<mark>name</mark>" in chosen[desk.case.preview]
    assert not chosen[desk.case.reply]["visible"]
    assert all(chosen[box]["visible"] for box in desk.case.places.values())
    values = {"template": "refund.done", "name": "Jane", "amount": "EUR 20.00"}
    with pytest.warns(UserWarning, match="date"):
        press(desk, Event.AGENT_REPLIED, seen, **values)
    sent = press(desk, Event.AGENT_REPLIED, seen, **values, date="2027-01-31")
    said = [one.text for one in house.view(case).messages if one.author == "agent"]
    assert [text.partition(" Reference")[0] for text in said] == [
        "Dear Jane, your EUR 20.00 will be there by 2027-01-31."
    ]
    assert sent[desk.case.template]["value"] == OWN_WORDS


def test_a_regulated_case_has_no_room_for_own_words(worded: tuple[DeskRoom, House]) -> None:
    desk, house = worded
    case = house.open()
    house.say(case, "Should I invest my savings in shares?")
    shown = press(desk, Event.CLAIMED, pick(desk, case)[desk.seen])
    assert house.view(case).state is State.AGENT_VERIFYING
    opened = turned_to(desk, case)
    assert OWN_WORDS not in opened[desk.case.template]["choices"]
    assert not opened[desk.case.reply]["visible"]
    assert "approved reply" in opened[desk.case.preview]
    senior = turned_to(desk, case, Role.ESCALATION_SPECIALIST.value)
    assert senior[desk.case.reply]["visible"]
    assert shown[desk.seen]
