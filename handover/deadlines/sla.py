"""Deadlines in calendar or business hours, across weekends, holidays and clock changes.

One hour of business time is one hour in which people are at work: 24 business hours at eight hours a day are three
working days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from policy.schema import Hours, Sla
from states.errors import PolicyError

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})\s*")
_MINUTE = timedelta(minutes=1)
_MINUTES_A_DAY = 24 * 60
_LOOK_AHEAD_DAYS = 1500
"""About four years of days are searched for business time before a calendar is used instead."""

Window = tuple[datetime, datetime]
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """By when somebody must have claimed the case, resolved it, and from when people are paged; all in UTC."""

    claim_due_at: datetime
    resolve_due_at: datetime
    page_at: datetime | None = None


def due(sla: Sla, start: datetime, hours: Hours) -> Deadlines:
    """The deadlines of a class for a customer who waits since `start` (aware).

    Raises PolicyError when the business hours cannot be read. Where nobody is ever at work the
    calendar counts, because a deadline that never comes is no deadline.
    """
    business = hours if sla.hours == "business" else None
    return Deadlines(
        claim_due_at=add(start, sla.claim.delta, business),
        resolve_due_at=add(start, sla.resolve.delta, business),
        page_at=add(start, sla.page_after.delta, business) if sla.page_after else None,
    )


def add(start: datetime, length: timedelta, hours: Hours | None) -> datetime:
    """`length` after `start`, in UTC: of time at work if `hours` are given, otherwise of the calendar."""
    begin = start.astimezone(UTC)
    if hours is None:
        return later(begin, length)
    left = length
    for opens, closes in _windows(hours, begin):
        opens = max(opens, begin)
        if closes <= opens:
            continue
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return later(begin, length)


def later(start: datetime, length: timedelta) -> datetime:
    """`start + length`, or the last moment there is."""
    try:
        return start + length
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether people are at work at that moment; a closing time is no longer open."""
    return next_opening(hours, at) == at.astimezone(UTC)


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """The first moment from `at` on, in UTC, when people are at work (`at` itself when open); None: never."""
    begin = at.astimezone(UTC)
    return next((max(opens, begin) for opens, closes in _windows(hours, begin) if closes > begin), None)


def day_spans(hours: Hours, day: Day) -> tuple[Span, ...]:
    """The opening times of a weekday as minutes from midnight; past midnight they run beyond 1440."""
    return _spans(day, hours.open.get(day, ""))


def zone(hours: Hours) -> ZoneInfo:
    """The time zone of the business hours; PolicyError if there is none of that name."""
    try:
        return ZoneInfo(hours.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise PolicyError(
            f"hours.timezone {hours.timezone!r} is no time zone; write an IANA name such as 'Europe/Berlin'"
        ) from error


def _windows(hours: Hours, begin: datetime) -> Iterator[Window]:
    """Opening windows in UTC, in order and apart: what two shifts share is in the first one's only."""
    covered = datetime.min.replace(tzinfo=UTC)
    for opens, closes in _shifts(hours, begin):
        opens = max(opens, covered)
        if closes > opens:
            covered = closes
            yield opens, closes


def _shifts(hours: Hours, begin: datetime) -> Iterator[Window]:
    """Every span as it is written, in UTC, from the day before `begin` on: a night shift may still be running."""
    if not any(hours.open.values()):
        return
    place, closed = zone(hours), _Holidays(hours.holidays)
    week = {number: day_spans(hours, day) for number, day in enumerate(DAYS)}
    for offset in range(-1, _LOOK_AHEAD_DAYS):
        try:
            day = begin.astimezone(place).date() + timedelta(days=offset)
            windows = sorted(_window(place, day, span) for span in week[day.weekday()])
        except OverflowError:  # a calendar ends in the year 9999
            return
        if not closed.on(day):
            yield from windows


def _window(place: ZoneInfo, day: date, span: Span) -> Window:
    """One span of one day in UTC: from the first moment at which the clock shows its hours to the last.

    Where the clock is set back, a shift that ends in the hour that comes twice ends in the second one, and one that
    ends as that hour begins ends before the first. Where it is set forward, a time that is skipped is the moment of
    the change: two shifts that meet there still meet.
    """
    opens, closes = (_moment(place, day, minutes) for minutes in span)
    last = (closes - _MINUTE).replace(fold=1)
    return _real(opens), _real(closes) if _is_skipped(last) else last.astimezone(UTC) + _MINUTE


def _is_skipped(moment: datetime) -> bool:
    """Whether the clock never shows this time."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != moment.replace(tzinfo=None)


def _real(moment: datetime) -> datetime:
    """The moment in UTC; for a time that the clock skips, when it does."""
    if not _is_skipped(moment):
        return moment.astimezone(UTC)
    before, after = sorted(moment.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    offset = before.astimezone(moment.tzinfo).utcoffset()
    while after - before > _MINUTE:
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        same = middle.astimezone(moment.tzinfo).utcoffset() == offset
        before, after = (middle, after) if same else (before, middle)
    return after


def _moment(place: ZoneInfo, day: date, minutes: int) -> datetime:
    days, rest = divmod(minutes, _MINUTES_A_DAY)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=place)


@lru_cache(maxsize=256)  # The same few texts are asked for in every turn.
def _spans(day: str, text: str) -> tuple[Span, ...]:
    return tuple(sorted(_span(day, part) for part in text.split(",") if part.strip()))


def _span(day: str, text: str) -> Span:
    matched = _SPAN.fullmatch(text)
    if matched is None:
        raise PolicyError(f"hours.open.{day} {text!r} is no span of time; write for example '09:00-17:00'")
    first, first_minute, last, last_minute = (int(group) for group in matched.groups())
    opens, closes = first * 60 + first_minute, last * 60 + last_minute
    if max(first_minute, last_minute) > 59 or opens >= _MINUTES_A_DAY or closes > _MINUTES_A_DAY:
        raise PolicyError(f"hours.open.{day} {text!r} names a time that no day has; write for example '09:00-17:00'")
    return opens, closes if closes > opens else closes + _MINUTES_A_DAY


class _Holidays:
    """Days off: `2026-12-25` once, `12-25` every year."""

    def __init__(self, written: tuple[str, ...]) -> None:
        self._once: set[date] = set()
        self._yearly: set[tuple[int, int]] = set()
        for text in written:
            self._take(text)

    def _take(self, text: str) -> None:
        try:
            if len(text) == len("12-25"):
                leap = date.fromisoformat(f"2000-{text}")
                self._yearly.add((leap.month, leap.day))
            else:
                self._once.add(date.fromisoformat(text))
        except ValueError as error:
            raise PolicyError(f"holiday {text!r} is no date; write '2026-12-25', or '12-25' for every year") from error

    def on(self, day: date) -> bool:
        """Whether nobody works on that day."""
        return day in self._once or (day.month, day.day) in self._yearly
