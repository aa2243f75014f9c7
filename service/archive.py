"""The archive: everything that was recorded, to find, read and take along; each look is kept before it is granted.

It holds a reader of the database, which cannot write, and the book of looks, which can write nothing else. Whoever has
an archive and no door can therefore change nothing: the auditor's room has no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from policy.loader import LoadedPolicy, stored
from service.admission import Admission
from service.cursors import change_cursor, change_of
from service.record import CaseFile, FoundCase, FoundPage, Look, UsedPolicy
from service.rows_as_record import checkpoint_json, record_of, recorded_ids
from service.rows_as_views import conversation_view, handover_view
from service.views import Actor, ConversationView
from states.clock import Clock
from states.errors import CheckpointMismatch, NotFound
from states.rights import Right
from states.vocabulary import State
from store import archive, queries
from store.archive import Search
from store.connection import Connection, RowMapping
from store.database import Reader, Store
from store.looks import add_look, first_broken_look, first_broken_of_newest, is_covered, looks
from store.records import NewLook

__all__ = ["Archive", "LookBook", "Purpose", "Search"]
COVERED = timedelta(minutes=10)
"""How long a look at a case covers turning from step to step in it, as long as nothing happens there."""
_LONGEST = 400
"""Characters of a search that are kept."""
Redact = Callable[[str], tuple[str, Any]]
"""A text → without private data, and what was masked."""


class Purpose(StrEnum):
    """What somebody looked for."""

    FOUND = "found"
    """Conversations were searched for."""
    READ = "read"
    VERIFIED = "verified"
    """Its steps were decided again."""
    COMPARED = "compared"
    """It was lived again under another policy."""
    EXPORTED = "exported"


@dataclass(frozen=True)
class LookBook:
    """The one thing that somebody who only reads writes: that they have looked."""

    _store: Store

    def keep(self, look: NewLook) -> int:
        """Durable when it returns; the number of the look."""
        with self._store.write() as connection:
            return add_look(connection, look)


class Archive:
    """What was recorded, for whoever has the right `AUDIT`. Safe to call from several threads.

    Raises ForbiddenRole without the right, BadInput for an actor without a usable name, NotFound, and StoreUnavailable
    also where the look cannot be kept: then nothing is shown.
    """

    def __init__(
        self, reader: Reader, book: LookBook, admission: Admission, clock: Clock, redact: Redact | None = None
    ) -> None:
        self._reader, self._book, self._admission, self._clock = reader, book, admission, clock
        self._redact = redact

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._clock.now().astimezone(UTC)

    @property
    def policy(self) -> LoadedPolicy | None:
        """The policy in force; None at the command line."""
        return self._admission.policy

    def admit(self, actor: Actor) -> None:
        """ForbiddenRole unless the actor may audit."""
        self._admission.admit(actor, Right.AUDIT)

    # Finding

    def find(self, actor: Actor, search: Search, limit: int, cursor: str = "") -> FoundPage:
        """Some of the conversations that fit, after the cursor of the page before. BadInput for a strange cursor."""
        self.admit(actor)
        before = change_of(cursor)
        self._keep(actor, Purpose.FOUND, data={**self._told(search), "page": bool(cursor)})
        with self._reader.read() as connection:
            rows, total = archive.find(connection, search, limit + 1, before)
            items = _found(connection, rows[:limit], search.words)
        last = items[-1] if len(rows) > limit else None
        return FoundPage(
            items=items, total=total, following=change_cursor(last.updated_at, last.id) if last is not None else None
        )

    def ids(self, actor: Actor, purpose: Purpose, **data: Any) -> tuple[str, ...]:
        """All conversations in which something has happened, for a look at each of them: one look for all."""
        self.admit(actor)
        self._keep(actor, purpose, data={"all": True, **data})
        return recorded_ids(self._reader)

    # Reading

    def case(
        self, actor: Actor, conversation_id: str, purpose: Purpose = Purpose.READ, *, part_of_all: bool = False,
        **data: Any,
    ) -> CaseFile:  # fmt: skip
        """A conversation, whole. `data` says what it is read for; `part_of_all`: after `ids`, under that look."""
        self.admit(actor)
        record = record_of(self._reader, conversation_id)
        with self._reader.read() as connection:
            row = queries.conversation(connection, conversation_id)
            handovers = [handover_view(connection, one) for one in archive.handovers(connection, [conversation_id])]
        number = 0 if part_of_all else self._keep(actor, purpose, row, data)
        return CaseFile(
            record=record, state=State(row["state"]), version=row["version"], handovers=tuple(handovers), number=number
        )

    def view(self, actor: Actor, conversation_id: str) -> ConversationView:
        """The conversation as it is now, with transcript, log and packet."""
        self.admit(actor)
        with self._reader.read() as connection:
            row = queries.conversation(connection, conversation_id)
        self._keep(actor, Purpose.READ, row)
        with self._reader.read() as connection:
            return conversation_view(connection, conversation_id)

    def checkpoints(
        self, actor: Actor, conversation_id: str, names: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any] | None]:
        """What LangGraph kept under these names; None where it is gone, or is not what its event says. A part of
        reading the case."""
        self.admit(actor)
        with self._reader.read() as connection:
            row = queries.conversation(connection, conversation_id)
        self._keep(actor, Purpose.READ, row)
        return {name: self._checkpoint(conversation_id, name) for name in names}

    def _checkpoint(self, conversation_id: str, name: str) -> Mapping[str, Any] | None:
        try:
            return checkpoint_json(self._reader, conversation_id, name)
        except CheckpointMismatch:
            return None

    # Policies that once decided

    def policies(self, actor: Actor) -> tuple[UsedPolicy, ...]:
        """All of them, the newest first."""
        self.admit(actor)
        with self._reader.read() as connection:
            return tuple(UsedPolicy(**one) for one in archive.policies(connection))

    def used_policy(self, actor: Actor, policy_hash: str) -> LoadedPolicy:
        """One of them, as it decided then. NotFound; PolicyError if this version cannot read it."""
        self.admit(actor)
        with self._reader.read() as connection:
            text = queries.policy_text(connection, policy_hash)
        if text is None:
            raise NotFound(f"no policy {policy_hash[:12]!r} ever decided here; choose one of the list")
        return stored(text)

    # Who has looked

    def looks(self, actor: Actor, limit: int, conversation_id: str | None = None) -> tuple[Look, ...]:
        """Who has looked, the newest first; at one conversation, or at anything."""
        self.admit(actor)
        with self._reader.read() as connection:
            rows = looks(connection, limit, conversation_id)
        names = [one.name for one in fields(Look)]
        return tuple(Look(**{name: row[name] for name in names}) for row in rows)

    def first_broken_look(self, actor: Actor, newest: int | None = None) -> int | None:
        """The number of the first look that was changed or taken out, of all or of the newest; None: they are whole."""
        self.admit(actor)
        with self._reader.read() as connection:
            return first_broken_look(connection) if newest is None else first_broken_of_newest(connection, newest)

    # Keeping looks

    def _keep(
        self, actor: Actor, purpose: Purpose, row: RowMapping | None = None, data: Mapping[str, Any] | None = None
    ) -> int:
        """Writes the look before anything is shown; 0 where one of a moment ago covers it."""
        now = self.now()
        look = NewLook(
            actor_id=actor.id, role=actor.role.value, purpose=purpose.value, at=now, data=dict(data or {}),
            conversation_id=row["id"] if row is not None else None, version=row["version"] if row is not None else None,
        )  # fmt: skip
        if purpose is Purpose.READ and row is not None and not look.data:
            with self._reader.read() as connection:
                if is_covered(connection, look, now - COVERED):
                    return 0
        return self._book.keep(look)

    def _told(self, search: Search) -> dict[str, Any]:
        """A search as it is kept: only what was asked for, and of words what may be written."""
        told = {one.name: getattr(search, one.name) for one in fields(search)}
        told |= {name: told[name].isoformat() for name in ("begin", "end") if told[name] is not None}
        told["words"], told["states"] = [self._masked(word) for word in search.words], list(search.states)
        told |= {name: self._masked(told[name]) for name in ("trigger", "agent", "resolution")}
        return {name: value for name, value in told.items() if value}

    def _masked(self, text: str) -> str:
        return self._redact(text[:_LONGEST])[0] if self._redact is not None and text else ""


def _found(connection: Connection, rows: Sequence[RowMapping], words: Sequence[str]) -> tuple[FoundCase, ...]:
    names = [row["id"] for row in rows]
    lengths, texts = archive.lengths(connection, names), archive.excerpts(connection, names, words)
    missing = [name for name in names if name not in texts]
    texts = {**texts, **(archive.excerpts(connection, missing, ()) if words and missing else {})}
    cases = {one["conversation_id"]: one for one in archive.handovers(connection, names)}
    return tuple(_line(row, lengths.get(row["id"], (0, False)), cases.get(row["id"]), texts) for row in rows)


def _line(
    row: RowMapping, length: tuple[int, bool], case: RowMapping | None, texts: Mapping[str, str]
) -> FoundCase:  # fmt: skip
    copied = ("id", "closed", "channel", "customer", "language", "created_at", "updated_at")
    return FoundCase(
        **{name: row[name] for name in copied}, state=State(row["state"]), steps=length[0], breached=length[1],
        reason_code=case["reason_code"] if case is not None else "",
        severity=case["severity"] if case is not None else "",
        resolution=(case["resolution"] or "") if case is not None else "", excerpt=texts.get(row["id"], ""),
    )  # fmt: skip
