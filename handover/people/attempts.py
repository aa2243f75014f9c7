"""Failed identity checks of one customer, counted together: whatever the method, the state or the conversation.

A second conversation gives no new guesses. Only time does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

KEPT = 64
"""Failures that are kept; the oldest go first. More than any policy allows."""


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """The counter as one read saw it. Every check that may prove something moves `revision`, right or wrong: two at
    once cannot both rest on the same count."""

    key: str
    failed: tuple[datetime, ...] = ()
    """When checks failed, oldest first."""
    revision: int = 0
    """0: there is no row yet."""

    def recent(self, now: datetime, within: timedelta) -> int:
        """How many failed not longer ago than `within`; what lies ahead after the time was set back counts too."""
        return sum(now - at < within for at in self.failed)

    def checked(self, now: datetime, *, failed: bool) -> Attempts:
        """The counter after one more check."""
        times = (*self.failed, now) if failed else self.failed
        return replace(self, failed=times[-KEPT:], revision=self.revision + 1)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Attempts:
        """The counter that a row holds."""
        times = tuple(map(datetime.fromisoformat, row["failed"]))
        return cls(key=row["key"], failed=times, revision=row["revision"])

    def to_row(self) -> dict[str, Any]:
        """Every column of its row."""
        return {"key": self.key, "failed": [at.isoformat() for at in self.failed], "revision": self.revision}


def key_of(customer: str, conversation_id: str) -> str:
    """Whose checks are counted together: the customer's; who is not known is counted for the conversation alone."""
    return f"customer:{customer}" if customer else f"conversation:{conversation_id}"
