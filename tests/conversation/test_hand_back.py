"""Back to the assistant: what it is told, what rests, and when coming back is a loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistants.knowledge_base import KnowledgeBase
from assistants.openai_compatible import OpenAICompatible
from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from assistants.stub_endpoint import StubEndpoint
from models.port import OpenAIModel
from states.errors import ForbiddenRole
from states.vocabulary import Event, State
from tests.campaigns.invariants import violations
from tests.graph.cases import CaseDesk, case_desk
from tests.graph.example import ANNA, CLEO, SARA, knows

OUTCOME = "The parcel is sent again and arrives on Friday."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CaseDesk]:
    opened = case_desk(tmp_path)
    yield opened
    assert violations(opened.runtime.store, opened.id) == []
    opened.runtime.close()


def given_back(desk: CaseDesk, text: str = "human please", owner: Any = ANNA, **data: Any) -> CaseDesk:
    desk.say(text)
    desk.do(Event.CLAIMED, owner)
    desk.do(Event.AGENT_REPLIED, owner, text="I send your parcel again.")
    desk.do(Event.HANDED_BACK, owner, text=OUTCOME, **data)
    return desk


def test_the_customer_is_told_once_that_the_assistant_answers_again(desk: CaseDesk) -> None:
    given_back(desk)
    desk.say("When do you deliver?")
    desk.say("Do you deliver to Cork?")
    told = [one.text for one in desk.view.messages if "assistant answers here again" in one.text]
    assert len(told) == 1


def test_a_hand_back_may_carry_a_code_and_needs_none(desk: CaseDesk) -> None:
    given_back(desk, resolution="refunded")
    assert desk.view.handover.resolution == "refunded"
    given_back(desk, "I smell gas")
    assert desk.view.handover.resolution is None


def test_the_assistant_is_told_how_the_persons_part_ended(tmp_path: Path) -> None:
    asked: list[Question] = []

    def keep(question: Question) -> Draft:
        asked.append(question)
        return knows(question)

    desk = case_desk(tmp_path, assistant=ScriptedAssistant(keep))
    desk.say("When do you deliver?")
    given_back(desk, resolution="solved")
    desk.say("Do you deliver to Cork?")
    before, after = asked[0].after_person, asked[-1].after_person
    assert before is None
    assert after is not None
    assert (after.outcome, after.resolution) == (OUTCOME, "solved")
    stretch, rest = asked[-1].window[: after.turns_before], asked[-1].window[after.turns_before :]
    assert stretch[-1].text.startswith("The assistant answers here again")
    assert "agent" in [one.role for one in stretch]
    assert rest == ()
    desk.say("Who delivers lamps?")
    latest = asked[-1].after_person
    assert latest is not None
    assert [one.role for one in asked[-1].window[latest.turns_before :]] == ["customer", "assistant"]
    desk.runtime.close()


def test_the_mark_is_gone_once_a_person_has_the_conversation_again(desk: CaseDesk) -> None:
    given_back(desk)
    assert desk.runtime.view(desk.id)
    desk.say("I smell gas")
    with desk.runtime.store.read() as connection:
        history = connection.exec_driver_sql("SELECT history FROM conversation").scalar_one()
    assert '"returned"' not in history
    assert OUTCOME not in history


def test_a_model_reads_where_the_persons_part_ends_over_http(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "delivery.md").write_text("# Delivery\n\n## How long\n\nDelivery takes three days.\n")
    stub = StubEndpoint(reply='{"answer":"","citations":[],"confidence":0,"wants_person":false,"intent":""}')
    with stub as url:
        model = OpenAIModel(base_url=url, model="stub", api_key="none")
        model.connect()
        desk = case_desk(tmp_path, assistant=OpenAICompatible(model, KnowledgeBase(articles)))
        given_back(desk)
        desk.say("How long does delivery take?")
        desk.runtime.close()
    shown = [one["content"] for one in stub.requests[-1]["messages"]]
    place = next(number for number, text in enumerate(shown) if "person_handed_back" in text)
    assert OUTCOME in shown[place]
    assert any("I send your parcel again" in text for text in shown[:place])
    assert shown[place + 1 :] == ["How long does delivery take?"]


def test_a_follow_up_is_not_read_with_what_was_said_to_a_person() -> None:
    from assistants.knowledge_base import _previous
    from assistants.port import PersonStretch, Turn

    window = (Turn(role="customer", text="I want my money back"), Turn(role="system", text="The assistant is back"))
    question = Question(text="and on Sundays?", window=window)
    assert _previous(question) == "I want my money back"
    after = Question(text="and on Sundays?", window=window, after_person=PersonStretch(outcome="x", turns_before=2))
    assert _previous(after) == ""


# Loops


def test_the_same_rule_by_the_same_words_is_a_loop_and_goes_to_a_senior(desk: CaseDesk) -> None:
    given_back(desk)
    assert desk.say("Human  PLEASE").state is State.ESCALATED
    why = desk.view.handover.packet["why"]
    assert "loop" in why["flags"]
    assert (why["team"], "senior" in why["skills"]) == ("seniors", True)
    assert desk.view.handover.packet["envelope"]["previous_handover_id"]
    timers, handover = desk.view.timers, desk.view.handover
    assert timers["claim"] <= handover.claim_due_at, "a senior is paged again before the claim would have been due"
    assert timers["resolve"] == handover.resolve_due_at, "its own deadline, not the claim's"
    with pytest.raises(ForbiddenRole):
        desk.do(Event.CLAIMED, ANNA)
    desk.do(Event.CLAIMED, SARA)


def test_another_need_after_a_hand_back_is_no_loop(desk: CaseDesk) -> None:
    given_back(desk)
    assert desk.say("I smell gas").state is State.HANDED_OFF
    assert "loop" not in desk.view.handover.packet["why"]["flags"]


def test_the_same_rule_by_other_words_is_no_loop(desk: CaseDesk) -> None:
    given_back(desk, "human please")
    assert desk.say("let me speak to a human").state is State.HANDED_OFF


def test_what_fired_while_the_case_waited_counts_for_loops(desk: CaseDesk) -> None:
    desk.say("human please")
    desk.say("I smell gas")
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="all is well")
    assert desk.say("I smell gas again").state is State.ESCALATED


def test_a_loop_that_a_senior_gave_back_stays_with_seniors(desk: CaseDesk) -> None:
    given_back(desk)
    given_back(desk, owner=SARA)
    assert desk.say("human please").state is State.ESCALATED


def test_a_compliance_case_does_not_go_round_twice_whatever_the_words(desk: CaseDesk) -> None:
    desk.say("change my address")
    desk.do(Event.ESCALATED)
    desk.do(Event.CLAIMED, CLEO)
    desk.do(Event.HAND_BACK_REQUESTED, CLEO, text="not needed after all")
    desk.do(Event.HAND_BACK_AGREED, SARA, request_hash=desk.view.consent["hash"])
    desk.do(Event.HANDED_BACK, CLEO, text="not needed after all")
    result = desk.say("please could you change my address to Galway")
    assert result.state is State.ESCALATED


def test_a_customer_who_takes_up_the_offer_twice_is_no_loop(desk: CaseDesk) -> None:
    for thing in ("my thing makes a noise", "my other thing is blue"):
        desk.say(thing)
        assert desk.say("yes please").state is State.HANDED_OFF
        desk.do(Event.CLAIMED)
        desk.do(Event.HANDED_BACK, text="explained")


def test_a_rule_over_repeats_rests_after_a_hand_back_until_there_is_new_evidence(desk: CaseDesk) -> None:
    same = "When do you deliver lamps to Cork?"
    for _ in range(3):
        desk.say(same)
    assert desk.view.handover.reason_code == "repeated_failure"
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="told when")
    assert desk.say(same).state is State.BOT_HANDLING, "what was said before the hand-back is no new evidence"
    assert desk.say(same).state is State.BOT_HANDLING
    assert desk.say(same).state is State.ESCALATED, "three more of the same are new, and the same question: a loop"


CONTRADICTED = """  - id: context.contradiction
    family: repeated_failure
    reason: The customer calls the answer wrong.
    any: [{phrases: [that is wrong]}]
    action: guard
  - id: context.wrong_twice
    family: repeated_failure
    reason: Twice the answer was called wrong.
    when: conversation.contradictions >= 2
    sla: standard
    route: {team: frontline}
