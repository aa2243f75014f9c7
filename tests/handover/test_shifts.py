"""Generated weeks in zones whose clocks change: every open minute counts once, however shifts overlap or meet."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.deadlines.sla import DAYS, add, day_spans, is_open, next_opening
from policy.schema import Hours
from tests.components import examples

ZONES = (
    "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut",
    "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "UTC",
)  # fmt: skip
MINUTE = timedelta(minutes=1)
SEEN = timedelta(days=4)
"""How much time a reference looks at, minute by minute."""


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """When the zone's clock changes from 2024 to 2027, to the hour; of a zone without changes any day. And 2011's."""
    place = ZoneInfo(zone)
    hours = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(24 * 365 * 3)]
    offsets = [hour.astimezone(place).utcoffset() for hour in hours]
    found = [hour for hour, one, other in zip(hours, offsets, offsets[1:], strict=False) if one != other]
    if zone == "Pacific/Apia":
        found.append(datetime(2011, 12, 30, 9, tzinfo=UTC))  # a whole day was skipped
    return tuple(found) or (hours[500],)


def open_minutes(hours: Hours, start: datetime) -> list[datetime]:
    """The open minutes from `start` on, found by reading the zone's clock at each minute, and by nothing else.

    A shift is open from the first minute at which the clock shows its hours to the last.
    """
    place, before = ZoneInfo(hours.timezone), timedelta(days=3)
    minutes = [start - before + number * MINUTE for number in range(int((before + SEEN + timedelta(days=2)) / MINUTE))]
    shown = [minute.astimezone(place).replace(tzinfo=None) for minute in minutes]
    days = sorted({one.date() for one in shown})
    found: set[datetime] = set()
    for day in (date.fromordinal(number) for number in range(days[0].toordinal(), days[-1].toordinal() + 1)):
        for opens, closes in day_spans(hours, DAYS[day.weekday()]):
            midnight = datetime.combine(day, time())
            first, last = midnight + opens * MINUTE, midnight + closes * MINUTE
            at = [number for number, one in enumerate(shown) if first <= one < last]
            found.update(minutes[at[0] : at[-1] + 1] if at else ())
    return sorted(minute for minute in found if start <= minute < start + SEEN)


def telling(minutes: list[datetime], start: datetime) -> list[datetime]:
    """Minutes to ask about: around every opening and closing, and some from all over the time seen."""
    edges = [edge for one, other in pairwise(minutes) if other - one > MINUTE for edge in (one + MINUTE, other)]
    near = {edge + away * MINUTE for edge in (*minutes[:1], *edges) for away in (-1, 0, 1)}
    spread = {start + number * MINUTE for number in range(0, int(SEEN / MINUTE), 97)}
    return sorted(at for at in near | spread if start <= at < start + SEEN)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Hours, datetime]:
    """Shifts that overlap, touch, cross midnight and lie around the hours at which clocks change; and a start."""
    zone = draw(st.sampled_from(ZONES))
    clock = st.sampled_from([f"{hour:02}:{minute:02}" for hour in (0, 1, 2, 3, 9, 22, 23) for minute in (0, 30)])
    span = st.tuples(clock, clock).filter(lambda one: one[0] != one[1]).map("-".join)
    spans = st.lists(span, min_size=1, max_size=3).map(", ".join)
    opened = {day: draw(spans) for day in draw(st.sets(st.sampled_from(DAYS), min_size=5))}
    hours = Hours.model_validate({"timezone": zone, "open": {day: opened.get(day, "") for day in DAYS}, "holidays": []})
    start = draw(st.sampled_from(changes(zone))) - timedelta(minutes=draw(st.integers(0, 36 * 60)))
    return hours, start


@settings(deadline=None, max_examples=examples(40, 400))
@given(weeks(), st.integers(1, 30 * 60))
def test_every_open_minute_counts_once(week: tuple[Hours, datetime], length: int) -> None:
    hours, start = week
    minutes = open_minutes(hours, start)
    if length <= len(minutes):
        assert add(start, length * MINUTE, hours) == minutes[length - 1] + MINUTE
    opened = set(minutes)
    for at in telling(minutes, start):
        assert is_open(hours, at) == (at in opened), at
        after = bisect_right(minutes, at - MINUTE)
        if after < len(minutes):
            assert next_opening(hours, at) == minutes[after]


def _open(zone: str, **opened: str) -> Hours:
    return Hours.model_validate({"timezone": zone, "open": {day: opened.get(day, "") for day in DAYS}})


@pytest.mark.parametrize(
    ("opened", "hours"),
    [
        ({"mon": "09:00-17:00, 12:00-20:00"}, 11),  # two shifts that overlap
        ({"mon": "09:00-13:00, 13:00-17:00"}, 8),  # that meet
        ({"mon": "09:00-17:00, 10:00-11:00"}, 8),  # one in another
        ({"mon": "22:00-06:00", "tue": "05:00-09:00"}, 11),  # a night shift that meets the next day's
        ({"mon": "09:00-17:00, 09:00-17:00"}, 8),  # the same twice
    ],
)
def test_shifts_that_overlap_count_once(opened: dict[str, str], hours: int) -> None:
    monday = datetime(2026, 6, 8, tzinfo=UTC)
    last = add(monday, timedelta(hours=hours), _open("UTC", **opened))
    assert last < monday + timedelta(days=2)
    assert add(monday, timedelta(hours=hours, minutes=1), _open("UTC", **opened)) >= monday + timedelta(days=7)


@pytest.mark.parametrize(("sunday", "length"), [("2026-03-29", 7), ("2026-10-25", 9)])
def test_shifts_that_meet_in_the_hour_of_the_change_lose_and_double_nothing(sunday: str, length: int) -> None:
    """22:00 to 06:00 as one shift, and as two that meet at 02:30, which March skips and October has twice."""
    start = datetime.fromisoformat(f"{sunday}T12:00+00:00") - timedelta(days=1)
    for opened in ({"sat": "22:00-06:00"}, {"sat": "22:00-02:30", "sun": "02:30-06:00"}):
        hours = _open("Europe/Berlin", **opened)
        assert add(start, timedelta(hours=length), hours) < start + timedelta(days=1)
        assert add(start, timedelta(hours=length, minutes=1), hours) > start + timedelta(days=2)


@pytest.mark.parametrize(
    ("zone", "sunday", "ends", "closed"),
    [
        ("Europe/Berlin", "2026-10-25", "02:00", "2026-10-25T00:00+00:00"),
        ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00+00:00"),
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00+00:00"),
        ("Australia/Lord_Howe", "2024-04-07", "01:30", "2024-04-06T14:30+00:00"),
    ],
)
def test_a_shift_that_ends_as_the_clock_changes_holds_no_minute_after_it(
    zone: str, sunday: str, ends: str, closed: str
) -> None:
    hours, end = _open(zone, sat=f"23:00-{ends}"), datetime.fromisoformat(closed)
    assert (is_open(hours, end - MINUTE), is_open(hours, end)) == (True, False)
