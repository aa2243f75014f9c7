"""What somebody looks for in the queue: a view of it, and what the cases must have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_SEARCH = 100
"""Characters of a search that are looked for."""


class View(StrEnum):
    """A part of all cases, by who has them and how they stand."""

    ALL = "all"
    """Every open one."""
    MINE = "mine"
    """Open ones of the person who asks."""
    TEAM = "team"
    """Open ones of that person's teams."""
    UNASSIGNED = "unassigned"
    """Open ones that nobody has."""
    LATE = "late"
    """Nobody has come, or nothing is resolved, in the time that the customer was told."""
    ESCALATED = "escalated"
    """Beyond the frontline."""
    CLOSED = "closed"
    """Those that ended, the newest first."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which cases somebody looks for; an empty field is any."""

    view: View = View.ALL
    text: str = ""
    """Stands in the reference, the customer's reference, the reason, or in what the customer wrote."""
    reason: str = ""
    state: str = ""
    channel: str = ""
    language: str = ""

    @property
    def narrow(self) -> bool:
        """Whether it is not the whole open queue."""
        return self != Sought()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many open cases there are, for the person who asks."""

    views: Mapping[View, int] = field(default_factory=dict)
    """Of each view but the closed ones."""
    claimable: int = 0
    """That nobody has and the person's role may claim."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
