"""What a message means adds to what its words show, and every failure of reading it moves toward a person."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from audit.judge import Forecast, Judge
from conversation.decide import Disposition
from conversation.meaning import explained, recognise
from policy.loader import load_pack
from policy.recognisable import FAMILIES, RECOGNISABLE
from recognition.port import MeaningRecogniser, Recognised, ScriptedRecogniser
from states.errors import DependencyFault
from tests.rules import rules_of
from triggers.assessment import Circumstances, Decision, Message, Scores
from triggers.burst import Burst, Part

RULES = rules_of(load_pack("default"))
ROUTINE = "do your lamps come with a socket"
FIRED_BY_WORDS = ("I want to speak to a real person", "I can smell gas in my kitchen", "I will sue you")


def forecast(text: str, recogniser: MeaningRecogniser) -> Forecast:
    return Judge(replace(RULES, recogniser=recogniser)).message(text)


def test_what_is_recognised_hands_over_and_names_the_family() -> None:
    found = forecast("grandpa's chair is empty now", ScriptedRecogniser({"chair": "vulnerability"}))
    assert found.disposition is Disposition.HANDOVER
    assert found.families == ("vulnerability",)
    assert found.rules == ("meaning.vulnerability",)


def test_a_score_below_the_threshold_changes_nothing() -> None:
    quiet = forecast(ROUTINE, ScriptedRecogniser())
    assert quiet.disposition is Disposition.ANSWER
    assert forecast(ROUTINE, ScriptedRecogniser({"lamps": "legal"}, score=0.84)) == quiet
    assert forecast(ROUTINE, ScriptedRecogniser({"lamps": "legal"}, score=0.95)).disposition is Disposition.HANDOVER


@pytest.mark.parametrize("fault", [DependencyFault("encoder", "it broke"), DependencyFault("not_finite", "no number")])
def test_a_recogniser_that_fails_hands_over(fault: DependencyFault) -> None:
    found = forecast(ROUTINE, ScriptedRecogniser(fault=fault))
    assert found.disposition is Disposition.HANDOVER
    assert found.note == fault.kind


def test_a_recogniser_that_breaks_its_promise_hands_over() -> None:
    assert forecast(ROUTINE, ScriptedRecogniser(fault=ValueError("no"))).disposition is Disposition.HANDOVER


def test_a_recogniser_that_hangs_is_a_fault() -> None:
    over = threading.Event()

    class Hanging(ScriptedRecogniser):
        def recognise(self, text: str, *, before: object = ()) -> Recognised:
            over.wait(30)
            return super().recognise(text)

    with pytest.raises(DependencyFault) as raised:
        recognise(Hanging(), Burst(parts=(Part(id="m1", text="hello"),)), deadline_s=0.05)
    over.set()
    assert raised.value.kind == "timeout"


@pytest.mark.parametrize("text", FIRED_BY_WORDS)
def test_what_the_words_hand_over_does_not_wait_for_the_meaning(text: str) -> None:
    recogniser = ScriptedRecogniser(fault=DependencyFault("encoder", "it broke"))
    found = forecast(text, recogniser)
    assert found.disposition is Disposition.HANDOVER
    assert found.note == ""
    assert recogniser.texts == []


@pytest.mark.parametrize("text", [*FIRED_BY_WORDS, ROUTINE, "no", "this is rubbish"])
@pytest.mark.parametrize("score", [0.0, 0.5, 1.0, float("nan")])
def test_no_score_takes_back_what_the_words_fire(text: str, score: float) -> None:
    alone = RULES.engine.evaluate(Message(text=text), Circumstances())
    scored = RULES.engine.evaluate(
        Message(text=text), Circumstances(), Scores(recognised=dict.fromkeys(RECOGNISABLE, score))
    )
    order = list(Decision)
    assert order.index(scored.decision) >= order.index(alone.decision)
    assert {one.trigger_id for one in alone.fired} <= {one.trigger_id for one in scored.fired}
    assert score < 0.95 or scored.decision is Decision.HANDOVER or score != score


def test_a_score_that_is_no_number_fires() -> None:
    scores = Scores(recognised={"legal": float("nan")})
    found = RULES.engine.evaluate(Message(text=ROUTINE), Circumstances(), scores)
    assert [one.trigger_id for one in found.fired] == ["meaning.legal"]


def test_an_emergency_is_immediate_whatever_is_recognised_beside_it() -> None:
    scores = Scores(recognised=dict.fromkeys(RECOGNISABLE, 0.99))
    found = RULES.engine.evaluate(Message(text=ROUTINE), Circumstances(), scores)
    assert found.fired[0].trigger_id == "meaning.emergency"
    assert found.fired[0].sla == "immediate"


def test_each_family_is_asked_for_by_the_default_pack() -> None:
    asked = {one.recognised for trigger in RULES.policy.triggers for one in trigger.any if one.recognised}
    assert asked == {*FAMILIES, "emergency"}


def test_the_evidence_shows_what_the_message_is_like() -> None:
    scores = Scores(recognised={"legal": 0.97})
    found = RULES.engine.evaluate(Message(text=ROUTINE), Circumstances(), scores)
    told = explained(found, Recognised(scores={}, like=("see you in court then",)))
    assert told.fired[0].evidence[0].detail == "legal, like: 'see you in court then'"
    assert told.fired[0].evidence[0].score == 0.97
