"""What leads out of the database and back: effects and steps, tickets, cursors, signed webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import conversation_ref, json_field, time_field


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
    conversation_id: str = conversation_ref()
    effect: str = Field(sa_column=Column(Text, nullable=False))
    payload: dict[str, Any] = json_field()
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempts: int
    next_attempt_at: datetime = time_field()
    lease_owner: str | None = Field(sa_column=Column(Text, nullable=True))
    lease_until: datetime | None = time_field(nullable=True)
    receipt: dict[str, Any] | None = json_field(nullable=True)
    created_at: datetime = time_field()
    destination: str = Field(sa_column=Column(Text, nullable=False))
    """Empty for an effect that no destination has been asked for yet."""
    job: str = Field(sa_column=Column(Text, nullable=False))
    handover_id: str | None = Field(sa_column=Column(Text, nullable=True))
    after_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """The step before this one toward the same ticket: while it is pending, this one waits."""
    number: int
    """Its place among the steps of a handover toward a destination: the `n` of its marker; 0 for an effect."""
    request: dict[str, Any] | None = json_field(nullable=True)
    """What is sent, frozen before the first attempt; `payload` is the task it was made from."""
    unsure: bool
    """An attempt may have got through: look it up before the next one."""
    last_code: str = Field(sa_column=Column(Text, nullable=False))
    """What the last attempt came to, in one word without secrets."""
    settled_at: datetime | None = time_field(nullable=True)
    """When it was done or given up."""


class TicketRow(SQLModel, table=True):
    """Where a handover is at one destination, and what was seen of it there last."""

    __tablename__ = "ticket"
    __table_args__ = (UniqueConstraint("handover_id", "destination", name="ticket_one"),)

    destination: str = Field(sa_column=Column(Text, primary_key=True))
    ref: str = Field(sa_column=Column(Text, primary_key=True))
    """The destination's own name of it: a ticket number, a first announcement's timestamp."""
    conversation_id: str = conversation_ref()
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
    created_at: datetime = time_field()
    updated_at: datetime = time_field()


class DeskCursorRow(SQLModel, table=True):
    """How far the changes of a destination have been read."""

    __tablename__ = "desk_cursor"

    destination: str = Field(sa_column=Column(Text, primary_key=True))
    cursor: str = Field(sa_column=Column(Text, nullable=False))
    next_poll_at: datetime = time_field()


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
    received_at: datetime = time_field()
    next_attempt_at: datetime = time_field()
    attempts: int
    processed_at: datetime | None = time_field(nullable=True)
