"""Recorded steps decided again, by the very decision of the turn, from what was recorded and from nothing else.

No model, recogniser, network or database is asked: what they said stands in the record, and where it does not, the step
is reported as one that cannot be derived, with what is missing. `docs/replay.md` says what is compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from audit.recorded_turn import Gone, Incomplete, RecordedRules, decide, run_of
from conversation.answer import assess
from conversation.evidence import fired_json
from conversation.given import GUARDS, guards_from
from conversation.records import Happening, StoredMessage
from conversation.run import Run
from service.record import Checkpoint, ConversationRecord, RecordedEvent
from states.errors import PolicyError, Refused
from states.machine import ConversationMachine
from states.table import ANSWERING, INITIAL, WITH_PERSON
from states.vocabulary import Effect, Event, State

FREE = frozenset({"micros", "handover_id", "reason_code"})
"""What is no decision: a duration, an id, and what the packet adds."""
_LAST = (Effect.ASSEMBLE_PACKET, Effect.OPEN_HANDOVER)
"""After an event with one of these comes the packet, which is made of more than the record holds."""
_CHECKPOINTS = {Checkpoint.DIFFERS: "is not the one that it names", Checkpoint.MISSING: "is not there any more"}


class Result(StrEnum):
    """What deciding a step again led to."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    """It cannot be derived: something was not recorded, or is gone."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One recorded event, checked; numbers begin at 1."""

    number: int
    event: RecordedEvent
    result: Result
    why: tuple[str, ...] = ()
    """Each difference, or what is missing; empty for a match."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """A conversation, checked step by step."""

    conversation_id: str
    steps: tuple[Step, ...]
    at_large: tuple[str, ...] = ()
    """What is wrong with the record as a whole."""

    def of(self, result: Result) -> tuple[Step, ...]:
        """The steps with this result."""
        return tuple(step for step in self.steps if step.result is result)

    @property
    def holds(self) -> bool:
        """Whether nothing differs; what cannot be derived does not count as a difference."""
        return not self.of(Result.MISMATCH) and not self.at_large


class Replay:
    """Decides records again; policies are compiled once. Not for several threads."""

    def __init__(self) -> None:
        self._rules = RecordedRules()
        self._machine = ConversationMachine()

    def verify(self, record: ConversationRecord) -> Verification:
        """Every step of a conversation, decided again and compared."""
        wrong: dict[str, list[str]] = {one.id: [] for one in record.events}
        missing: dict[str, list[str]] = {one.id: [] for one in record.events}
        before = INITIAL
        for one in record.events:
            wrong[one.id] += self._stands(one, before, record)
            missing[one.id] += _unrecorded(one)
            before = one.target
        for _, group in groupby(record.events, key=lambda one: one.cause):
            events = tuple(group)
            if events[0].message_id is not None and events[0].given:
                self._decide(record, events, wrong, missing)
        steps = (
            Step(number=number, event=one, result=_result(wrong[one.id], missing[one.id]),
                 why=tuple(wrong[one.id] or missing[one.id]))
            for number, one in enumerate(record.events, 1)
        )  # fmt: skip
        return Verification(conversation_id=record.id, steps=tuple(steps), at_large=tuple(_lost(record)))

    def _stands(self, one: RecordedEvent, before: State, record: ConversationRecord) -> Iterator[str]:
        """What is wrong with a step by itself: its place in the chain and its row of the table."""
        if record.broken_at == one.id:
            yield "the event is not what the chain of hashes says: it, or one before it, was changed or taken out"
        if one.checkpoint in (Checkpoint.DIFFERS, Checkpoint.MISSING):
            yield f"its checkpoint {one.checkpoint_id} {_CHECKPOINTS[one.checkpoint]}"
        if one.source is not before:
            yield f"it begins in {one.source.value}, and the step before it ended in {before.value}"
        if GUARDS not in one.given:
            return
        try:
            step = self._machine.step(one.source, one.event, one.role, guards_from(one.given[GUARDS]))
        except Refused as refused:
            yield f"the machine refuses it: {refused}"
            return
        if step.target is not one.target:
            yield f"recorded: it leads to {one.target.value}; derived: to {step.target.value}"

    def _decide(
        self,
        record: ConversationRecord,
        events: Sequence[RecordedEvent],
        wrong: Mapping[str, list[str]],
        missing: Mapping[str, list[str]],
    ) -> None:
        """Decides a message again and notes what differs at the step where it does."""
        first = events[0]
        try:
            rules = self._rules.of(record, first.policy_hash)
            run, ports = run_of(record, first, rules)
            if _only_assessed(run):
                return _compare_assessment(run, events, wrong)
            decide(run, ports)
        except Gone as why:
            wrong[first.id].append(str(why))
            return
        except (Incomplete, PolicyError) as why:
            missing[first.id].append(str(why))
            return
        told = tuple(f"deciding it again asks for what nobody asked for then: {one}" for one in ports.asked_in_vain)
        for place, happening in enumerate(run.record.happenings):
            if place >= len(events):
                wrong[events[-1].id].append(f"derived: {happening.event.value} follows, which is not recorded")
                break
            found = [*_different(happening, events[place]), *(told if place == 0 else ())]
            wrong[events[place].id] += found
            if found or any(effect in _LAST for effect in happening.effects):
                return
        else:
            if len(events) > len(run.record.happenings):
                extra = events[len(run.record.happenings)]
                wrong[extra.id].append("recorded, but not derived")
        wrong[first.id] += _words(run, record.said_by(first))


def _only_assessed(run: Run) -> bool:
    """Whether the message came while a person had or awaited the case: what it adds to the packet is not derived."""
    return run.snapshot.state in WITH_PERSON and not run.message.automatic


def _compare_assessment(run: Run, events: Sequence[RecordedEvent], wrong: Mapping[str, list[str]]) -> None:
    found, first = assess(run), events[0]
    derived = {
        "language": run.standing.language, "sentiment": found.sentiment, "facts": dict(run.judgement.facts),
    }  # fmt: skip
    wrong[first.id] += _different_data(derived, {name: first.data.get(name) for name in derived})
    judged = {"decision": found.decision.value, "fired": [one.trigger_id for one in found.fired]}
    wrong[first.id] += _different_data(judged, first.given.get("judged", {}))
    for one in events[1:]:
        if one.event is Event.TRIGGER_FIRED:
            wrong[one.id] += _different_data({"fired": fired_json(found.fired)}, {"fired": one.data.get("fired")})


# Comparing


def _different(derived: Happening, one: RecordedEvent) -> Iterator[str]:
    for name in ("event", "source", "target", "role"):
        ours, theirs = getattr(derived, name), getattr(one, name)
        if ours is not theirs:
            yield f"recorded: {name} {theirs.value}; derived: {ours.value}"
    yield from _different_data(derived.data, one.data)


def _different_data(derived: Mapping[str, Any], recorded: Mapping[str, Any]) -> Iterator[str]:
    ours, theirs = json.loads(json.dumps(dict(derived))), dict(recorded)
    for name in sorted({*ours, *theirs} - FREE):
        a, b = theirs.get(name), ours.get(name)
        if a == b:
            continue
        if name == "facts" and isinstance(a, dict) and isinstance(b, dict):
            differ = (fact for fact in sorted({*a, *b}) if a.get(fact) != b.get(fact))
            yield from (f"fact {fact}: recorded {a.get(fact)!r}; derived {b.get(fact)!r}" for fact in differ)
        elif name == "fired" and a and b:
            yield from _different_fired(a, b)
        else:
            yield f"{name}: recorded {_short(a)}; derived {_short(b)}"


def _different_fired(recorded: Sequence[Any], derived: Sequence[Any]) -> Iterator[str]:
    theirs, ours = _by_trigger(recorded), _by_trigger(derived)
    for name in dict.fromkeys((*theirs, *ours)):
        a, b = theirs.get(name), ours.get(name)
        if a is None or b is None:
            yield f"trigger {name}: {'derived, but not recorded' if a is None else 'recorded, but not derived'}"
        elif a != b:
            yield f"evidence of {name}: recorded {_short(a)}; derived {_short(b)}"
    if list(theirs) != list(ours) and set(theirs) == set(ours):
        yield "the triggers stand in another order"


def _by_trigger(fired: Sequence[Any]) -> dict[str, Any]:
    return {one["trigger_id"] if isinstance(one, dict) else str(one): one for one in fired}


def _words(run: Run, said: Sequence[StoredMessage]) -> Iterator[str]:
    ours, theirs = [one.text for one in run.record.utterances], [one.text for one in said]
    if run.snapshot.state in ANSWERING and ours != theirs:
        yield f"words to the customer: recorded {_short(theirs)}; derived {_short(ours)}"


def _short(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 300 else text[:297] + "..."


def _result(wrong: Sequence[str], missing: Sequence[str]) -> Result:
    return Result.MISMATCH if wrong else Result.UNKNOWN if missing else Result.MATCH


def _unrecorded(one: RecordedEvent) -> Iterator[str]:
    if GUARDS not in one.given:
        yield "what it was decided on was not recorded; the version that wrote it kept no such thing"


def _lost(record: ConversationRecord) -> Iterator[str]:
    """Messages that events name and that are gone, and messages whose event is gone."""
    known = {one.id for one in record.events}
    for one in record.messages:
        if one.outcome_event_id is not None and one.outcome_event_id not in known:
            yield f"message {one.id} (seq {one.seq}) was decided by event {one.outcome_event_id}, which is gone"
