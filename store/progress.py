"""How far the steps toward destinations are: what waits, what is on its way, what was given up and why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from store.outbox import MUST_BE_HEARD
from store.queries import OUTBOX


def written_since(connection: Connection, handover_id: str, destination: str, since: datetime) -> tuple[datetime, ...]:
    """When steps toward a handover's ticket were done since then, oldest first."""
    found = (
        select(OUTBOX.c.settled_at)
        .where(
            OUTBOX.c.handover_id == handover_id,
            OUTBOX.c.destination == destination,
            OUTBOX.c.status == "done",
            OUTBOX.c.settled_at > since,
        )
        .order_by(OUTBOX.c.settled_at)
    )
    return tuple(row[0] for row in connection.execute(found))


def is_changing(connection: Connection, conversation_id: str, destination: str, jobs: Collection[str]) -> bool:
    """Whether something of ours is still on its way that changes who has the ticket or its status."""
    found = (
        select(OUTBOX.c.id)
        .where(
            OUTBOX.c.conversation_id == conversation_id,
            OUTBOX.c.status == "pending",
            or_(
                and_(OUTBOX.c.destination == "", OUTBOX.c.effect.not_in(MUST_BE_HEARD)),
                and_(OUTBOX.c.destination == destination, OUTBOX.c.job.in_(jobs)),
            ),
        )
        .limit(1)
    )
    return connection.execute(found).first() is not None


def count_like(connection: Connection, handover_id: str, destination: str, prefix: str) -> int:
    """How many steps of a handover toward a destination have an id that begins like this."""
    found = (
        select(func.count())
        .select_from(OUTBOX)
        .where(
            OUTBOX.c.handover_id == handover_id,
            OUTBOX.c.destination == destination,
            OUTBOX.c.id.startswith(prefix, autoescape=True),
        )
    )
    return int(connection.execute(found).scalar_one())


def unsettled(connection: Connection, status: str, most: int) -> tuple[RowMapping, ...]:
    """Steps that wait or are dead, oldest first, without what they say."""
    names = (
        "id", "conversation_id", "effect", "destination", "job", "handover_id", "status", "attempts",
        "next_attempt_at", "unsure", "last_code", "created_at", "settled_at",
    )  # fmt: skip
    found = (
        select(*(OUTBOX.c[name] for name in names))
        .where(OUTBOX.c.status == status)
        .order_by(OUTBOX.c.created_at, OUTBOX.c.destination, OUTBOX.c.number, OUTBOX.c.id)
        .limit(most)
    )
    return tuple(connection.execute(found).mappings())


def totals(connection: Connection, destination: str) -> tuple[int, int, datetime | None]:
    """How many steps toward a destination wait, how many are dead, and when one was last done."""
    counted = (
        select(OUTBOX.c.status, func.count(), func.max(OUTBOX.c.settled_at))
        .where(OUTBOX.c.destination == destination)
        .group_by(OUTBOX.c.status)
    )
    found = {row[0]: (int(row[1]), row[2]) for row in connection.execute(counted)}
    return found.get("pending", (0, None))[0], found.get("dead", (0, None))[0], found.get("done", (0, None))[1]


def waited_for(connection: Connection) -> frozenset[str]:
    """Destinations toward which steps wait."""
    found = select(OUTBOX.c.destination).where(OUTBOX.c.status == "pending", OUTBOX.c.destination != "").distinct()
    return frozenset(row[0] for row in connection.execute(found))


def failing(connection: Connection, destination: str) -> str:
    """Why steps toward a destination had to be tried again, in one word each; empty if none had to."""
    found = select(OUTBOX.c.last_code).where(
        OUTBOX.c.destination == destination, OUTBOX.c.status == "pending", OUTBOX.c.last_code != ""
    )
    return ", ".join(sorted({row[0] for row in connection.execute(found.limit(1000))}))
