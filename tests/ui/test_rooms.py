"""The rooms over a real runtime: live, separate for each visitor, and polite about refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from app.settings import Settings
from app.wiring import build as build_runtime
from app.wiring import load_policy
from assistants.port import Draft
from assistants.scripted import ScriptedAssistant
from service.runtime import Runtime
from service.views import NewConversation
from states.vocabulary import Event, Role, State
from tests.ui.rooms import AGENT, ANSWER, PERSON, VISITOR, claimed, drawn, handed_over, in_a_loop, pick, press, say
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
        polled.append(room.poll(sent[room.mine], sent[room.seen], None))
        return ANSWER

    slow = build_runtime(Settings(data_dir=tmp_path), policy=load_policy("default"), assistant=ScriptedAssistant(think))
    room = drawn(ConversationRoom(slow, Settings()))
    saying = room.say("How long does delivery take?", None, VISITOR)
    sent.update(next(saying))
    assert "Two to four working days." in next(saying)[room.chat]
    slow.close()
    assert ["How long does delivery take?" in one[room.chat] for one in polled] == [True]


def test_a_page_without_a_message_begins_no_conversation(room: ConversationRoom, runtime: Runtime) -> None:
    before = len(runtime.conversations())
    room.begin()
    assert room.poll(None, NEW, None) == SKIP
    assert list(room.say("   ", None, VISITOR)) == [SKIP]
    assert len(runtime.conversations()) == before


def test_nothing_is_drawn_anew_when_nothing_changed(room: ConversationRoom) -> None:
    shown = say(room, "How long does delivery take?")
    assert room.poll(shown[room.mine], shown[room.seen], None) == SKIP


def test_what_the_desk_does_is_seen_by_the_customer(room: ConversationRoom, desk: DeskRoom, runtime: Runtime) -> None:
    shown = say(room, PERSON)
    mine = shown[room.mine]
    claimed(desk, mine)
    assert "Agent anna owns this conversation" in room.poll(mine, shown[room.seen], None)[room.banner]


def test_two_visitors_have_two_conversations(room: ConversationRoom) -> None:
    one, other = say(room, "How long does delivery take?"), say(room, PERSON)
    assert one[room.mine] != other[room.mine]
    assert "real person" not in room.poll(one[room.mine], SENDING, None)[room.chat]


def test_a_refused_message_goes_back_into_the_box(room: ConversationRoom, runtime: Runtime) -> None:
    huge = "x" * 1_300_000
    with pytest.warns(UserWarning, match="most that is kept"):
        assert say(room, huge)[room.box] == huge


def test_an_unknown_example_sends_nothing(room: ConversationRoom) -> None:
    for bad in ("", "99", "-1", "²"):
        event = cast(gr.EventData, SimpleNamespace(pick=bad))
        assert list(room.say_example(None, event, VISITOR)) == [SKIP]


def test_the_desk_sees_every_conversation(desk: DeskRoom, runtime: Runtime) -> None:
    waiting, talking = handed_over(runtime), runtime.open(NewConversation()).id
    shown = desk.poll("", AGENT)
    assert waiting in shown[desk.queue]
    assert talking in shown[desk.live]
    assert desk.poll(shown[desk.seen], AGENT) == SKIP


def test_the_buttons_on_the_desk_are_those_of_the_table(desk: DeskRoom, runtime: Runtime) -> None:
    conversation_id = handed_over(runtime)
    shown = pick(desk, conversation_id)
    visible = {event for event, button in desk.case.buttons.items() if shown[button]["visible"]}
    assert visible == set(buttons(runtime.view(conversation_id), Role.FRONTLINE_AGENT))
    assert Event.CLAIMED in visible


def test_a_claim_pressed_twice_is_one_claim(desk: DeskRoom, runtime: Runtime) -> None:
    conversation_id = handed_over(runtime)
    seen = pick(desk, conversation_id)[desk.seen]
    press(desk, Event.CLAIMED, seen)
    press(desk, Event.CLAIMED, seen)
    events = [one.event for one in runtime.view(conversation_id).events]
    assert events.count(Event.CLAIMED.value) == 1


def test_a_refusal_is_shown_in_the_machines_own_words(desk: DeskRoom, runtime: Runtime) -> None:
    conversation_id = handed_over(runtime)
    seen = claimed(desk, conversation_id)
    with pytest.warns(UserWarning, match="outcome is written"):
        press(desk, Event.RESOLVED, seen)
    assert runtime.view(conversation_id).state is State.AGENT_VERIFYING


def test_what_is_typed_is_kept_while_the_customer_writes_on(desk: DeskRoom, runtime: Runtime) -> None:
    conversation_id = handed_over(runtime)
    seen = claimed(desk, conversation_id)
    runtime.post(conversation_id, "Are you there?")
    shown = desk.poll(seen, AGENT)
    assert "Are you there?" in shown[desk.case.transcript]
    for box in (desk.case.reply, desk.case.note, desk.case.template, desk.pane.text):
        assert "value" not in shown.get(box, {})


def test_a_person_takes_a_conversation_over_from_the_bot(desk: DeskRoom, runtime: Runtime) -> None:
    conversation_id = runtime.open(NewConversation()).id
    press(desk, Event.TRIGGER_FIRED, pick(desk, conversation_id)[desk.seen], note="I know her")
    assert runtime.view(conversation_id).latched


def test_with_tokens_the_desk_knows_who_logged_in(runtime: Runtime) -> None:
    desk = drawn(DeskRoom(runtime, Settings(tokens={"t" * 16: "compliance_officer/omar", "u" * 16: "auditor/eva"})))
    omar = cast(gr.Request, SimpleNamespace(username="omar"))
    shown = desk.enter("", omar)
    assert shown[desk.agent] == "omar"
    assert shown[desk.role]["value"] == Role.COMPLIANCE_OFFICER
    conversation_id = handed_over(runtime)
    with pytest.warns(UserWarning, match="does not hold the role"):
        press(desk, Event.CLAIMED, pick(desk, conversation_id)[desk.seen], agent="omar")
    assert runtime.view(conversation_id).owner_id is None


def test_a_line_that_is_not_in_the_queue_opens_nothing(desk: DeskRoom) -> None:
    assert pick(desk, "cnv_unknown") == SKIP


def test_an_approval_holds_only_for_the_text_that_was_on_the_page(desk: DeskRoom, runtime: Runtime) -> None:
    conversation_id = handed_over(runtime)
    seen = claimed(desk, conversation_id)
    seen = press(desk, Event.EXCEPTION_REQUESTED, seen, note="Refund 20 after the limit")[desk.seen]
    officer = {"agent": "omar", "role": Role.COMPLIANCE_OFFICER.value}
    stale = replace(Seen.of(seen), request_hash="another text").text()
    with pytest.warns(UserWarning, match="second person"):
        press(desk, Event.EXCEPTION_APPROVED, stale, **officer)
    press(desk, Event.EXCEPTION_APPROVED, seen, **officer)
    assert runtime.view(conversation_id).exception is None


def test_the_page_is_built_and_brings_its_own_style(runtime: Runtime, tmp_path: Path) -> None:
    page = in_a_loop(lambda: build(runtime, Settings()))
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
