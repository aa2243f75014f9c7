"""What goes in and out of the unit of work: a snapshot to decide on, and an outcome to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from states.vocabulary import Clock, Effect, Event, Role, State


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A customer message on its way in: redacted already."""

    conversation_id: str
    id: str
    text: str
    body_hash: str
    """SHA-256 of the redacted text: the same id with another body is a conflict."""
    redactions: Mapping[str, int]
    at: datetime
    attachments: tuple[Mapping[str, Any], ...] = ()
    """Files that came with it, as the channel describes them."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What commit 1 found."""

    repeated: bool
    """The message was there already, with the same body."""
    decided: bool
    """It has an outcome already."""
    leased: bool
    """The caller now holds the conversation's lease."""
    snapshot: Snapshot | None = None
    """What the turn can be decided on, if the caller holds the lease: read in the same transaction."""


@dataclass(frozen=True, kw_only=True)
class StoredMessage:
    """A message as it lies in the transcript."""

    id: str
    seq: int
    author: str
    actor_id: str
    text: str
    at: datetime
    redactions: Mapping[str, int] = field(default_factory=dict)
    in_reply_to: str | None = None
    citations: tuple[Mapping[str, str], ...] = ()
    attachments: tuple[Mapping[str, Any], ...] = ()
    outcome_event_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A conversation as one read saw it: everything a run may decide on, at constant size."""

    id: str
    state: State
    version: int
    channel: str
    language: str
    customer: str
    channel_facts: Mapping[str, Any]
    history: Mapping[str, Any]
    latched: bool
    owner_id: str | None
    owner_role: Role | None
    pending_consent: Mapping[str, Any] | None
    policy_name: str
    policy_hash: str
    head_hash: str
    checkpoint_id: str | None
    closed: bool
    created_at: datetime
    updated_at: datetime
    window: tuple[StoredMessage, ...] = ()
    """The newest decided messages, oldest first, bounded."""
    pending: StoredMessage | None = None
    """The oldest customer message without an outcome."""
    handover: Mapping[str, Any] | None = None
    """The open handover's row, or the newest closed one (`open` tells)."""
    returned: Mapping[str, Any] | None = None
    """The handover that a person gave back to the assistant, where that was the last thing a person did."""
    timers: Mapping[str, datetime] = field(default_factory=dict)
    """Running clocks of a conversation that a person owns, or that is resolved: kind → due time."""


@dataclass(frozen=True, kw_only=True)
class TemplateUse:
    """One version of a stored template."""

    id: str
    language: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event to append to the log, with the effects it asked for."""

    id: str
    event: Event
    source: State
    target: State
    role: Role
    actor_id: str
    effects: tuple[Effect, ...]
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """One message to the customer."""

    author: str
    text: str
    actor_id: str = ""
    citations: tuple[Mapping[str, str], ...] = ()
    redactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that commit 2 writes, or nothing of it."""

    conversation_id: str
    expected_version: int
    cause: str
    message_id: str | None
    """The customer message that is decided by this outcome."""
    happenings: tuple[Happening, ...]
    utterances: tuple[Utterance, ...]
    state: State
    language: str
    latched: bool
    owner_id: str | None
    owner_role: Role | None
    history: Mapping[str, Any]
    pending_consent: Mapping[str, Any] | None
    closed: bool
    handover_id: str | None
    """The handover that is open after this outcome."""
    prev_hash: str
    """Head of the chain at the expected version."""
    policy_name: str
    policy_hash: str
    at: datetime
    timers: Mapping[Clock, tuple[Event, datetime]]
    """The clocks that run from now on; all others of the conversation stop."""
    handover_opened: Mapping[str, Any] | None = None
    handover_changed: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the open handover that change."""
    payloads: Mapping[Effect, Mapping[str, Any]] = field(default_factory=dict)
    """What the worker needs for an effect, beside ids."""
    template: TemplateUse | None = None
    """The stored template whose words are said: the outcome is stale if it is no longer approved."""


@dataclass(frozen=True, kw_only=True)
class DueTimer:
    """A timer whose time has come."""

    conversation_id: str
    clock: Clock
    event: Event
    due_at: datetime
    attempts: int = 0
    """Attempts that failed before."""


@dataclass(frozen=True, kw_only=True)
class QueuedEffect:
    """An effect that no destination has been asked for yet."""

    id: str
    conversation_id: str
    effect: Effect
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class NewStep:
    """One step toward one destination, to be written."""

    id: str
    conversation_id: str
    effect: str
    """The effect it comes from; empty for what delivery itself has to say."""
    destination: str
    job: str
    handover_id: str
    task: Mapping[str, Any]
    after_id: str | None
    request: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class DueStep:
    """A step leased to a worker."""

    id: str
    conversation_id: str
    effect: str
    destination: str
    job: str
    handover_id: str
    task: Mapping[str, Any]
    request: Mapping[str, Any] | None
    attempts: int
    """This one counts."""
    unsure: bool
    created_at: datetime
    lease: str = ""
    """Under which it is held; only with this it can be settled."""
    written: str | None = None
    """Where an earlier attempt wrote it, as the destination said; nobody could read it back."""


@dataclass(frozen=True, kw_only=True)
class TicketRecord:
    """Where a handover is at one destination, and what both sides last agreed on."""

    destination: str
    ref: str
    conversation_id: str
    handover_id: str
    link: str
    status: str
    assignee: str
    version: str
    last_comment: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class WaitingHint:
    """An inbound hint that is being looked into."""

    destination: str
    delivery_id: str
    ref: str
    actor: str
    asks: str
    attempts: int
