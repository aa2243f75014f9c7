"""The ladder of a clock: re-notify, page, escalate, and from then on a page again after ever longer pauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from handover.deadlines.sla import add, due
from policy.schema import Hours, Sla
from states.errors import PolicyError
from states.vocabulary import Clock

SHORTEST_STEP = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
_DOUBLINGS = 12
"""More would only overflow: the longest pause has been reached long before."""


class Rung(StrEnum):
    """A step of the ladder."""

    RENOTIFY = "renotify"
    PAGE = "page"
    ESCALATE = "escalate"
    PAGE_AGAIN = "page_again"


@dataclass(frozen=True, kw_only=True)
class Climb:
    """How far one clock of one handover has climbed. A round ends when a person puts the case back into the queue."""

    due_at: datetime
    """When the clock runs out in this round."""
    page_at: datetime | None = None
    """When somebody is paged although the clock may not have run out; the claim clock's alone."""
    renotified: bool = False
    paged: bool = False
    escalated: bool = False
    pages: int = 0
    """Pages since the case went beyond the frontline."""
    round: int = 1

    @property
    def untouched(self) -> bool:
        """Whether the clock has not run out in this round."""
        return not (self.renotified or self.escalated)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Climb:
        """From what `to_json` gave."""
        page_at = data.get("page_at")
        moments = {
            "due_at": datetime.fromisoformat(data["due_at"]),
            "page_at": datetime.fromisoformat(page_at) if page_at else None,
        }
        return cls(**{**data, **moments})

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, for the handover's row."""
        moments = {"due_at": self.due_at.isoformat(), "page_at": self.page_at.isoformat() if self.page_at else None}
        return {
            "renotified": self.renotified, "paged": self.paged, "escalated": self.escalated, "pages": self.pages,
            "round": self.round, **moments,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a clock of a class climbs, in its own hours."""

    step: timedelta
    pause: timedelta
    """From escalating to the first page after it."""
    hours: Hours | None
    """Business hours; None: the calendar."""

    def after(self, at: datetime, length: timedelta) -> datetime:
        """`length` later in these hours; in the calendar where they cannot be read: a step late beats none."""
        try:
            return add(at, length, self.hours)
        except PolicyError:
            return add(at, length, None)


def pace(sla: Sla, clock: Clock, hours: Hours) -> Pace:
    """The pace of the claim or the resolve clock of a class."""
    claim = clock is not Clock.RESOLVE
    written, whole = (sla.ladder.claim, sla.claim) if claim else (sla.ladder.resolve, sla.resolve)
    step = written.delta if written else max(whole.delta / 2, SHORTEST_STEP)
    return Pace(
        step=step,
        pause=sla.ladder.again.delta if sla.ladder.again else step,
        hours=hours if sla.hours == "business" else None,
    )


def page_moment(sla: Sla, since: datetime, hours: Hours) -> datetime | None:
    """When the person on call is paged for a customer who waits since `since`; None if the class does not say."""
    if sla.page_after is None:
        return None
    return pace(sla, Clock.CLAIM, hours).after(since, sla.page_after.delta)


def begun(due_at: datetime, now: datetime, page_at: datetime | None = None, round_: int = 1) -> Climb:
    """A clock that starts now. Where its time is over already it runs out now, and its further steps follow in turn."""
    page = max(page_at, now).astimezone(UTC) if page_at else None
    return Climb(due_at=max(due_at, now).astimezone(UTC), page_at=page, round=round_)


def again(climb: Climb, due_at: datetime, now: datetime, speed: Pace) -> Climb:
    """The next round, as when a case is put back: the deadline if it lies ahead, otherwise one step from now.

    The customer's wait goes on all the while, and who was to be paged by now and never was is paged at once.
    """
    ahead = due_at if due_at > now else speed.after(now, speed.step)
    page_at = max(climb.page_at, now) if climb.page_at and not climb.paged else None
    return Climb(due_at=ahead, page_at=page_at, round=climb.round + 1)


def next_rung(climb: Climb) -> Rung:
    """What happens when the clock runs out next: the guards of the table in words."""
    if climb.escalated:
        return Rung.PAGE_AGAIN
    if not climb.renotified:
        return Rung.RENOTIFY
    return Rung.ESCALATE if climb.paged else Rung.PAGE


def next_at(climb: Climb, speed: Pace, now: datetime) -> datetime:
    """When that is. The steps up to escalating lie at fixed moments, however late the worker looks; pages after it
    follow `now`, so that a worker that was away does not make up for those it missed."""
    if climb.escalated:
        return speed.after(now, min(speed.pause * 2 ** min(climb.pages, _DOUBLINGS), LONGEST_PAUSE))
    if not climb.renotified:
        return climb.due_at
    if climb.page_at is not None:
        return speed.after(max(climb.due_at, climb.page_at), speed.step)
    first = speed.after(climb.due_at, speed.step)
    return speed.after(first, speed.step) if climb.paged else first


def climbed(climb: Climb, rung: Rung, at: datetime) -> Climb:
    """After a step was taken."""
    if rung is Rung.RENOTIFY:
        return replace(climb, renotified=True)
    if rung is Rung.PAGE:
        early = not climb.renotified or (climb.page_at is not None and climb.page_at <= at)
        return replace(climb, paged=True, page_at=min(climb.page_at or at, at) if early else None)
    if rung is Rung.ESCALATE:
        return replace(climb, renotified=True, paged=True, escalated=True, pages=0)
    return replace(climb, pages=climb.pages + 1)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One step of an ignored case."""

    at: datetime
    clock: Clock
    rung: Rung


def plan(sla: Sla, start: datetime, hours: Hours, pages: int = 3) -> tuple[Planned, ...]:
    """What happens when, for a customer who waits since `start` and whom nobody ever claims or resolves, in order.

    Each clock by itself, with the first `pages` pages after escalating. Raises PolicyError for unreadable hours.
    """
    deadlines = due(sla, start, hours)
    claim = begun(deadlines.claim_due_at, start, deadlines.page_at)
    found = [
        *_steps(claim, Clock.CLAIM, pace(sla, Clock.CLAIM, hours), pages),
        *_steps(begun(deadlines.resolve_due_at, start), Clock.RESOLVE, pace(sla, Clock.RESOLVE, hours), pages),
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _steps(climb: Climb, clock: Clock, speed: Pace, pages: int) -> Iterator[Planned]:
    now = climb.due_at
    while climb.pages < pages:
        at, rung = next_at(climb, speed, now), next_rung(climb)
        if climb.page_at is not None and not climb.paged and climb.page_at <= at:
            at, rung = climb.page_at, Rung.PAGE
            yield Planned(at=at, clock=Clock.PAGE, rung=rung)
        else:
            yield Planned(at=at, clock=clock, rung=rung)
        climb, now = climbed(climb, rung, at), at
