"""How durations, dates and opening hours are said in each language the packs speak.

Without it a customer would be promised "24h" or a date in the wrong order. Only the standard library: a locale
that is not installed on the machine must not change what a customer is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from handover.sla import DAYS, Span, day_spans, zone
from policy.durations import Duration
from policy.schema import LANGUAGES, Hours


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of one language; `{}` marks where the value goes."""

    days: tuple[str, ...]
    """Monday first."""
    months: tuple[str, ...]
    units: dict[str, tuple[str, str]]
    """Unit of a duration → singular and plural, in the case that `within` wants."""
    within: str
    by: str
    soon: str
    """For a deadline that has passed already."""
    moment: str
    """Day, day of the month, month, time and zone."""
    day_range: str
    every_day: str
    no_hours: str
    back: str
    """Said out of hours, with the next opening."""


ENGLISH = Wording(
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    units={
        "s": ("second", "seconds"),
        "m": ("minute", "minutes"),
        "h": ("hour", "hours"),
        "d": ("day", "days"),
    },
    within="within {} {}",
    by="by {}",
    soon="as soon as possible",
    moment="{day} {date} {month}, {time} {zone}",
    day_range="{} to {}",
    every_day="every day",
    no_hours="no fixed hours",
    back="Our team is back on {}.",
)
SPANISH = Wording(
    days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    units={
        "s": ("segundo", "segundos"),
        "m": ("minuto", "minutos"),
        "h": ("hora", "horas"),
        "d": ("día", "días"),
    },
    within="en un plazo de {} {}",
    by="antes del {}",
    soon="lo antes posible",
    moment="{day} {date} de {month}, {time} {zone}",
    day_range="de {} a {}",
    every_day="todos los días",
    no_hours="sin horario fijo",
    back="Nuestro equipo vuelve el {}.",
)
FRENCH = Wording(
    days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    units={
        "s": ("seconde", "secondes"),
        "m": ("minute", "minutes"),
        "h": ("heure", "heures"),
        "d": ("jour", "jours"),
    },
    within="dans un délai de {} {}",
    by="avant le {}",
    soon="dès que possible",
    moment="{day} {date} {month}, {time} {zone}",
    day_range="du {} au {}",
    every_day="tous les jours",
    no_hours="sans horaires fixes",
    back="Notre équipe est de retour le {}.",
)
GERMAN = Wording(
    days=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    units={
        "s": ("Sekunde", "Sekunden"),
        "m": ("Minute", "Minuten"),
        "h": ("Stunde", "Stunden"),
        "d": ("Tag", "Tagen"),
    },
    within="innerhalb von {} {}",
    by="bis {}",
    soon="so bald wie möglich",
    moment="{day}, {date}. {month}, {time} Uhr {zone}",
    day_range="{} bis {}",
    every_day="täglich",
    no_hours="keine festen Zeiten",
    back="Unser Team ist ab {} wieder da.",
)
PORTUGUESE = Wording(
    days=(
        "segunda-feira",
        "terça-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
        "sábado",
        "domingo",
    ),
    months=(
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
    units={
        "s": ("segundo", "segundos"),
        "m": ("minuto", "minutos"),
        "h": ("hora", "horas"),
        "d": ("dia", "dias"),
    },
    within="no prazo de {} {}",
    by="até {}",
    soon="o mais depressa possível",
    moment="{day}, {date} de {month}, {time} {zone}",
    day_range="de {} a {}",
    every_day="todos os dias",
    no_hours="sem horário fixo",
    back="A nossa equipa volta a estar disponível: {}.",
)
WORDINGS: dict[str, Wording] = {
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "de": GERMAN,
    "pt": PORTUGUESE,
}


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
