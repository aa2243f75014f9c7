"""After the last kill: recover as the next start would, then look at every row."""

from __future__ import annotations

import time

from sqlalchemy import text

from store import queries
from store.database import Store
from tests.campaigns.invariants import PERSON, open_handovers, violations
from tests.campaigns.kills import LEASE_S, runtime_on


def wrong(url: str, acknowledged: list[tuple[str, str, str]]) -> list[str]:
    """What is lost, doubled or inconsistent; at most twenty lines of it."""
    runtime = runtime_on(url)
    time.sleep(2 * LEASE_S)
    runtime.recover()
    store = runtime.store
    with store.read() as connection:
        ids = [row[0] for row in connection.execute(text("SELECT id FROM conversation"))]
    found = [what for one in ids for what in (*violations(store, one), *_handovers(store, one))]
    found += [what for conversation, cause, state in acknowledged for what in _lost(store, conversation, cause, state)]
    runtime.close()
    return found[:20]


def _handovers(store: Store, conversation: str) -> list[str]:
    """A conversation with a person has one open handover, with its effects in the outbox."""
    with store.read() as connection:
        state = queries.conversation(connection, conversation)["state"]
        asked = "SELECT count(*) FROM outbox WHERE conversation_id = :id AND effect = 'deliver_handover'"
        delivered = connection.execute(text(asked), {"id": conversation}).scalar_one()
    expected = int(state in PERSON)
    told = []
    if open_handovers(store, conversation) != expected:
        told.append(f"{conversation}: {open_handovers(store, conversation)} open handovers in {state}")
    if delivered != expected:
        told.append(f"{conversation}: {delivered} deliveries in {state}")
    return told


def _lost(store: Store, conversation: str, cause: str, state: str) -> list[str]:
    """What was acknowledged must be in the log, and a handover that was acknowledged must still hold."""
    key = f"act:{cause}" if cause == "claim" else f"message:{cause}"
    with store.read() as connection:
        event = queries.first_event_of(connection, conversation, key)
        now = queries.conversation(connection, conversation)["state"]
    if event is None:
        return [f"{conversation}: acknowledged {cause} is lost"]
    if state in PERSON and now not in PERSON:
        return [f"{conversation}: acknowledged {state}, now {now}"]
    return []
