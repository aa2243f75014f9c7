"""What the answering states do with a customer's message: rules, then classify beside draft, then screen, then decide.

The assistant never decides. A message is answered only if nothing fires and it is positively recognised as routine;
whatever fails, hangs or cannot be read becomes an event that moves the conversation toward a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from assistants.port import Draft, Question, Turn
from conversation.evidence import circumstances, fired_json, raised
from conversation.hand_back import stretch
from conversation.intake import kept, masked, storable
from conversation.records import StoredMessage
from conversation.working import Working
from handover.words.scripts import render
from states.errors import DependencyFault
from states.vocabulary import Event, Role, State
from triggers.assessment import Assessment, Circumstances, Decision, Fired, Message
from triggers.history import CONTRADICTION
from triggers.llm import TopicVerdict

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """A draft and what became of it."""

    draft: Draft
    routine: bool
    """Positively recognised: grounded above the threshold, and sayable in this state."""

    def data(self) -> dict[str, Any]:
        """For the event log."""
        return {
            "confidence": round(self.draft.confidence, 4),
            "intent": self.draft.intent,
            "model": self.draft.model,
            "citations": [{"source": one.source, "title": one.title} for one in self.draft.citations],
            "routine": self.routine,
            **({"changed": [asdict(one) for one in self.draft.changed]} if self.draft.changed else {}),
        }


def answer(working: Working, message: StoredMessage) -> None:
    """Decides a message in `bot_handling` or `guarded`."""
    assessment = assess(working, message)
    if working.fired:
        # The conversation was opened again by a complaint about it: what the message says besides is for a person.
        return fire(working, (*(assessment.fired if assessment.decision.needs_person else ()), *working.fired))
    if assessment.decision is Decision.FAULT:
        return fault(working, assessment.fault or "evaluation_error", "the message could not be judged")
    if assessment.decision.needs_person:
        return fire(working, assessment.fired)
    if working.history.offered and _took_offer(working, message):
        return
    small = working.services.engine.smalltalk(message.text, working.language)
    if small is not None:
        return _small_talk(working, *small)
    try:
        topics, draft = _models(working, message)
    except DependencyFault as error:
        return fault(working, error.kind, str(error))
    if topics is not None:
        assessment = assess(working, message, topics)
        if assessment.decision.needs_person:
            return fire(working, assessment.fired)
    _decide(working, message, kept(draft))


def assess(working: Working, message: StoredMessage, topics: TopicVerdict | None = None) -> Assessment:
    """Judges the message and lets the history observe it, once per run."""
    engine = working.services.engine
    if working.broken:
        return Assessment(decision=Decision.FAULT, fault="run_broken", language=working.language)
    scanned = engine.scan(message.text)
    if working.assessment is None:
        working.language = engine.language_of(message.text, working.snapshot.language, scanned)
        working.history = working.history.observe(message.text, engine.sentiment(message.text, scanned))
        if working.history.unmet_since is None:
            working.remember(unmet_since=message.at.isoformat())
    asked = Message(text=message.text, language=working.language, turn=working.history.turns)
    scores = {one.topic: one.score for one in topics.scores} if topics is not None else None
    first = working.assessment is None
    if first and working.history.disarmed:
        _rearm(working, asked)
    working.assessment = engine.evaluate(asked, circumstances(working), topics=scores, scanned=scanned)
    if first and any(one.trigger_id == CONTRADICTION for one in working.assessment.fired):
        working.remember(contradictions=working.history.contradictions + 1)
    return working.assessment


def _rearm(working: Working, asked: Message) -> None:
    """Triggers that a hand-back disarmed rest only while what they read still holds."""
    bare = Circumstances(facts=circumstances(working).facts)
    found = working.services.engine.evaluate(asked, bare)
    if found.decision is not Decision.FAULT:
        holds = {one.trigger_id for one in found.fired}
        working.remember(disarmed=tuple(name for name in working.history.disarmed if name in holds))


def fire(working: Working, fired: tuple[Fired, ...], role: Role = Role.SYSTEM, actor: str = "", **data: Any) -> None:
    """A mandatory trigger: the bot is locked out and the packet is due."""
    working.fired = fired
    working.apply(Event.TRIGGER_FIRED, role, {**_about(working), "fired": fired_json(fired), **data}, actor=actor)


def fault(working: Working, kind: str, detail: str) -> None:
    """Something failed: that counts as a trigger."""
    working.fired = (
        *(working.assessment.fired if working.assessment else ()),
        raised(working, "system.fault", "fault", kind),
    )
    detail = working.services.redacted(storable(detail))
    data = {**_about(working), "fault": kind, "detail": detail, "fired": fired_json(working.fired)}
    working.apply(Event.FAULT, Role.SYSTEM, data)


def _about(working: Working) -> dict[str, Any]:
    found = working.assessment
    if found is None:
        return {"language": working.language}
    return {
        "decision": found.decision.value,
        "fired": fired_json(found.fired),
        "sentiment": found.sentiment,
        "language": working.language,
        "micros": round(found.micros, 1),
    }


# Models, in parallel, under one deadline


def _models(working: Working, message: StoredMessage) -> tuple[TopicVerdict | None, Draft]:
    services = working.services
    seconds = services.loaded.policy.answers.deadline.delta.total_seconds()
    deadline = time.monotonic() + seconds
    question = _question(working, message, seconds)
    if services.assistant.instant and services.classifier is None:
        return None, _faultless(lambda: services.assistant.draft(question), "assistant")
    drafting = services.pool.submit(services.assistant.draft, question)
    if services.classifier is None:
        return None, _within(drafting, deadline, "assistant")
    topics = services.loaded.policy.topics
    window = [f"{turn.role}: {turn.text}" for turn in question.window]
    judging = services.pool.submit(services.classifier.classify, message.text, window, topics, seconds)
    return _within(judging, deadline, "classifier"), _within(drafting, deadline, "assistant")


def _within(future: Future[Result], deadline: float, what: str) -> Result:
    """The result in time, or DependencyFault: late, broken and refused all count as failed."""
    try:
        return _faultless(lambda: future.result(timeout=max(0.0, deadline - time.monotonic())), what)
    except FutureTimeout as error:
        future.cancel()
        raise DependencyFault("timeout", f"the {what} did not answer within the turn's deadline") from error


def _faultless(call: Callable[[], Result], what: str) -> Result:
    """What a port gives; whatever it raises against its promise becomes a DependencyFault."""
    try:
        return call()
    except (DependencyFault, FutureTimeout):
        raise
    except Exception as error:
        raise DependencyFault("broken", f"the {what} raised {type(error).__name__}") from error


def _question(working: Working, message: StoredMessage, seconds: float) -> Question:
    return Question(
        text=message.text,
        language=working.language,
        window=tuple(Turn(role=one.author, text=one.text) for one in working.snapshot.window),
        guarded=working.state is State.GUARDED,
        after_person=stretch(working),
        deadline_s=seconds,
    )


# Deciding


def _decide(working: Working, message: StoredMessage, draft: Draft) -> None:
    soft = working.assessment is not None and working.assessment.decision is Decision.GUARD
    careful = soft or working.state is State.GUARDED
    safe = masked(draft, working.services.redacted)
    drafted = Drafted(draft=safe, routine=_routine(working, draft, careful))
    if draft.wants_person:
        recommended = raised(working, "answer.recommended", "assistant", "the assistant recommends a person")
        return fire(working, (recommended,), Role.ASSISTANT, **drafted.data())
    late = _judged_with_answer(working, message, drafted)
    if late:
        return fire(working, late, **drafted.data())
    if not drafted.routine:
        return _not_recognised(working, drafted)
    held = working.services.engine.screen(draft.text, working.language)
    if held:
        return _hold(working, drafted, tuple(hit.filter_id for hit in held))
    if soft:
        _caution(working, drafted.data() | {"soft": True}, answered=True)
    _reply(working, safe.text, drafted.data(), soft=soft, citations=safe)


def _routine(working: Working, draft: Draft, careful: bool) -> bool:
    answers = working.services.loaded.policy.answers
    needed = answers.guarded_confidence if careful else answers.confidence
    return bool(draft.text.strip()) and needed <= draft.confidence <= 1.0 and (draft.verbatim or not careful)


def _judged_with_answer(working: Working, message: StoredMessage, drafted: Drafted) -> tuple[Fired, ...]:
    """The triggers that need to know how the draft turned out, low confidence and the second miss among them."""
    misses = 0 if drafted.routine else working.history.misses + 1
    known = circumstances(
        working,
        drafted=True,
        confidence=round(drafted.draft.confidence, 4),
        grounded=bool(drafted.draft.citations),
        routine=drafted.routine,
    )
    facts = {**known.facts, "conversation.misses": misses}
    asked = Message(text=message.text, language=working.language, turn=working.history.turns)
    fired = working.services.engine.judge_answer(Circumstances(facts=facts, disarmed=known.disarmed), asked)
    person = tuple(one for one in fired if one.action.value == "handover")
    if person or misses < working.services.loaded.policy.guard.misses:
        return person
    return (
        raised(working, "answer.second_miss", "when", f"{misses} messages in a row were not recognised as routine"),
    )


def _reply(
    working: Working, text: str, data: dict[str, Any], *, soft: bool = False, citations: Draft | None = None
) -> None:
    """An answer, and the end of caution if enough clean turns have passed."""
    verbatim = citations is None or citations.verbatim
    working.history = working.history.answered(routine=True, failed=False, soft=soft)
    working.remember(offered=working.history.offered and soft, unmet_since=None)
    working.apply(Event.MESSAGE_ANSWERED, Role.ASSISTANT, _about(working) | data, approved=verbatim)
    cited = citations.citations if citations else ()
    sources = tuple({"source": one.source, "title": one.title, "quote": one.quote} for one in cited)
    working.say("assistant", text, citations=sources)
    if working.state is State.GUARDED and working.facts().caution_over:
        working.apply(Event.CAUTION_CLEARED, Role.SYSTEM, {"clean_turns": working.history.clean_turns})


def _small_talk(working: Working, kind: str, text: str) -> None:
    """Approved words for a known kind of small talk; it neither clears nor deepens caution."""
    misses, clean = working.history.misses, working.history.clean_turns
    _reply(working, text, {"routine": True, "intent": f"smalltalk.{kind}", "confidence": 1.0})
    if working.state is State.GUARDED:
        working.remember(misses=misses, clean_turns=clean)


def _not_recognised(working: Working, drafted: Drafted) -> None:
    """Closed world: say what is not known, ask once, offer a person."""
    _caution(working, drafted.data(), answered=False)
    working.history = working.history.answered(routine=False, failed=True, soft=True)


def _caution(working: Working, data: dict[str, Any], *, answered: bool) -> None:
    working.apply(Event.CAUTION_RAISED, Role.SYSTEM, _about(working) | data)
    policy = working.services.loaded.policy
    offer = working.history.offers == 0 or not policy.limits.offer_once
    scripts = (() if answered else ("caution.unknown",)) + (
        ("caution.offer",) if offer else ("caution.clarify",) if not answered else ()
    )
    text = " ".join(render(script, working.language, working.services.loaded) for script in scripts)
    working.say("assistant", text)
    working.remember(offered=True, offers=working.history.offers + (1 if offer else 0), clean_turns=0)


def _hold(working: Working, drafted: Drafted, filters: tuple[str, ...]) -> None:
    """The draft must not be said, and what it was about to say is no routine: a person takes over."""
    held = raised(working, "answer.held", "filter", ", ".join(filters))
    fire(working, (held,), held_by=list(filters), **drafted.data())


def _took_offer(working: Working, message: StoredMessage) -> bool:
    """Handles yes and no to the offer of a person; False if the message is neither."""
    answered = working.services.engine.offer_answer(message.text)
    if answered == "accept":
        working.fired = (
            raised(working, "person.accepted", "offer", "the customer took up the offer", message.text[:80]),
        )
        working.apply(Event.HUMAN_ACCEPTED, Role.CUSTOMER, _about(working) | {"fired": fired_json(working.fired)})
        return True
    if answered == "decline":
        working.remember(offered=False)
        _small_talk(working, "declined", render("caution.declined", working.language, working.services.loaded))
        return True
    return False
