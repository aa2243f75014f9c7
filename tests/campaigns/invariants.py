"""What must hold of every conversation, read from the rows alone, after whatever a campaign did to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Connection, RowMapping, text

from conversation.records import StoredMessage
from proof.chain import first_break
from proof.check import check
from states.table import ANSWERING, WITH_PERSON
from store import queries
from store.database import Store
from store.exhibits import exhibit_of

PERSON = {state.value for state in WITH_PERSON}
BOT = {state.value for state in ANSWERING}


def violations(store: Store, conversation_id: str) -> list[str]:
    """Everything that is wrong with a conversation; empty if nothing is."""
    with store.read() as connection:
        return [f"{conversation_id}: {what}" for what in _violations(connection, conversation_id)]


def _violations(connection: Connection, conversation_id: str) -> Iterator[str]:
    row = queries.conversation(connection, conversation_id)
    events = queries.events(connection, conversation_id)
    messages = queries.transcript(connection, conversation_id)
    yield from _latch(row["state"], row["latched"], events, messages)
    yield from _outcomes(events, messages)
    broken = first_break([dict(event) for event in events])
    if broken is not None:
        yield f"the hash chain breaks at {broken}"
    yield from (one.what for one in check(exhibit_of(connection, conversation_id)).findings)
    if events and events[-1]["hash"] != row["head_hash"]:
        yield "the row's head is not the newest event"
    if events and events[-1]["target"] != row["state"]:
        yield f"the row says {row['state']}, the log says {events[-1]['target']}"
    for earlier, later in pairwise(events):
        if earlier["target"] != later["source"]:
            yield f"the log jumps from {earlier['target']} to {later['source']}"
    if not row["closed"] and not queries.timers(connection, conversation_id):
        yield f"no clock watches a conversation in {row['state']}"
    yield from _checkpoints(connection, conversation_id, events)


def _latch(state: str, latched: bool, events: Sequence[RowMapping], messages: Sequence[StoredMessage]) -> Iterator[str]:
    """No assistant message after a handover, until a person hands back."""
    owned_from = None
    boundaries = [(e["seq"], e["event"], e["target"]) for e in events]
    spoken = [(m.seq, m.text) for m in messages if m.author == "assistant"]
    for seq, event, target in boundaries:
        if event == "handed_back":
            owned_from = None
        elif target in PERSON and owned_from is None:
            owned_from = seq
        if owned_from is not None and target in BOT:
            yield f"{event} led back to {target} without a hand-back"
    if owned_from is not None:
        yield from (f"the bot spoke after the handover: {said!r}" for seq, said in spoken if seq > owned_from)
        if not latched or state not in PERSON | {"resolved"}:
            yield f"the handover was undone: {state}, latched={latched}"


def _outcomes(events: Sequence[RowMapping], messages: Sequence[StoredMessage]) -> Iterator[str]:
    """Each cause happened once, each message was decided once."""
    known = {event["id"] for event in events}
    firsts = [event["cause"] for event in events if event["ordinal"] == 0]
    if len(firsts) != len(set(firsts)):
        yield "a cause has two outcomes"
    for message in messages:
        if message.author != "customer":
            continue
        if message.outcome_event_id not in known:
            yield f"message {message.id} has no outcome"
        elif firsts.count(f"message:{message.id}") != 1:
            yield f"message {message.id} was decided {firsts.count('message:' + message.id)} times"


def _checkpoints(connection: Connection, conversation_id: str, events: Sequence[RowMapping]) -> Iterator[str]:
    """The checkpoint history and the log name the same runs."""
    found = connection.execute(
        text("SELECT checkpoint_id FROM checkpoints WHERE thread_id = :thread"), {"thread": conversation_id}
    )
    written = {row[0] for row in found}
    named = {event["checkpoint_id"] for event in events}
    if written != named:
        yield f"checkpoints and log disagree: {len(written - named)} without events, {len(named - written)} missing"
    if any(event["checkpoint_hash"] is None for event in events[-1:]) and any(
        event["checkpoint_hash"] for event in events
    ):
        yield "the newest event does not say what its checkpoint is"


def open_handovers(store: Store, conversation_id: str) -> int:
    """How many handovers of the conversation are open."""
    with store.read() as connection:
        return int(
            connection.execute(
                text("SELECT count(*) FROM handover WHERE conversation_id = :id AND open"), {"id": conversation_id}
            ).scalar_one()
        )
