"""A conversation's own tables: its row is the truth, everything else hangs on its id."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from states.vocabulary import Clock, State
from store.columns import UtcDateTime, conversation_key, conversation_ref, json_field, time_field

_STATES = ", ".join(f"'{state.value}'" for state in State)
_CLOCKS = ", ".join(f"'{clock.value}'" for clock in Clock)


class ConversationRow(SQLModel, table=True):
    """Who owns the word, and which version that is."""

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="conversation_state"),
        CheckConstraint("NOT latched OR state NOT IN ('bot_handling', 'guarded')", name="conversation_latch"),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = Field(sa_column=Column(Text, nullable=False))
    version: int
    next_seq: int
    channel: str = Field(sa_column=Column(Text, nullable=False))
    language: str = Field(sa_column=Column(Text, nullable=False))
    customer: str = Field(sa_column=Column(Text, nullable=False))
    opened_by: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    """The channel's caller: a channel sees its own conversations only."""
    customer_key: str | None = Field(sa_column=Column(Text, nullable=True, index=True))
    """What joins the conversations of one customer (`store.joined`); NULL where nobody is known."""
    follows: str | None = Field(sa_column=Column(Text, nullable=True, index=True))
    """The conversation that this one goes on from, as its channel says."""
    channel_facts: dict[str, Any] = json_field()
    history: dict[str, Any] = json_field()
    """Counters and the bounded window from which the documented facts are made; O(1) in the conversation's length."""
    latched: bool
    owner_id: str | None = Field(sa_column=Column(Text, nullable=True))
    owner_role: str | None = Field(sa_column=Column(Text, nullable=True))
    handover_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The open handover."""
    pending_consent: dict[str, Any] | None = json_field(nullable=True)
    """What waits for a second person: a policy exception, or handing the case back."""
    policy_name: str = Field(sa_column=Column(Text, nullable=False))
    policy_hash: str = Field(sa_column=Column(Text, nullable=False))
    head_hash: str = Field(sa_column=Column(Text, nullable=False))
    """Hash of the newest event: the head of this conversation's chain."""
    checkpoint_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The newest checkpoint of the thread."""
    closed: bool
    lease_owner: str | None = Field(sa_column=Column(Text, nullable=True))
    lease_until: datetime | None = time_field(nullable=True)
    created_at: datetime = time_field()
    updated_at: datetime = time_field()


class MessageRow(SQLModel, table=True):
    """One message of the transcript, redacted before it is written."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq", name="message_seq"),
        Index(
            "message_pending",
            "conversation_id",
            "seq",
            sqlite_where=text("author = 'customer' AND outcome_event_id IS NULL"),
            postgresql_where=text("author = 'customer' AND outcome_event_id IS NULL"),
        ),
    )

    conversation_id: str = conversation_key()
    id: str = Field(sa_column=Column(Text, primary_key=True))
    seq: int
    author: str = Field(sa_column=Column(Text, nullable=False))
    actor_id: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    body_hash: str = Field(sa_column=Column(Text, nullable=False))
    redactions: dict[str, int] = json_field()
    """Entity → how many spans were masked."""
    in_reply_to: str | None = Field(sa_column=Column(Text, nullable=True))
    citations: list[dict[str, str]] = json_field()
    attachments: list[dict[str, Any]] | None = json_field(nullable=True)
    """What the channel says of files that came with the message: `name`, `media_type`, `size`, `ref`."""
    automatic: str | None = Field(sa_column=Column(Text, nullable=True))
    """What kind of machine wrote it (`triggers.automatic`); NULL for what a person wrote."""
    late: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    """It came after the reopen window of its conversation had ended."""
    event_seq: int | None = Field(sa_column=Column(Integer, nullable=True))
    """The `seq` of the event that says it; NULL for a customer's message. A trigger refuses words without one."""
    effect: str | None = Field(sa_column=Column(Text, nullable=True))
    """The effect of that event by which it is said."""
    outcome_event_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The event that decided a customer's message; NULL until commit 2, which is what recovery looks for."""
    at: datetime = time_field()


