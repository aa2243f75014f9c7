"""Originals of masks: written with their message, read by whoever opens them, deleted when their time is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select

from store.queries import ORIGINAL
from store.records import SealedOriginal

_COLUMNS = tuple(ORIGINAL.c[one.name] for one in fields(SealedOriginal))


def keep(connection: Connection, originals: Iterable[SealedOriginal]) -> None:
    """Writes what was sealed; in the transaction that writes the message."""
    rows = [asdict(one) for one in originals]
    if rows:
        connection.execute(insert(ORIGINAL), rows)


def kept(connection: Connection, conversation_id: str) -> tuple[SealedOriginal, ...]:
    """What is kept of a conversation, in the order of message ids and numbers."""
    found = (
        select(*_COLUMNS)
        .where(ORIGINAL.c.conversation_id == conversation_id)
        .order_by(ORIGINAL.c.message_id, ORIGINAL.c.number)
    )
    return tuple(SealedOriginal(**row) for row in connection.execute(found).mappings())


def one(connection: Connection, conversation_id: str, message_id: str, number: int) -> SealedOriginal | None:
    """One original, sealed as it is; None if there is none."""
    found = select(*_COLUMNS).where(
        ORIGINAL.c.conversation_id == conversation_id,
        ORIGINAL.c.message_id == message_id,
        ORIGINAL.c.number == number,
    )
    row = connection.execute(found).mappings().first()
    return SealedOriginal(**row) if row is not None else None


def forget(connection: Connection, conversation_id: str, message_ids: Iterable[str]) -> None:
    """Deletes what is kept of messages whose text has changed: a mask is elsewhere now, or was part of more."""
    connection.execute(
        delete(ORIGINAL).where(ORIGINAL.c.conversation_id == conversation_id, ORIGINAL.c.message_id.in_(message_ids))
    )


def any_to_delete(connection: Connection, kinds: Collection[str], kept_before: datetime, now: datetime) -> bool:
    """Whether `delete_past` would delete anything."""
    return (
        connection.execute(select(ORIGINAL.c.number).where(_past(kinds, kept_before, now)).limit(1)).first() is not None
    )


def delete_past(connection: Connection, kinds: Collection[str], kept_before: datetime, now: datetime) -> int:
    """Deletes what is due, what is older than the policy in force keeps it, and what it keeps no longer; how many."""
    return connection.execute(delete(ORIGINAL).where(_past(kinds, kept_before, now))).rowcount


def _past(kinds: Collection[str], kept_before: datetime, now: datetime) -> ColumnElement[bool]:
    return or_(ORIGINAL.c.delete_at <= now, ORIGINAL.c.kept_at <= kept_before, ORIGINAL.c.kind.not_in(sorted(kinds)))
