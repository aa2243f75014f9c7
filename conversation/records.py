"""What a run reads and what it leads to, as values: a snapshot to decide on, and an outcome to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conversation.handover import Handover
from handover.packet.attachment import Attachment
from handover.people.attempts import Attempts
from states.vocabulary import Author, Clock, Effect, Event, Role, State


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
    automatic: str = ""
    """What kind of machine wrote it; empty: a person."""
    late: bool = False
    """It came after the reopen window had ended."""
    effect: Effect | None = None
    """The effect by which it was said; None for a customer's message, and for what older versions wrote."""
    body_hash: str = ""
    """Of a customer's message as it came in: the same id with another body is a conflict."""


OPENING = ("id", "channel", "customer", "opened_by", "customer_key", "follows", "channel_facts", "created_at")
"""What a conversation's row says from its beginning on."""


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
    opened_by: str = ""
    customer_key: str | None = None
    follows: str | None = None
    next_seq: int = 0
    """The number of the next message or event: it grows with every message that comes in, decided or not."""
    window: tuple[StoredMessage, ...] = ()
    """The newest decided messages, oldest first, bounded."""
    pending: StoredMessage | None = None
    """The oldest customer message without an outcome."""
    handover: Handover | None = None
    """The open handover, or the newest closed one."""
    returned: Handover | None = None
    """The handover that a person gave back to the assistant, where that was the last thing a person did."""
    timers: Mapping[str, datetime] = field(default_factory=dict)
    """Running clocks of a conversation that a person owns, or that is resolved: kind → due time."""

    @property
    def opening(self) -> dict[str, Any]:
        """What never changes of it."""
        return {name: getattr(self, name) for name in OPENING}


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
    given: Mapping[str, Any] = field(default_factory=dict)
    """What it was decided on (`conversation.given`): kept beside the data, shown to who replays."""


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """One message to the customer, and the effect of which event it is: nothing else can speak."""

    author: Author
    text: str
    event_id: str
    effect: Effect
    actor_id: str = ""
    citations: tuple[Mapping[str, str], ...] = ()
    redactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """One effect that leaves the database: the `number`-th of its event, with what the worker needs beside ids."""

    event_id: str
    number: int
    effect: Effect
    payload: Mapping[str, Any]


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
    prev_hash: str
    """Head of the chain at the expected version."""
    policy_name: str
    policy_hash: str
    at: datetime
    timers: Mapping[Clock, tuple[Event, datetime]]
    """The clocks that run from now on; all others of the conversation stop."""
    handover: Handover | None = None
    """The conversation's newest handover as it is after this outcome."""
    handover_before: Handover | None = None
    """The same one as it was read; None where this outcome opens it, or there is none."""
    outbound: tuple[Outbound, ...] = ()
    """The effects that leave the database."""
    masked: Mapping[str, tuple[str, Mapping[str, int]]] = field(default_factory=dict)
    """Message id → the text that stands from now on, and how many spans of which kind were masked in it."""
    template: TemplateUse | None = None
    """The stored template whose words are said: the outcome is stale if it is no longer approved."""
    returned_message: str | None = None
    """A decided message of the customer that is the assistant's to decide once more."""
    attempts: Attempts | None = None
    """The customer's counter of failed checks as it is now: stale if somebody else has moved it meanwhile."""
    touched: tuple[StoredMessage, ...] = ()
    """The messages that are decided or masked, as they were read; what is missing here is read when it is written."""
    opening: Mapping[str, Any] = field(default_factory=dict)
    """What the conversation's row says from its beginning on, as it was read."""
    expected_seq: int | None = None
    """Where nothing may have come in since it was decided: the conversation's next number then. None: it may have."""

    @property
    def handover_id(self) -> str | None:
        """The handover that is open after this outcome."""
        return self.handover.id if self.handover is not None and self.handover.open else None
