"""Clocks as rows: set with the state they belong to, so that no waiting state is without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from states.vocabulary import Clock, Event
from store.queries import TIMER
from store.records import DueTimer

_sqlite, _postgresql = sqlite_insert(TIMER), postgresql_insert(TIMER)
_UPSERTS = {
    "sqlite": _sqlite.on_conflict_do_update(
        index_elements=["conversation_id", "clock"],
        set_={"event": _sqlite.excluded.event, "due_at": _sqlite.excluded.due_at},
    ),
    "postgresql": _postgresql.on_conflict_do_update(
        index_elements=["conversation_id", "clock"],
        set_={"event": _postgresql.excluded.event, "due_at": _postgresql.excluded.due_at},
    ),
}
_STOP_OTHERS = delete(TIMER).where(
    TIMER.c.conversation_id == bindparam("conversation"), TIMER.c.clock.not_in(bindparam("running", expanding=True))
)
_DUE = select(TIMER).where(TIMER.c.due_at <= bindparam("now")).order_by(TIMER.c.due_at).limit(bindparam("most"))


def set_timers(connection: Connection, conversation_id: str, wanted: Mapping[Clock, tuple[Event, datetime]]) -> None:
    """Makes `wanted` the conversation's only running clocks."""
    running = [clock.value for clock in wanted]
    connection.execute(_STOP_OTHERS, {"conversation": conversation_id, "running": running})
    rows = [
        {"conversation_id": conversation_id, "clock": clock.value, "event": event.value, "due_at": due_at}
        for clock, (event, due_at) in wanted.items()
    ]
    if rows:
        connection.execute(_UPSERTS[connection.dialect.name], rows)


def move_timer(connection: Connection, timer: DueTimer, due_at: datetime) -> bool:
    """Moves one running clock on and leaves all others alone; False if it has been set anew or stopped since."""
    moved = connection.execute(
        update(TIMER)
        .where(
            TIMER.c.conversation_id == timer.conversation_id,
            TIMER.c.clock == timer.clock.value,
            TIMER.c.due_at == timer.due_at,
        )
        .values(due_at=due_at)
    )
    return moved.rowcount == 1


def stop_timer(connection: Connection, timer: DueTimer) -> None:
    """Removes a timer that fired for nothing, unless it has been set anew since."""
    connection.execute(
        delete(TIMER).where(
            TIMER.c.conversation_id == timer.conversation_id,
            TIMER.c.clock == timer.clock.value,
            TIMER.c.due_at == timer.due_at,
        )
    )


def due_timers(connection: Connection, now: datetime, most: int = 100) -> tuple[DueTimer, ...]:
    """Timers whose time has come, the longest overdue first."""
    return tuple(
        DueTimer(
            conversation_id=row["conversation_id"],
            clock=Clock(row["clock"]),
            event=Event(row["event"]),
            due_at=row["due_at"],
        )
        for row in connection.execute(_DUE, {"now": now, "most": most}).mappings()
    )
