"""After the end: the question how it went, and what a customer writes then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistants.port import Draft
from assistants.scripted import ScriptedAssistant
from policy.loader import load_pack
from policy.schema import LANGUAGES
from states.vocabulary import Event, State
from tests.campaigns.invariants import violations
from tests.graph.cases import CaseDesk, case_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CaseDesk]:
    opened = case_desk(tmp_path)
    yield opened
    assert violations(opened.runtime.store, opened.id) == []
    opened.runtime.close()


def resolved(desk: CaseDesk) -> CaseDesk:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.resolve("sent a new lamp")
    return desk


def expired(desk: CaseDesk) -> CaseDesk:
    desk.say("When do you deliver?")
    desk.wait(hours=25)
    assert desk.view.state is State.RESOLVED
    return desk


def test_who_resolves_a_case_asks_how_it_went(desk: CaseDesk) -> None:
    assert "1 (poor) to 5" in resolved(desk).view.messages[-1].text


@pytest.mark.parametrize("text", ["5", "4 thanks", "👍", "4, thank you", "1", "👎"])
def test_an_answer_is_recorded_and_the_case_stays_closed(desk: CaseDesk, text: str) -> None:
    resolved(desk)
    before = desk.view.timers
    desk.clock.advance(before["reopen"] - desk.clock.now() - (before["reopen"] - desk.clock.now()) / 2)
    result = desk.say(text)
    assert (result.state, result.decision["event"]) == (State.RESOLVED, "survey_answered")
    assert desk.last(Event.SURVEY_ANSWERED)["about"] == "person"
    assert result.replies[0].text.startswith("Thank you")
    assert desk.view.timers == before, "an answer must not move the end of the window"


def test_a_score_counts_once_and_a_second_one_goes_to_a_person(desk: CaseDesk) -> None:
    resolved(desk)
    desk.say("5")
    assert desk.say("4").state is State.HANDED_OFF
    assert desk.events.count("survey_answered") == 1


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("1 - you never fixed it", [1]),
        ("2, the new lamp is broken as well", [2]),
        ("👎 it is broken again", [1]),
        ("5, but where is my refund?", [5]),
        ("2 lamps are missing", []),
        ("1. The lamp is broken", []),
        ("5000 euros are missing", []),
        ("it is broken again", []),
        ("4 I smell gas", []),
        ("5, I smell gas", [5]),
    ],
)
def test_words_open_the_case_again_for_a_person(desk: CaseDesk, text: str, recorded: list[int]) -> None:
    resolved(desk)
    assert desk.say(text).state is State.HANDED_OFF
    assert [one.data["score"] for one in desk.view.events if one.event == "survey_answered"] == recorded
    assert "reopened" in desk.events


def test_a_trigger_in_words_beside_a_score_sets_the_urgency(desk: CaseDesk) -> None:
    resolved(desk)
    desk.say("5, I smell gas")
    assert desk.view.handover.severity == "critical"


def test_without_a_question_a_number_is_a_message(tmp_path: Path) -> None:
    desk = case_desk(tmp_path, more="resolutions: {solved: Solved.}\n")
    assert desk.view.state is State.BOT_HANDLING
    resolved(desk)
    assert [one.text for one in desk.view.messages][-1] == "This case is closed."
    assert desk.say("5").state is State.HANDED_OFF
    desk.runtime.close()


def test_an_answer_to_the_assistant_alone_is_about_the_assistant(desk: CaseDesk) -> None:
    expired(desk)
    assert desk.say("4").state is State.RESOLVED
    assert desk.last(Event.SURVEY_ANSWERED) | {"message_id": ""} == {
        "score": 4, "about": "assistant", "with_words": False, "handover_id": None, "message_id": "",
    }  # fmt: skip


def test_a_complaint_about_the_assistant_goes_to_a_person_even_where_it_knew_an_answer(tmp_path: Path) -> None:
    sure = Draft(text="Delivery takes three days.", confidence=0.99, verbatim=True)
    desk = case_desk(tmp_path, assistant=ScriptedAssistant(lambda question: sure))
    expired(desk)
    result = desk.say("1, your delivery times are nonsense")
    assert result.state is State.HANDED_OFF
    assert all(one.author == "system" for one in result.replies)
    assert desk.events[-4:] == ["survey_answered", "reopened", "trigger_fired", "packet_ready"]
    desk.runtime.close()


def test_praise_with_words_for_the_assistant_is_recorded_and_the_words_are_answered(desk: CaseDesk) -> None:
    expired(desk)
    result = desk.say("5, when do you deliver to Cork?")
    assert result.state is State.BOT_HANDLING
    assert [one.author for one in result.replies] == ["assistant"]
    assert desk.last(Event.SURVEY_ANSWERED)["score"] == 5


def test_nobody_who_said_nothing_is_asked(desk: CaseDesk) -> None:
    desk.wait(hours=25)
    assert [one.text for one in desk.view.messages] == ["Good bye."]


def test_a_question_that_was_not_answered_lapses_when_the_case_goes_on(desk: CaseDesk) -> None:
    resolved(desk)
    desk.say("it is broken again")
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="told how to fix it")
    assert desk.say("5").decision["event"] != "survey_answered"


def test_a_repeated_answer_gives_the_same_reply(desk: CaseDesk) -> None:
    resolved(desk)
    first, again = desk.say("5", "m9"), desk.say("5", "m9")
    assert again.repeated
    assert first.replies == again.replies


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_default_pack_asks_in_every_language_with_both_ends_of_the_scale(language: str) -> None:
    policy = load_pack("default").policy
    asked = dict(policy.scripts["survey.ask"])[language]  # type: ignore[index]  # the languages of the packs
    assert "1" in asked
    assert "5" in asked
    assert policy.survey.person
    assert policy.survey.assistant
