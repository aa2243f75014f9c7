"""Who is at the desk: seen a moment ago and available, for which teams, with what skills and how much in hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from states.vocabulary import Role


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who works, or worked, at the desk."""

    id: str
    role: Role
    teams: tuple[str, ...] = ()
    """Empty: all teams."""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """ISO 639-1; empty: not stated."""
    capacity: int = 5
    """Open cases the person takes at once."""
    available: bool = True
    seen_at: datetime | None = None
    workload: int = 0
    """Open cases the person owns."""

    @property
    def free(self) -> bool:
        """Whether there is room for one more case."""
        return self.workload < self.capacity


class Staffing(StrEnum):
    """What is known of a team."""

    UNKNOWN = "unknown"
    """Nobody has ever come to the desk for it, as where people work in another system."""
    ONLINE = "online"
    NOBODY = "nobody"


def is_online(person: Person, now: datetime, within: timedelta) -> bool:
    """Available and seen not longer than `within` ago; whoever was seen in the future was seen by a wrong clock."""
    return person.available and person.seen_at is not None and abs(now - person.seen_at) <= within


def in_team(person: Person, team: str) -> bool:
    """Whether the person works for the team."""
    return not person.teams or team in person.teams


def staffing(people: Iterable[Person], team: str, now: datetime, within: timedelta) -> Staffing:
    """Whether somebody of the team is online."""
    members = [person for person in people if in_team(person, team)]
    if not members:
        return Staffing.UNKNOWN
    return Staffing.ONLINE if any(is_online(one, now, within) for one in members) else Staffing.NOBODY
