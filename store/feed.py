"""The log of all conversations in the order in which it was committed: what whoever follows it has not read yet.

No clock orders it, for commits overtake each other: SQLite numbers rows as it writes them, one writer at a time, and on
PostgreSQL a row is told as soon as no transaction that began before its own is under way any more. So nothing comes
behind a place that was read, however long a commit takes and whatever the clocks of machines say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, RowMapping, literal, literal_column, select, text, tuple_

from conversation.records import StoredMessage
from store.queries import CONVERSATION, EVENT, MESSAGE, message_of

LOOKED_AT = 1000
"""Rows of one look; of more there is a next one."""
MOST_TOUCHED = 2000
"""Conversations whose events are looked at one by one; where more have moved, all of the log is looked at."""
SLACK = 1000
"""Transactions: how far the last writer of a conversation's row may have begun before that of its newest event."""
_ROUND = 2**32
"""PostgreSQL numbers transactions in 32 bits, over and over."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place in the log: the last event that was read, with its number; without one, the place before that number."""

    number: int = 0
    conversation_id: str = ""
    seq: int = 0


def newest(connection: Connection) -> Mark:
    """The place behind everything that is there now."""
    if connection.dialect.name == "postgresql":
        return Mark(number=_horizon(connection))
    last = select(_SQLITE, EVENT.c.conversation_id, EVENT.c.seq).order_by(_SQLITE.desc()).limit(1)
    row = connection.execute(last).first()
    return Mark(number=row[0], conversation_id=row[1], seq=row[2]) if row is not None else Mark()


def stands(connection: Connection, mark: Mark) -> bool:
    """Whether the event of the place is where the place says: not so in a copy that was played back."""
    if not mark.conversation_id:
        return True
    number = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    found = select(number).where(EVENT.c.conversation_id == mark.conversation_id, EVENT.c.seq == mark.seq)
    there = connection.execute(found).scalar()
    return there is not None and there == (mark.number % _ROUND if number is _POSTGRESQL else mark.number)


def after(connection: Connection, mark: Mark, most: int) -> tuple[RowMapping, ...]:
    """The events behind a place, oldest commit first; each with `number` and its conversation's `opened_by`."""
    asked = _after_postgresql(connection, mark) if connection.dialect.name == "postgresql" else _after_sqlite(mark)
    return tuple(connection.execute(asked.limit(most)).mappings())


def mark_of(row: RowMapping) -> Mark:
    """The place of an event that `after` found."""
    return Mark(number=row["number"], conversation_id=row["conversation_id"], seq=row["seq"])


def of_conversation(connection: Connection, conversation_id: str, seq: int, most: int) -> tuple[RowMapping, ...]:
    """The events of one conversation behind a number, oldest first."""
    found = select(EVENT).where(EVENT.c.conversation_id == conversation_id, EVENT.c.seq > seq).order_by(EVENT.c.seq)
    return tuple(connection.execute(found.limit(most)).mappings())


def messages_after(connection: Connection, conversation_id: str, seq: int, most: int) -> tuple[StoredMessage, ...]:
    """The messages behind a number, oldest first."""
    found = select(MESSAGE).where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.seq > seq)
    return tuple(map(message_of, connection.execute(found.order_by(MESSAGE.c.seq).limit(most)).mappings()))


def said_by(connection: Connection, conversation_id: str, seqs: Sequence[int]) -> dict[int, tuple[StoredMessage, ...]]:
    """What the events of these numbers say, by number; an outcome's words stand behind its events."""
    found = (
        select(MESSAGE)
        .where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.seq > min(seqs), MESSAGE.c.event_seq.in_(seqs))
        .order_by(MESSAGE.c.seq)
    )
    said: dict[int, tuple[StoredMessage, ...]] = {}
    for row in connection.execute(found).mappings():
        said[row["event_seq"]] = (*said.get(row["event_seq"], ()), message_of(row))
    return said


_SQLITE: ColumnElement[int] = literal_column("event.rowid", Integer)
_POSTGRESQL: ColumnElement[Any] = literal_column("event.xmin::text::bigint")


def _after_sqlite(mark: Mark) -> Any:
    return (
        select(EVENT, _SQLITE.label("number"), CONVERSATION.c.opened_by)
        .join(CONVERSATION, CONVERSATION.c.id == EVENT.c.conversation_id)
        .where(mark.number < _SQLITE)
        .order_by(_SQLITE)
    )


def _after_postgresql(connection: Connection, mark: Mark) -> Any:
    """By the transaction that wrote a row, up to the oldest that is still under way.

    A conversation's row is written with each of its events: where few were touched, only theirs are looked at.
    """
    width, beyond = _horizon(connection) - mark.number, _beyond(_POSTGRESQL, mark)
    place = tuple_(beyond, EVENT.c.conversation_id, EVENT.c.seq)
    found = (
        select(EVENT, (beyond + mark.number).label("number"), CONVERSATION.c.opened_by)
        .join(CONVERSATION, CONVERSATION.c.id == EVENT.c.conversation_id)
        .where(beyond < width, place > tuple_(literal(0), literal(mark.conversation_id), literal(mark.seq)))
        .order_by(beyond, EVENT.c.conversation_id, EVENT.c.seq)
    )
    touched = _touched(connection, mark) if mark.number else None
    return found if touched is None else found.where(EVENT.c.conversation_id.in_(touched))


def _touched(connection: Connection, mark: Mark) -> list[str] | None:
    """The conversations whose rows were written since the place, and some more; None: they are many."""
    since = text(
        "SELECT id FROM conversation WHERE age(xmin) <= "
        "pg_snapshot_xmax(pg_current_snapshot())::text::bigint - :number + :slack LIMIT :most"
    )
    asked = {"number": mark.number, "slack": SLACK, "most": MOST_TOUCHED + 1}
    found = [str(one) for one in connection.execute(since, asked).scalars()]
    return found if len(found) <= MOST_TOUCHED else None


def _beyond(number: ColumnElement[Any], mark: Mark) -> ColumnElement[Any]:
    """How many transactions after the place."""
    return (number - mark.number % _ROUND + _ROUND) % _ROUND


def _horizon(connection: Connection) -> int:
    """Every transaction with a smaller number is over."""
    return int(connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")).scalar_one())
