"""The one decision: what becomes of a customer's message in the answering states.

Pure: an assessment and what the models said go in, a verdict comes out. The turn, `handrail evaluate` and backtests all
decide here. A message is answered only if nothing fires and it is positively recognised as routine; everything else is
guarded or goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from assistants.port import Draft
from conversation.evidence import raised
from conversation.outgoing import held_by
from policy.facts import Scalar
from policy.schema import Action, Policy
from recognition.reply_port import ReplyReader
from states.vocabulary import Event, Role
from triggers.assessment import Assessment, Circumstances, Decision, Fired, Message
from triggers.courtesy import Courtesy, CourtesyKind, courtesy
from triggers.coverage import Unread, uncovered
from triggers.engine import Engine
from triggers.folding import fold
from triggers.history import History

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Disposition(StrEnum):
    """The three things that can become of a message."""

    ANSWER = "answer"
    GUARD = "guard"
    HANDOVER = "handover"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A message with everything that its decision may read."""

    text: str
    language: str
    history: History
    """With this message observed."""
    facts: Mapping[str, Scalar]
    """The documented facts by full name, without those of an answer."""
    guarded: bool
    """The conversation is in `guarded`."""
    spoken: str = ""
    """What its author wrote without an answer between, this message last; empty: the message alone."""
    files: tuple[str, ...] = ()
    """The names of files that came with it."""
    hid: bool = False
    """Characters that nobody sees were taken out of it: it is not answered."""
    complaint: tuple[Fired, ...] = ()
    """The conversation was opened again by a complaint: whatever the message says besides, a person has it."""

    said: tuple[str, ...] = ()
    """What the customer has read before it, the last of it."""

    def was_said(self, words: str) -> bool:
        """Whether these words stand in what the customer has read."""
        wanted = " ".join(words.rstrip("….").split())
        return any(wanted in " ".join(one.split()) for one in self.said)

    @property
    def message(self) -> Message:
        """As the engine reads it, with what was written before it."""
        return Message(text=self.spoken or self.text, language=self.language, turn=self.history.turns)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a message, by which event of the table, and why."""

    disposition: Disposition
    event: Event
    role: Role = Role.SYSTEM
    fired: tuple[Fired, ...] = ()
    """Why a person is needed; empty otherwise."""
    text: str = ""
    """What is answered."""
    draft: Draft | None = None
    routine: bool = False
    """Positively recognised."""
    soft: bool = False
    """A soft trigger fired: the answer comes with a caution."""
    small_talk: str = ""
    """Its kind, where the whole message is small talk or declines an offer."""
    fault: str = ""
    """A short code of what failed."""
    detail: str = ""
    held_by: tuple[str, ...] = ()
    """The filters that the draft did not pass."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the log keeps of the draft or the small talk."""

    @property
    def missed(self) -> bool:
        """Nothing fired, and it was not recognised."""
        return self.disposition is Disposition.GUARD and not self.routine


def by_rules(asked: Asked, found: Assessment, engine: Engine, policy: Policy, declined: str) -> Verdict | None:
    """The verdict that needs no model; None: a draft is needed. `declined` is what is said to who declines an offer."""
    if asked.complaint:
        others = found.fired if found.decision.needs_person else ()
        return _person((*others, *asked.complaint))
    if found.decision is Decision.FAULT:
        return faulted(asked, found, policy, found.fault or "evaluation_error", "the message could not be judged")
    if found.decision.needs_person:
        return _person(found.fired)
    if asked.history.offered:
        answered = engine.offer_answer(asked.text)
        if answered == "accept":
            why = "the customer took up the offer"
            taken = raised(policy, asked.history.turns, "person.accepted", "offer", why, asked.text[:80])
            return Verdict(
                disposition=Disposition.HANDOVER, event=Event.HUMAN_ACCEPTED, role=Role.CUSTOMER, fired=(taken,)
            )
        if answered == "decline":
            return _small_talk("declined", declined, found)
    small = engine.smalltalk(asked.text, asked.language)
    if small is not None:
        return _small_talk(*small, found)
    kind = courtesy(asked.text, asked.language)
    return None if kind is None else _courtesy(kind, asked, found, engine, declined)


def _courtesy(kind: Courtesy, asked: Asked, found: Assessment, engine: Engine, declined: str) -> Verdict | None:
    """Thanks, a farewell, a sign put on a message: no question and no miss. What is quoted must have been said."""
    if kind.quoted and not asked.was_said(kind.quoted):
        return None
    if kind.kind is CourtesyKind.DECLINED and asked.history.offered:
        return _small_talk("declined", declined, found)
    thanked = kind.kind in (CourtesyKind.THANKS, CourtesyKind.SOLVED)
    reply = engine.smalltalk("thank you", asked.language) if thanked else None
    return _small_talk(kind.kind.value, reply[1] if reply is not None else "", found)


def by_evidence(found: Assessment) -> Verdict | None:
    """The verdict of what a classifier or the recogniser found; None: nothing that needs a person."""
    return _person(found.fired) if found.decision.needs_person else None


