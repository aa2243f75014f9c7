"""What another policy would have done with a recorded conversation, turn by turn, beside what was done.

The conversation is lived once more in memory, by the code that decides: the customer's messages and what people did, at
their times, on what this policy has made of the conversation so far. Models and the recogniser are not asked: what they
said of a message then is what they say now. Where this policy asks for something that nobody asked for then, the turn
is not known, and none after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any

from audit.recorded_turn import Recorded, recorded_ports, recorded_replies
from conversation.act_data import KEYS
from conversation.handle import run_through
from conversation.handover import Handover
from conversation.inbound import Inbound, Kind, Proof
from conversation.records import Happening, Outcome, Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Material, Run
from handover.people.attempts import KEPT, Attempts
from service.record import ConversationRecord, RecordedEvent
from states.errors import HandrailError
from states.table import INITIAL
from states.vocabulary import Author, Effect, Event, State

WINDOW = 8
"""Messages of the transcript that a run sees, as `store.queries` reads them."""
BY_PRESENCE = frozenset({Event.SLA_ENDANGERED})
"""Who was at the desk then is not recorded: whether somebody had to be paged at once is not compared."""


class Turn(StrEnum):
    """What became of a recorded cause under the other policy."""

    SAME = "same"
    OTHER = "other"
    REFUSED = "refused"
    """Somebody did then what they could not do now."""
    UNKNOWN = "unknown"
    """It asks for something that was not recorded, or comes after a turn that does."""
    CLOCK = "clock"
    """Clocks run by the policy: they are not lived again."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a cause led to: its events with the states they lead to, and the triggers."""

    events: tuple[tuple[Event, State], ...]
    triggers: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """The state afterwards."""
        return self.events[-1][1]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        events = [{"event": event.value, "to": state.value} for event, state in self.events]
        return {"events": events, "triggers": list(self.triggers)}


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One recorded cause, what it led to, and what it would have led to."""

    step: int
    """Of its first event, from 1."""
    cause: str
    text: str
    """What the customer wrote; empty for what people did."""
    recorded: Course
    would: Course | None
    turn: Turn
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        would = self.would.as_json() if self.would is not None else None
        return {
            "step": self.step, "cause": self.cause, "text": self.text, "turn": self.turn.value, "why": self.why,
            "recorded": self.recorded.as_json(), "would": would,
        }  # fmt: skip


class WhatIf:
    """Lives one record under other rules. Holds the conversation; one object for each record."""

    def __init__(self, record: ConversationRecord, rules: Rules) -> None:
        self._record, self._rules = record, rules
        self._transcript: list[StoredMessage] = []
        self._handover: Handover | None = None
        self._answers: dict[str, Mapping[str, Any]] = {}
        self._snapshot = self._beginning()
        self._lost = ""

    def turns(self) -> Iterator[Compared]:
        """Each recorded cause in order."""
        step = 1
        for cause, group in groupby(self._record.events, key=lambda one: one.cause):
            events = tuple(group)
            yield self._turn(step, cause, events)
            step += len(events)

    def _turn(self, step: int, cause: str, events: tuple[RecordedEvent, ...]) -> Compared:
        first, message = events[0], self._record.message(events[0].message_id)
        recorded, text = course_of(events), message.text if message is not None else ""

        def compared(turn: Turn, would: Course | None = None, why: str = "") -> Compared:
            return Compared(step=step, cause=cause, text=text, recorded=recorded, would=would, turn=turn, why=why)

        if self._lost:
            return compared(Turn.UNKNOWN, why=self._lost)
        if first.kind not in ("message", "returned", "act"):
            return compared(Turn.CLOCK)
        if first.message_id is not None and message is None:
            self._lost = f"message {first.message_id} is gone"
            return compared(Turn.UNKNOWN, why=self._lost)
        if first.message_id is not None and not first.given:
            self._lost = "what the models said was not recorded"
            return compared(Turn.UNKNOWN, why=self._lost)
        inbound = self._inbound(first, message)
        if inbound is None:
            return compared(Turn.REFUSED, why="nothing was left to the assistant here")
        ports = recorded_ports(self._record, first)
        try:
            outcome = self._live(inbound, ports, first)
        except HandrailError as refused:
            return compared(Turn.REFUSED, why=str(refused))
        if ports.asked_in_vain:
            self._lost = f"it depends on what nobody asked for then: {', '.join(dict.fromkeys(ports.asked_in_vain))}"
            return compared(Turn.UNKNOWN, why=self._lost)
        self._go_on(outcome, inbound, message)
        would = course_of(outcome.happenings)
        return compared(Turn.SAME if would == recorded else Turn.OTHER, would)

    def _live(self, inbound: Inbound, ports: Recorded, first: RecordedEvent) -> Outcome:
        rules = replace(self._rules, recogniser=ports.recogniser, replies=recorded_replies(first, ports))
        seen = tuple(self._transcript)
        material = Material(messages=seen, total=len(seen), answers=self._answers)
        run = Run.begin(self._snapshot, inbound, rules, first.at, lambda: material, first.given.get("broken") or None)
        return run_through(run, ports)

    def _inbound(self, first: RecordedEvent, message: StoredMessage | None) -> Inbound | None:
        """What came in then, as it would come in now; None where a message is returned that nobody left."""
        name = first.cause.partition(":")[2]
        if message is None:
            return self._act(first, name)
        late = replace(message, seq=self._snapshot.next_seq, late=self._snapshot.closed)
        owed = self._snapshot.history.get("owed") or ("", "")
        if first.kind == "message":
            return Inbound(kind=Kind.MESSAGE, id=name, message=late, text=message.text)
        if owed[0] != message.id:
            return None
        kept = next(one for one in self._transcript if one.id == message.id)
        return Inbound(kind=Kind.RETURNED, id=f"{message.id}:{owed[1]}", message=kept, text=message.text)

    def _act(self, first: RecordedEvent, name: str) -> Inbound:
        said = next((one for one in self._record.said_by(first) if one.effect is Effect.SEND_AGENT_MESSAGE), None)
        known = KEYS.get(first.event, frozenset())
        return Inbound(
            kind=Kind.ACT, id=name, event=first.event, role=first.role, actor=first.actor_id,
            text=said.text if said is not None else str(first.data.get("note", "")),
            data={key: self._asked(key, value) for key, value in first.data.items() if key in known},
            approved="template" in first.data, seen=self._snapshot.next_seq, unseen=(),
            proof=self._proof(first), attempts=self._attempts(first),
        )  # fmt: skip

    def _asked(self, key: str, recorded: Any) -> Any:
        """What was asked for with an act: of a review the event keeps more, what stood there before; and who decided a
        request decides the one that they would have read here."""
        if key == "fields":
            return [{name: one[name] for name in ("field", "verdict", "value") if name in one} for one in recorded]
        if key == "request_hash" and self._snapshot.pending_consent:
            return self._snapshot.pending_consent.get("hash", recorded)
        return recorded

    def _proof(self, first: RecordedEvent) -> Proof:
        """What proved something then proves it now: codes and answers are kept nowhere."""
        if first.event is Event.CODE_SENT:
            return Proof(contact=str(first.data.get("contact", "")))
        if first.event is not Event.IDENTITY_VERIFIED:
            return Proof()
        handover = self._snapshot.handover
        challenge = handover.code if handover is not None else None
        return Proof(answered=True, code=self._rules.codes.code(challenge) if challenge is not None else "")

    def _attempts(self, first: RecordedEvent) -> Attempts:
        """The checks that had failed by then, here or in other conversations, as far as an event of a failure says."""
        failed = max(int(first.data.get("attempts", 1)) - 1, 0) if first.event is Event.VERIFICATION_FAILED else 0
        return Attempts(key="", failed=(first.at,) * min(failed, KEPT))

    def _beginning(self) -> Snapshot:
        """The conversation before its first message, as it was recorded."""
        record = self._record
        given = next((one.given for one in record.events if one.message_id is not None and one.given), {})
        return Snapshot(
            id=record.id, state=INITIAL, version=0, channel=record.channel, language=given.get("language", "en"),
            customer=record.customer, channel_facts=record.channel_facts, history=given.get("history", {}),
            latched=False, owner_id=None, owner_role=None, pending_consent=None, policy_name=self._rules.policy.name,
            policy_hash=self._rules.loaded.hash, head_hash="", checkpoint_id=None, closed=False,
            created_at=record.created_at, updated_at=record.created_at, next_seq=1,
        )  # fmt: skip

    def _go_on(self, outcome: Outcome, inbound: Inbound, message: StoredMessage | None) -> None:
        """The conversation after an outcome, as the next read would find it."""
        seq, first = self._snapshot.next_seq, outcome.happenings[0].id
        if inbound.kind is Kind.MESSAGE and inbound.message is not None:
            self._transcript.append(replace(inbound.message, outcome_event_id=first))
            self._answers[inbound.message.id] = outcome.happenings[0].data
            seq += 1
        seq += len(outcome.happenings)
        for number, one in enumerate(outcome.utterances):
            said = StoredMessage(
                id=f"{first}.{number}", seq=seq, author=one.author.value, actor_id=one.actor_id, text=one.text,
                at=outcome.at, in_reply_to=outcome.message_id, citations=one.citations, effect=one.effect,
            )  # fmt: skip
            self._transcript.append(said)
            seq += 1
        self._transcript = [_masked(one, outcome) for one in self._transcript]
        self._handover = outcome.handover or self._handover
        back = not outcome.latched and bool(outcome.history.get("returned"))
        self._snapshot = replace(
            self._snapshot, state=outcome.state, version=self._snapshot.version + 1, language=outcome.language,
            history=outcome.history, latched=outcome.latched, owner_id=outcome.owner_id,
            owner_role=outcome.owner_role, pending_consent=outcome.pending_consent, closed=outcome.closed,
            updated_at=outcome.at, next_seq=seq, window=tuple(self._transcript[-WINDOW:]),
            handover=self._handover if outcome.latched or outcome.handover_id else None,
            returned=self._handover if back else None,
            timers={clock.value: due for clock, (_, due) in outcome.timers.items()}
            if outcome.latched or outcome.state is State.RESOLVED else {},
        )  # fmt: skip


def _masked(one: StoredMessage, outcome: Outcome) -> StoredMessage:
    text, redactions = outcome.masked.get(one.id, (one.text, one.redactions))
    return replace(one, text=text, redactions=redactions) if one.author == Author.CUSTOMER else one


def course_of(events: Iterable[RecordedEvent | Happening]) -> Course:
    """What events led to."""
    listed = tuple(events)
    fired = (one for event in listed for one in event.data.get("fired", ()))
    return Course(
        events=tuple((one.event, one.target) for one in listed if one.event not in BY_PRESENCE),
        triggers=tuple(dict.fromkeys(str(one["trigger_id"]) for one in fired)),
    )
