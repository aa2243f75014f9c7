"""A small runtime in memory for the tests of the surfaces: same errors, same views, no graph and no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from handover.packet.attachment import Attachment
from service.views import (
    Act,
    Actor,
    ActResult,
    Attendance,
    ConversationView,
    EventView,
    MessageView,
    NewConversation,
    PersonView,
    QueueItem,
    TurnResult,
)
from states.errors import BadInput, ConversationClosed, MessageConflict, NotFound
from states.facts import Facts
from states.machine import ConversationMachine
from states.vocabulary import Event, Role, State

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class MemoryRuntime:
    """Hands over when a message contains "person"; answers everything else."""

    def __init__(self) -> None:
        self.views: dict[str, ConversationView] = {}
        self.results: dict[tuple[str, str], tuple[str, TurnResult]] = {}
        self.openers: dict[str, str] = {}
        self.machine = ConversationMachine()
        self.there: dict[str, PersonView] = {}
        self.ticks = 0
        self.recovered = 0
        self.closed = False
        self.fails_with: Exception | None = None

    def open(self, new: NewConversation) -> ConversationView:
        name = new.id or f"cnv_{len(self.views) + 1}"
        if name in self.views:
            return self.views[name]
        self.openers[name] = new.opened_by
        self.views[name] = ConversationView(
            id=name, state=State.BOT_HANDLING, version=0, channel=new.channel, language=new.language or "en",
            customer=new.customer, latched=False, owner_id=None, owner_role=None, created_at=NOW, updated_at=NOW,
            closed=False, policy_name="default", policy_hash="0" * 64, facts=dict(new.facts), messages=(), events=(),
            handover=None, timers={},
        )  # fmt: skip
        return self.views[name]

    def view(self, conversation_id: str) -> ConversationView:
        if self.fails_with is not None:
            raise self.fails_with
        if conversation_id not in self.views:
            raise NotFound(f"no conversation {conversation_id!r}; open it first")
        return self.views[conversation_id]

    def post(
        self,
        conversation_id: str,
        text: str,
        *,
        message_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> TurnResult:
        view = self.view(conversation_id)
        message_id = message_id or f"msg_{view.version + 1}"
        if (conversation_id, message_id) in self.results:
            stored, result = self.results[conversation_id, message_id]
            if stored != text:
                raise MessageConflict(f"message {message_id!r} came with another text; use a new id")
            return replace(result, repeated=True)
        if view.closed:
            raise ConversationClosed(f"conversation {conversation_id!r} is closed; open a new one")
        if not text.strip():
            raise BadInput("the text is empty; write something")
        return self._new_turn(view, text, message_id)

    def _new_turn(self, view: ConversationView, text: str, message_id: str) -> TurnResult:
        answering = view.state is State.BOT_HANDLING
        wants = "person" in text
        state = State.HANDED_OFF if answering and wants else view.state
        event = Event.TRIGGER_FIRED if wants else Event.MESSAGE_ANSWERED if answering else Event.CUSTOMER_REPLIED
        decision: dict[str, Any] = {"event": event.value, "decision": "handover" if wants else "clear", "fired": []}
        if wants:
            evidence = [{"kind": "phrases", "detail": "person", "quote": "person", "score": 1.0}]
            decision["fired"] = [
                {"trigger_id": "person.request", "family": "human_request", "reason": "Asks for a person.",
                 "evidence": evidence}
            ]  # fmt: skip
        at, seq = NOW, len(view.messages) + len(view.events)
        asked = MessageView(id=message_id, seq=seq, author="customer", text=text, at=at)
        said = (
            (MessageView(id=f"{message_id}.r", seq=seq + 2, author="assistant", text="Two days.", at=at),)
            if answering
            else ()
        )
        record = EventView(
            id=f"evt_{len(view.events)}", seq=seq + 1, event=event.value, source=view.state, target=state,
            role=Role.SYSTEM, actor_id="system", at=at, policy_hash=view.policy_hash, data=decision,
        )  # fmt: skip
        self.views[view.id] = replace(
            view, state=state, version=view.version + 1, latched=state is not State.BOT_HANDLING,
            messages=(*view.messages, asked, *said), events=(*view.events, record),
        )  # fmt: skip
        result = TurnResult(
            conversation_id=view.id, message_id=message_id, state=state, version=view.version + 1, replies=said,
            decision=decision,
        )  # fmt: skip
        self.results[view.id, message_id] = text, result
        return result

    def act(self, conversation_id: str, act: Act) -> ActResult:
        view = self.view(conversation_id)
        owns = view.owner_id == act.actor.id
        facts = Facts(
            latched=view.latched, owned=view.owner_id is not None, actor_owns=owns, steps_done=True,
            identity_satisfied=True, outcome_written=bool(act.text), compliance=False, regulated=False,
            identity_proven=True,
        )  # fmt: skip
        step = self.machine.step(view.state, act.event, act.actor.role, facts)
        owner = act.actor.id if act.event is Event.CLAIMED else view.owner_id
        self.views[view.id] = replace(view, state=step.target, version=view.version + 1, owner_id=owner)
        return ActResult(conversation_id=view.id, event=act.event, state=step.target, version=view.version + 1)

    def take_next(self, actor: Actor, act_id: str | None = None) -> ActResult:
        waiting = next((item for item in self.queue() if item.owner_id is None), None)
        if waiting is None:
            raise NotFound("nothing waits")
        return self.act(waiting.conversation_id, Act(event=Event.CLAIMED, actor=actor, id=act_id))

    def attend(self, actor: Actor, said: Attendance | None = None) -> PersonView:
        told = said or Attendance()
        person = PersonView(
            id=actor.id, role=actor.role, teams=told.teams or (), skills=told.skills or (),
            languages=told.languages or (), capacity=5 if told.capacity is None else told.capacity,
            available=told.available is not False, online=True, seen_at=NOW, workload=0,
        )  # fmt: skip
        self.there[actor.id] = person
        return person

    def people(self) -> tuple[PersonView, ...]:
        return tuple(self.there.values())

    def queue(self, person: Actor | None = None) -> tuple[QueueItem, ...]:
        return tuple(
            QueueItem(
                handover_id=f"ho_{view.id}",
                conversation_id=view.id,
                state=view.state,
                reason_code="human_request",
                reason="Asks for a person.",
                severity="normal",
                team="frontline",
                language="en",
                waiting_since=NOW,
                claim_due_at=NOW,
                owner_id=view.owner_id,
                last_message=view.messages[-1].text,
            )
            for view in self.views.values()
            if view.latched
        )

    def conversations(self, limit: int = 100) -> tuple[ConversationView, ...]:
        if self.fails_with is not None:
            raise self.fails_with
        return tuple(self.views.values())[:limit]

    def admit(self, actor: Actor) -> None:
        pass

    def opened_by(self, conversation_id: str) -> str:
        self.view(conversation_id)
        return self.openers.get(conversation_id, "")

    def recover(self) -> int:
        self.recovered += 1
        return 0

    def tick(self) -> int:
        self.ticks += 1
        if self.fails_with is not None:
            raise self.fails_with
        return 0

    def ping(self) -> dict[str, str]:
        if self.fails_with is not None:
            raise self.fails_with
        return {"store": "memory", "assistant": "two days"}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def runtime() -> MemoryRuntime:
    return MemoryRuntime()


@pytest.fixture
def no_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A working directory without a settings file, and no HANDRAIL_* variable but those a test sets."""
    import os

    for name in list(os.environ):
        if name.startswith("HANDRAIL_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def new_runtime() -> Callable[[], MemoryRuntime]:
    return MemoryRuntime