"""


def test_a_rule_over_a_counter_fires_again_when_it_is_counted_anew(tmp_path: Path) -> None:
    desk = case_desk(tmp_path, triggers=CONTRADICTED)
    wrong = ("that is wrong, when do you deliver?", "that is wrong, who delivers?", "that is wrong, deliver what?")
    for text in wrong:
        if desk.say(text).state is State.HANDED_OFF:
            break
    assert desk.view.state is State.HANDED_OFF
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="explained")
    for text in ("that is wrong, deliver where?", "that is wrong, deliver how?", "that is wrong, deliver why?"):
        if desk.say(text).state is not State.GUARDED:
            break
    assert desk.view.state in (State.HANDED_OFF, State.ESCALATED)
    desk.runtime.close()


def test_the_policy_without_a_team_for_loops_keeps_the_route_and_still_asks_a_senior(tmp_path: Path) -> None:
    desk = case_desk(tmp_path, more="resolutions: {solved: Solved.}\n")
    given_back(desk)
    assert desk.say("human please").state is State.ESCALATED
    assert desk.view.handover.team == "frontline"
    desk.runtime.close()


def test_marks_are_bounded_and_hold_no_words(desk: CaseDesk) -> None:
    given_back(desk)
    with desk.runtime.store.read() as connection:
        history = connection.exec_driver_sql("SELECT history FROM conversation").scalar_one()
    assert "handed" in history
    assert "human please" not in history.lower()