def by_draft(
    asked: Asked, found: Assessment, draft: Draft, engine: Engine, policy: Policy, reader: ReplyReader | None = None
) -> Verdict:
    """The verdict once a draft is there; `reader` screens it beside the policy's filters."""
    soft = found.decision is Decision.GUARD
    careful = soft or asked.guarded
    unread = unread_of(asked, draft)
    routine = is_routine(draft, policy, careful=careful) and not unread
    turn, data = asked.history.turns, draft_data(draft, routine=routine)
    if unread:
        data["unread"] = list(dict.fromkeys(one.value for one in unread))
    if draft.wants_person:
        wants = raised(policy, turn, "answer.recommended", "assistant", "the assistant recommends a person")
        return _person((wants,), Role.ASSISTANT, draft=draft, routine=routine, data=data)
    misses = 0 if routine else asked.history.misses + 1
    known = known_late(asked, draft, routine=routine, misses=misses)
    data["facts"] = engine.read_of(known, answered=True)
    late = judged_late(asked, known, engine)
    if not late and misses >= policy.guard.misses:
        why = f"{misses} messages in a row were not recognised as routine"
        late = (raised(policy, turn, "answer.second_miss", "when", why),)
    if late:
        return _person(late, draft=draft, routine=routine, data=data)
    if not routine:
        return Verdict(disposition=Disposition.GUARD, event=Event.CAUTION_RAISED, draft=draft, data=data)
    held = held_by(draft.text, asked.language, engine, reader, approved=draft.verbatim)
    if reader is not None and not draft.verbatim:
        data["reply_reader"] = reader.fingerprint
    if held:
        # The draft must not be said, and what it was about to say is no routine.
        unsayable = raised(policy, turn, "answer.held", "filter", ", ".join(held))
        data["held_by"] = list(held)
        return _person((unsayable,), draft=draft, routine=routine, held_by=held, data=data)
    return Verdict(
        disposition=Disposition.GUARD if soft else Disposition.ANSWER, event=Event.MESSAGE_ANSWERED,
        role=Role.ASSISTANT, text=draft.text, draft=draft, routine=True, soft=soft, data=data,
    )  # fmt: skip


def faulted(asked: Asked, found: Assessment | None, policy: Policy, kind: str, detail: str) -> Verdict:
    """The verdict where something failed: that counts as a trigger."""
    broke = raised(policy, asked.history.turns, "system.fault", "fault", kind)
    fired = (*(found.fired if found is not None else ()), broke)
    return Verdict(disposition=Disposition.HANDOVER, event=Event.FAULT, fired=fired, fault=kind, detail=detail)


def is_routine(draft: Draft, policy: Policy, *, careful: bool) -> bool:
    """Whether a draft shows the message to be routine: confident enough, and word for word approved where care is due.

    A confidence above 1 is no confidence: the assistant has broken its promise.
    """
    needed = policy.answers.guarded_confidence if careful else policy.answers.confidence
    return bool(draft.text.strip()) and needed <= draft.confidence <= 1.0 and (draft.verbatim or not careful)


def unread_of(asked: Asked, draft: Draft) -> tuple[Unread, ...]:
    """The kinds of pieces of the message that the draft does not account for: what was not read is not answered.

    A single word beside what was matched refuses nothing: it costs confidence where the assistant weighs it. An
    assistant that cannot tell its words is asked about signs, files and what was hidden only.
    """
    tells = draft.matched is not None
    words = draft.matched if draft.matched is not None else _WORD.findall(asked.text)
    known = frozenset(fold(word).text for word in words)
    pieces = uncovered(asked.text, known, language=asked.language, files=asked.files)
    found = [one.kind for one in pieces if one.kind is not Unread.WORD and (tells or one.kind is not Unread.CLAUSE)]
    return (*found, *((Unread.HIDDEN,) if asked.hid else ()))


def known_late(asked: Asked, draft: Draft, *, routine: bool, misses: int) -> dict[str, Scalar]:
    """The facts once a draft is there."""
    return {
        **asked.facts,
        "answer.drafted": True,
        "answer.confidence": round(draft.confidence, 4),
        "answer.grounded": bool(draft.citations),
        "answer.routine": routine,
        "conversation.misses": misses,
    }


def judged_late(asked: Asked, facts: Mapping[str, Scalar], engine: Engine) -> tuple[Fired, ...]:
    """The triggers that call a person and need to know how the draft turned out."""
    fired = engine.judge_answer(Circumstances(facts=facts, disarmed=frozenset(asked.history.disarmed)), asked.message)
    return tuple(one for one in fired if one.action is Action.HANDOVER)


def draft_data(draft: Draft, *, routine: bool) -> dict[str, Any]:
    """What the log keeps of a draft: no text."""
    return {
        "confidence": round(draft.confidence, 4),
        "intent": draft.intent,
        "model": draft.model,
        "citations": [{"source": one.source, "title": one.title} for one in draft.citations],
        "routine": routine,
        **({"changed": [asdict(one) for one in draft.changed]} if draft.changed else {}),
    }


def _person(fired: tuple[Fired, ...], role: Role = Role.SYSTEM, **more: Any) -> Verdict:
    return Verdict(disposition=Disposition.HANDOVER, event=Event.TRIGGER_FIRED, role=role, fired=fired, **more)


def _small_talk(kind: str, text: str, found: Assessment) -> Verdict:
    """Approved words for a known kind of small talk; with a caution where a soft trigger fired beside it."""
    soft = found.decision is Decision.GUARD
    data = {"routine": True, "intent": f"smalltalk.{kind}", "confidence": 1.0}
    return Verdict(
        disposition=Disposition.GUARD if soft else Disposition.ANSWER, event=Event.MESSAGE_ANSWERED,
        role=Role.ASSISTANT, text=text, routine=True, soft=soft, small_talk=kind, data=data,
    )  # fmt: skip
