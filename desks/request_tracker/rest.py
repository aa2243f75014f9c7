"""Reads from Request Tracker's REST2 that are never mistaken: a front that answers for it, with its own 404 or an
HTML page, is no "there is none", and half a list is no list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from desks.kit.http import Answer, Web
from desks.port import JsonObject
from states.clock import Clock
from states.errors import DependencyFault

PER_PAGE = 100
"""Request Tracker's own limit."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """The reading half of REST2."""

    web: Web = field(repr=False)
    clock: Clock

    def record(self, path: str, params: Mapping[str, str] | None = None) -> Answer | None:
        """One record; None if Request Tracker itself says that there is none."""
        answer = self.web.get(path, params)
        if not answer.object:
            raise DependencyFault("unreadable", "what answered is not Request Tracker")
        return None if answer.status == 404 else answer

    def listing(self, path: str, params: Mapping[str, str]) -> tuple[list[JsonObject], datetime]:
        """A whole collection, and when Request Tracker began to answer, by its own clock. Entries that our user may
        not see are left out of a page, so a page that is not full is the last one only if it is far from full."""
        rows, at = self.page(path, params)
        number, count = 1, len(rows)
        while count >= PER_PAGE // 2:
            number += 1
            more, _ = self.page(path, params, number)
            rows += more
            count = len(more)
        return rows, at

    def page(self, path: str, params: Mapping[str, str], number: int = 1) -> tuple[list[JsonObject], datetime]:
        """One page of it."""
        answer = self.web.get(path, {"orderby": "id", **params, "per_page": str(PER_PAGE), "page": str(number)})
        rows = answer.object.get("items")
        if answer.status == 404 or not isinstance(rows, list):
            raise DependencyFault("unreadable", "what answered is not a list of Request Tracker's")
        return [row for row in rows if isinstance(row, dict)], self._clock(answer)

    def _clock(self, answer: Answer) -> datetime:
        try:
            return parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return self.clock.now()


def quoted(value: str) -> str:
    """A string of TicketSQL."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
