"""Effects as rows: written with the decision, in the same commit; `store.steps` has what they lead to."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from conversation.records import Happening, Outcome
from states.vocabulary import Effect
from store.queries import OUTBOX

QUEUED = frozenset(
    {
        Effect.DELIVER_HANDOVER,
        Effect.FORWARD_MESSAGE,
        Effect.SEND_AGENT_MESSAGE,
        Effect.RAISE_SEVERITY,
        Effect.UPDATE_PACKET,
        Effect.RENOTIFY,
        Effect.PAGE,
        Effect.NOTIFY_CLAIMED,
        Effect.CLEAR_OWNER,
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
            "next_attempt_at": outcome.at, "created_at": outcome.at, "destination": "", "job": "", "unsure": False,
            "last_code": "", "number": 0,
        }
        for happening in outcome.happenings
        for number, effect in enumerate(happening.effects)
        if _leaves(effect, happening)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(OUTBOX), rows)


def _leaves(effect: Effect, happening: Happening) -> bool:
    """Whether others must hear of it: who closes a case need not be shown to have let go of it first."""
    closing = effect is Effect.CLEAR_OWNER and Effect.CLOSE_HANDOVER in happening.effects
    return effect in QUEUED and not closing
