"""Small stand-ins for the engine and the assistant: a word decides, so that a test reads like a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from assistants.port import Draft, Question
from audit.judge import Judge
from conversation.rules import Rules
from policy.loader import load_text
from policy.schema import Action, Severity
from states.errors import DependencyFault
from tests.rules import rules_of
from triggers.assessment import Assessment, Circumstances, Decision, Evidence, Fired, Message
from triggers.burst import BurstAssessment


def fired(trigger_id: str, family: str, action: Action = Action.HANDOVER) -> Fired:
    return Fired(
        trigger_id=trigger_id, family=family, reason="because", action=action, severity=Severity.NORMAL,
        sla="standard", evidence=(Evidence(kind="phrases", detail=family, score=0.9),),
    )  # fmt: skip


@dataclass(frozen=True)
class Hit:
    filter_id: str = "promise"
    promises_person: bool = True


class WordRules:
    """ "person" hands over, "careful" guards, "fault" breaks, three repeats hand over."""

    def scan(self, text: str) -> None:
        return None

    def language_of(self, text: str, hint: str, scanned: object) -> str:
        return hint

    def redact(self, text: str) -> tuple[str, tuple[()]]:
        return text, ()

    def evaluate(
        self, message: Message, circumstances: Circumstances, scores: object = None, scanned: object = None
    ) -> Assessment:
        if "fault" in message.text:
            return Assessment(decision=Decision.FAULT, fault="scanner_silent")
        if "person" in message.text:
            return Assessment(decision=Decision.HANDOVER, fired=(fired("person.request", "human_request"),))
        if circumstances.facts["conversation.repeats"] >= 2:
            return Assessment(decision=Decision.HANDOVER, fired=(fired("context.loop", "repeated_failure"),))
        if "careful" in message.text:
            return Assessment(decision=Decision.GUARD, fired=(fired("frustration.angry", "frustration", Action.GUARD),))
        return Assessment(decision=Decision.CLEAR)

    def evaluate_burst(
        self, burst: object, message: Message, circumstances: Circumstances, scores: object, scanned: object
    ) -> BurstAssessment:
        return BurstAssessment(assessment=self.evaluate(message, circumstances))

    def read_of(self, facts: object, *, answered: bool = False) -> dict[str, object]:
        return {}

    def judge_answer(self, circumstances: Circumstances, message: Message | None = None) -> tuple[Fired, ...]:
        if circumstances.facts["answer.confidence"] == 0.13:
            return (fired("answer.low_confidence", "low_confidence"),)
        return ()

    def smalltalk(self, text: str, language: str) -> tuple[str, str] | None:
        return ("greeting", "Hello!") if text == "hi" else None

    def sentiment(self, text: str, scanned: object) -> float:
        return 0.0

    def offer_answer(self, text: str) -> str | None:
        return "accept" if text == "yes" else None

    def screen(self, draft_text: str, language: str) -> Sequence[Hit]:
        return [Hit()] if "transfer you" in draft_text else []


class WordAssistant:
    """Knows delivery; a message may name its own confidence, as in "0.7 ..."."""

    instant = True

    def draft(self, question: Question) -> Draft:
        if "broken" in question.text:
            raise DependencyFault("timeout", "too late")
        if "recommend" in question.text:
            return Draft(text="", confidence=0.0, wants_person=True)
        if "promise" in question.text:
            return Draft(text="I will transfer you", confidence=0.9, verbatim=True)
        word = question.text.split()[0]
        confidence = float(word) if word.startswith("0.") else 0.9 if "delivery" in question.text else 0.1
        return Draft(text="Two days.", confidence=confidence, verbatim="loose" not in question.text)

    def ping(self) -> str:
        return "ready"


LOADED = load_text("handrail: 1\nname: words\n")


def _rules() -> Rules:
    engine: Any = WordRules()
    return replace(rules_of(LOADED), engine=engine)


@pytest.fixture
def open_judge() -> Judge:
    return Judge(_rules())


@pytest.fixture
def closed_judge() -> Judge:
    return Judge(_rules(), WordAssistant())
