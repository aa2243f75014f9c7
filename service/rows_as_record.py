"""Rows become the record of a conversation. Each checkpoint is compared with the event that names it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from conversation.given import GIVEN
from graph.saver import stored_checkpoint
from proof.chain import first_break
from service.record import Checkpoint, ConversationRecord, RecordedEvent
from states.errors import CheckpointMismatch
from states.vocabulary import Event, Role, State
from store import queries
from store.database import Reader


def record_of(reader: Reader, conversation_id: str) -> ConversationRecord:
    """The record of a conversation. NotFound if there is none."""
    with reader.read() as connection:
        row = queries.conversation(connection, conversation_id)
        events = [dict(one) for one in queries.events(connection, conversation_id)]
        messages = queries.transcript(connection, conversation_id)
        hashes = dict.fromkeys(one["policy_hash"] for one in events)
        texts = {name: queries.policy_text(connection, name) for name in hashes}
    checkpoints = checkpoints_of(reader, conversation_id, events)
    return ConversationRecord(
        id=conversation_id,
        channel=row["channel"],
        customer=row["customer"],
        channel_facts=row["channel_facts"],
        created_at=row["created_at"],
        messages=messages,
        events=tuple(_event(one, checkpoints[one["checkpoint_id"]]) for one in events),
        policies={name: text for name, text in texts.items() if text is not None},
        broken_at=first_break(events),
    )


def recorded_ids(reader: Reader) -> tuple[str, ...]:
    """The ids of all conversations in which something has happened."""
    with reader.read() as connection:
        return queries.with_events(connection)


def checkpoint_json(reader: Reader, conversation_id: str, name: str) -> dict[str, Any] | None:
    """What LangGraph kept under this name, as plain JSON; None if it is not there. CheckpointMismatch."""
    found = stored_checkpoint(reader, conversation_id, name)
    if found is None:
        return None
    parent = found.parent_config["configurable"].get("checkpoint_id") if found.parent_config else None
    told = {
        "checkpoint": found.checkpoint, "metadata": found.metadata, "parent": parent,
        "pending_writes": found.pending_writes or [],
    }  # fmt: skip
    plain: dict[str, Any] = json.loads(json.dumps(told, default=str))
    return plain


def checkpoints_of(
    reader: Reader, conversation_id: str, events: Sequence[Mapping[str, Any]]
) -> dict[str | None, Checkpoint]:
    """Checkpoint id → what became of it, for each that these events name."""
    named = dict.fromkeys(one["checkpoint_id"] for one in events)
    return {name: _checkpoint(reader, conversation_id, name) for name in named}


def _checkpoint(reader: Reader, conversation_id: str, name: str | None) -> Checkpoint:
    if name is None:
        return Checkpoint.NONE
    try:
        found = stored_checkpoint(reader, conversation_id, name)
    except CheckpointMismatch:
        return Checkpoint.DIFFERS
    return Checkpoint.MATCHES if found is not None else Checkpoint.MISSING


def _event(row: Mapping[str, Any], checkpoint: Checkpoint) -> RecordedEvent:
    return RecordedEvent(
        id=row["id"],
        seq=row["seq"],
        event=Event(row["event"]),
        source=State(row["source"]),
        target=State(row["target"]),
        role=Role(row["role"]),
        actor_id=row["actor_id"],
        cause=row["cause"],
        ordinal=row["ordinal"],
        policy_hash=row["policy_hash"],
        checkpoint_id=row["checkpoint_id"],
        checkpoint=checkpoint,
        at=row["at"],
        data={name: value for name, value in row["data"].items() if name != GIVEN},
        given=row["data"].get(GIVEN, {}),
    )
