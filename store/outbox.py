"""Effects as rows: written with the decision, in the same commit; `store.steps` has what they lead to."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from conversation.records import Outcome
from store.queries import OUTBOX


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
