"""The working copy of one run: the machine stepped event by event, and what it led to, as data.

Nothing here is shared or written. A run that turns out stale is thrown away whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from conversation import clocks as climbing
from conversation.consents import consent_facts
from conversation.records import Happening, Outcome, Snapshot, StoredMessage, TemplateUse, Utterance
from conversation.services import Services
from conversation.verification import Proof, verification_facts
from handover.deadlines.sla import is_open
from handover.people.consent import Consent, ConsentKind
from handover.people.presence import Person
from states.facts import Facts
from states.machine import Step
from states.table import CONSENT_CLOCK
from states.vocabulary import Clock, Effect, Event, Role, State
from triggers.assessment import Assessment, Fired
from triggers.history import History


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """What a run is about."""

    kind: str
    """message, act, clock or fault."""
    id: str
    event: Event | None = None
    """The event an act or a clock asks for."""
    role: Role = Role.CUSTOMER
    actor: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    message: StoredMessage | None = None
    approved: bool = False
    """The text is an approved template, rendered."""
    template: TemplateUse | None = None
    """Which one: it must still be approved when the outcome is written."""
    proof: Proof | None = field(default=None, repr=False)
    """What an act or a message brings to an identity check."""
    origin: str = ""
    """The destination it came through; empty: our own desk, channel or clock."""

    @property
    def cause(self) -> str:
        """The key under which an outcome happens once."""
        return f"{self.kind}:{self.id}"

    @property
    def body_hash(self) -> str:
        """What tells an act from another one under the same id: who asks for what, in which words."""
        event = self.event.value if self.event else None
        body = [event, self.role.value, self.actor, self.text, self.data, *([self.proof.seal] if self.proof else [])]
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """What the checkpoint keeps: no texts."""
        event = self.event.value if self.event else None
        return {"kind": self.kind, "id": self.id, "event": event, "role": self.role.value, "actor": self.actor}


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a packet is made from beside the snapshot; read only when a packet is due."""

    messages: tuple[StoredMessage, ...]
    """The transcript, or its last part, oldest first."""
    total: int
    """How many messages the whole transcript has."""
    people: tuple[Person, ...] = ()
    """Everybody who has come to the desk."""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Customer message id → data of the event that decided it."""


@dataclass(kw_only=True)
class Working:
    """Where the conversation stands while a run decides."""

    snapshot: Snapshot
    inbound: Inbound
    services: Services
    now: datetime
    state: State
    latched: bool
    owner_id: str | None
    owner_role: Role | None
    history: History
    language: str
    handover: dict[str, Any] | None
    consent: Consent | None
    closed: bool = False
    material: Callable[[], Material]
    assessment: Assessment | None = None
    broken: str | None = None
    """An earlier run of this message broke with this error: judge nothing more, hand it to a person."""
    fired: tuple[Fired, ...] = ()
    """What the packet must explain."""
    more: bool = False
    """Another node must run before the turn is over: the packet is due, or the message is still unanswered."""
    looping: bool = False
    """What fired had fired before the last hand-back."""
    happenings: list[Happening] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    opened: dict[str, Any] | None = None
    changed: dict[str, Any] = field(default_factory=dict)
    payloads: dict[Effect, dict[str, Any]] = field(default_factory=dict)
    due: dict[Clock, datetime] = field(default_factory=dict)
    """Clocks that this run sets anew; the others keep the due time they have."""

    @classmethod
    def begin(
        cls, snapshot: Snapshot, inbound: Inbound, services: Services, material: Callable[[], Material] | None = None
    ) -> Working:
        """A working copy of what one read saw."""
        handover = dict(snapshot.handover) if snapshot.handover else None
        pending = snapshot.pending_consent
        return cls(
            snapshot=snapshot,
            inbound=inbound,
            services=services,
            now=services.clock.now(),
            state=snapshot.state,
            latched=snapshot.latched,
            owner_id=snapshot.owner_id,
            owner_role=snapshot.owner_role,
            history=History.from_json(dict(snapshot.history)),
            language=snapshot.language,
            handover=handover,
            consent=Consent.from_json(pending) if pending else None,
            # A message is kept only while the window is open: one that waits was in time, however late it is decided.
            closed=snapshot.closed and inbound.message is None,
            material=cache(material or (lambda: Material(messages=snapshot.window, total=len(snapshot.window)))),
        )

    # Stepping

    def apply(
        self,
        event: Event,
        role: Role,
        data: Mapping[str, Any] | None = None,
        *,
        actor: str = "",
        approved: bool = False,
    ) -> Step:
        """Steps the machine and records the event. Raises Refused, and then nothing has changed."""
        step = self.services.machine.step(self.state, event, role, self.facts(actor, role, approved=approved))
        self.happenings.append(
            Happening(
                id=self.services.ids.new("evt_"),
                event=event,
                source=step.source,
                target=step.target,
                role=role,
                actor_id=actor,
                effects=step.effects,
                data=data or {},
            )
        )
        self.state = step.target
        for effect in step.effects:
            self._follow(effect, role, actor)
        return step

    def _follow(self, effect: Effect, role: Role, actor: str) -> None:
        """The part of an effect that later guards of the same run can see."""
        if effect is Effect.LOCK_BOT:
            self.latched, self.more = True, True
        elif effect is Effect.UNLOCK_BOT:
            self.latched = False
        elif effect is Effect.ASSIGN_OWNER:
            self.owner_id, self.owner_role = actor, role
            if self.consent is not None and self.consent.kind is ConsentKind.HAND_BACK:
                self.consent = None  # It was asked for by the owner of before.
        elif effect is Effect.CLEAR_OWNER:
            # Whoever takes the case next asks anew; nobody consents for a person who left.
            self.owner_id = self.owner_role = self.consent = None
        elif effect is Effect.CLOSE_CONSENT:
            self.consent = None
        elif effect is Effect.CLOSE_CONVERSATION:
            self.closed = True

    def facts(self, actor: str = "", role: Role = Role.SYSTEM, *, approved: bool = False) -> Facts:
        """What the guards may read, for this actor, now."""
        handover = self.handover or {}
        climb = climbing.climb_of(self) if handover else None
        return Facts(
            latched=self.latched,
            approved_content=approved,
            caution_over=self.history.clean_turns >= self.services.loaded.policy.guard.clear_after,
            owned=self.owner_id is not None,
            actor_owns=self.owner_id is not None and self.owner_id == actor and self.owner_role is role,
            steps_done=not self.open_steps(),
            outcome_written=bool(self.inbound.text.strip()),
            regulated=bool(handover.get("regulated")),
            compliance=bool(handover.get("compliance")),
            **consent_facts(self, actor, role),
            **verification_facts(self, role),
            climb_renotified=climb is not None and climb.renotified,
            climb_paged=climb is not None and climb.paged,
            reopen_allowed=not self.closed,
            survey_open=bool(self.history.survey),
            looping=self.looping,
        )

    def open_steps(self) -> tuple[str, ...]:
        """Required playbook steps that the agent has neither done nor attests with this act."""
        playbook = ((self.handover or {}).get("packet") or {}).get("action", {}).get("playbook") or {}
        done = {*(self.handover or {}).get("steps_done", ()), *self.inbound.data.get("steps_done", ())}
        return tuple(step["id"] for step in playbook.get("steps", ()) if step["required"] and step["id"] not in done)

    @cached_property
    def people_at_work(self) -> bool:
        """Whether the policy's business hours say that people are there now."""
        return is_open(self.services.loaded.policy.hours, self.now)

    # Recording

    def amend(self, **data: Any) -> None:
        """Adds to what the newest event records, once it is known what it led to."""
        newest = self.happenings[-1]
        self.happenings[-1] = replace(newest, data={**newest.data, **data})

    def say(self, author: str, text: str, **more: Any) -> None:
        """One message to the customer, sent only if the outcome is committed."""
        if text.strip():
            self.utterances.append(Utterance(author=author, text=text, **more))

    def remember(self, **changes: Any) -> None:
        """Changes counters of the history."""
        self.history = replace(self.history, **changes)

    def change_handover(self, **columns: Any) -> None:
        """Changes columns of the open handover; a thread without rows, as in Studio, has none to change."""
        if self.handover is None:
            return
        self.handover = {**self.handover, **columns}
        if self.opened is not None:
            self.opened = self.handover
        else:
            self.changed |= columns

    def outcome(self) -> Outcome:
        """Everything this run led to, ready to be committed."""
        loaded, timers = self.services.loaded, self._timers()
        return Outcome(
            conversation_id=self.snapshot.id,
            expected_version=self.snapshot.version,
            cause=self.inbound.cause,
            message_id=self.inbound.message.id if self.inbound.message else None,
            happenings=tuple(self.happenings),
            utterances=tuple(self.utterances),
            state=self.state,
            language=self.language,
            latched=self.latched,
            owner_id=self.owner_id,
            owner_role=self.owner_role,
            history=self.history.to_json(),
            pending_consent=self.consent.to_json() if self.consent else None,
            closed=self.closed,
            handover_id=self.handover["id"] if self.handover and self.handover["open"] else None,
            prev_hash=self.snapshot.head_hash,
            policy_name=loaded.policy.name,
            policy_hash=loaded.hash,
            at=self.now,
            timers=timers,
            handover_opened=self.opened,
            handover_changed=self.changed,
            payloads=self.payloads,
            template=self.inbound.template,
        )

    def _timers(self) -> dict[Clock, tuple[Event, datetime]]:
        if self.closed:
            return {}
        running = climbing.clocks(self)
        if self.consent is not None:
            running[CONSENT_CLOCK[0]] = (CONSENT_CLOCK[1], self.consent.expires_at)
        return running
