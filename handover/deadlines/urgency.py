"""The order in which people should take waiting handovers: most urgent first."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Protocol

from policy.schema import Severity

_RANK: dict[str, int] = {severity.value: rank for rank, severity in enumerate(Severity)}


class Waiting(Protocol):
    """What the order needs to know of a handover."""

    @property
    def severity(self) -> str:
        """A Severity value."""
        ...

    @property
    def claim_due_at(self) -> datetime:
        """When it must have been claimed."""
        ...

    @property
    def waiting_since(self) -> datetime:
        """The customer's first unmet need."""
        ...


def severity_rank(severity: str) -> int:
    """0 for critical, growing; an unknown value counts as critical, so that it is looked at first."""
    return _RANK.get(severity, 0)


def urgency(item: Waiting) -> tuple[int, datetime, datetime]:
    """Sort key, smallest first: severity, then the claim deadline, then who has waited longest."""
    return severity_rank(item.severity), item.claim_due_at, item.waiting_since


def minutes_left(due_at: datetime, now: datetime) -> int:
    """Whole minutes until a deadline, rounded down: 0 in the last minute, negative once it has passed."""
    return math.floor((due_at - now).total_seconds() / 60)
