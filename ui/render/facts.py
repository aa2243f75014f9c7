"""The documented facts and the clocks that run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from policy.facts import FACTS_BY_NAME, default_facts
from service.views import ConversationView, EventView
from states.vocabulary import State
from ui.render.evidence import decisive
from ui.render.text import card, esc, left, moment, part, words


def facts(view: ConversationView | None) -> str:
    """The facts that conditions read: first those that differ from their documented default.

    Once a message is decided, exactly those that were read for it, as they were then; before, all there are.
    """
    return facts_table(as_judged(view) if view else _defaults())


def facts_table(known: Mapping[str, Any]) -> str:
    """These facts with what they mean, those that differ from their documented default first."""
    ordered = sorted(known, key=lambda name: (not _changed(name, known[name]), name))
    body = "".join(_row(name, known[name]) for name in ordered)
    return f'<table class="hr-facts"><tbody>{body}</tbody></table>'


def as_judged(view: ConversationView) -> dict[str, Any]:
    """The facts that were read for the last message that was judged: what its event recorded, and nothing else.

    Events of older versions recorded none. Then what depends on the moment is told by the moment (how long the
    conversation ran, where it stood, how long the message was), and the rest by the row.
    """
    judged = next((one for one in reversed(view.events) if isinstance(one.data.get("facts"), Mapping)), None)
    if judged is not None:
        return dict(part(judged.data, "facts"))
    event = decisive(view)
    if event is None:
        return dict(view.facts)
    written = [one for one in view.messages if one.author == "customer" and one.seq < event.seq]
    moment_of = {
        "conversation.minutes": round((event.at - view.created_at).total_seconds() / 60, 2),
        "conversation.guarded": event.source is State.GUARDED,
        **({"message.length": len(written[-1].text)} if written else {}),
    }
    return {**view.facts, **moment_of}


def clocks(view: ConversationView | None, now: datetime) -> str:
    """The clocks that run, soonest first."""
    running = sorted(view.timers.items(), key=lambda one: one[1]) if view else []
    if not running:
        return card("Clocks", '<p class="hr-dim">No clock runs.</p>')
    body = "".join(
        f"<li><b>{esc(words(kind))}</b><span>{moment(due)}</span>{left(due, now)}</li>" for kind, due in running
    )
    return card("Clocks", f'<ul class="hr-clocks">{body}</ul>')


def _defaults() -> dict[str, Any]:
    return {f"{group}.{name}": value for group, values in default_facts().items() for name, value in values.items()}


def _changed(name: str, value: Any) -> bool:
    fact = FACTS_BY_NAME.get(name)
    return fact is None or value != fact.default


def _row(name: str, value: Any) -> str:
    fact = FACTS_BY_NAME.get(name)
    kind = "hr-changed" if _changed(name, value) else "hr-dim"
    shown = f"{value:.2f}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else value
    meaning = esc(fact.meaning) if fact else ""
    return (
        f'<tr class="{kind}"><th title="{meaning}">{esc(name)}</th><td>{esc(shown) or "–"}</td><td>{meaning}</td></tr>'
    )


def event_log(view: ConversationView | None) -> str:
    """The event log, newest first: what happened, who caused it, where it led."""
    if view is None or not view.events:
        return '<p class="hr-dim">No event yet.</p>'
    return f'<table class="hr-facts hr-log"><tbody>{"".join(map(_event, reversed(view.events)))}</tbody></table>'


def _event(event: EventView) -> str:
    who = f"{event.role.value} {event.actor_id}".strip()
    moved = event.target.value if event.source is event.target else f"{event.source.value} → {event.target.value}"
    cells = "".join(f"<td>{cell}</td>" for cell in (esc(who), esc(moved), moment(event.at)))
    return f"<tr><td>{event.seq}</td><th>{esc(event.event)}</th>{cells}</tr>"


def policy_line(names: Mapping[str, str]) -> str:
    """What this page runs on, for its head: name beside value."""
    return "".join(f"<span>{esc(name)} <b>{esc(value)}</b></span>" for name, value in names.items() if value)
