"""The worker's half of an effect: leased rows, performed by a desk, settled with a receipt.

The row was committed with the decision, so an effect can be late but not lost, and with an idempotent desk not doubled.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from desks.port import Desk, Order
from store import outbox
from store.database import Store
from store.records import DueEffect

LEASE_S = 30.0
BATCH = 50
BACKOFF = (timedelta(seconds=2), timedelta(minutes=10))
"""First and longest wait before an effect is tried again; it doubles in between."""

log = logging.getLogger("handrail.outbox")


def perform_due(store: Store, desk: Desk, owner: str, now: datetime) -> int:
    """Performs the effects that are due; returns how many were done. One that fails is tried again later."""
    with store.write() as connection:
        leased = outbox.lease_effects(connection, owner, now, LEASE_S, BATCH)
    return sum(_perform(store, desk, owner, now, effect) for effect in leased)


def _perform(store: Store, desk: Desk, owner: str, now: datetime, due: DueEffect) -> bool:
    order = Order(
        id=due.id, conversation_id=due.conversation_id, effect=due.effect, payload=due.payload, attempt=due.attempts
    )
    receipt: dict[str, Any]
    retry_at = None
    try:
        given = desk.deliver(order)
        receipt = {"ref": given.ref, "note": given.note, **given.more}
    except Exception as error:  # noqa: BLE001  safety boundary: a failed effect stays in the outbox and is tried again
        log.warning("effect failed", extra={"effect": due.effect.value, "error": type(error).__name__})
        receipt = {"error": type(error).__name__, "attempt": due.attempts}
        retry_at = now + min(BACKOFF[0] * 2 ** min(due.attempts - 1, 16), BACKOFF[1])
    with store.write() as connection:
        outbox.settle_effect(connection, due.id, owner, receipt=receipt, retry_at=retry_at)
    return retry_at is None