class OriginalRow(SQLModel, table=True):
    """What stood where a mask stands, sealed; deleted when its time is over. The key is in no row."""

    __tablename__ = "original"
    __table_args__ = (
        CheckConstraint("kind IN ('account_number', 'iban', 'national_id')", name="original_kind"),
        ForeignKeyConstraint(["conversation_id", "message_id"], ["message.conversation_id", "message.id"]),
    )

    conversation_id: str = Field(sa_column=Column(Text, primary_key=True))
    message_id: str = Field(sa_column=Column(Text, primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Its place among the originals of the message, from 1 on."""
    kind: str = Field(sa_column=Column(Text, nullable=False))
    mask_start: int
    mask_end: int
    """Where its mask stands in the message's text."""
    key_id: str = Field(sa_column=Column(Text, nullable=False))
    """Tells by which key it was sealed, and nothing of the key."""
    nonce: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    delete_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    kept_at: datetime = time_field()


class EventRow(SQLModel, table=True):
    """One event of the append-only log, chained by hash."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("conversation_id", "cause", "ordinal", name="event_cause"),)

    # Keyed by conversation and place: one index fewer to write in every turn.
    conversation_id: str = conversation_key()
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: str = Field(sa_column=Column(Text, nullable=False))
    event: str = Field(sa_column=Column(Text, nullable=False))
    source: str = Field(sa_column=Column(Text, nullable=False))
    target: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    actor_id: str = Field(sa_column=Column(Text, nullable=False))
    cause: str = Field(sa_column=Column(Text, nullable=False))
    """`message:ID`, `act:ID` or `clock:KIND:DUE:VERSION`: a cause has one outcome, by constraint."""
    ordinal: int
    policy_hash: str = Field(sa_column=Column(Text, nullable=False))
    checkpoint_id: str | None = Field(sa_column=Column(Text, nullable=True))
    checkpoint_hash: str | None = Field(sa_column=Column(Text, nullable=True))
    """What the checkpoint must be (`graph.binding`); NULL for events of versions that did not bind it."""
    data: dict[str, Any] = json_field()
    prev_hash: str = Field(sa_column=Column(Text, nullable=False))
    hash: str = Field(sa_column=Column(Text, nullable=False))
    salt: str | None = Field(sa_column=Column(Text, nullable=True))
    """Of the commitments to what is private here and in what it covers; NULL for events of versions without them."""
    sealed: str | None = Field(sa_column=Column(Text, nullable=True))
    """What erasure leaves of `salt`, `actor_id` and `data`: the commitment to them, by which the hash is checked."""
    covers: dict[str, Any] | None = json_field(nullable=True)
    """Of the last event of an outcome: the hashes of the messages and rows that the outcome wrote (`proof.check`)."""
    at: datetime = time_field()


class HandoverRow(SQLModel, table=True):
    """One handover with its packet and clocks."""

    __tablename__ = "handover"
    __table_args__ = (
        Index(
            "handover_one_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("open"),
            postgresql_where=text("open"),
        ),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    conversation_id: str = conversation_ref()
    open: bool
    reason_code: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    severity: str = Field(sa_column=Column(Text, nullable=False))
    sla: str = Field(sa_column=Column(Text, nullable=False))
    team: str = Field(sa_column=Column(Text, nullable=False))
    skills: list[str] = json_field()
    language: str = Field(sa_column=Column(Text, nullable=False))
    waiting_since: datetime = time_field()
    claim_due_at: datetime = time_field()
    resolve_due_at: datetime = time_field()
    ladders: dict[str, Any] = json_field()
    """Clock → how far it has climbed (`handover.deadlines.ladder.Climb`); claim and resolve each by itself."""
    notices: int
    """Waiting notices already sent to the customer."""
    verify: bool
    compliance: bool
    verified: bool
    verify_level: str = Field(sa_column=Column(Text, nullable=False, server_default="none"))
    """To which level the identity must be verified."""
    verified_level: str = Field(sa_column=Column(Text, nullable=False, server_default="none"))
    code: dict[str, Any] | None = json_field(nullable=True)
    """The one-time code that was sent last: nothing in it tells the code without the key, which is in no row."""
    codes_sent: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    regulated: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    attempts: int
    steps_done: list[str] = json_field()
    owner_id: str | None = Field(sa_column=Column(Text, nullable=True))
    claimed_at: datetime | None = time_field(nullable=True)
    closed_at: datetime | None = time_field(nullable=True)
    outcome: str | None = Field(sa_column=Column(Text, nullable=True))
    resolution: str | None = Field(sa_column=Column(Text, nullable=True))
    """The policy's code for how the case ended."""
    steps_by: dict[str, dict[str, str]] | None = json_field(nullable=True)
    """Step id → who ticked it and when."""
    summary_due: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    """A model has not yet been asked for the summary."""
    packet: dict[str, Any] = json_field()
    previous_id: str | None = Field(sa_column=Column(Text, nullable=True))
    created_at: datetime = time_field()


class TimerRow(SQLModel, table=True):
    """A running clock; at most one of each kind per conversation."""

    __tablename__ = "timer"
    __table_args__ = (CheckConstraint(f"clock IN ({_CLOCKS})", name="timer_clock"),)

    conversation_id: str = conversation_key()
    clock: str = Field(sa_column=Column(Text, primary_key=True))
    event: str = Field(sa_column=Column(Text, nullable=False))
    due_at: datetime = time_field()
    set_at: datetime = time_field()
    """When this due time was set: a moment in the future tells that the machine's time has been set back since."""
    try_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    """When a worker looks at it next: the due time, or later after an attempt that failed."""
    attempts: int
    """Attempts that failed."""


class PolicyRow(SQLModel, table=True):
    """Every policy that ever decided something, by hash, so that a decision can be replayed under it."""

    __tablename__ = "policy"

    hash: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    canonical: str = Field(sa_column=Column(Text, nullable=False))
    first_used_at: datetime = time_field()
