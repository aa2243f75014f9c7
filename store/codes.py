"""Codes that wait to be sent: outbox rows of one effect, leased one at a time, settled with a plain receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from states.vocabulary import Effect
from store.queries import CONVERSATION, HANDOVER, OUTBOX


@dataclass(frozen=True, kw_only=True)
class DueCode:
    """A sending that is due, with what is needed to make the code again."""

    id: str
    payload: Mapping[str, Any]
    attempts: int
    """This one included."""
    customer: str
    language: str
    challenge: Mapping[str, Any] | None
    """Of the open handover as it is now; None when it has been used or the case is closed."""


def lease_code(connection: Connection, owner: str, now: datetime, seconds: float) -> DueCode | None:
    """Leases the sending that has been due longest; a dead worker's comes back when its lease ends."""
    free = or_(OUTBOX.c.lease_owner.is_(None), OUTBOX.c.lease_until < now)
    due = and_(OUTBOX.c.effect == Effect.SEND_CODE.value, OUTBOX.c.status == "pending", OUTBOX.c.next_attempt_at <= now)
    found = select(OUTBOX).where(due, free).order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id).limit(1)
    row = connection.execute(found.with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    leased = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds), "attempts": row["attempts"] + 1}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == row["id"]).values(leased))
    known = select(CONVERSATION.c.customer, CONVERSATION.c.language).where(CONVERSATION.c.id == row["conversation_id"])
    about = connection.execute(known).one()
    handover = select(HANDOVER.c.code).where(HANDOVER.c.id == row["payload"]["handover_id"], HANDOVER.c.open)
    return DueCode(
        id=row["id"],
        payload=row["payload"],
        attempts=row["attempts"] + 1,
        customer=about.customer,
        language=about.language,
        challenge=connection.execute(handover).scalar(),
    )


def settle_code(
    connection: Connection, code_id: str, owner: str, *, status: str, receipt: dict[str, Any], retry_at: datetime | None
) -> None:
    """Records what became of a sending; `retry_at` where it stays pending. Only its lease holder may."""
    values: dict[str, Any] = {"status": status, "receipt": receipt, "lease_owner": None, "lease_until": None}
    values |= {"next_attempt_at": retry_at} if retry_at else {}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == code_id, OUTBOX.c.lease_owner == owner).values(values))
