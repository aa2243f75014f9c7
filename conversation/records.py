"""What a run reads and what it leads to, as values: a snapshot to decide on, and an outcome to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handover.packet.attachment import Attachment
from states.vocabulary import Clock, Effect, Event, Role, State


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
    attachments: tuple[Attachment, ...] = ()
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
