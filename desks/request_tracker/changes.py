"""What happened in Request Tracker since a cursor, each entry told once and none missed.

A database may show entry 8 before entry 7. So the cursor is `settled:seen,seen`: up to `settled` nothing can appear any
more, and of what came after it, these were told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desks.port import JsonObject
from desks.request_tracker.rest import Rest, quoted
from desks.request_tracker.tickets import moment, name_of

SETTLING = timedelta(seconds=10)
"""Before entries younger than this others may yet appear."""
_MAX_SEEN = 200
"""Entries that a cursor remembers; in a burst that is longer than this the oldest count as settled."""
_MAIL = frozenset({"EmailRecord", "CommentEmailRecord"})
"""Entries about mail that went out: nobody did anything."""
_TICKETS = "ObjectType = 'RT::Ticket'"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A ticket that our user made."""

    ref: str
    before: str
    """The cursor after which it, and what was made later, is told again."""


@dataclass(frozen=True, kw_only=True)
class Since:
    """What happened."""

    refs: tuple[str, ...] = ()
    """Tickets that others changed."""
    made: tuple[Made, ...] = ()
    """Told once."""
    cursor: str


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The end of the history of the tickets that our user made, wherever people moved them since."""

    rest: Rest
    actor: str
    settling: timedelta

    def since(self, cursor: str) -> Since:
        """What happened after the cursor; nothing, and where the history ends now, for an empty one."""
        if not cursor:
            return Since(cursor=str(self._end()))
        settled, _, seen = cursor.partition(":")
        told = frozenset(filter(None, seen.split(",")))
        query = f"{_TICKETS} AND TicketCreator = {quoted(self.actor)} AND id > {int(settled)}"
        rows, at = self.rest.listing("/transactions", {"query": query, "fields": "Type,ObjectId,Creator,Created"})
        old = self._settled(rows, at)
        return Since(
            refs=_tickets(row for row in rows if str(row["id"]) not in told and self._by_others(row)),
            made=tuple(
                Made(ref=str(row.get("ObjectId")), before=_cursor(int(row["id"]) - 1, rows[place : place + _MAX_SEEN]))
                for place, row in enumerate(old)
                if row.get("Type") == "Create" and not self._by_others(row)
            ),
            cursor=_cursor(old[-1]["id"] if old else settled, rows[len(old) :]),
        )

    def _by_others(self, row: JsonObject) -> bool:
        return row.get("Type") not in _MAIL and name_of(row.get("Creator")) != self.actor

    def _settled(self, rows: list[JsonObject], at: datetime) -> list[JsonObject]:
        """The first entries, up to one before which another may yet appear."""
        fresh = (number for number, row in enumerate(rows) if not self._is_old(row, at))
        return rows[: max(next(fresh, len(rows)), len(rows) - _MAX_SEEN)]

    def _is_old(self, row: JsonObject, at: datetime) -> bool:
        made = moment(row.get("Created"))
        return made is not None and made < at - self.settling

    def _end(self) -> int:
        """A number before which everything has settled."""
        params = {"query": f"{_TICKETS} AND id > 0", "fields": "Created", "order": "DESC"}
        rows, at = self.rest.page("/transactions", params)
        old = (int(row["id"]) for row in rows if self._is_old(row, at))
        return next(old, min((int(row["id"]) for row in rows), default=1) - 1)


def _cursor(settled: object, seen: list[JsonObject]) -> str:
    return ":".join(filter(None, (str(settled), ",".join(str(row["id"]) for row in seen))))


def _tickets(rows: Iterable[JsonObject]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row.get("ObjectId")) for row in rows))
