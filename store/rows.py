"""The tables. The conversation row is the truth; everything else hangs on its id.

Constraints are the last line of defence: a state the table of transitions does not know, two open handovers of one
conversation, or two outcomes of one cause cannot be written, whatever the code above does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
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

from states.templates import TemplateState
from states.vocabulary import Clock, State
from store.columns import UtcDateTime

_STATES = ", ".join(f"'{state.value}'" for state in State)
_TEMPLATE_STATES = ", ".join(f"'{state.value}'" for state in TemplateState)
_CLOCKS = ", ".join(f"'{clock.value}'" for clock in Clock)


def _conversation_id() -> Any:
    return Field(sa_column=Column(Text, ForeignKey("conversation.id"), primary_key=True))


def _conversation_ref() -> Any:
    return Field(sa_column=Column(Text, ForeignKey("conversation.id"), nullable=False, index=True))


def _json(nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSON(none_as_null=nullable), nullable=nullable))


def _time(nullable: bool = False) -> Any:
    return Field(sa_column=Column(UtcDateTime, nullable=nullable))


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
    channel_facts: dict[str, Any] = _json()
    history: dict[str, Any] = _json()
    """Counters and the bounded window from which the documented facts are made; O(1) in the conversation's length."""
    latched: bool
    owner_id: str | None = Field(sa_column=Column(Text, nullable=True))
    owner_role: str | None = Field(sa_column=Column(Text, nullable=True))
    handover_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The open handover."""
    pending_consent: dict[str, Any] | None = _json(nullable=True)
    """What waits for a second person: a policy exception, or handing the case back."""
    policy_name: str = Field(sa_column=Column(Text, nullable=False))
    policy_hash: str = Field(sa_column=Column(Text, nullable=False))
    head_hash: str = Field(sa_column=Column(Text, nullable=False))
    """Hash of the newest event: the head of this conversation's chain."""
    checkpoint_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The newest checkpoint of the thread."""
    closed: bool
    lease_owner: str | None = Field(sa_column=Column(Text, nullable=True))
    lease_until: datetime | None = _time(nullable=True)
    created_at: datetime = _time()
    updated_at: datetime = _time()


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

    conversation_id: str = _conversation_id()
    id: str = Field(sa_column=Column(Text, primary_key=True))
    seq: int
    author: str = Field(sa_column=Column(Text, nullable=False))
    actor_id: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    body_hash: str = Field(sa_column=Column(Text, nullable=False))
    redactions: dict[str, int] = _json()
    """Entity → how many spans were masked."""
    in_reply_to: str | None = Field(sa_column=Column(Text, nullable=True))
    citations: list[dict[str, str]] = _json()
    attachments: list[dict[str, Any]] | None = _json(nullable=True)
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
    at: datetime = _time()


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
    kept_at: datetime = _time()


class EventRow(SQLModel, table=True):
    """One event of the append-only log, chained by hash."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("conversation_id", "cause", "ordinal", name="event_cause"),)

    # Keyed by conversation and place: one index fewer to write in every turn.
    conversation_id: str = _conversation_id()
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
    data: dict[str, Any] = _json()
    prev_hash: str = Field(sa_column=Column(Text, nullable=False))
    hash: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = _time()


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
    conversation_id: str = _conversation_ref()
    open: bool
    reason_code: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    severity: str = Field(sa_column=Column(Text, nullable=False))
    sla: str = Field(sa_column=Column(Text, nullable=False))
    team: str = Field(sa_column=Column(Text, nullable=False))
    skills: list[str] = _json()
    language: str = Field(sa_column=Column(Text, nullable=False))
    waiting_since: datetime = _time()
    claim_due_at: datetime = _time()
    resolve_due_at: datetime = _time()
    ladders: dict[str, Any] = _json()
    """Clock → how far it has climbed (`handover.deadlines.ladder.Climb`); claim and resolve each by itself."""
    notices: int
    """Waiting notices already sent to the customer."""
    verify: bool
    compliance: bool
    verified: bool
    verify_level: str = Field(sa_column=Column(Text, nullable=False, server_default="none"))
    """To which level the identity must be verified."""
    verified_level: str = Field(sa_column=Column(Text, nullable=False, server_default="none"))
    code: dict[str, Any] | None = _json(nullable=True)
    """The one-time code that was sent last: nothing in it tells the code without the key, which is in no row."""
    codes_sent: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    regulated: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    attempts: int
    steps_done: list[str] = _json()
    owner_id: str | None = Field(sa_column=Column(Text, nullable=True))
    claimed_at: datetime | None = _time(nullable=True)
    closed_at: datetime | None = _time(nullable=True)
    outcome: str | None = Field(sa_column=Column(Text, nullable=True))
    resolution: str | None = Field(sa_column=Column(Text, nullable=True))
    """The policy's code for how the case ended."""
    steps_by: dict[str, dict[str, str]] | None = _json(nullable=True)
    """Step id → who ticked it and when."""
    summary_due: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    """A model has not yet been asked for the summary."""
    packet: dict[str, Any] = _json()
    previous_id: str | None = Field(sa_column=Column(Text, nullable=True))
    created_at: datetime = _time()


