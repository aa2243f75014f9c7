"""Rows to test the store with, made by the store's own functions: no runtime, no graph, no policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from conversation.effects import OUTBOUND
from conversation.handover import Handover
from conversation.records import OPENING, Happening, Outbound, Outcome, Utterance
from states.table import HAND_OVER, SPEECH
from states.vocabulary import Clock, Effect, Event, Role, State
from store import arrivals, queries
from store.connection import Connection
from store.database import Store
from store.records import Incoming, NewStep, TicketRecord
from store.work import Committed, UnitOfWork

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def handover_row(handover_id: str, conversation_id: str, **more: Any) -> dict[str, Any]:
    """Every column of a handover."""
    return {
        "id": handover_id, "conversation_id": conversation_id, "open": True, "reason_code": "person.request",
        "reason": "The customer asks.", "severity": "normal", "sla": "standard", "team": "frontline", "skills": [],
        "language": "en", "waiting_since": NOW, "claim_due_at": NOW + HOUR, "resolve_due_at": NOW + 8 * HOUR,
        "ladders": {}, "notices": 0, "verify": False, "verify_level": "none", "verified": False,
        "verified_level": "none", "attempts": 0, "code": None, "codes_sent": 0, "regulated": False,
        "compliance": False, "steps_done": [], "steps_by": None, "owner_id": None, "claimed_at": None,
        "closed_at": None, "outcome": None, "resolution": None, "summary_due": False,
        "packet": {"why": {"reason_code": "person.request"}}, "previous_id": None, "created_at": NOW, **more,
    }  # fmt: skip


@dataclass
class Bench:
    """A store, and what is put into it."""

    store: Store
    _count: int = field(default=0)

    def run(self, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """One function of the store in a transaction of its own."""
        with self.store.write() as connection:
            return act(connection, *given, **named)

    def rows(self, act: Callable[[Connection], Any]) -> Any:
        """What a read finds."""
        with self.store.read() as connection:
            return act(connection)

    def open(self, conversation_id: str = "c1", *, now: datetime = NOW, customer: str = "cus-1", **more: Any) -> bool:
        """A conversation begins."""
        made: bool = self.run(
            arrivals.create, conversation_id=conversation_id, channel="web", language="en", customer=customer,
            channel_facts={}, policy_name="p", policy_hash="h", idle_until=now + 24 * HOUR, now=now, **more,
        )  # fmt: skip
        return made

    def receive(
        self,
        conversation_id: str = "c1",
        message_id: str = "m1",
        text: str = "hello",
        *,
        at: datetime = NOW,
        **more: Any,
    ) -> Any:
        """A message comes in; its owner of the lease is `w1` unless another is named."""
        incoming = Incoming(
            conversation_id=conversation_id, id=message_id, text=text, body_hash=text, redactions={}, at=at,
            attachments=more.pop("attachments", ()), originals=more.pop("originals", ()),
        )  # fmt: skip
        return self.run(arrivals.receive, incoming, more.pop("owner", "w1"), more.pop("lease_s", 60.0))

    def outcome(self, conversation_id: str = "c1", **changed: Any) -> Outcome:
        """An outcome that keeps everything as it is, but for `changed`; one event, of the system's.

        `event`, `source`, `role`, `effects` and `data` are that event's, `says` its words (effect → text), `payloads`
        what its outbox rows tell (effect → payload). `handover_opened` has every column of a new handover,
        `handover_changed` the columns that change in the newest one.
        """
        row = self.rows(lambda connection: queries.conversation(connection, conversation_id))
        before, after = self._handover(conversation_id, changed)
        happening = self._happening(State(row["state"]), changed)
        says: Mapping[Effect, str] = changed.pop("says", {})
        payloads: Mapping[Effect, Mapping[str, Any]] = changed.pop("payloads", {})
        about = {"handover_id": after.id} if after is not None else {}
        values: dict[str, Any] = {
            "conversation_id": conversation_id, "expected_version": row["version"], "cause": f"act:{self._count}",
            "message_id": None, "happenings": (happening,), "state": State(row["state"]),
            "utterances": tuple(
                Utterance(author=SPEECH[effect], text=text, event_id=happening.id, effect=effect)
                for effect, text in says.items()
            ),
            "outbound": tuple(
                Outbound(event_id=happening.id, number=number, effect=effect, payload=payloads.get(effect, about))
                for number, effect in enumerate(happening.effects)
                if effect in OUTBOUND
            ),
            "language": row["language"], "latched": row["latched"], "owner_id": row["owner_id"],
            "owner_role": Role(row["owner_role"]) if row["owner_role"] else None, "history": row["history"],
            "pending_consent": row["pending_consent"], "closed": row["closed"], "prev_hash": row["head_hash"],
            "policy_name": "p", "policy_hash": "h", "at": NOW, "opening": {name: row[name] for name in OPENING},
            "timers": {Clock.IDLE: (Event.EXPIRED, NOW + 24 * HOUR)}, "handover": after, "handover_before": before,
        }  # fmt: skip
        return Outcome(**{**values, **changed})

    def _happening(self, state: State, changed: dict[str, Any]) -> Happening:
        self._count += 1
        return Happening(
            id=f"e{self._count}", event=changed.pop("event", Event.MESSAGE_KEPT), source=changed.pop("source", state),
            target=changed.get("state", state), role=changed.pop("role", Role.SYSTEM), actor_id="",
            effects=changed.pop("effects", ()), data=changed.pop("data", {}),
        )  # fmt: skip

    def _handover(self, conversation_id: str, changed: dict[str, Any]) -> tuple[Handover | None, Handover | None]:
        """The newest handover before the outcome, and after it."""
        opened, columns = changed.pop("handover_opened", None), changed.pop("handover_changed", {})
        if opened is not None:
            return None, Handover.from_row(opened)
        before = self.rows(lambda connection: queries.handover_of(connection, conversation_id))
        return before, Handover.from_row({**before.to_row(), **columns}) if before is not None else None

    def commit(self, conversation_id: str = "c1", *, lease: str | None = None, **changed: Any) -> Committed:
        """Commit 2 of such an outcome."""
        return UnitOfWork(self.store).commit(
            self.outcome(conversation_id, **changed), lambda connection: None, None, lease
        )

    def answer(self, conversation_id: str, message_id: str, text: str) -> Committed:
        """The assistant answers a message."""
        return self.commit(conversation_id, cause=f"message:{message_id}", message_id=message_id, **answering(text))

    def hand_over(self, conversation_id: str = "c1", handover_id: str = "ho1", **more: Any) -> Committed:
        """A person is called; effects and columns of the handover may be named."""
        changed: dict[str, Any] = {
            "event": Event.PACKET_READY, "source": State.TRIGGERED, "state": State.HANDED_OFF, "latched": True,
            "effects": more.pop("effects", HAND_OVER),
            "timers": more.pop("timers", {Clock.CLAIM: (Event.SLA_BREACHED, NOW + HOUR)}),
        }  # fmt: skip
        opened = handover_row(handover_id, conversation_id, **more)
        return self.commit(conversation_id, **changed, handover_opened=opened)

    def case(self, conversation_id: str = "c1", handover_id: str = "ho1", **more: Any) -> None:
        """A conversation that a person is called to."""
        self.open(conversation_id)
        self.receive(conversation_id, text="human please")
        self.hand_over(conversation_id, handover_id, **more)


def answering(text: str) -> dict[str, Any]:
    """What an outcome says by which the assistant answers."""
    return {
        "event": Event.MESSAGE_ANSWERED, "role": Role.ASSISTANT, "effects": (Effect.SEND_ANSWER,),
        "says": {Effect.SEND_ANSWER: text},
    }  # fmt: skip


def step(step_id: str, **more: Any) -> NewStep:
    """A step of `ho1` toward `tickets`."""
    values: dict[str, Any] = {
        "id": step_id, "conversation_id": "c1", "effect": "deliver_handover", "destination": "tickets", "job": "open",
        "handover_id": "ho1", "task": {"text": "words"}, "after_id": None,
    }  # fmt: skip
    return NewStep(**{**values, **more})


def ticket(ref: str = "1", **more: Any) -> TicketRecord:
    """The ticket of `ho1` at `tickets`."""
    values: Mapping[str, Any] = {
        "destination": "tickets", "ref": ref, "conversation_id": "c1", "handover_id": "ho1", "link": "https://t/1",
        "status": "open", "assignee": "", "version": "1", "last_comment": "", "revision": 0,
    }  # fmt: skip
    return TicketRecord(**{**values, **more})
