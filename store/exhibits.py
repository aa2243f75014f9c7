"""Rows become what is proved of a conversation: every hash of it can be recomputed from an exhibit alone.

Messages and events are taken as they stand, through no value of the program: a change that a value would not show is
seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from conversation.handover import Handover
from proof.chain import CHAINED, LATER, MESSAGE, PRIVATE, PUBLIC, derived, plain
from proof.exhibit import Exhibit, Part, ShownEvent, ShownMessage, ShownRow, words_of, writer_of
from store import queries
from store.covering import CONVERSATION_COVERED
from store.queries import CONVERSATION, EVENT, HANDOVER, JOURNAL, LEAF
from store.queries import MESSAGE as MESSAGE_TABLE

_NAMING = (CONVERSATION.c.id, EVENT.c.conversation_id, MESSAGE_TABLE.c.conversation_id, HANDOVER.c.conversation_id,
           JOURNAL.c.chain, LEAF.c.chain)  # fmt: skip


def exhibit_of(connection: Connection, conversation_id: str) -> Exhibit:
    """A conversation as it is proved. NotFound if its row is not there; any error for rows that cannot be read."""
    row = queries.conversation(connection, conversation_id)
    events = queries.events(connection, conversation_id)
    salts, ids = _salts(events), {one["seq"]: one["id"] for one in events}
    salt = events[-1]["salt"] if events else None
    return Exhibit(
        conversation_id=conversation_id,
        next_seq=row["next_seq"],
        head_hash=row["head_hash"],
        checkpoint_id=row["checkpoint_id"],
        state=row["state"],
        row=_part(salt, ("conversation",), {name: row[name] for name in CONVERSATION_COVERED}),
        events=tuple(map(_event, events)),
        messages=tuple(_message(one, ids, salts) for one in _rows(connection, MESSAGE_TABLE, conversation_id, "seq")),
        handovers=tuple(
            _handover(one, salts) for one in _rows(connection, HANDOVER, conversation_id, "created_at", "id")
        ),
        journal=journal_of(connection, conversation_id),
    )


def journal_of(connection: Connection, chain: str) -> tuple[dict[str, Any], ...]:
    """The journal of a conversation, or with an empty name of what belongs to none, from its beginning."""
    found = select(JOURNAL).where(JOURNAL.c.chain == chain).order_by(JOURNAL.c.number)
    return tuple({name: plain(value) for name, value in one.items()} for one in connection.execute(found).mappings())


def named_conversations(connection: Connection) -> tuple[str, ...]:
    """The ids of all conversations that any row names, whether they are there or not, in their order."""
    found = {name for column in _NAMING for name in connection.execute(select(column).distinct()).scalars()}
    return tuple(sorted(found - {""}))


def _rows(connection: Connection, table: Any, conversation_id: str, *order: str) -> Sequence[RowMapping]:
    found = select(table).where(table.c.conversation_id == conversation_id).order_by(*(table.c[name] for name in order))
    return connection.execute(found).mappings().all()


def _salts(events: Iterable[RowMapping]) -> dict[tuple[str, str], str | None]:
    """By whose salt each message and handover is covered: of the newest event that names it; None: it is erased."""
    found: dict[tuple[str, str], str | None] = {}
    for one in events:
        covers = one["covers"] or {}
        for kind in ("said", "heard", "masked"):
            found |= {("message", name): one["salt"] for name, _ in covers.get(kind, ())}
        found |= {("handover", name): one["salt"] for name, _ in covers.get("handover", ())}
    return found


def _part(salt: str | None, path: tuple[str, ...], value: Mapping[str, Any]) -> Part | None:
    if salt is None:
        return None
    return Part(salt=derived(salt, *path), value={name: plain(one) for name, one in value.items()})


def _event(row: RowMapping) -> ShownEvent:
    salt, sealed = row["salt"], row["sealed"]
    names = PUBLIC if salt is not None or sealed is not None else (*CHAINED, *LATER)
    private = {name: row[name] for name in PRIVATE}
    stands = any(private.values()) or salt is not None
    return ShownEvent(
        seq=row["seq"],
        prev_hash=row["prev_hash"],
        hash=row["hash"],
        says={name: plain(row[name]) for name in names},
        private=Part(withheld=sealed) if sealed is not None else _part(salt, ("event",), private),
        uncovered=private if sealed is not None and stands else None,
    )


def _message(row: RowMapping, ids: Mapping[int, str], salts: Mapping[tuple[str, str], str | None]) -> ShownMessage:
    columns = {**row, "event_id": ids.get(row["event_seq"])}
    words, writer = words_of(columns), writer_of(columns)
    name = ("message", row["id"])
    salt = salts.get(name)
    is_erased = name in salts and salt is None
    return ShownMessage(
        seq=row["seq"],
        event_seq=row["event_seq"],
        outcome_event_id=row["outcome_event_id"],
        says={name: plain(columns[name]) for name in MESSAGE},
        words=_part(salt, ("words", row["id"]), words),
        writer=_part(salt, ("writer", row["id"]), writer),
        uncovered=None if salt is not None or (is_erased and not row["text"]) else {**words, **writer},
    )


def _handover(row: RowMapping, salts: Mapping[tuple[str, str], str | None]) -> ShownRow:
    # Older versions left columns in other forms of the same meaning, and a change writes only what changes.
    columns = {name: plain(value) for name, value in Handover.from_row(dict(row)).to_row().items()}
    name = ("handover", row["id"])
    salt = salts.get(name)
    uncovered = None if salt is not None or (name in salts and not row["packet"]) else columns
    return ShownRow(id=row["id"], row=_part(salt, ("handover", row["id"]), columns), uncovered=uncovered)
