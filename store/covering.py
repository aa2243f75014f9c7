"""What the events of an outcome cover beside themselves: the words they write, the row they leave, the handover.

The last event of an outcome names all of it by hash; `proof.check` compares the rows with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from conversation.records import OPENING, Outcome, StoredMessage
from proof.chain import SALT, covered_message, row_seal
from store.queries import MESSAGE, message_of

CONVERSATION_COVERED = (
    *OPENING, "state", "version", "language", "latched", "owner_id", "owner_role", "handover_id", "history",
    "pending_consent", "closed", "policy_name", "policy_hash", "updated_at",
)  # fmt: skip
"""Columns of the conversation that the last event of an outcome covers."""


def new_salt() -> str:
    """The salt of one event."""
    return secrets.token_bytes(SALT).hex()


def covers_of(
    outcome: Outcome, salt: str, said: tuple[StoredMessage, ...], touched: Mapping[str, StoredMessage]
) -> dict[str, Any]:
    """What the last event of the outcome covers. `touched`: messages that are decided or masked, as they were."""
    found: dict[str, Any] = {
        "conversation": row_seal(salt, ("conversation",), _row_after(outcome)),
        "said": [
            covered_message(salt, {**_columns(outcome, one), "event_id": by.event_id})
            for one, by in zip(said, outcome.utterances, strict=True)
        ],
        "masked": [
            covered_message(salt, _columns(outcome, replace(touched[name], text=text, redactions=redactions)))
            for name, (text, redactions) in outcome.masked.items()
            if name in touched
        ],
    }
    if outcome.message_id is not None and outcome.message_id in touched:
        heard = touched[outcome.message_id]
        text, redactions = outcome.masked.get(heard.id, (heard.text, heard.redactions))
        found["heard"] = [covered_message(salt, _columns(outcome, replace(heard, text=text, redactions=redactions)))]
    if outcome.returned_message is not None:
        found["returned"] = [outcome.returned_message]
    after, before = outcome.handover, outcome.handover_before
    if after is not None and (before is None or after.changes_since(before)):
        found["handover"] = [[after.id, row_seal(salt, ("handover", after.id), after.to_row())]]
    return {name: value for name, value in found.items() if value}


def touched_by(connection: Connection, outcome: Outcome) -> dict[str, StoredMessage]:
    """The messages that an outcome decides or masks, as they are: what it does not carry is read."""
    found = {one.id: one for one in outcome.touched}
    wanted = {*outcome.masked, *([outcome.message_id] if outcome.message_id else [])} - found.keys()
    if wanted:
        asked = select(MESSAGE).where(MESSAGE.c.conversation_id == outcome.conversation_id, MESSAGE.c.id.in_(wanted))
        found |= {row["id"]: message_of(row) for row in connection.execute(asked).mappings()}
    return found


def message_columns(conversation_id: str, message: StoredMessage) -> dict[str, Any]:
    """A message by the names of its columns, as its hash covers them."""
    return {
        "conversation_id": conversation_id, "id": message.id, "seq": message.seq, "author": message.author,
        "actor_id": message.actor_id, "text": message.text, "body_hash": message.body_hash,
        "redactions": dict(message.redactions), "in_reply_to": message.in_reply_to,
        "citations": [dict(one) for one in message.citations], "at": message.at,
        "attachments": [one.to_json() for one in message.attachments] or None, "automatic": message.automatic or None,
        "late": message.late, "effect": message.effect.value if message.effect else None, "event_id": None,
    }  # fmt: skip


def _columns(outcome: Outcome, message: StoredMessage) -> dict[str, Any]:
    return message_columns(outcome.conversation_id, message)


def _row_after(outcome: Outcome) -> dict[str, Any]:
    return {
        **outcome.opening, "state": outcome.state.value, "version": outcome.expected_version + 1,
        "language": outcome.language, "latched": outcome.latched, "owner_id": outcome.owner_id,
        "owner_role": outcome.owner_role.value if outcome.owner_role else None, "handover_id": outcome.handover_id,
        "history": dict(outcome.history),
        "pending_consent": dict(outcome.pending_consent) if outcome.pending_consent is not None else None,
        "closed": outcome.closed, "policy_name": outcome.policy_name, "policy_hash": outcome.policy_hash,
        "updated_at": outcome.at,
    }  # fmt: skip
