"""Deadlines are right across nights, weekends, holidays and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.deadlines.sla import add, due, is_open, next_opening
from policy.durations import Duration
from policy.schema import Hours, Sla
from states.clock import FrozenClock
from states.errors import PolicyError
from tests.handover.example import UNHURRIED

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(timezone="Europe/Berlin", holidays=("2026-12-24", "12-25"))
YEARS = tuple(datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2020, 2040))
AROUND_THE_CLOCK = Hours.model_validate(
    {
        "timezone": "Europe/Berlin",
        "open": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"),
    }
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-06-09T10:00", 3, "2026-06-09T13:00"),  # inside one day
        ("2026-06-09T16:00", 3, "2026-06-10T11:00"),  # over one night
        ("2026-06-09T16:00", 1, "2026-06-09T17:00"),  # to the closing minute
        ("2026-06-09T06:00", 1, "2026-06-09T10:00"),  # before the doors open
        ("2026-06-12T16:00", 2, "2026-06-15T10:00"),  # over a weekend
        ("2026-06-13T12:00", 8, "2026-06-15T17:00"),  # from a Saturday
        ("2026-06-12T16:30", 24, "2026-06-17T16:30"),  # 24 business hours are three working days
        ("2026-12-23T16:00", 2, "2026-12-28T10:00"),  # over holidays, once and yearly, and a weekend
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),  # over the weekend on which clocks go forward
        ("2026-10-23T16:00", 2, "2026-10-26T10:00"),  # over the weekend on which clocks go back
    ],
)
def test_business_hours_count_only_while_people_are_at_work(start: str, hours: int, end: str) -> None:
    assert add(berlin(start), timedelta(hours=hours), OFFICE) == berlin(end)


def test_calendar_hours_are_real_hours_when_clocks_change() -> None:
    sla = Sla(claim=Duration("24h"), resolve=Duration("72h"), hours="always")
    deadlines = due(sla, berlin("2026-03-28T12:00"), OFFICE)
    assert deadlines.claim_due_at == berlin("2026-03-29T13:00")
    assert deadlines.claim_due_at.tzinfo is UTC


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)])
def test_a_day_around_the_clock_has_as_many_hours_as_the_clock_change_leaves(day: str, length: int) -> None:
    start = berlin(f"{day}T00:00")
    assert add(start, timedelta(hours=length), AROUND_THE_CLOCK) == start.astimezone(UTC) + timedelta(hours=length)
    assert add(start, timedelta(hours=length), AROUND_THE_CLOCK) == (start + timedelta(days=1)).astimezone(UTC)


def test_a_night_shift_loses_the_hour_that_the_clock_skips() -> None:
    night = Hours.model_validate({"timezone": "Europe/Berlin", "open": {"sat": "22:00-06:00"}})
    assert add(berlin("2026-03-28T22:00"), timedelta(hours=7), night) == berlin("2026-03-29T06:00")
    assert add(berlin("2026-10-24T22:00"), timedelta(hours=9), night) == berlin("2026-10-25T06:00")
    assert is_open(night, berlin("2026-03-29T05:59"))
    assert not is_open(night, berlin("2026-03-29T06:00"))


def test_a_lunch_break_is_not_business_time() -> None:
    split = Hours.model_validate({"open": {"tue": "13:00-17:00, 09:00-12:00"}})
    noon = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
    assert not is_open(split, noon)
    assert next_opening(split, noon) == noon + timedelta(hours=1)
    assert add(noon - timedelta(hours=1), timedelta(hours=2), split) == noon + timedelta(hours=2)


def test_all_three_clocks_start_when_the_customer_began_to_wait() -> None:
    clock = FrozenClock(berlin("2026-06-09T10:00"))
    sla = Sla(claim=Duration("5m"), resolve=Duration("1h"), hours="always", page_after=Duration("3m"))
    start = clock.now()
    clock.advance(timedelta(minutes=2))
    deadlines = due(sla, start, OFFICE)
    assert deadlines.page_at is not None
    waits = (deadlines.page_at, deadlines.claim_due_at, deadlines.resolve_due_at)
    assert [moment - clock.now() for moment in waits] == [timedelta(minutes=minutes) for minutes in (1, 3, 58)]


def test_opening_hours_begin_at_the_minute_and_end_before_it() -> None:
    assert is_open(OFFICE, berlin("2026-06-09T09:00"))
    assert not is_open(OFFICE, berlin("2026-06-09T17:00"))
    assert next_opening(OFFICE, berlin("2026-06-12T17:00")) == berlin("2026-06-15T09:00")
    assert next_opening(OFFICE, berlin("2026-06-09T10:30")) == berlin("2026-06-09T10:30")


def test_where_nobody_is_ever_at_work_the_calendar_counts() -> None:
    never = Hours(open={})
    start = datetime(2026, 6, 9, tzinfo=UTC)
    assert next_opening(never, start) is None
    assert not is_open(never, start)
    assert add(start, timedelta(hours=24), never) == start + timedelta(hours=24)


@pytest.mark.parametrize(
    "hours",
    [
        Hours(timezone="Europe/Atlantis"),
        Hours(timezone="../etc"),
        Hours(open={"mon": "nine to five"}),
        Hours(open={"mon": "09:00-25:00"}),
        Hours(open={"mon": "09:75-17:00"}),
        Hours(holidays=("Christmas",)),
        Hours(holidays=("13-41",)),
    ],
)
def test_hours_that_cannot_be_read_are_refused_with_a_remedy(hours: Hours) -> None:
    with pytest.raises(PolicyError, match="write"):
        next_opening(hours, datetime(2026, 6, 9, tzinfo=UTC))


@UNHURRIED
@given(
    start=st.datetimes(*YEARS, timezones=st.timezones()),
    minutes=st.integers(min_value=1, max_value=60 * 100),
    more=st.integers(min_value=1, max_value=60 * 24),
)
def test_more_time_never_ends_earlier_and_a_deadline_lies_in_business_time(
    start: datetime, minutes: int, more: int
) -> None:
    end = add(start, timedelta(minutes=minutes), OFFICE)
    assert end >= start + timedelta(minutes=minutes)
    assert is_open(OFFICE, end - timedelta(seconds=1))
    assert add(start, timedelta(minutes=minutes + more), OFFICE) > end


@UNHURRIED
@given(start=st.datetimes(timezones=st.just(UTC)), at=st.sampled_from([OFFICE, AROUND_THE_CLOCK]))
def test_the_ends_of_the_calendar_raise_nothing(start: datetime, at: Hours) -> None:
    assert add(start, timedelta(hours=72), at).tzinfo is UTC
