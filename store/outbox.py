"""Effects as rows: written with the decision, in the same commit; `store.steps` has what they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, insert, select, update

from conversation.records import Outcome
from states.vocabulary import Effect
from store.queries import CONVERSATION, EVENT, HANDOVER, MESSAGE, OUTBOX
from store.records import QueuedEffect

UNDELIVERABLE = "undeliverable"
"""The word for an effect that somebody must hear of and that no destination can perform."""
MUST_BE_HEARD = (Effect.PAGE.value, Effect.SEND_CODE.value)
"""Neither changes a ticket; a test compares them with `delivery.plan`."""
RELEASED: dict[str, Any] = {"lease_owner": None, "lease_until": None}
"""What a row says that no worker holds."""
_QUEUED = and_(OUTBOX.c.destination == "", OUTBOX.c.status == "pending")


def write_outbox(connection: Connection, outcome: Outcome) -> None:
    """The effects that leave the database, as rows for the worker."""
    rows = [
        {
            "id": f"{one.event_id}:{one.number}", "conversation_id": outcome.conversation_id,
            "effect": one.effect.value, "payload": dict(one.payload), "status": "pending", "attempts": 0,
            "next_attempt_at": outcome.at, "created_at": outcome.at, "destination": "", "job": "", "unsure": False,
            "last_code": "", "number": 0,
        }
        for one in outcome.outbound
    ]  # fmt: skip
    if rows:
        connection.execute(insert(OUTBOX), rows)


def effects_in_queue(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Effects that no destination has been asked for, each with its conversation, the longest waiting first."""
    found = select(OUTBOX.c.id, OUTBOX.c.conversation_id).where(_QUEUED).order_by(OUTBOX.c.created_at, OUTBOX.c.id)
    return tuple((row[0], row[1]) for row in connection.execute(found))


def overdue_effects(connection: Connection, before: datetime) -> tuple[QueuedEffect, ...]:
    """Effects that somebody must hear of, older than this, that are not marked as undeliverable yet."""
    found = select(OUTBOX).where(
        _QUEUED,
        OUTBOX.c.effect.in_(MUST_BE_HEARD),
        OUTBOX.c.created_at < before,
        OUTBOX.c.last_code != UNDELIVERABLE,
    )
    return tuple(_queued(row) for row in connection.execute(found).mappings())


def mark_undeliverable(connection: Connection, effect_id: str) -> bool:
    """Marks an effect that waits; False if it is marked already, or waits no more."""
    waiting = and_(_QUEUED, OUTBOX.c.id == effect_id, OUTBOX.c.last_code != UNDELIVERABLE)
    return connection.execute(update(OUTBOX).where(waiting).values(last_code=UNDELIVERABLE)).rowcount == 1


def undeliverable(connection: Connection, most: int) -> tuple[RowMapping, ...]:
    """Effects that no destination can perform, oldest first, with the handover's team."""
    found = (
        select(
            OUTBOX.c.id, OUTBOX.c.conversation_id, OUTBOX.c.effect, OUTBOX.c.created_at.label("since"),
            HANDOVER.c.id.label("handover_id"), HANDOVER.c.team,
        )
        .join(HANDOVER, HANDOVER.c.id == OUTBOX.c.payload["handover_id"].as_string())
        .where(_QUEUED, OUTBOX.c.last_code == UNDELIVERABLE)
        .order_by(OUTBOX.c.created_at, OUTBOX.c.id)
        .limit(most)
    )  # fmt: skip
    return tuple(connection.execute(found).mappings())


def _queued(row: RowMapping) -> QueuedEffect:
    return QueuedEffect(
        id=row["id"], conversation_id=row["conversation_id"], effect=Effect(row["effect"]), payload=row["payload"],
        created_at=row["created_at"], undeliverable=row["last_code"] == UNDELIVERABLE,
    )  # fmt: skip


def hold_conversation(connection: Connection, conversation_id: str, *, patient: bool = True) -> RowMapping | None:
    """The conversation's row, locked until the transaction ends; None if it is another's and we are not patient."""
    found = select(CONVERSATION).where(CONVERSATION.c.id == conversation_id)
    return connection.execute(found.with_for_update(skip_locked=not patient)).mappings().first()


def queued_effects(connection: Connection, conversation_id: str) -> tuple[QueuedEffect, ...]:
    """The conversation's effects that no destination has been asked for, in the order they happened."""
    found = select(OUTBOX).where(_QUEUED, OUTBOX.c.conversation_id == conversation_id)
    rows = connection.execute(found).mappings().all()
    events = {row["id"].rpartition(":")[0] for row in rows}
    asked = select(EVENT.c.id, EVENT.c.seq).where(EVENT.c.conversation_id == conversation_id, EVENT.c.id.in_(events))
    seqs = {row[0]: row[1] for row in connection.execute(asked)}

    def place(row: RowMapping) -> tuple[int, int]:
        event_id, _, number = row["id"].rpartition(":")
        return seqs.get(event_id, 0), int(number)

    return tuple(_queued(row) for row in sorted(rows, key=place))


def effect_expanded(
    connection: Connection, effect_id: str, steps: Sequence[str], now: datetime, moot: str = ""
) -> None:
    """Marks an effect as done: its steps are rows of their own from now on. `moot`: why there need be none."""
    receipt: dict[str, Any] = {"steps": list(steps)} | ({"moot": moot} if moot else {})
    values = {"status": "done", "receipt": receipt, "settled_at": now, "last_code": "", **RELEASED}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == effect_id).values(values))


def messages_held(connection: Connection, conversation_id: str, destination: str, known_at: datetime) -> frozenset[str]:
    """The customer's decided messages that a destination surely had at `known_at`, or never was to be given.

    What was brought there later may have come after whatever somebody did there; what was given up never came.
    """
    forwarded = select(OUTBOX).where(
        OUTBOX.c.conversation_id == conversation_id, OUTBOX.c.effect == Effect.FORWARD_MESSAGE.value
    )
    rows = connection.execute(forwarded).mappings().all()
    given = [row for row in rows if row["destination"] == destination]
    late = [row["id"] for row in given if row["status"] != "done" or row["settled_at"] > known_at]
    missing = {
        str(row["payload"].get("message_id"))
        for row in rows
        if row["destination"] == "" and (row["status"] == "pending" or any(row["id"] in step_id for step_id in late))
    }
    decided = select(MESSAGE.c.id).where(
        MESSAGE.c.conversation_id == conversation_id,
        MESSAGE.c.author == "customer",
        MESSAGE.c.outcome_event_id.is_not(None),
    )
    return frozenset(row[0] for row in connection.execute(decided)) - missing
