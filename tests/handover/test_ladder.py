"""Every step of a ladder is due at its moment, in the class's own hours, whatever the calendar does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.deadlines.ladder import LONGEST_PAUSE, Climb, Rung, again, begun, climbed, next_at, next_rung, pace, plan
from policy.durations import Duration
from policy.schema import Hours, Ladder, Sla
from states.vocabulary import Clock
from tests.handover.example import UNHURRIED

YEARS = tuple(datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2020, 2040))
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Hours.model_validate(
    {"timezone": "Europe/Berlin", "open": dict.fromkeys(DAYS, "09:00-17:00"), "holidays": ["12-25", "2026-12-24"]}
)
NIGHTS = Hours.model_validate({"timezone": "America/New_York", "open": dict.fromkeys((*DAYS, "sat"), "22:00-06:00")})
IMMEDIATE = Sla(claim=Duration("5m"), resolve=Duration("1h"), hours="always", page_after=Duration("3m"))
SHORT = Sla(claim=Duration("1h"), resolve=Duration("8h"), hours="always")
STANDARD = Sla(claim=Duration("24h"), resolve=Duration("72h"))


def claim_steps(sla: Sla, start: datetime, hours: Hours, pages: int = 0) -> list[tuple[str, datetime]]:
    """What the claim and the page clock do, in wall-clock time of where the customer's wait began."""
    found = plan(sla, start, hours, pages or 1)
    steps = [(one.rung.value, one.at.astimezone(start.tzinfo)) for one in found if one.clock is not Clock.RESOLVE]
    return steps[: 3 + pages]


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def business(sla: Sla) -> Sla:
    return sla.model_copy(update={"hours": "business"})


