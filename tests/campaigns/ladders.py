"""What must hold of the clocks of every conversation, read from the rows alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, select

from handover.deadlines.ladder import Climb, Rung
from states.table import CLOCKS
from states.vocabulary import Effect, State
from store import queries
from store.database import Store

WAITING = (State.TRIGGERED, State.HANDED_OFF, State.AGENT_VERIFYING, State.ESCALATED)
_ASKED = {
    Rung.RENOTIFY: {Effect.RENOTIFY},
    Rung.PAGE: {Effect.PAGE},
    Rung.ESCALATE: {Effect.PAGE},
    Rung.PAGE_AGAIN: {Effect.PAGE},
}
Key = tuple[str, str, int, str, int]


def taken(store: Store, conversation_id: str) -> list[Key]:
    """The steps that the log tells of, in order: handover, ladder, round, step, number of the page."""
    with store.read() as connection:
        return [_key(one["data"]) for one in queries.events(connection, conversation_id) if "step" in one["data"]]


def ladder_violations(store: Store, conversation_id: str, now: datetime) -> list[str]:
    """Everything that is wrong with the clocks of a conversation; empty if nothing is."""
    with store.read() as connection:
        return [*_steps(connection, conversation_id), *_clocks(connection, conversation_id, now)]


def _steps(connection: Connection, conversation_id: str) -> Iterator[str]:
    """Each step once, none out of order, and each asked for exactly what it is."""
    log = [one for one in queries.events(connection, conversation_id) if "step" in one["data"]]
    keys = [_key(one["data"]) for one in log]
    yield from (f"{key} happened {count} times" for key, count in Counter(keys).items() if count > 1)
    for key, event in zip(keys, log, strict=True):
        earlier = {other[3] for other in keys[: keys.index(key)] if other[:3] == key[:3]}
        if key[3] == Rung.ESCALATE and not {Rung.RENOTIFY, Rung.PAGE} <= earlier:
            yield f"{key} came before {sorted({'renotify', 'page'} - earlier)}"
        asked = _asked(connection, event)
        if asked != _ASKED[Rung(key[3])]:
            yield f"{key} asked for {[effect.value for effect in sorted(asked)]}"


def _asked(connection: Connection, event: RowMapping) -> set[Effect]:
    found = select(queries.OUTBOX.c.effect).where(queries.OUTBOX.c.id.like(f"{event['id']}:%"))
    return {Effect(row[0]) for row in connection.execute(found)} & {Effect.RENOTIFY, Effect.PAGE}


def _clocks(connection: Connection, conversation_id: str, now: datetime) -> Iterator[str]:
    """A waiting case has its state's clock, and no clock lies beyond the deadline it stands for."""
    row = queries.conversation(connection, conversation_id)
    state, running = State(row["state"]), queries.timers(connection, conversation_id)
    if state not in WAITING:
        return
    if CLOCKS[state][0].value not in running:
        yield f"{state.value} waits without its clock; running are {sorted(running)}"
    if state is State.ESCALATED and row["owner_id"] is None and "claim" not in running:
        yield "nobody owns the escalated case, and nobody is paged for it"
    handover = queries.newest_handover(connection, conversation_id)
    for clock, written in (handover["ladders"] if handover else {}).items():
        climb = Climb.from_json(written)
        due_at = running.get(clock)
        if due_at is not None and climb.untouched and due_at > climb.due_at:
            yield f"the {clock} clock runs out {due_at - climb.due_at} after its deadline"
        if due_at is not None and climb.escalated and due_at > now + timedelta(days=4):
            yield f"the {clock} clock is silent until {due_at}"


def _key(data: RowMapping) -> Key:
    return data["handover_id"], data["ladder"], data["round"], data["step"], data.get("pages", 0)
