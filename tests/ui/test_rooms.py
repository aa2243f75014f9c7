"""The rooms over a real house: live, separate for each visitor, and polite about refusals."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from app.session import VISITOR as VISITOR_COOKIE
from app.settings import Settings
from app.wiring import load_policy
from assistants.port import Draft
from assistants.scripted import ScriptedAssistant
from states.table import allowed_events
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
    message,
    pick,
    press,
    reply,
    say,
    told,
    visitor,
)
from ui.acts import BESIDE, Typed
from ui.conversation import NEW, SKIP, ConversationRoom
from ui.desk import HOLD, DeskRoom
from ui.packet_pane import Editing
from ui.page import build, css, head, mount_options
from ui.render.keys import KEYS
from ui.seen import Seen
from ui.style import STATIC

SLOW_S = 30


def test_the_message_is_stored_at_once_and_then_answered(room: ConversationRoom) -> None:
    first, last = room.say(VISITOR, message("How long does delivery take?", "cnv_first", "msg_a"))
    assert "How long does delivery take?" in first[room.chat]
    assert told(room, first) == {"box": "say", "id": "msg_a", "refused": "", "elsewhere": False}
    assert "Two to four working days." in last[room.chat]


def test_nothing_that_is_shown_touches_a_box(room: ConversationRoom, desk: DeskRoom, house: House) -> None:
    assert room.box not in room.shown
    case = handed_over(house)
    shown = (pick(desk, case), press(desk, Event.CLAIMED, pick(desk, case)[desk.seen]), look(desk, ""))
    for one in (*shown, reply(desk, shown[1][desk.seen], "Hello")):
        assert "value" not in one.get(desk.case.reply, {})


def test_a_message_is_stored_while_the_assistant_still_thinks_of_another(tmp_path: Path) -> None:
    thinks, may_answer = threading.Event(), threading.Event()

    def think(question: Any) -> Draft:
        thinks.set()
        assert may_answer.wait(SLOW_S)
        return ANSWER

    slow = House(tmp_path, ScriptedAssistant(think), rules=load_policy("default"))
    room = drawn(ConversationRoom(slow.door, slow.settings))
    one = room.say(VISITOR, message("How long does delivery take?", message_id="msg_one"))
    other = room.say(VISITOR, message("I can smell gas", message_id="msg_other"))
    stored = next(one)
    assert thinks.wait(SLOW_S)
    also = next(other)
    polled = room.poll("cnv_mine", stored[room.seen], None, VISITOR)
    may_answer.set()
    for left in (one, other):
        list(left)
    slow.close()
    assert [told(room, each)["id"] for each in (stored, also)] == ["msg_one", "msg_other"]
    assert all("How long does delivery take?" in each[room.chat] for each in (stored, also, polled))


def test_the_same_message_again_is_stored_once(room: ConversationRoom, house: House) -> None:
    for _ in range(3):
        list(room.say(VISITOR, message(PERSON, "cnv_again", "msg_again")))
    assert [one.text for one in house.view("cnv_again").messages if one.author == "customer"] == [PERSON]


def test_a_page_without_a_message_begins_no_conversation(room: ConversationRoom, house: House) -> None:
    before = len(house.door.conversations(AUDITOR))
    room.begin()
    for mine in ("", "cnv_not_begun"):
        assert room.poll(mine, NEW, None, VISITOR) == SKIP
        assert room.arrive(mine, VISITOR)[room.seen] == NEW
    assert len(house.door.conversations(AUDITOR)) == before


def test_nothing_is_drawn_anew_when_nothing_changed(room: ConversationRoom) -> None:
    shown = say(room, "How long does delivery take?")
    assert room.poll("cnv_mine", shown[room.seen], None, VISITOR) == SKIP


def test_what_the_desk_does_is_seen_by_the_customer(room: ConversationRoom, desk: DeskRoom, house: House) -> None:
    shown = say(room, PERSON, "cnv_seen")
    claimed(desk, "cnv_seen")
    assert "Agent anna owns this conversation" in room.poll("cnv_seen", shown[room.seen], None, VISITOR)[room.banner]


def _browser(kept: str, page: str = "page1") -> gr.Request:
    """A page of a visitor whose browser keeps this."""
    return cast(gr.Request, SimpleNamespace(session_hash=page, username=None, cookies={VISITOR_COOKIE: kept}))


def test_a_reload_and_a_second_tab_find_the_conversation(room: ConversationRoom, house: House) -> None:
    say(room, PERSON, "cnv_kept", _browser("one"))
    for page in ("page2", "page3"):
        assert "real person" in room.arrive("cnv_kept", _browser("one", page))[room.chat]
        say(room, f"Are you there? {page}", "cnv_kept", _browser("one", page))
    assert len([one for one in house.view("cnv_kept").messages if one.author == "customer"]) == 3


def test_two_conversations_of_one_browser_are_of_one_customer(room: ConversationRoom, house: House) -> None:
    for mine in ("cnv_early", "cnv_late"):
        say(room, PERSON, mine, _browser("one"))
    say(room, PERSON, "cnv_theirs", _browser("two"))
    one, same, other = (house.view(mine).customer for mine in ("cnv_early", "cnv_late", "cnv_theirs"))
    assert one == same != other
    assert not any(char.isdigit() for char in one + other), "it must not look like a number that is masked"


def test_nobody_reads_or_writes_what_is_another_visitors(room: ConversationRoom, house: House) -> None:
    say(room, PERSON, "cnv_private", _browser("one"))
    for shown in (room.arrive("cnv_private", _browser("two")), room.poll("cnv_private", NEW, None, _browser("two"))):
        assert "real person" not in str(shown.values())
        assert told(room, shown)["elsewhere"], "their browser takes another id"
    version = house.view("cnv_private").version
    assert told(room, say(room, "Let me in", "cnv_private", _browser("two")))["elsewhere"]
    assert house.view("cnv_private").version == version


def test_a_refused_message_stays_in_the_browser_with_the_reason(room: ConversationRoom, house: House) -> None:
    assert "most that is kept" in told(room, say(room, "x" * 1_300_000))["refused"]
    for empty in ("", "   "):
        assert "empty" in told(room, say(room, empty))["refused"]


def test_a_refused_reply_stays_in_the_browser_with_the_reason(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    seen = pick(desk, case)[desk.seen]
    assert told(desk, reply(desk, seen, "Hello"))["refused"]
    assert told(desk, reply(desk, claimed(desk, case), "Hello"))["refused"] == ""


def test_a_reply_goes_to_the_case_it_was_written_for_once(desk: DeskRoom, house: House) -> None:
    one, other = handed_over(house), handed_over(house)
    claimed(desk, one)
    seen = claimed(desk, other)
    again = message("For the first", one, "msg_same")
    for _ in range(2):
        desk.reply(seen, "anna", AGENT, VISITOR, again)
    said = [[each.text for each in house.view(case).messages if each.author == "agent"] for case in (one, other)]
    assert said == [["For the first"], []]


@pytest.mark.parametrize("data", [{}, {"id": 1, "conversation": None, "text": ["x"]}, {"text": "no conversation"}])
def test_what_is_no_message_sends_nothing(room: ConversationRoom, house: House, data: dict[str, Any]) -> None:
    before = len(house.door.conversations(AUDITOR))
    shown = list(room.say(VISITOR, gr.EventData(None, data)))
    assert told(room, shown[-1])["refused"]
    assert len(house.door.conversations(AUDITOR)) == before


def test_the_desk_sees_every_conversation(desk: DeskRoom, house: House) -> None:
    waiting, talking = handed_over(house), house.open()
    shown = look(desk, "")
    assert waiting in shown[desk.lists.queue]
    assert talking in shown[desk.lists.live]
    assert look(desk, shown[desk.seen]) == SKIP


def test_the_buttons_on_the_desk_are_those_of_the_table(desk: DeskRoom, house: House) -> None:
    conversation_id = handed_over(house)
    shown = pick(desk, conversation_id)
    visible = {event for event, button in desk.case.buttons.items() if shown[button]["visible"]}
    assert visible == set(allowed_events(State.HANDED_OFF, Role.FRONTLINE_AGENT)) - BESIDE
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
    with pytest.warns(UserWarning, match="Required steps of the playbook are open"):
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


def test_the_browser_keeps_the_fields_that_the_server_asks_it_for(desk: DeskRoom) -> None:
    script = (STATIC / "desk.js").read_text(encoding="utf-8")
    kept = dict(re.findall(r"(\w+): '#([\w-]+)'", script.partition("const FIELDS")[2].partition("};")[0]))
    boxes = dict(zip(desk.case.FIELDS, desk.case.inputs, strict=True))
    assert kept == {"reason": desk.case.why_lift.elem_id} | {name: boxes[name].elem_id for name in boxes if name}
    assert set(Typed(values=dict.fromkeys(desk.case.places, "x")).fields_taken) <= set(kept)
    assert f"'{HOLD}'" in script


def test_the_keys_that_are_told_are_the_keys_that_work() -> None:
    script = (STATIC / "queue.js").read_text(encoding="utf-8")
    table = script.partition("const KEYS = {")[2].partition("  };")[0]
    works = {one or other for one, other in re.findall(r"(?:^|[{,])\s*(?:'(.)'|(\w)): \(\) =>", table, re.MULTILINE)}
    assert works | {"Esc"} == {key for key, _ in KEYS}
    told = (STATIC.parents[1] / "docs" / "desk.md").read_text(encoding="utf-8").partition("## Keys")[2]
    assert all(f"`{key}`" in told for key, _ in KEYS)


def test_a_poll_sends_only_the_lists_that_have_changed(desk: DeskRoom, house: House) -> None:
    case, shown = handed_over(house), look(desk, "")
    talking = house.open()
    later = look(desk, shown[desk.seen])
    assert talking in later[desk.lists.live]
    assert {desk.lists.queue, desk.lists.tally}.isdisjoint(later)
    press(desk, Event.CLAIMED, pick(desk, case)[desk.seen])
    assert desk.lists.live not in look(desk, later[desk.seen])


def test_who_sat_here_sits_here_again_in_a_demonstration_only(house: House, desk: DeskRoom) -> None:
    officer = Role.COMPLIANCE_OFFICER.value
    assert desk.sit_again("berta", officer, VISITOR) == {desk.agent: "berta", desk.role: officer}
    assert desk.sit_again("berta", "customer", VISITOR) == SKIP
    assert desk.sit_again(" ", officer, VISITOR) == SKIP
    assert desk.sit_again("", None, VISITOR) == SKIP


def test_whoever_writes_another_name_is_offered_what_that_person_may_do(desk: DeskRoom, house: House) -> None:
    seen = claimed(desk, handed_over(house))
    others = desk.poll(seen, "berta", AGENT, VISITOR)
    assert not others[desk.case.compose]["visible"]
    assert "<b>anna</b> has this case" in others[desk.case.stand]
    again = look(desk, others[desk.seen])
    assert again[desk.case.compose]["visible"]
    assert again[desk.case.stand] == ""


def test_escalating_asks_for_a_reason(desk: DeskRoom, house: House) -> None:
    case = handed_over(house)
    seen = claimed(desk, case)
    with pytest.warns(UserWarning, match="Write why"):
        press(desk, Event.ESCALATED, seen, note="  ")
    assert house.view(case).state is State.AGENT_VERIFYING
    press(desk, Event.ESCALATED, seen, note="beyond me")
    assert house.view(case).state is State.ESCALATED


def test_the_next_case_says_what_it_has_passed_over(tmp_path: Path) -> None:
    house = House(tmp_path, ScriptedAssistant(lambda question: ANSWER), rules=load_policy("default"))
    desk, beyond = drawn(DeskRoom(house.door, house.settings)), handed_over(house)
    house.do(beyond, Event.ESCALATED, text="beyond me")
    with pytest.warns(UserWarning, match="Nothing taken.*A case that you may not take: 1 escalated"):
        desk.take_next("", "anna", AGENT, VISITOR)
    mine = handed_over(house)
    assert Seen.of(desk.take_next("", "anna", AGENT, VISITOR)[desk.seen]).conversation == mine
    house.close()


def test_with_tokens_the_desk_knows_who_logged_in(house: House) -> None:
    desk = drawn(DeskRoom(house.door, Settings(tokens={"t" * 16: "compliance_officer/omar", "u" * 16: "auditor/eva"})))
    shown = desk.enter(visitor("omar"))
    assert shown[desk.agent] == "omar"
    assert shown[desk.role]["value"] == Role.COMPLIANCE_OFFICER
    case, officer = handed_over(house), Role.COMPLIANCE_OFFICER.value
    seen = desk.open(case, (visitor("omar"), "", officer))[desk.seen]
    editing = Editing(conversation=case, field="context.intent", value_hash="").text()
    for who, why in (
        ((VISITOR, "omar", officer), "nobody is logged in"),
        ((visitor("omar"), "omar", AGENT), "not hold"),
    ):
        with pytest.warns(UserWarning, match=why):
            desk.save(seen, *who[1:], editing, "words", who[0])
        refused = desk.poll(seen, *who[1:], who[0])
        assert case not in str(refused[desk.lists.queue]) + str(refused[desk.case.head])
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
    with pytest.warns(UserWarning, match="What is asked has changed"):
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