CASES = [
    # Around the clock.
    (IMMEDIATE, OFFICE, "2026-06-09T10:00", BERLIN, ("page", "10:03"), ("renotify", "10:05"), ("escalate", "10:07:30")),
    (SHORT, OFFICE, "2026-06-09T10:00", BERLIN, ("renotify", "11:00"), ("page", "11:30"), ("escalate", "12:00")),
    (
        STANDARD.model_copy(update={"hours": "always"}), OFFICE, "2026-06-12T16:30", BERLIN,
        ("renotify", "2026-06-13T16:30"), ("page", "2026-06-14T04:30"), ("escalate", "2026-06-14T16:30"),
    ),
    # Business hours: within a day, over a night, over a weekend, over holidays.
    (
        business(IMMEDIATE), OFFICE, "2026-06-12T16:58", BERLIN,
        ("page", "2026-06-15T09:01"), ("renotify", "2026-06-15T09:03"), ("escalate", "2026-06-15T09:05:30"),
    ),
    (
        business(SHORT), OFFICE, "2026-06-12T16:30", BERLIN,
        ("renotify", "2026-06-15T09:30"), ("page", "2026-06-15T10:00"), ("escalate", "2026-06-15T10:30"),
    ),
    (
        STANDARD, OFFICE, "2026-06-12T16:30", BERLIN,
        ("renotify", "2026-06-17T16:30"), ("page", "2026-06-19T12:30"), ("escalate", "2026-06-22T16:30"),
    ),
    (
        business(SHORT), OFFICE, "2026-12-23T16:30", BERLIN,
        ("renotify", "2026-12-28T09:30"), ("page", "2026-12-28T10:00"), ("escalate", "2026-12-28T10:30"),
    ),
    # Both clock changes, in Berlin and in New York: around the clock hours are real hours.
    (
        SHORT, OFFICE, "2026-03-29T01:30", BERLIN,
        ("renotify", "2026-03-29T03:30"), ("page", "2026-03-29T04:00"), ("escalate", "2026-03-29T04:30"),
    ),
    (
        SHORT, OFFICE, "2026-10-25T01:30", BERLIN,
        ("renotify", "2026-10-25T02:30"), ("page", "2026-10-25T02:00+01:00"), ("escalate", "2026-10-25T02:30+01:00"),
    ),
    (
        SHORT, NIGHTS, "2026-03-08T01:30", NEW_YORK,
        ("renotify", "2026-03-08T03:30"), ("page", "2026-03-08T04:00"), ("escalate", "2026-03-08T04:30"),
    ),
    (
        SHORT, NIGHTS, "2026-11-01T01:30", NEW_YORK,
        ("renotify", "2026-11-01T01:30-05:00"), ("page", "2026-11-01T02:00"), ("escalate", "2026-11-01T02:30"),
    ),
    # A night shift through both changes: the night has seven or nine hours.
    (
        business(SHORT), NIGHTS, "2026-03-07T22:00", NEW_YORK,
        ("renotify", "2026-03-07T23:00"), ("page", "2026-03-07T23:30"), ("escalate", "2026-03-08T00:00"),
    ),
    (
        business(SHORT), NIGHTS, "2026-03-08T01:30", NEW_YORK,
        ("renotify", "2026-03-08T03:30"), ("page", "2026-03-08T04:00"), ("escalate", "2026-03-08T04:30"),
    ),
    (
        business(SHORT), NIGHTS, "2026-10-31T23:30", NEW_YORK,
        ("renotify", "2026-11-01T00:30"), ("page", "2026-11-01T01:00"), ("escalate", "2026-11-01T01:30"),
    ),
    (
        business(SHORT), NIGHTS, "2026-11-01T05:30", NEW_YORK,
        ("renotify", "2026-11-02T22:30"), ("page", "2026-11-02T23:00"), ("escalate", "2026-11-02T23:30"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sla", "hours", "start", "zone", "first", "second", "third"), CASES)
def test_an_ignored_claim_climbs_at_these_moments(
    sla: Sla, hours: Hours, start: str, zone: ZoneInfo, first: tuple[str, str], second: tuple[str, str],
    third: tuple[str, str],
) -> None:  # fmt: skip
    def moment(text: str) -> datetime:
        found = datetime.fromisoformat(text if "T" in text else f"{start[:10]}T{text}")
        return found if found.tzinfo else found.replace(tzinfo=zone)

    expected = [(rung, moment(text).astimezone(UTC)) for rung, text in (first, second, third)]
    assert [(rung, when.astimezone(UTC)) for rung, when in claim_steps(sla, at(start, zone), hours)] == expected


def test_pages_after_escalating_come_after_ever_longer_pauses() -> None:
    start = at("2026-06-09T10:00")
    steps = [one.at for one in plan(IMMEDIATE, start, OFFICE, pages=14) if one.clock is Clock.CLAIM][1:]
    pauses = [(later - earlier) / timedelta(minutes=1) for earlier, later in pairwise(steps)]
    assert pauses[:5] == [2.5, 5, 10, 20, 40]
    assert pauses[-3:] == [1440, 1440, 1440]


def test_a_policy_may_set_the_length_of_every_step() -> None:
    ladder = Ladder(claim=Duration("1m"), resolve=Duration("10m"), again=Duration("15m"))
    sla = IMMEDIATE.model_copy(update={"ladder": ladder, "page_after": None})
    found = plan(sla, at("2026-06-09T10:00"), OFFICE, pages=1)
    told = [(one.clock.value, one.rung.value, f"{one.at.astimezone(BERLIN):%H:%M}") for one in found]
    assert told == [
        ("claim", "renotify", "10:05"), ("claim", "page", "10:06"), ("claim", "escalate", "10:07"),
        ("claim", "page_again", "10:22"), ("resolve", "renotify", "11:00"), ("resolve", "page", "11:10"),
        ("resolve", "escalate", "11:20"), ("resolve", "page_again", "11:35"),
    ]  # fmt: skip


def test_a_page_that_is_to_come_after_the_deadline_comes_then_and_once() -> None:
    sla = IMMEDIATE.model_copy(update={"page_after": Duration("6m")})
    assert [rung for rung, _ in claim_steps(sla, at("2026-06-09T10:00"), OFFICE)] == ["renotify", "page", "escalate"]


def test_a_case_put_back_has_its_deadline_or_one_step_and_is_paged_at_once_if_that_is_overdue() -> None:
    now, speed = at("2026-06-09T10:04"), pace(IMMEDIATE, Clock.CLAIM, OFFICE)
    early = begun(at("2026-06-09T10:05"), at("2026-06-09T10:00"), at("2026-06-09T10:03"))
    back = again(early, early.due_at, now, speed)
    assert (back.due_at, back.page_at, back.round) == (at("2026-06-09T10:05"), now, 2)
    late = again(climbed(early, Rung.PAGE, now), early.due_at, at("2026-06-09T10:10"), speed)
    assert (late.due_at, late.page_at) == (at("2026-06-09T10:12:30"), None)


def test_hours_that_cannot_be_read_do_not_stop_a_ladder() -> None:
    broken = Hours(timezone="Europe/Atlantis")
    start = at("2026-06-09T10:00")
    climb = climbed(begun(start, start), Rung.RENOTIFY, start)
    assert next_at(climb, pace(STANDARD, Clock.CLAIM, broken), start) == start + timedelta(hours=12)


@UNHURRIED
@given(
    start=st.datetimes(*YEARS, timezones=st.sampled_from([BERLIN, NEW_YORK, UTC])),
    sla=st.sampled_from([IMMEDIATE, SHORT, STANDARD, business(IMMEDIATE), business(SHORT)]),
    hours=st.sampled_from([OFFICE, NIGHTS]),
)
def test_steps_are_in_order_once_each_and_survive_being_written_down(start: datetime, sla: Sla, hours: Hours) -> None:
    for clocks in ((Clock.CLAIM, Clock.PAGE), (Clock.RESOLVE,)):
        steps = [one for one in plan(sla, start, hours) if one.clock in clocks]
        assert [one.at for one in steps] == sorted(one.at for one in steps)
        assert sorted(one.rung for one in steps[:3]) == [Rung.ESCALATE, Rung.PAGE, Rung.RENOTIFY]
        assert {one.rung for one in steps[3:]} == {Rung.PAGE_AGAIN}
    climb = begun(start, start, start)
    for rung in (Rung.PAGE, Rung.RENOTIFY, Rung.ESCALATE, Rung.PAGE_AGAIN):
        climb = climbed(climb, rung, start)
        assert Climb.from_json(climb.to_json()) == climb
        assert next_rung(climb) is not rung or rung is Rung.PAGE_AGAIN
        assert next_at(climb, pace(sla, Clock.CLAIM, hours), start) >= start


@UNHURRIED
@given(pages=st.integers(0, 10_000), now=st.datetimes(timezones=st.just(UTC)))
def test_however_often_somebody_was_paged_the_next_page_comes_within_a_day(pages: int, now: datetime) -> None:
    climb = Climb(due_at=now, renotified=True, paged=True, escalated=True, pages=pages)
    assert next_at(climb, pace(SHORT, Clock.CLAIM, OFFICE), now) - now <= LONGEST_PAUSE
