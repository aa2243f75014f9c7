"""The rooms over a real house: live, separate for each visitor, and polite about refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from app.settings import Settings
from app.wiring import load_policy
from assistants.port import Draft
from assistants.scripted import ScriptedAssistant
from states.vocabulary import Event, Role, State
from tests.house import AUDITOR, House
from tests.ui.rooms import (
    AGENT,
    ANSWER,
    PERSON,
    VISITOR,
    claimed,
    drawn,
    handed_over,
    in_a_loop,
    look,
    pick,
    press,
    say,
    visitor,
)
from ui.acts import buttons
from ui.conversation import NEW, SENDING, SKIP, ConversationRoom
from ui.desk import DeskRoom
from ui.page import build, css, head, mount_options
from ui.seen import Seen
from ui.style import STATIC


def test_the_message_is_seen_at_once_and_then_its_answer(room: ConversationRoom) -> None:
    first, last = room.say("How long does delivery take?", None, VISITOR)
    assert "hr-pending" in first[room.chat]
    assert "hr-typing" in first[room.chat]
    assert "Two to four working days." in last[room.chat]
    assert "hr-pending" not in last[room.chat]


def test_words_typed_while_the_page_opens_stay_in_the_box(room: ConversationRoom) -> None:
    assert room.box not in room.arrive()
    assert room.begin()[room.box] == ""


def test_a_poll_while_the_assistant_thinks_shows_the_message_already(tmp_path: Path) -> None:
    sent: dict[Any, Any] = {}
    polled: list[dict[Any, Any]] = []

    def think(question: Any) -> Draft:
        polled.append(room.poll(sent[room.mine], sent[room.seen], None, VISITOR))
        return ANSWER

    slow = House(tmp_path, ScriptedAssistant(think), rules=load_policy("default"))
    room = drawn(ConversationRoom(slow.door, slow.settings))
    saying = room.say("How long does delivery take?", None, VISITOR)
    sent.update(next(saying))
    assert "Two to four working days." in next(saying)[room.chat]
    slow.close()
    assert ["How long does delivery take?" in one[room.chat] for one in polled] == [True]


def test_a_page_without_a_message_begins_no_conversation(room: ConversationRoom, house: House) -> None:
    before = len(house.door.conversations(AUDITOR))
    room.begin()
    assert room.poll(None, NEW, None, VISITOR) == SKIP
    assert list(room.say("   ", None, VISITOR)) == [SKIP]
    assert len(house.door.conversations(AUDITOR)) == before


def test_nothing_is_drawn_anew_when_nothing_changed(room: ConversationRoom) -> None:
    shown = say(room, "How long does delivery take?")
    assert room.poll(shown[room.mine], shown[room.seen], None, VISITOR) == SKIP


def test_what_the_desk_does_is_seen_by_the_customer(room: ConversationRoom, desk: DeskRoom, house: House) -> None:
    shown = say(room, PERSON)
    mine = shown[room.mine]
    claimed(desk, mine)
    assert "Agent anna owns this conversation" in room.poll(mine, shown[room.seen], None, VISITOR)[room.banner]


def test_two_visitors_have_two_conversations(room: ConversationRoom) -> None:
    one, other = say(room, "How long does delivery take?"), say(room, PERSON)
    assert one[room.mine] != other[room.mine]
    assert "real person" not in room.poll(one[room.mine], SENDING, None, VISITOR)[room.chat]


def test_a_refused_message_goes_back_into_the_box(room: ConversationRoom, house: House) -> None:
    huge = "x" * 1_300_000
    with pytest.warns(UserWarning, match="most that is kept"):
        assert say(room, huge)[room.box] == huge


def test_an_unknown_example_sends_nothing(room: ConversationRoom) -> None:
    for bad in ("", "99", "-1", "²"):
        event = cast(gr.EventData, SimpleNamespace(pick=bad))
        assert list(room.say_example(None, event, VISITOR)) == [SKIP]


def test_the_desk_sees_every_conversation(desk: DeskRoom, house: House) -> None:
    waiting, talking = handed_over(house), house.open()
    shown = look(desk, "")
    assert waiting in shown[desk.queue]
    assert talking in shown[desk.live]
    assert look(desk, shown[desk.seen]) == SKIP


def test_the_buttons_on_the_desk_are_those_of_the_table(desk: DeskRoom, house: House) -> None:
    conversation_id = handed_over(house)
    shown = pick(desk, conversation_id)
    visible = {event for event, button in desk.case.buttons.items() if shown[button]["visible"]}
    assert visible == set(buttons(house.view(conversation_id), Role.FRONTLINE_AGENT))
    assert Event.CLAIMED in visible


def test_a_claim_pressed_twice_is_one_claim(desk: DeskRoom, house: House) -> None:
    conversation_id = handed_over(house)
    seen = pick(desk, conversation_id)[desk.seen]
    press(desk, Event.CLAIMED, seen)
    press(desk, Event.CLAIMED, seen)
    events = [one.event for one in house.view(conversation_id).events]
    assert events.count(Event.CLAIMED.value) == 1


def test_a_refusal_is_shown_in_the_machines_own_words(desk: DeskRoom, house: House) -> None:
    conversation_id = handed_over(house)
    seen = claimed(desk, conversation_id)
    with pytest.warns(UserWarning, match="outcome is written"):
        press(desk, Event.RESOLVED, seen)
    assert house.view(conversation_id).state is State.AGENT_VERIFYING


def test_what_is_typed_is_kept_while_the_customer_writes_on(desk: DeskRoom, house: House) -> None:
    conversation_id = handed_over(house)
    seen = claimed(desk, conversation_id)
    house.say(conversation_id, "Are you there?")
    shown = look(desk, seen)
    assert "Are you there?" in shown[desk.case.transcript]
    for box in (desk.case.reply, desk.case.note, desk.case.template, desk.pane.text):
        assert "value" not in shown.get(box, {})


def test_a_person_takes_a_conversation_over_from_the_bot(desk: DeskRoom, house: House) -> None:
    conversation_id = house.open()
    press(desk, Event.TRIGGER_FIRED, pick(desk, conversation_id)[desk.seen], note="I know her")
    assert house.view(conversation_id).latched


def test_with_tokens_the_desk_knows_who_logged_in(house: House) -> None:
    desk = drawn(DeskRoom(house.door, Settings(tokens={"t" * 16: "compliance_officer/omar", "u" * 16: "auditor/eva"})))
    shown = desk.enter(visitor("omar"))
    assert shown[desk.agent] == "omar"
    assert shown[desk.role]["value"] == Role.COMPLIANCE_OFFICER
    case, officer = handed_over(house), Role.COMPLIANCE_OFFICER.value
    seen = desk.open(case, (visitor("omar"), "", officer))[desk.seen]
    for who, why in (
        ((VISITOR, "omar", officer), "nobody is logged in"),
        ((visitor("omar"), "omar", AGENT), "not hold"),
    ):
        with pytest.warns(UserWarning, match=why):
            desk.save(replace(Seen.of(seen), editing="context.intent").text(), *who[1:], "words", who[0])
        refused = desk.poll(seen, *who[1:], who[0])
        assert case not in str(refused[desk.queue]) + str(refused[desk.case.head])
        assert refused[desk.case.transcript] == ""
    assert house.view(case).owner_id is None


def test_a_line_that_is_not_in_the_queue_opens_nothing(desk: DeskRoom) -> None:
    assert pick(desk, "cnv_unknown") == SKIP


def test_an_approval_holds_only_for_the_text_that_was_on_the_page(desk: DeskRoom, house: House) -> None:
    conversation_id = handed_over(house)
    seen = claimed(desk, conversation_id)
    seen = press(desk, Event.EXCEPTION_REQUESTED, seen, note="Refund 20 after the limit")[desk.seen]
    officer = {"agent": "omar", "role": Role.COMPLIANCE_OFFICER.value}
    stale = replace(Seen.of(seen), request_hash="another text").text()
    with pytest.warns(UserWarning, match="second person"):
        press(desk, Event.EXCEPTION_APPROVED, stale, **officer)
    press(desk, Event.EXCEPTION_APPROVED, seen, **officer)
    assert house.view(conversation_id).exception is None


def test_the_page_is_built_and_brings_its_own_style(house: House, tmp_path: Path) -> None:
    page = in_a_loop(lambda: build(house.door, house.settings))
    assert page.title == "Handrail"
    assert {"theme", "css", "head"} <= set(mount_options())
    assert head().startswith("<script>")


def test_no_file_of_the_page_names_another_host() -> None:
    for path in STATIC.iterdir():
        assert "//" not in "".join(
            line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("//")
        )
    assert "url(" not in css()
    assert "@import" not in css()


def test_no_rule_has_a_list_where_gradio_would_tear_it_apart() -> None:
    """Gradio puts its own prefix behind every comma of a selector; inside `:has()` it then never matches."""
    assert re.findall(r":has\([^)]*,", css()) == []
