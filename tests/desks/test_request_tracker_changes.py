"""Polling a Request Tracker over a network on which no long row of calls ends well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desks.config import RequestTrackerConfig
from desks.kit.http import Answer
from desks.request_tracker.desk import MERGES_AT_ONCE, RequestTracker, build
from states.clock import FrozenClock
from states.errors import DependencyFault

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
CONFIG = RequestTrackerConfig.model_validate(
    {"kind": "request_tracker", "base_url": "http://127.0.0.1:9", "user": "bot", "password": "p", "queue": "Desk"}
)


@dataclass
class History:
    """The reading half of a Request Tracker in which our user has made tickets; it breaks after some records."""

    made: int
    lasts: int
    """Records that can be read until one cannot; then the same again."""
    looked: list[str] = field(default_factory=list)

    def listing(self, path: str, params: Mapping[str, str]) -> tuple[list[dict[str, Any]], datetime]:
        after = int(params["query"].rpartition("> ")[2])
        created = (NOW - timedelta(minutes=5)).isoformat()
        rows = [
            {
                "id": number,
                "Type": "Create",
                "ObjectId": number,
                "Creator": {"id": "bot", "type": "user"},
                "Created": created,
            }
            for number in range(1, self.made + 1)
        ]
        return [row for row in rows if int(row["id"]) > after], NOW

    def record(self, path: str, params: Mapping[str, str] | None = None) -> Answer | None:
        if len(self.looked) % (self.lasts + 1) == self.lasts:
            self.looked.append("broken")
            raise DependencyFault("unreachable", "the destination did not answer")
        self.looked.append(path.rpartition("/")[2])
        return None


def desk(history: History) -> RequestTracker:
    """The desk over it."""
    rest: Any = history
    return replace(build("rt", CONFIG, FrozenClock(NOW)), rest=rest)


def test_a_long_history_is_gone_through_although_every_poll_breaks() -> None:
    history = History(made=100, lasts=7)
    cursor, polls = "0", 0
    while cursor.partition(":")[0] != "100":
        cursor, polls = desk(history).changes(cursor).cursor, polls + 1
        assert polls < 50
    looked = [one for one in history.looked if one != "broken"]
    assert looked == [str(number) for number in range(1, 101)]


def test_one_poll_looks_at_a_few_tickets_only() -> None:
    history = History(made=100, lasts=1000)
    found = desk(history).changes("0")
    assert len(history.looked) == MERGES_AT_ONCE
    assert found.cursor.partition(":")[0] == str(MERGES_AT_ONCE)


def test_a_poll_that_comes_nowhere_says_so() -> None:
    with pytest.raises(DependencyFault):
        desk(History(made=3, lasts=0)).changes("0")
