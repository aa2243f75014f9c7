"""Clocks as rows: set with the state they belong to, so that no waiting state is without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from states.vocabulary import Clock, Event
from store.queries import TIMER
from store.records import DueTimer

LONGEST_BACKOFF = timedelta(minutes=5)
SKEW = timedelta(minutes=1)
"""How far the clocks of two machines may differ before a due time counts as set by a wrong one."""

_sqlite, _postgresql = sqlite_insert(TIMER), postgresql_insert(TIMER)
_NEW = {"sqlite": _sqlite.excluded, "postgresql": _postgresql.excluded}


def _kept_or_new(column: str, dialect: str) -> ColumnElement[object]:
    """A clock whose due time stays keeps when it was set and what failed; a new due time begins anew."""
    return case((TIMER.c.due_at == _NEW[dialect].due_at, TIMER.c[column]), else_=_NEW[dialect][column])


def _changes(dialect: str) -> dict[str, ColumnElement[object]]:
    kept = {column: _kept_or_new(column, dialect) for column in ("set_at", "try_at", "attempts")}
    return {"event": _NEW[dialect].event, "due_at": _NEW[dialect].due_at, **kept}


_UPSERTS = {
    "sqlite": _sqlite.on_conflict_do_update(index_elements=["conversation_id", "clock"], set_=_changes("sqlite")),
    "postgresql": _postgresql.on_conflict_do_update(
        index_elements=["conversation_id", "clock"], set_=_changes("postgresql")
    ),
}
_STOP_OTHERS = delete(TIMER).where(
    TIMER.c.conversation_id == bindparam("conversation"), TIMER.c.clock.not_in(bindparam("running", expanding=True))
)
_DUE = (
    select(TIMER)
    .where(TIMER.c.try_at <= bindparam("now"), TIMER.c.due_at <= bindparam("now"))
    .order_by(TIMER.c.due_at, TIMER.c.clock)
    .limit(bindparam("most"))
)


def set_timers(
    connection: Connection, conversation_id: str, wanted: Mapping[Clock, tuple[Event, datetime]], now: datetime
) -> None:
    """Makes `wanted` the conversation's only running clocks."""
    running = [clock.value for clock in wanted]
    connection.execute(_STOP_OTHERS, {"conversation": conversation_id, "running": running})
    rows = [
        {
            "conversation_id": conversation_id, "clock": clock.value, "event": event.value, "due_at": due_at,
            "set_at": now, "try_at": due_at, "attempts": 0,
        }
        for clock, (event, due_at) in wanted.items()
    ]  # fmt: skip
    if rows:
        connection.execute(_UPSERTS[connection.dialect.name], rows)


def move_timer(connection: Connection, timer: DueTimer, due_at: datetime, now: datetime) -> bool:
    """Moves one running clock on and leaves all others alone; False if it has been set anew or stopped since."""
    moved = connection.execute(
        update(TIMER).where(_same(timer)).values(due_at=due_at, try_at=due_at, set_at=now, attempts=0)
    )
    return moved.rowcount == 1


def stop_timer(connection: Connection, timer: DueTimer) -> None:
    """Removes a timer that fired for nothing, unless it has been set anew since."""
    connection.execute(delete(TIMER).where(_same(timer)))


def back_off(connection: Connection, timer: DueTimer, now: datetime) -> None:
    """Lets a clock that failed wait before it is tried again: two seconds, doubling up to five minutes."""
    pause = min(timedelta(seconds=2 ** min(timer.attempts + 1, 10)), LONGEST_BACKOFF)
    connection.execute(update(TIMER).where(_same(timer)).values(try_at=now + pause, attempts=TIMER.c.attempts + 1))


def due_timers(connection: Connection, now: datetime, most: int = 100) -> tuple[DueTimer, ...]:
    """Timers whose time has come, the longest overdue first."""
    return tuple(
        DueTimer(
            conversation_id=row["conversation_id"],
            clock=Clock(row["clock"]),
            event=Event(row["event"]),
            due_at=row["due_at"],
            attempts=row["attempts"],
        )
        for row in connection.execute(_DUE, {"now": now, "most": most}).mappings()
    )


def catch_up(connection: Connection, now: datetime) -> int:
    """After the machine's time was set back: clocks set in what is now the future keep the length they had left.

    How many were moved."""
    ahead = TIMER.c.set_at > now + SKEW
    waits = and_(TIMER.c.attempts > 0, TIMER.c.try_at > now + LONGEST_BACKOFF, TIMER.c.due_at <= now)
    rows = connection.execute(select(TIMER).where(or_(ahead, waits))).mappings().all()
    for row in rows:
        due_at = row["due_at"] - max(row["set_at"] - now, timedelta())
        connection.execute(
            update(TIMER)
            .where(
                TIMER.c.conversation_id == row["conversation_id"],
                TIMER.c.clock == row["clock"],
                TIMER.c.due_at == row["due_at"],
            )
            .values(due_at=due_at, try_at=due_at, set_at=min(row["set_at"], now))
        )
    return len(rows)


def _same(timer: DueTimer) -> ColumnElement[bool]:
    """The clock as it was read: set anew, it is another one."""
    return and_(
        TIMER.c.conversation_id == timer.conversation_id,
        TIMER.c.clock == timer.clock.value,
        TIMER.c.due_at == timer.due_at,
    )
