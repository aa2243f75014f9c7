"""Who has looked at what was recorded: one row a look, chained by hash, written before anything is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from store.columns import json_field, time_field


class LookRow(SQLModel, table=True):
    """One look at a conversation, or a search through all. It stands in no conversation's chain: it changes none."""

    __tablename__ = "look"
    __table_args__ = (Index("look_at_conversation", "conversation_id", "number"),)

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Counted from 1 without a gap: a look that was taken out leaves a hole."""
    at: datetime = time_field()
    actor_id: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    purpose: str = Field(sa_column=Column(Text, nullable=False))
    """What it was for (`service.looks.Purpose`)."""
    conversation_id: str | None = Field(sa_column=Column(Text, nullable=True))
    """NULL: it was about no single one. It names no row: who has looked outlives what was looked at."""
    version: int | None = Field(sa_column=Column(Integer, nullable=True))
    """Of the conversation, as it was seen."""
    data: dict[str, Any] = json_field()
    """What was asked for, without private data."""
    prev_hash: str = Field(sa_column=Column(Text, nullable=False))
    hash: str = Field(sa_column=Column(Text, nullable=False))
