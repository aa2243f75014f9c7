"""The record of one conversation, whole: everything that its decisions can be derived from again, as it is stored.

`rows_as_record` reads it, `audit.replay` replays it. It holds no packet and no original of a mask; a `CaseFile` has the
packets beside it, as `service.archive` shows it to auditors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from conversation.records import StoredMessage
from service.views import HandoverView
from states.vocabulary import Event, Role, State


class Checkpoint(StrEnum):
    """What became of the checkpoint that was written with an event."""

    MATCHES = "matches"
    """It is what the event says, and the event is what the chain says."""
    DIFFERS = "differs"
    MISSING = "missing"
    NONE = "none"
    """The event names none."""


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """One event of the log."""

    id: str
    seq: int
    event: Event
    source: State
    target: State
    role: Role
    actor_id: str
    cause: str
    """What it came from and its id, as in `message:m1`."""
    ordinal: int
    """Its place among the events of its cause."""
    policy_hash: str
    checkpoint_id: str | None
    checkpoint: Checkpoint
    at: datetime
    data: Mapping[str, Any]
    """What was decided, with its evidence."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What it was decided on (`conversation.given`); empty for what older versions wrote."""

    @property
    def kind(self) -> str:
        """The kind of its cause: message, returned, act, clock, fault or summary."""
        return self.cause.partition(":")[0]

    @property
    def message_id(self) -> str | None:
        """The customer's message that it decides; None: it decides none."""
        name = self.cause.partition(":")[2]
        if self.kind == "returned":
            return name.rpartition(":")[0]
        return name if self.kind == "message" else None


@dataclass(frozen=True, kw_only=True)
class ConversationRecord:
    """One conversation with its log."""

    id: str
    channel: str
    customer: str
    channel_facts: Mapping[str, Any]
    created_at: datetime
    messages: tuple[StoredMessage, ...]
    """The transcript, oldest first, as it is masked now."""
    events: tuple[RecordedEvent, ...]
    policies: Mapping[str, str]
    """Hash → canonical text of each policy that decided something here, as far as it is stored."""
    broken_at: str | None = None
    """The id of the first event that is not what the chain of hashes says; None: the chain holds."""

    def message(self, message_id: str | None) -> StoredMessage | None:
        """A message by its id."""
        return next((one for one in self.messages if one.id == message_id), None)

    def said_by(self, first: RecordedEvent) -> tuple[StoredMessage, ...]:
        """What was said to the customer by the events of a cause, of which this is the first."""
        return tuple(one for one in self.messages if one.id.rpartition(".")[0] == first.id)


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A conversation as an auditor reads it: the record, and the packets of its handovers."""

    record: ConversationRecord
    state: State
    version: int
    handovers: tuple[HandoverView, ...]
    """In the order in which they were made; each with its packet as it is now."""
    number: int
    """Of the look under which it was read; 0: it is covered by one of a moment ago."""

    def handover_at(self, event: RecordedEvent) -> HandoverView | None:
        """The handover that a step belongs to: the one that was made last before it or with it."""
        made = (one for one in self.handovers if one.created_at <= event.at)
        return next(reversed([*made]), None)


@dataclass(frozen=True, kw_only=True)
class FoundCase:
    """One conversation that was found."""

    id: str
    state: State
    closed: bool
    channel: str
    customer: str
    language: str
    created_at: datetime
    updated_at: datetime
    steps: int
    breached: bool
    """A deadline for a person has run out in it."""
    reason_code: str
    """Of its last handover; empty: it had none."""
    severity: str
    resolution: str
    excerpt: str
    """A message in which one of the words stands, or the first."""


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    """Some of what was found, the newest change first."""

    items: tuple[FoundCase, ...]
    total: int
    following: str | None
    """The cursor of the next page; None: there is none."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody has looked at what was recorded."""

    number: int
    at: datetime
    actor_id: str
    role: str
    purpose: str
    conversation_id: str | None
    version: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class UsedPolicy:
    """A policy that once decided something."""

    hash: str
    name: str
    first_used_at: datetime
