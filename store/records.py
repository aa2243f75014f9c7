"""What the store takes and gives beside snapshots and outcomes: messages on their way in, timers, steps, tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversation.records import Snapshot
from handover.packet.attachment import Attachment
from states.vocabulary import Clock, Effect, Event


@dataclass(frozen=True, kw_only=True)
class SealedOriginal:
    """What stood where a mask stands, encrypted, with what tells it from every other one."""

    conversation_id: str
    message_id: str
    number: int
    kind: str
    mask_start: int
    mask_end: int
    key_id: str
    nonce: bytes
    sealed: bytes
    kept_at: datetime
    delete_at: datetime


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
    automatic: str = ""
    """What kind of machine wrote it; empty: a person."""
    attachments: tuple[Attachment, ...] = ()
    """Files that came with it, as the channel describes them."""
    originals: tuple[SealedOriginal, ...] = ()
    """Of its masks, where the policy keeps them."""


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
class Bound:
    """The checkpoint that is written with an outcome, as its events name it."""

    id: str
    hash: str


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
    created_at: datetime
    undeliverable: bool = False
    """Somebody must hear of it, and so far nobody could be reached."""


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
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewLook:
    """Somebody looks at what was recorded."""

    actor_id: str
    role: str
    purpose: str
    conversation_id: str | None
    version: int | None
    data: Mapping[str, Any]
    at: datetime
