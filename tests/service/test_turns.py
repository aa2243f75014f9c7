"""Whole turns: what the customer gets, what the log says, and who may speak afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from policy.loader import load_text
from service.views import Actor, NewConversation
from states.errors import (
    BadInput,
    ConversationClosed,
    DependencyFault,
    ForbiddenRole,
    GuardRefused,
    MessageConflict,
    MessageTooLong,
    NotFound,
)
from states.vocabulary import Event, Role, State
from store.arrivals import receive
from tests.campaigns.invariants import violations
from tests.graph.example import ANNA, CLEO, SARA, Desk, knows
from tests.ready_databases import sqlite_url
from triggers.llm import ScriptedClassifier

ROUTINE = "How long does delivery take?"


def test_routine_question_is_answered(desk: Desk) -> None:
    result = desk.say(ROUTINE)
    assert [one.text for one in result.replies] == ["Delivery takes three days."]
    assert result.replies[0].author == "assistant"
    assert result.state is State.BOT_HANDLING
    assert result.decision["event"] == "message_answered"


def test_trigger_hands_over_with_packet_script_and_clock(desk: Desk) -> None:
    result = desk.say("I smell gas in the hall")
    view = desk.view
    assert result.state is State.HANDED_OFF
    assert [one.author for one in result.replies] == ["system"]
    assert view.handover.reason_code == "safety"
    assert view.handover.packet["why"]["triggers"][0]["quote"] == "smell gas"
    assert (view.timers["claim"] - view.created_at).total_seconds() == 300
    assert desk.events == ["trigger_fired", "packet_ready"]


def test_bot_stays_silent_while_a_person_owns_the_conversation(desk: Desk) -> None:
    desk.say("human please")
    for text in (ROUTINE, "hello?", "thanks"):
        assert all(one.author != "assistant" for one in desk.say(text).replies)
    desk.do(Event.CLAIMED)
    assert desk.say(ROUTINE).replies == ()
    assert violations(desk.runtime.store, desk.id) == []


def test_waiting_customer_is_told_once_that_the_message_was_added(desk: Desk) -> None:
    desk.say("human please")
    assert [one.text for one in desk.say("it is urgent").replies] == ["Your message was added."]
    assert desk.say("really").replies == ()


def test_unrecognised_message_is_not_answered_and_a_second_one_goes_to_a_person(desk: Desk) -> None:
    first = desk.say("there is a strange smell in my kitchen")
    assert first.state is State.GUARDED
    assert first.replies[0].text == "I am not sure about that. Would you like a person to help?"
    second = desk.say("it comes from the stove")
    assert second.state is State.HANDED_OFF
    assert second.decision["event"] == "trigger_fired"


def test_customer_who_takes_up_the_offer_gets_a_person(desk: Desk) -> None:
    desk.say("my thing makes a noise")
    result = desk.say("yes please")
    assert result.state is State.HANDED_OFF
    assert desk.view.handover.packet["why"]["offered_or_forced"] == "offered"
    assert "human_accepted" in desk.events


def test_customer_who_declines_the_offer_may_go_on(desk: Desk) -> None:
    desk.say("my thing makes a noise")
    assert desk.say("no thanks").state is State.GUARDED
    assert desk.say(ROUTINE).replies[0].text == "Delivery takes three days."


def test_soft_trigger_guards_and_enough_clean_turns_clear_it(desk: Desk) -> None:
    assert desk.say("this is annoying, when do you deliver?").state is State.GUARDED
    assert desk.say("Do you deliver to Cork?").state is State.GUARDED
    assert desk.say("Who delivers lamps?").state is State.BOT_HANDLING
    assert desk.events[-1] == "caution_cleared"


def test_in_guarded_only_verbatim_content_is_said(tmp_path: Path) -> None:
    def free_text(question: Question) -> Draft:
        return Draft(text="I think three days.", confidence=0.99, verbatim=False, model="test")

    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(free_text))
    assert desk.say(ROUTINE).replies[0].text == "I think three days."
    result = desk.say("this is annoying, when do you deliver?")
    assert all("I think" not in one.text for one in result.replies)


def test_small_talk_is_answered_with_approved_words(desk: Desk) -> None:
    result = desk.say("thank you")
    assert result.replies[0].text == "You are welcome."
    assert result.decision["intent"] == "smalltalk.thanks"


def test_draft_that_promises_a_person_is_held_and_the_handover_is_made(tmp_path: Path) -> None:
    draft = Draft(text="An agent will call you back.", confidence=0.99, model="test")
    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(lambda question: draft))
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert result.decision["held_by"] == ["screen.promise"]
    assert all("call you back" not in one.text for one in desk.view.messages)


def test_assistant_that_recommends_a_person_is_heard(tmp_path: Path) -> None:
    draft = Draft(text="", confidence=0.2, wants_person=True, model="test")
    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(lambda question: draft))
    assert desk.say(ROUTINE).state is State.HANDED_OFF
    assert desk.view.events[0].role.value == "assistant"


@pytest.mark.parametrize("broken", [DependencyFault("html", "a page came back"), RuntimeError("a bug"), MemoryError()])
def test_assistant_that_fails_hands_over_and_says_why(tmp_path: Path, broken: Exception) -> None:
    def fails(question: Question) -> Draft:
        raise broken

    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(fails))
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert result.decision["event"] == "fault"
    assert result.decision["fault"] == getattr(broken, "kind", "broken")
    assert desk.view.handover.reason_code == "fault"


def test_run_that_breaks_hands_the_message_to_a_person(tmp_path: Path) -> None:
    no_text: Any = None  # A port that breaks its types breaks the run, not only the draft.
    draft = Draft(text=no_text, confidence=0.9, model="test")
    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(lambda question: draft))
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert result.decision["fault"] == "run_broken"
    assert violations(desk.runtime.store, desk.id) == []


def test_card_number_is_in_no_row(desk: Desk) -> None:
    card = " ".join(["4111", "1111", "1111", "1111"])
    result = desk.say(f"take it from {card} please")
    assert result.state is State.HANDED_OFF
    with desk.runtime.store.read() as connection:
        for table in ("message", "event", "handover", "conversation", "outbox", "checkpoints", "writes"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()
            assert "4111 1111" not in repr(rows)
            assert "4111111111111111" not in repr(rows)
    assert desk.view.handover.packet["context"]["redactions"] == [{"entity": "card", "count": 1}]


# Idempotency and bad input


def test_same_message_id_with_the_same_body_gives_the_same_answer(desk: Desk) -> None:
    first = desk.say(ROUTINE, "m1")
    again = desk.say(ROUTINE, "m1")
    assert again.repeated
    assert again.replies == first.replies
    assert desk.events == ["message_answered"]


def test_same_message_id_with_another_body_is_a_conflict(desk: Desk) -> None:
    desk.say(ROUTINE, "m1")
    with pytest.raises(MessageConflict, match="m1"):
        desk.say("something else", "m1")
    assert len(desk.view.messages) == 2


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_empty_messages_are_refused_and_not_stored(desk: Desk, text: str) -> None:
    with pytest.raises(BadInput, match="empty"):
        desk.say(text)
    assert desk.view.messages == ()


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "lone \ud800 surrogate", "\u202eright to left\u202c", "zero\u200bwidth", "مرحبا بالعالم", "🧨" * 50],
)
def test_strange_text_is_stored_and_handled(desk: Desk, text: str) -> None:
    result = desk.say(text)
    assert result.state in (State.GUARDED, State.HANDED_OFF)
    desk.view.messages[0].text.encode()
    assert violations(desk.runtime.store, desk.id) == []


def test_strange_text_cannot_hide_a_request_for_a_person(desk: Desk) -> None:
    assert desk.say("h\u200bu\u200bman ple\u00adase\x00").state is State.HANDED_OFF


def test_megabyte_is_kept_whole_and_goes_to_a_person(desk: Desk) -> None:
    text = "where is my parcel? " * 50_000
    result = desk.say(text)
    assert result.state is State.HANDED_OFF
    assert result.decision["fault"] == "message_too_long"
    assert desk.view.messages[0].text == text


def test_more_than_a_message_can_be_is_refused_by_name(desk: Desk) -> None:
    with pytest.raises(MessageTooLong, match="1200001"):
        desk.say("x" * 1_200_001)


def test_unknown_conversation_is_named(desk: Desk) -> None:
    with pytest.raises(NotFound, match="nobody"):
        desk.runtime.post("nobody", ROUTINE)
    with pytest.raises(NotFound, match="nobody"):
        desk.runtime.view("nobody")


@pytest.mark.parametrize("bad", ["x" * 201, "a\nb", "\ud800", "nul\x00"])
def test_ids_that_cannot_be_stored_are_refused(desk: Desk, bad: str) -> None:
    with pytest.raises(BadInput):
        desk.say(ROUTINE, bad)
    with pytest.raises(BadInput):
        desk.runtime.open(NewConversation(id=bad))


def test_opening_a_conversation_twice_keeps_it(desk: Desk) -> None:
    desk.say("human please")
    assert desk.runtime.open(NewConversation(id=desk.id)).state is State.HANDED_OFF


def test_only_documented_channel_facts_are_taken(desk: Desk) -> None:
    with pytest.raises(BadInput, match=r"customer\.tier"):
        desk.runtime.open(NewConversation(facts={"customer.shoe_size": 44}))
    with pytest.raises(BadInput):
        desk.runtime.open(NewConversation(facts={"conversation.turns": 44}))


# After a person


def test_message_to_a_resolved_conversation_goes_back_to_a_person(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.RESOLVED, text="explained the delivery")
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert desk.view.handover.packet["envelope"]["previous_handover_id"]
    assert violations(desk.runtime.store, desk.id) == []


def test_message_after_the_reopen_window_is_refused_with_the_remedy(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.RESOLVED, text="done")
    assert desk.wait(hours=73) >= 1
    assert desk.view.closed
    for _ in range(2):  # sent again under its id, it is refused again
        with pytest.raises(ConversationClosed, match="new conversation that follows 'c1'"):
            desk.say("one more thing", "late")
    assert [one.text for one in desk.view.messages][-1] == "one more thing", "it is kept all the same"
    assert desk.events[-1] == "message_kept"
    assert desk.view.closed
    assert violations(desk.runtime.store, desk.id) == []


def test_conversation_that_only_the_bot_had_reopens_with_the_bot(desk: Desk) -> None:
    desk.say(ROUTINE)
    desk.wait(hours=25)
    assert desk.view.state is State.RESOLVED
    result = desk.say("Do you deliver to Cork?")
    assert result.state is State.BOT_HANDLING
    assert result.replies[0].text == "Delivery takes three days."


def test_hand_back_lets_the_assistant_speak_again(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="explained; the rest is routine")
    assert desk.say(ROUTINE).replies[0].author == "assistant"
    assert violations(desk.runtime.store, desk.id) == []


def test_trigger_that_reads_counters_is_disarmed_by_the_hand_back(desk: Desk) -> None:
    for _ in range(3):
        result = desk.say("Do you deliver big lamps to Cork?")
    assert result.state is State.HANDED_OFF
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="answered")
    assert desk.say("Do you deliver big lamps to Cork?").state is State.BOT_HANDLING


def test_compliance_case_is_handed_back_only_with_a_second_persons_consent(desk: Desk) -> None:
    desk.say("change my address")
    desk.do(Event.CLAIMED)
    with pytest.raises(GuardRefused, match="second person"):
        desk.do(Event.HANDED_BACK, text="done")
    desk.do(Event.ESCALATED, text="needs compliance")
    desk.do(Event.CLAIMED, CLEO)
    with pytest.raises(GuardRefused, match="second person"):
        desk.do(Event.HANDED_BACK, CLEO, text="done")
    desk.do(Event.HAND_BACK_REQUESTED, CLEO, text="done")
    desk.do(Event.HAND_BACK_AGREED, SARA, request_hash=desk.view.consent["hash"])
    assert desk.do(Event.HANDED_BACK, CLEO, text="done").state is State.BOT_HANDLING


# Urgency and clocks


def test_danger_while_waiting_moves_the_deadline_forward(desk: Desk) -> None:
    desk.say("human please")
    before = desk.view.handover
    desk.clock.advance(timedelta(minutes=2))
    result = desk.say("now I smell gas")
    after = desk.view.handover
    assert after.severity == "critical"
    assert after.claim_due_at < before.claim_due_at
    assert result.replies
    assert desk.view.timers["claim"] == after.claim_due_at
    assert desk.events[-1] == "trigger_fired"


def test_unclaimed_handover_climbs_and_escalates_each_step_once(desk: Desk) -> None:
    desk.say("I smell gas")
    for minutes, expected in ((4, State.HANDED_OFF), (1, State.HANDED_OFF), (3, State.ESCALATED)):
        desk.wait(minutes=minutes)
        assert desk.view.state is expected
        assert desk.wait(seconds=0) == 0
    assert desk.events[-3:] == ["sla_endangered", "sla_breached", "sla_breached"]


def test_claim_stops_the_claim_clock(desk: Desk) -> None:
    desk.say("I smell gas")
    desk.do(Event.CLAIMED)
    assert set(desk.view.timers) == {"resolve"}
    desk.wait(minutes=30)
    assert desk.view.state is State.AGENT_VERIFYING


# Recovery


def test_stored_message_without_outcome_is_completed_by_recovery(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path))
    incoming = desk.runtime._messages.incoming(desk.id, "m1", "I smell gas")
    with desk.runtime.store.write() as connection:
        receive(connection, incoming, "a worker that died", 1.0)
    desk.clock.advance(timedelta(seconds=5))
    assert desk.runtime.recover() == 1
    assert desk.view.state is State.HANDED_OFF
    assert desk.runtime.recover() == 0


def test_messages_are_decided_in_the_order_they_came(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(knows))
    with desk.runtime.store.write() as connection:
        receive(connection, desk.runtime._messages.incoming(desk.id, "m1", ROUTINE), "a worker that died", 1.0)
    desk.clock.advance(timedelta(seconds=5))
    desk.say("human please", "m2")
    causes = [event.data for event in desk.view.events]
    assert desk.events == ["message_answered", "trigger_fired", "packet_ready"], causes


def test_verified_identity_and_required_steps_gate_the_resolution(desk: Desk) -> None:
    desk.say("change my address")
    desk.do(Event.CLAIMED)
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done", steps_done=["checked"])
    desk.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    with pytest.raises(GuardRefused):
        desk.do(Event.RESOLVED, text="done")
    assert desk.do(Event.RESOLVED, text="done", steps_done=["checked"]).state is State.RESOLVED


def test_third_failed_verification_escalates(desk: Desk) -> None:
    desk.say("change my address")
    desk.do(Event.CLAIMED)
    assert desk.do(Event.VERIFICATION_FAILED).state is State.AGENT_VERIFYING
    assert desk.do(Event.VERIFICATION_FAILED).state is State.AGENT_VERIFYING
    assert desk.do(Event.VERIFICATION_FAILED).state is State.ESCALATED
    assert desk.view.owner_id is None


def test_exception_needs_a_second_person_who_approves_that_very_request(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.EXCEPTION_REQUESTED, text="refund after 40 days")
    asked = desk.view.exception
    with pytest.raises(ForbiddenRole):
        desk.do(Event.EXCEPTION_APPROVED, ANNA, request_hash=asked["hash"])
    with pytest.raises(GuardRefused):
        desk.do(Event.EXCEPTION_APPROVED, CLEO, request_hash="0" * 64)
    result = desk.do(Event.EXCEPTION_APPROVED, CLEO, request_hash=asked["hash"])
    assert result.state is State.AGENT_VERIFYING
    assert desk.view.owner_id == "anna"


def test_new_customer_message_voids_an_open_exception(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.EXCEPTION_REQUESTED, text="refund after 40 days")
    asked = desk.view.exception
    desk.say("actually, I want a replacement")
    with pytest.raises(GuardRefused):
        desk.do(Event.EXCEPTION_APPROVED, CLEO, request_hash=asked["hash"])


# Classifiers and roles


def test_topic_that_the_classifier_sees_hands_over(tmp_path: Path) -> None:
    classifier = ScriptedClassifier(words={"self_harm": ["deliver"]}, score=0.9)
    desk = Desk(sqlite_url(tmp_path), classifier=classifier)
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert result.decision["fired"][0]["trigger_id"] == "safety.topic"


def test_classifier_that_fails_counts_as_fired(tmp_path: Path) -> None:
    fault = DependencyFault("unfounded_quote", "it quoted what is not there")
    desk = Desk(sqlite_url(tmp_path), classifier=ScriptedClassifier(fault=fault))
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert result.decision["fault"] == "unfounded_quote"


def test_clear_verdict_of_the_classifier_lets_routine_pass(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path), classifier=ScriptedClassifier())
    assert desk.say(ROUTINE).replies[0].text == "Delivery takes three days."


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.ASSISTANT, Role.AUDITOR, Role.SYSTEM])
def test_only_people_of_the_desk_act_there(desk: Desk, role: Role) -> None:
    desk.say("human please")
    with pytest.raises(ForbiddenRole):
        desk.do(Event.CLAIMED, Actor(id="x", role=role))
    assert desk.view.state is State.HANDED_OFF


def test_named_holders_of_a_role_keep_others_out(desk: Desk) -> None:
    desk.say("human please")
    with pytest.raises(ForbiddenRole, match="mallory"):
        desk.do(Event.CLAIMED, Actor(id="mallory", role=Role.ADMIN))


def test_answers_move_the_idle_clock_on_without_touching_it(desk: Desk) -> None:
    desk.say(ROUTINE)
    desk.clock.advance(timedelta(hours=20))
    desk.say("Do you deliver to Cork?")
    assert desk.view.timers["idle"] == desk.clock.now() + timedelta(hours=24)
    assert desk.wait(hours=5) == 0
    assert desk.view.state is State.BOT_HANDLING
    desk.wait(hours=20)
    assert desk.view.state is State.RESOLVED


def test_policy_without_the_runtimes_routes_still_hands_a_fault_to_a_person(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant([DependencyFault("html", "a page came back")]))
    bare = "handrail: 1\nname: bare\nsla: {standard: {claim: 1h, resolve: 8h, hours: always}}\n"
    desk.runtime.activate(load_text(bare, "bare"))
    result = desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert result.replies
    assert desk.view.handover.reason_code == "fault"
