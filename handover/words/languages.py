"""The words of the five languages the packs speak, as data for `handover.words.phrases`."""

from __future__ import annotations

from dataclasses import dataclass


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
    closed: str
    """The opening hours and the next opening, while nobody is there."""
    leads_within: tuple[str, ...]
    """How a script may lead up to a duration, longer ones first; `within` brings its own."""
    leads_by: tuple[str, ...]
    """How a script may lead up to a moment."""


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
    closed="{}; next opening: {}",
    leads_within=("within the next", "in the next", "within", "in under", "in less than", "in", "up to", "the next"),
    leads_by=("no later than", "at the latest by", "by", "before", "until"),
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
    closed="{}; próxima apertura: {}",
    leads_within=(
        "en un plazo máximo de",
        "en un plazo de",
        "en un máximo de",
        "en menos de",
        "dentro de",
        "en las próximas",
        "en los próximos",
        "hasta",
        "en",
    ),
    leads_by=("a más tardar el", "antes del", "antes de", "hasta el", "hasta", "el"),
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
    closed="{} ; prochaine ouverture : {}",
    leads_within=(
        "dans un délai maximal de",
        "dans un délai maximum de",
        "dans un délai de",
        "en moins de",
        "dans les",
        "dans",
        "sous",
        "d'ici",
        "d’ici",
    ),
    leads_by=("au plus tard le", "avant le", "d'ici au", "d’ici au", "d'ici le", "d’ici le", "avant", "le"),
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
    closed="{}; wieder ab {}",
    leads_within=(
        "innerhalb der nächsten",
        "innerhalb von",
        "in den nächsten",
        "in weniger als",
        "binnen",
        "bis zu",
        "in",
    ),
    leads_by=(
        "spätestens bis zum",
        "spätestens bis",
        "bis spätestens",
        "spätestens am",
        "bis zum",
        "bis",
        "vor dem",
        "am",
    ),
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
    closed="{}; próxima abertura: {}",
    leads_within=(
        "no prazo máximo de",
        "no prazo de",
        "num prazo de",
        "em menos de",
        "dentro de",
        "nas próximas",
        "nos próximos",
        "em até",
        "até",
        "em",
    ),
    leads_by=("o mais tardar até", "até ao dia", "até", "antes de"),
)
WORDINGS: dict[str, Wording] = {
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "de": GERMAN,
    "pt": PORTUGUESE,
}
