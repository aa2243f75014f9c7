"""The small words of the page: escaping, moments, durations, names."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_TEMPLATE = {"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"}
"""Characters that templates in the browser give a meaning to; escaped too, so that it never matters when they run."""
_REVERSING = dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "\ufffd")
"""Controls that turn the direction of the text around them; shown as what they are: something that is not a letter."""
_SHOWN = str.maketrans(_TEMPLATE | _REVERSING)


def esc(value: object) -> str:
    """Any value as text that HTML, an attribute and a template show as it is."""
    return html.escape(str(value), quote=True).translate(_SHOWN)


def said(text: str) -> str:
    """Text that a person wrote: escaped, and kept from reversing the direction of what stands around it."""
    return f'<span class="hr-said" dir="auto">{esc(text)}</span>'


def words(name: str) -> str:
    """A name of the code as words: `agent_verifying` reads `Agent verifying`."""
    return name.replace("_", " ").replace(".", " · ").capitalize()


def moment(at: datetime) -> str:
    """A moment of the day; the browser shows it in its own time zone."""
    stamp = at.astimezone(UTC)
    return f'<time class="hr-time" data-clock datetime="{stamp.isoformat()}">{stamp:%H:%M} UTC</time>'


def on_day(at: datetime, *, seconds: bool = False) -> str:
    """A moment of any day, with its date: what is looked up later is not of today."""
    stamp = at.astimezone(UTC)
    shown = f"{stamp:%Y-%m-%d %H:%M:%S}" if seconds else f"{stamp:%Y-%m-%d %H:%M}"
    return f'<time class="hr-time" datetime="{stamp.isoformat()}">{shown} UTC</time>'


def left(due: datetime, now: datetime) -> str:
    """How long until a deadline; the browser counts on."""
    seconds = (due - now).total_seconds()
    late = " hr-late" if seconds < 0 else " hr-soon" if seconds < 120 else ""
    words_ = f"in {span(seconds)}" if seconds >= 0 else f"{span(-seconds)} late"
    return f'<span class="hr-left{late}" data-due="{due.astimezone(UTC).isoformat()}">{words_}</span>'


def waited(since: datetime, now: datetime) -> str:
    """How long somebody has waited; the browser counts on."""
    seconds = max(0.0, (now - since).total_seconds())
    return f'<span class="hr-waited" data-since="{since.astimezone(UTC).isoformat()}">{span(seconds)}</span>'


def span(seconds: float) -> str:
    """A length of time in its largest unit, rounded down: `45 s`, `4 min`, `3 h 5 min`, `2 d 4 h`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def date_of(value: Any) -> datetime | None:
    """A moment from JSON, or None where there is none that can be read."""
    if isinstance(value, datetime):
        return value
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def pill(text: object, kind: str = "", title: str = "") -> str:
    """A short label with a colour of its own."""
    told = f' title="{esc(title)}"' if title else ""
    return f'<span class="hr-pill {esc(kind)}"{told}>{esc(text)}</span>'


def severity_pill(severity: str) -> str:
    """How urgent it is, by colour and by word."""
    return pill(words(severity), f"hr-sev-{severity}")


def rows(pairs: Iterable[tuple[str, str]]) -> str:
    """Names beside values that are HTML already; pairs without a value are left out."""
    body = "".join(f"<dt>{esc(name)}</dt><dd>{value}</dd>" for name, value in pairs if value)
    return f'<dl class="hr-rows">{body}</dl>' if body else ""


def bullets(items: Iterable[str], kind: str = "") -> str:
    """A list of values that are HTML already; nothing for none."""
    body = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="hr-list {kind}">{body}</ul>' if body else ""


def card(title: str, body: str, *, aside: str = "", kind: str = "") -> str:
    """A titled box; `body` and `aside` are HTML already."""
    return f'<section class="hr-card {kind}"><header><h3>{esc(title)}</h3><div>{aside}</div></header>{body}</section>'


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object of JSON; empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def items(data: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """A list in JSON; empty where there is none."""
    value = data.get(name)
    return tuple(value) if isinstance(value, list | tuple) else ()
