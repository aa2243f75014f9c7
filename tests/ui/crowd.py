"""Many cases at once: rows copied from one that was made as every case is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select

from states.vocabulary import State
from store.database import Store
from store.queries import CONVERSATION, HANDOVER, MESSAGE


def crowd(store: Store, case: str, talk: str, many: int) -> None:
    """As many cases like `case` beside it, each due a second later, and as many conversations like `talk`."""
    with store.write() as connection:
        one = dict(connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == case)).mappings().one())
        other = dict(connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == talk)).mappings().one())
        open_ = dict(connection.execute(select(HANDOVER).where(HANDOVER.c.conversation_id == case)).mappings().one())
        said = dict(
            connection.execute(select(MESSAGE).where(MESSAGE.c.conversation_id == case)).mappings().first() or {}
        )
        assert State(one["state"]) is State.HANDED_OFF
        rows: dict[object, list[dict[str, object]]] = {CONVERSATION: [], HANDOVER: [], MESSAGE: []}
        for number in range(1, many):
            name, later = f"crowd-{number:05}", timedelta(seconds=number)
            rows[CONVERSATION] += [
                {**one, "id": name, "handover_id": f"ho_{name}"},
                {**other, "id": f"talk-{number:05}"},
            ]
            due = {key: open_[key] + later for key in ("claim_due_at", "resolve_due_at")}
            rows[HANDOVER].append({**open_, **due, "id": f"ho_{name}", "conversation_id": name})
            rows[MESSAGE].append({**said, "conversation_id": name, "text": f"{said['text']} number {number:05}"})
        for table in (CONVERSATION, HANDOVER, MESSAGE):
            if rows[table]:
                connection.execute(insert(table), rows[table])