class TimerRow(SQLModel, table=True):
    """A running clock; at most one of each kind per conversation."""

    __tablename__ = "timer"
    __table_args__ = (CheckConstraint(f"clock IN ({_CLOCKS})", name="timer_clock"),)

    conversation_id: str = _conversation_id()
    clock: str = Field(sa_column=Column(Text, primary_key=True))
    event: str = Field(sa_column=Column(Text, nullable=False))
    due_at: datetime = _time()
    set_at: datetime = _time()
    """When this due time was set: a moment in the future tells that the machine's time has been set back since."""
    try_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    """When a worker looks at it next: the due time, or later after an attempt that failed."""
    attempts: int
    """Attempts that failed."""


class PresenceRow(SQLModel, table=True):
    """Somebody who works at the desk, and when they were seen last."""

    __tablename__ = "presence"

    agent_id: str = Field(sa_column=Column(Text, primary_key=True))
    role: str = Field(sa_column=Column(Text, nullable=False))
    teams: list[str] = _json()
    skills: list[str] = _json()
    languages: list[str] = _json()
    capacity: int
    available: bool
    seen_at: datetime = _time()


class AttemptsRow(SQLModel, table=True):
    """The failed identity checks of one customer, over all their conversations."""

    __tablename__ = "identity_attempts"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    failed: list[str] = _json()
    """Instants, ISO 8601."""
    revision: int


class OutboxRow(SQLModel, table=True):
    """An effect for the worker, or a step toward one destination that it led to; its id makes it happen once."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'done', 'dead')", name="outbox_status"),
        Index(
            "outbox_due",
            "next_attempt_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("outbox_step", "handover_id", "destination"),
        Index(
            "outbox_one_open",
            "handover_id",
            "destination",
            unique=True,
            sqlite_where=text("job = 'open'"),
            postgresql_where=text("job = 'open'"),
        ),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    """`{event id}:{n}` for an effect, `{effect's id}:{destination}:{job}` for a step."""
    conversation_id: str = _conversation_ref()
    effect: str = Field(sa_column=Column(Text, nullable=False))
    payload: dict[str, Any] = _json()
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempts: int
    next_attempt_at: datetime = _time()
    lease_owner: str | None = Field(sa_column=Column(Text, nullable=True))
    lease_until: datetime | None = _time(nullable=True)
    receipt: dict[str, Any] | None = _json(nullable=True)
    created_at: datetime = _time()
    destination: str = Field(sa_column=Column(Text, nullable=False))
    """Empty for an effect that no destination has been asked for yet."""
    job: str = Field(sa_column=Column(Text, nullable=False))
    handover_id: str | None = Field(sa_column=Column(Text, nullable=True))
    after_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The step before this one toward the same ticket: while it is pending, this one waits."""
    number: int
    """Its place among the steps of a handover toward a destination: the `n` of its marker; 0 for an effect."""
    request: dict[str, Any] | None = _json(nullable=True)
    """What is sent, frozen before the first attempt; `payload` is the task it was made from."""
    unsure: bool
    """An attempt may have got through: look it up before the next one."""
    last_code: str = Field(sa_column=Column(Text, nullable=False))
    """What the last attempt came to, in one word without secrets."""
    settled_at: datetime | None = _time(nullable=True)
    """When it was done or given up."""


