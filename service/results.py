"""What a turn or an act led to, as the caller gets it: fresh from the run, or again from the rows."""

from __future__ import annotations

from conversation.records import Snapshot
from conversation.run import Run
from service.rows_as_views import message_view
from service.views import ActResult, TurnResult
from states.errors import NotFound
from states.vocabulary import Event, State
from store import queries
from store.connection import Connection
from store.work import Committed


def turn_result(run: Run, done: Committed, *, repeated: bool) -> TurnResult:
    """The turn that was just decided."""
    first = run.record.happenings[0]
    return TurnResult(
        conversation_id=run.snapshot.id,
        message_id=run.message.id,
        state=run.standing.state,
        version=done.version,
        replies=tuple(map(message_view, done.replies)),
        decision={**first.data, "event": first.event.value},
        repeated=repeated,
        owned=run.standing.owner_id is not None,
    )


def asking_result(run: Run) -> TurnResult:
    """The turn that waits for tools: nothing of it is written."""
    before = run.snapshot
    return TurnResult(
        conversation_id=before.id,
        message_id=run.message.id,
        state=before.state,
        version=before.version,
        replies=(),
        decision={},
        asks=run.record.asks,
    )


def stored_result(connection: Connection, conversation_id: str, message_id: str, *, repeated: bool) -> TurnResult:
    """The turn as the rows have it: the same answer again."""
    row = queries.conversation(connection, conversation_id)
    event = queries.first_event_of(connection, conversation_id, f"message:{message_id}")
    if event is None:
        raise NotFound(f"message {message_id!r} has no outcome yet; ask again")
    return TurnResult(
        conversation_id=conversation_id,
        message_id=message_id,
        state=State(row["state"]),
        version=row["version"],
        replies=tuple(map(message_view, queries.replies_to(connection, conversation_id, message_id))),
        decision={**event["data"], "event": event["event"]},
        repeated=repeated,
        owned=row["owner_id"] is not None,
    )


def act_result(snapshot: Snapshot, event: Event, *, repeated: bool) -> ActResult:
    """An act that changed nothing now, because it had happened or its time was over."""
    return ActResult(
        conversation_id=snapshot.id, event=event, state=snapshot.state, version=snapshot.version, repeated=repeated
    )
