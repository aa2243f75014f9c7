"""The log over all chains: leaves, signed tree heads, and what is journalled beside the events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from store.columns import json_field, time_field


class JournalRow(SQLModel, table=True):
    """Something around a conversation that is no event: a receipt, a webhook, a look. Chained by hash."""

    __tablename__ = "journal"
    __table_args__ = (Index("journal_at", "at"),)

    chain: str = Field(sa_column=Column(Text, primary_key=True))
    """The conversation's id; empty for what belongs to none."""
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    salt: str = Field(sa_column=Column(Text, nullable=False))
    data: dict[str, Any] = json_field()
    at: datetime = time_field()
    prev_hash: str = Field(sa_column=Column(Text, nullable=False))
    hash: str = Field(sa_column=Column(Text, nullable=False))


class LeafRow(SQLModel, table=True):
    """The head of one chain as the Merkle log has taken it in (RFC 6962)."""

    __tablename__ = "log_leaf"
    __table_args__ = (Index("log_leaf_chain", "chain", "position"),)

    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    chain: str = Field(sa_column=Column(Text, nullable=False))
    head_hash: str = Field(sa_column=Column(Text, nullable=False))
    """Of the newest event then."""
    journal_hash: str = Field(sa_column=Column(Text, nullable=False))
    """Of the newest entry of its journal then."""
    hash: str = Field(sa_column=Column(Text, nullable=False))


class TreeHeadRow(SQLModel, table=True):
    """A signed head of the log: how many leaves there were, and their root."""

    __tablename__ = "tree_head"

    size: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    milliseconds: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: str = Field(sa_column=Column(Text, nullable=False))
    key_id: str = Field(sa_column=Column(Text, nullable=False))
    public_key: str = Field(sa_column=Column(Text, nullable=False))
    signature: str = Field(sa_column=Column(Text, nullable=False))
