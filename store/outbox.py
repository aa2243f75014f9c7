"""Effects as rows: written with the decision, leased by a worker, settled with a receipt."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from states.vocabulary import Effect
from store.queries import OUTBOX
from store.records import DueEffect, Outcome

QUEUED = frozenset(
    {
        Effect.DELIVER_HANDOVER,
        Effect.FORWARD_MESSAGE,
        Effect.RAISE_SEVERITY,
        Effect.RENOTIFY,
        Effect.PAGE,
        Effect.NOTIFY_CLAIMED,
        Effect.CLOSE_HANDOVER,
        Effect.SEND_CODE,
    }
)
"""Effects that leave the database and are therefore outbox rows; all others are rows of the same commit."""


def write_outbox(connection: Connection, outcome: Outcome) -> None:
    """The effects that leave the database, as rows for the worker."""
    rows = [
        {
            "id": f"{happening.id}:{number}", "conversation_id": outcome.conversation_id, "effect": effect.value,
            "payload": dict(outcome.payloads.get(effect, {})), "status": "pending", "attempts": 0,
            "next_attempt_at": outcome.at, "created_at": outcome.at,
        }
        for happening in outcome.happenings
        for number, effect in enumerate(happening.effects)
        if effect in QUEUED
    ]  # fmt: skip
    if rows:
        connection.execute(insert(OUTBOX), rows)


def lease_effects(
    connection: Connection, owner: str, now: datetime, seconds: float, limit: int
) -> tuple[DueEffect, ...]:
    """Leases due outbox rows to a worker; rows of a dead worker come back when their lease ends."""
    due = and_(
        OUTBOX.c.status == "pending",
        OUTBOX.c.next_attempt_at <= now,
        or_(OUTBOX.c.lease_owner.is_(None), OUTBOX.c.lease_until < now),
    )
    found = select(OUTBOX).where(due).order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id).limit(limit)
    rows = connection.execute(found.with_for_update(skip_locked=True)).mappings().all()
    if not rows:
        return ()
    connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_([row["id"] for row in rows]))
        .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds), attempts=OUTBOX.c.attempts + 1)
    )
    return tuple(
        DueEffect(
            id=row["id"],
            conversation_id=row["conversation_id"],
            effect=Effect(row["effect"]),
            payload=row["payload"],
            attempts=row["attempts"] + 1,
        )
        for row in rows
    )


def settle_effect(
    connection: Connection, effect_id: str, owner: str, *, receipt: dict[str, Any], retry_at: datetime | None = None
) -> None:
    """Records what became of an effect: done, or to be tried again at `retry_at`. Only its lease holder may."""
    values: dict[str, Any] = {"receipt": receipt, "lease_owner": None, "lease_until": None}
    values |= {"status": "done"} if retry_at is None else {"next_attempt_at": retry_at}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == effect_id, OUTBOX.c.lease_owner == owner).values(values))
