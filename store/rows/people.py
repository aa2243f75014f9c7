"""Who is at the desk, what a customer failed to prove, and the replies that people approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from states.templates import TemplateState
from store.columns import json_field, time_field

_TEMPLATE_STATES = ", ".join(f"'{state.value}'" for state in TemplateState)


class PresenceRow(SQLModel, table=True):
    """Somebody who works at the desk, and when they were seen last."""

    __tablename__ = "presence"

    agent_id: str = Field(sa_column=Column(Text, primary_key=True))
    role: str = Field(sa_column=Column(Text, nullable=False))
    teams: list[str] = json_field()
    skills: list[str] = json_field()
    languages: list[str] = json_field()
    capacity: int
    available: bool
    seen_at: datetime = time_field()


class AttemptsRow(SQLModel, table=True):
    """The failed identity checks of one customer, over all their conversations."""

    __tablename__ = "identity_attempts"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    failed: list[str] = json_field()
    """Instants, ISO 8601."""
    revision: int


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
    created_at: datetime = time_field()
    approved_by: str | None = Field(sa_column=Column(Text, nullable=True))
    approved_at: datetime | None = time_field(nullable=True)
    retired_by: str | None = Field(sa_column=Column(Text, nullable=True))
    retired_at: datetime | None = time_field(nullable=True)
    note: str = Field(sa_column=Column(Text, nullable=False))
