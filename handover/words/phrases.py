"""How durations, dates and opening hours are said in each language the packs speak.

Only the standard library: a locale that is not installed on the machine must not change what a customer is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

from handover.deadlines.sla import DAYS, Span, day_spans, zone
from handover.words.languages import WORDINGS, Wording
from policy.durations import Duration
from policy.schema import LANGUAGES, Hours


def known_language(language: str) -> str:
    """The language of the packs that a tag such as `de-AT` means; `en` for all others."""
    base = language.strip().lower().replace("_", "-").split("-")[0]
    return base if base in LANGUAGES else "en"


def wording(language: str) -> Wording:
    """The words of that language, or English."""
    return WORDINGS[known_language(language)]


def within(duration: Duration, language: str) -> str:
    """`24h` as "within 24 hours", "innerhalb von 24 Stunden", ..., in the unit the policy wrote."""
    words, count = wording(language), int(duration[:-1])
    singular, plural = words.units[duration[-1]]
    return words.within.format(count, singular if count == 1 else plural)


def remaining(left: timedelta, whole: Duration, language: str) -> str | None:
    """What is left of a waiting time, never less than it really is; None where only a date is clear.

    Nearly the whole time is said in the policy's own words.
    """
    if left > whole.delta:
        return None
    if left >= 0.9 * whole.delta:
        return within(whole, language)
    minutes, hours = -(-left // timedelta(minutes=1)), -(-left // timedelta(hours=1))
    if minutes > 90 and hours > 48:
        return None
    return within(Duration(f"{minutes}m" if minutes <= 90 else f"{hours}h"), language)


def moment(at: datetime, hours: Hours, language: str) -> str:
    """A moment in the time zone of the business hours, rounded up to the minute: never earlier than `at`."""
    words = wording(language)
    full = at.astimezone(UTC)
    if full.second or full.microsecond:
        full = full.replace(second=0, microsecond=0) + timedelta(minutes=1)
    local = full.astimezone(zone(hours))
    return words.moment.format(
        day=words.days[local.weekday()],
        date=local.day,
        month=words.months[local.month - 1],
        time=f"{local:%H:%M}",
        zone=f"({local.tzname()})",
    )


def opening_hours(hours: Hours, language: str) -> str:
    """The weekly opening hours, equal neighbouring days together: "Monday to Friday, 09:00-17:00 (Europe/Berlin)"."""
    words = wording(language)
    week = [(number, day_spans(hours, day)) for number, day in enumerate(DAYS)]
    lines = []
    for spans, group in groupby(week, key=lambda entry: entry[1]):
        numbers = [number for number, _ in group]
        if spans:
            lines.append(f"{_days(numbers, words)}, {_times(spans)}")
    return f"{'; '.join(lines)} ({hours.timezone})" if lines else words.no_hours


def _days(numbers: list[int], words: Wording) -> str:
    first, last = words.days[numbers[0]], words.days[numbers[-1]]
    if len(numbers) == len(DAYS):
        return words.every_day
    return first if len(numbers) == 1 else words.day_range.format(first, last)


def _times(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{_time(opens)}-{_time(closes)}" for opens, closes in spans)


def _time(minutes: int) -> str:
    """Minutes from midnight as a time of day; midnight at the end of a day is 24:00."""
    wrapped = minutes if minutes <= 24 * 60 else minutes - 24 * 60
    return f"{wrapped // 60:02d}:{wrapped % 60:02d}"