class TicketRow(SQLModel, table=True):
    """Where a handover is at one destination, and what was seen of it there last."""

    __tablename__ = "ticket"
    __table_args__ = (UniqueConstraint("handover_id", "destination", name="ticket_one"),)

    destination: str = Field(sa_column=Column(Text, primary_key=True))
    ref: str = Field(sa_column=Column(Text, primary_key=True))
    """The destination's own name of it: a ticket number, a first announcement's timestamp."""
    conversation_id: str = _conversation_ref()
    handover_id: str = Field(sa_column=Column(Text, nullable=False))
    link: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    """As both sides last agreed on it; empty where there are no tickets."""
    assignee: str = Field(sa_column=Column(Text, nullable=False))
    """As both sides last agreed on it."""
    version: str = Field(sa_column=Column(Text, nullable=False))
    last_comment: str = Field(sa_column=Column(Text, nullable=False))
    revision: int
    """Grows with every change of this row: what was read beside an older one is read again."""
    created_at: datetime = _time()
    updated_at: datetime = _time()


class DeskCursorRow(SQLModel, table=True):
    """How far the changes of a destination have been read."""

    __tablename__ = "desk_cursor"

    destination: str = Field(sa_column=Column(Text, primary_key=True))
    cursor: str = Field(sa_column=Column(Text, nullable=False))
    next_poll_at: datetime = _time()


class InboxRow(SQLModel, table=True):
    """An inbound webhook whose signature held: a hint to look at a ticket, kept so that a repeat is known."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "inbox_waiting",
            "destination",
            "next_attempt_at",
            sqlite_where=text("processed_at IS NULL"),
            postgresql_where=text("processed_at IS NULL"),
        ),
    )

    destination: str = Field(sa_column=Column(Text, primary_key=True))
    delivery_id: str = Field(sa_column=Column(Text, primary_key=True))
    ref: str = Field(sa_column=Column(Text, nullable=False))
    actor: str = Field(sa_column=Column(Text, nullable=False))
    asks: str = Field(sa_column=Column(Text, nullable=False))
    received_at: datetime = _time()
    next_attempt_at: datetime = _time()
    attempts: int
    processed_at: datetime | None = _time(nullable=True)


class TemplateRow(SQLModel, table=True):
    """One version of an approved reply. Its words never change; its author never approves it."""

    __tablename__ = "template"
    __table_args__ = (
        CheckConstraint(f"state IN ({_TEMPLATE_STATES})", name="template_state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> author_id", name="template_four_eyes"),
        CheckConstraint("state <> 'approved' OR approved_by IS NOT NULL", name="template_approver"),
        Index(
            "template_one_approved",
            "id",
            "language",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    language: str = Field(sa_column=Column(Text, primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    hash: str = Field(sa_column=Column(Text, nullable=False))
    """Of id, language, version and words: what an approver saw."""
    author_id: str = Field(sa_column=Column(Text, nullable=False))
    author_role: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = _time()
    approved_by: str | None = Field(sa_column=Column(Text, nullable=True))
    approved_at: datetime | None = _time(nullable=True)
    retired_by: str | None = Field(sa_column=Column(Text, nullable=True))
    retired_at: datetime | None = _time(nullable=True)
    note: str = Field(sa_column=Column(Text, nullable=False))


class PolicyRow(SQLModel, table=True):
    """Every policy that ever decided something, by hash, so that a decision can be replayed under it."""

    __tablename__ = "policy"

    hash: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    canonical: str = Field(sa_column=Column(Text, nullable=False))
    first_used_at: datetime = _time()
