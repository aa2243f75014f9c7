"""What the policy would do with a message or a recorded conversation, decided without database, graph or model.

Without this module measuring a policy would take as long as living through the conversations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from assistants.port import Assistant, Draft, Question
from audit.recordings import RecordedTurn
from policy.facts import Scalar
from policy.schema import Action, Policy
from states.errors import DependencyFault
from triggers.assessment import Assessment, Circumstances, Decision, Fired, Message
from triggers.history import CONTRADICTION, History

SECOND_MISS = "answer.second_miss"
UNRECOGNISED_SCORE = 0.25
"""The least score of a message that the closed world does not recognise."""


class Outcome(StrEnum):
    """The three things that can happen to a message."""

    ANSWER = "answer"
    GUARD = "guard"
    HANDOVER = "handover"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What would happen to one message, and why."""

    outcome: Outcome
    families: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    score: float = 0.0
    note: str = ""


class Hit(Protocol):
    """A filter that a text on its way out did not pass."""

    @property
    def promises_person(self) -> bool: ...


class Rules(Protocol):
    """The part of `triggers.engine.Engine` that judging needs."""

    def evaluate(self, message: Message, circumstances: Circumstances) -> Assessment: ...
    def judge_answer(self, circumstances: Circumstances) -> tuple[Fired, ...]: ...
    def smalltalk(self, text: str, language: str) -> tuple[str, str] | None: ...
    def sentiment(self, text: str) -> float: ...
    def offer_answer(self, text: str) -> str | None: ...
    def screen(self, draft_text: str, language: str) -> Sequence[Hit]: ...


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What a conversation carries from turn to turn."""

    history: History = field(default_factory=History)
    guarded: bool = False
    offered: bool = False
    """The last thing the customer read offered a person."""


FAULT_VERDICT = Verdict(outcome=Outcome.HANDOVER, families=("fault",), rules=("system.fault",), score=1.0)


class Judge:
    """Judges messages and conversations under one policy.

    Without an assistant the evidence alone decides (no evidence → answer). With one the world is closed: a message
    is answered only when nothing fires and it is small talk or the draft is as confident as the policy asks.
    """

    def __init__(self, rules: Rules, policy: Policy, assistant: Assistant | None = None) -> None:
        self._rules = rules
        self._policy = policy
        self._assistant = assistant

    def message(self, text: str, language: str | None = None) -> Verdict:
        """The verdict on a conversation's first message."""
        return self.turn(text, Memory(), language)[0]

    def handover_turn(self, turns: tuple[RecordedTurn, ...], language: str | None = None) -> int | None:
        """The 0-based index into `turns` of the customer's turn that hands over; None if none does."""
        memory = Memory()
        for turn in turns:
            if not turn.by_customer:
                hits = self._rules.screen(turn.text, language or "en")
                memory = replace(memory, offered=any(hit.promises_person for hit in hits))
                continue
            if not turn.text.strip():
                continue  # the runtime refuses an empty message and waits for the next
            verdict, memory = self.turn(turn.text, memory, language)
            if verdict.outcome is Outcome.HANDOVER:
                return turn.index
        return None

    def turn(self, text: str, memory: Memory, language: str | None = None) -> tuple[Verdict, Memory]:
        """The verdict on the next customer message, and what is remembered after it."""
        history = memory.history.observe(text, self._rules.sentiment(text))
        facts: dict[str, Scalar] = {**history.facts(), "conversation.guarded": memory.guarded}
        found = self._rules.evaluate(
            Message(text=text, language=language, turn=history.turns), Circumstances(facts=facts)
        )
        if any(fired.trigger_id == CONTRADICTION for fired in found.fired):
            history = replace(history, contradictions=history.contradictions + 1)
        memory = replace(memory, history=history)
        if found.decision.needs_person:
            return _verdict(Outcome.HANDOVER, found.fired, found.score, found.fault or ""), memory
        if memory.offered and self._rules.offer_answer(text) == "accept":
            accepted = Verdict(
                outcome=Outcome.HANDOVER, families=("human_request",), rules=("person.accepted",), score=1.0
            )
            return accepted, memory
        if self._assistant is None:
            return self._open_world(found, replace(memory, offered=False))
        return self._closed_world(text, found, replace(memory, offered=False), self._assistant)

    def _open_world(self, found: Assessment, memory: Memory) -> tuple[Verdict, Memory]:
        """No assistant to recognise anything: what does not fire would be answered."""
        soft = found.decision is Decision.GUARD
        outcome = Outcome.GUARD if soft else Outcome.ANSWER
        memory = self._settled(memory, memory.history.answered(routine=True, failed=False, soft=soft), soft)
        return _verdict(outcome, found.fired, found.score), memory

    def _closed_world(
        self, text: str, found: Assessment, memory: Memory, assistant: Assistant
    ) -> tuple[Verdict, Memory]:
        """Routine is recognised, not assumed; the second miss hands over."""
        soft = found.decision is Decision.GUARD
        if self._rules.smalltalk(text, found.language) is not None:
            return self._small_talk(found, memory, soft)
        try:
            draft = self._draft(text, found.language, memory.guarded, assistant)
        except DependencyFault as fault:
            return replace(FAULT_VERDICT, note=fault.kind), memory
        routine = self._is_routine(draft, memory.guarded or soft)
        history = memory.history.answered(routine=routine, failed=not routine, soft=soft)
        fired = (*found.fired, *self._rules.judge_answer(Circumstances(facts=_answer_facts(history, draft, routine))))
        memory = self._settled(memory, history, soft or not routine)
        person = self._person_after_draft(draft, routine, history, fired, found.language)
        if person is not None:
            return person, memory
        answer = routine and not soft and not any(one.action is Action.GUARD for one in fired)
        score = found.score if answer else max(found.score, UNRECOGNISED_SCORE)
        return _verdict(Outcome.ANSWER if answer else Outcome.GUARD, fired, score), memory

    def _small_talk(self, found: Assessment, memory: Memory, soft: bool) -> tuple[Verdict, Memory]:
        """A known kind of small talk; it neither clears nor deepens caution."""
        memory = replace(memory, guarded=memory.guarded or soft)
        return _verdict(Outcome.GUARD if soft else Outcome.ANSWER, found.fired, found.score), memory

    def _person_after_draft(
        self, draft: Draft, routine: bool, history: History, fired: tuple[Fired, ...], language: str
    ) -> Verdict | None:
        """The handover that only the draft shows to be needed: recommended, fired late, missed twice, or held."""
        if draft.wants_person:
            return _raised("answer.recommended", fired)
        if any(one.action is Action.HANDOVER for one in fired):
            return _verdict(Outcome.HANDOVER, fired, 1.0)
        if history.misses >= self._policy.guard.misses:
            return _raised(SECOND_MISS, fired)
        if routine and self._rules.screen(draft.text, language):
            return _raised("answer.held", fired)
        return None

    def _is_routine(self, draft: Draft, careful: bool) -> bool:
        answers = self._policy.answers
        needed = answers.guarded_confidence if careful else answers.confidence
        return bool(draft.text.strip()) and draft.confidence >= needed and (draft.verbatim or not careful)

    def _draft(self, text: str, language: str, guarded: bool, assistant: Assistant) -> Draft:
        deadline = self._policy.answers.deadline.delta.total_seconds()
        return assistant.draft(Question(text=text, language=language, guarded=guarded, deadline_s=deadline))

    def _settled(self, memory: Memory, history: History, careful: bool) -> Memory:
        """`guarded` begins with a caution and ends after the policy's number of clean turns."""
        still = memory.guarded and history.clean_turns < self._policy.guard.clear_after
        return replace(memory, history=history, guarded=careful or still)


def _answer_facts(history: History, draft: Draft, routine: bool) -> Mapping[str, Scalar]:
    return {
        **history.facts(),
        "answer.drafted": True,
        "answer.confidence": draft.confidence,
        "answer.grounded": bool(draft.citations) or draft.verbatim,
        "answer.routine": routine,
    }


def _raised(rule: str, fired: tuple[Fired, ...]) -> Verdict:
    """A handover that no evidence in the message fired."""
    families = dict.fromkeys(("low_confidence", *(one.family for one in fired)))
    rules = dict.fromkeys((rule, *(one.trigger_id for one in fired)))
    return Verdict(outcome=Outcome.HANDOVER, families=tuple(families), rules=tuple(rules), score=1.0)


def _verdict(outcome: Outcome, fired: tuple[Fired, ...], score: float, fault: str = "") -> Verdict:
    if fault and not fired:
        return replace(FAULT_VERDICT, note=fault)
    return Verdict(
        outcome=outcome,
        families=tuple(dict.fromkeys(one.family for one in fired)),
        rules=tuple(dict.fromkeys(one.trigger_id for one in fired)),
        score=round(min(1.0, score), 4),
        note=fault,
    )
