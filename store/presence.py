"""Who is at the desk, as rows: written by each person's heartbeat, read when a case is routed or the queue is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from handover.people.presence import Person
from states.vocabulary import Role
from store.queries import CONVERSATION, HANDOVER, PRESENCE

_WORKLOAD = (
    select(func.count())
    .select_from(HANDOVER)
    .join(CONVERSATION, CONVERSATION.c.id == HANDOVER.c.conversation_id)
    .where(HANDOVER.c.open, CONVERSATION.c.owner_id == PRESENCE.c.agent_id)
    .scalar_subquery()
)
_PEOPLE = select(PRESENCE, _WORKLOAD.label("workload")).order_by(PRESENCE.c.agent_id)
_INSERTS = {
    "sqlite": sqlite_insert(PRESENCE).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(PRESENCE).on_conflict_do_nothing(),
}
_NEW: Mapping[str, Any] = {"teams": [], "skills": [], "languages": [], "capacity": 5, "available": True}
"""What holds for somebody who has said nothing about themselves."""


def people(connection: Connection) -> tuple[RowMapping, ...]:
    """Everybody who has ever come to the desk, each with the open cases they own as `workload`."""
    return tuple(connection.execute(_PEOPLE).mappings())


def person(connection: Connection, agent_id: str) -> RowMapping | None:
    """One of them."""
    return connection.execute(_PEOPLE.where(PRESENCE.c.agent_id == agent_id)).mappings().first()


def seen(connection: Connection, agent_id: str, role: Role, now: datetime, changes: Mapping[str, Any]) -> None:
    """A heartbeat: the person was here now; `changes` are columns they set, all others stay."""
    values = {"role": role.value, "seen_at": now, **changes}
    connection.execute(_INSERTS[connection.dialect.name], {"agent_id": agent_id, **_NEW, **values})
    connection.execute(update(PRESENCE).where(PRESENCE.c.agent_id == agent_id).values(values))


def person_of(row: RowMapping) -> Person:
    """A presence row as what routing reads."""
    return Person(
        id=row["agent_id"],
        role=Role(row["role"]),
        teams=tuple(row["teams"]),
        skills=tuple(row["skills"]),
        languages=tuple(row["languages"]),
        capacity=row["capacity"],
        available=row["available"],
        seen_at=row["seen_at"],
        workload=row["workload"],
    )
