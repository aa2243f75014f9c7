"""Deadlines as the policy writes them: classes, their ladders, what tightens them, and when people are there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policy.base import Identifier, Model, Severity
from policy.durations import Duration


class Ladder(Model):
    """Step lengths of a clock that has run out: re-notify, one step later page, one more step later escalate."""

    claim: Duration | None = Field(default=None, description="default: half of the time to claim, at least a minute")
    resolve: Duration | None = Field(
        default=None, description="default: half of the time to resolve, at least a minute"
    )
    again: Duration | None = Field(
        default=None,
        description="from escalating to the next page, doubling with each, a day at most; default: the clock's step",
    )


class Sla(Model):
    """Deadlines of a class; both clocks start at the customer's first unmet need."""

    claim: Duration
    resolve: Duration
    hours: Literal["always", "business"] = "business"
    page_after: Duration | None = Field(
        default=None, description="page the person on call when nobody has claimed by then, also before the deadline"
    )
    ladder: Ladder = Ladder()


class Tighten(Model):
    """Classes that hold at the latest for a severity or a customer's tier; the tighter class wins, never the looser."""

    severity: dict[Severity, Identifier] = {}
    tier: dict[str, Identifier] = {}


class PresenceRules(Model):
    """Who counts as there, and who is asked where nobody is."""

    seen_within: Duration = Field(default=Duration("90s"), description="somebody seen longer ago is not online")
    fallback_team: str | None = Field(default=None, description="takes the case when nobody of its team is online")


class Hours(Model):
    """When people are at work."""

    timezone: str = "UTC"
    open: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], str] = dict.fromkeys(
        ("mon", "tue", "wed", "thu", "fri"), "09:00-17:00"
    )
    holidays: tuple[str, ...] = ()
