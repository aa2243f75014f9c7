"""Columns that mean the same on SQLite and PostgreSQL, and those that many tables have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """A time-zone-aware instant; SQLite keeps naive UTC text, PostgreSQL `timestamptz`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive datetimes: a wall clock without a zone is a bug, not a time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def conversation_key() -> Any:
    """The conversation that a row belongs to, as a part of its key."""
    return Field(sa_column=Column(Text, ForeignKey("conversation.id"), primary_key=True))


def conversation_ref() -> Any:
    """The conversation that a row belongs to, which has a key of its own."""
    return Field(sa_column=Column(Text, ForeignKey("conversation.id"), nullable=False, index=True))


def json_field(nullable: bool = False) -> Any:
    """A JSON value; where it may be missing, None is NULL and not JSON's null."""
    return Field(sa_column=Column(JSON(none_as_null=nullable), nullable=nullable))


def time_field(nullable: bool = False) -> Any:
    """An instant."""
    return Field(sa_column=Column(UtcDateTime, nullable=nullable))
