"""Why the last message was decided as it was: rule, quote, score against threshold, decision, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policy.schema import AnswerRules
from service.views import ConversationView, EventView
from states.vocabulary import Event, State
from ui.render.text import card, esc, items, moment, pill, rows, severity_pill, words

_VERDICTS = {
    Event.MESSAGE_ANSWERED: ("Answered", "hr-bot", "No trigger fired and the question was recognised as routine."),
    Event.CAUTION_RAISED: (
        "Guarded",
        "hr-guarded",
        "Not recognised as routine: nothing is guessed, a person is offered.",
    ),
    Event.TRIGGER_FIRED: ("Handover", "hr-locked", "A mandatory trigger fired: the bot is locked out."),
    Event.HUMAN_ACCEPTED: ("Handover", "hr-locked", "The customer took up the offer of a person."),
    Event.FAULT: ("Fault: handover", "hr-locked", "Something failed, and that counts as a trigger."),
    Event.REOPENED: ("Reopened", "hr-locked", "The customer came back."),
}
MOST = 6
"""Triggers that are shown in full; what else fired is counted."""


LONGEST = 52
"""Characters of a rule's text that are shown."""


def decisive(view: ConversationView) -> EventView | None:
    """The last event that decided who may answer a message."""
    names = {event.value for event in _VERDICTS}
    return next((one for one in reversed(view.events) if one.event in names and one.data), None)


def evidence(view: ConversationView | None, answers: AnswerRules | None = None, took_ms: float | None = None) -> str:
    """The card of the last decision, with the thresholds of `answers` and how long the page waited for the turn."""
    event = decisive(view) if view else None
    if view is None or event is None:
        return card("Last decision", '<p class="hr-dim">Nothing has been decided yet.</p>')
    name, kind, sentence = _VERDICTS[Event(event.event)]
    fired = items(event.data, "fired")
    body = f'<p class="hr-verdict">{pill(name, kind)} {esc(sentence)}</p>'
    written = tuple(one.text for one in view.messages if one.author == "customer")
    body += "".join(rule(written, one) for one in fired[:MOST])
    body += f'<p class="hr-dim">and {len(fired) - MOST} more</p>' if len(fired) > MOST else ""
    return card("Last decision", body + _how(event, answers, took_ms), aside=moment(event.at), kind="hr-evidence")


def rule(written: Sequence[str], fired: Mapping[str, Any]) -> str:
    """One trigger that fired, with what it found in the customer's messages, of which `written` are all."""
    head = f"<code>{esc(fired.get('trigger_id', ''))}</code>{severity_pill(str(fired.get('severity', 'normal')))}"
    found = "".join(_found(written, one) for one in items(fired, "evidence"))
    family = pill(words(str(fired.get("family", ""))))
    return f'<div class="hr-fired"><header>{head}{family}</header><p>{esc(fired.get("reason", ""))}</p>{found}</div>'


def _found(written: Sequence[str], one: Mapping[str, Any]) -> str:
    quote = str(one.get("quote") or "")
    score, threshold = number(one.get("score"), 1.0), number(one.get("threshold"), 0.0)
    shown = (
        f'<blockquote dir="auto">{_in_context(written, int(number(one.get("turn"), 0)), quote)}</blockquote>'
        if quote
        else ""
    )
    scored = meter(score, threshold) if threshold else f'<span class="hr-score">score {score:.2f}</span>'
    kind, detail = esc(one.get("kind", "")), brief(str(one.get("detail", "")))
    return f'{shown}<div class="hr-found"><span><b>{kind}</b> {detail}</span>{scored}</div>'


def brief(detail: str) -> str:
    """What matched, as the policy writes it; the whole of a long one is in its title."""
    text = detail if len(detail) <= LONGEST else f"{detail[:LONGEST].rstrip()}…"
    return f'<code title="{esc(detail)}">{esc(text)}</code>' if detail else ""


def _in_context(written: Sequence[str], turn: int, quote: str) -> str:
    """The customer's message with the quote marked, or the quote alone where the message does not hold it."""
    text = written[turn - 1] if 0 < turn <= len(written) else ""
    before, found, after = text.partition(quote)
    if not found:
        return f"<mark>{esc(quote)}</mark>"
    start, end = ("… " if len(before) > 80 else ""), (" …" if len(after) > 80 else "")
    return f"{start}{esc(before[-80:])}<mark>{esc(quote)}</mark>{esc(after[:80])}{end}"


def meter(score: float, threshold: float) -> str:
    """A score on a bar from 0 to 1, with the threshold as a notch."""
    width, notch = 100 * min(max(score, 0.0), 1.0), 100 * min(max(threshold, 0.0), 1.0)
    label = f"{score:.2f} ≥ {threshold:.2f}" if score >= threshold else f"{score:.2f} < {threshold:.2f}"
    passed = "hr-over" if score >= threshold else "hr-under"
    return (
        f'<span class="hr-meter {passed}"><i style="width:{width:.0f}%"></i><u style="left:{notch:.0f}%"></u></span>'
        f'<span class="hr-score">{esc(label)}</span>'
    )


def _how(event: EventView, answers: AnswerRules | None, took_ms: float | None) -> str:
    data = event.data
    cited = ", ".join(esc(one.get("title") or one.get("source", "")) for one in items(data, "citations"))
    return rows(
        (
            ("Confidence", _confidence(event, answers)),
            ("Rests on", cited),
            ("Intent", esc(data.get("intent") or "")),
            ("Fault", esc(data.get("fault") or "")),
            ("Held by", ", ".join(map(esc, items(data, "held_by")))),
            ("Moved", f"<code>{event.source.value}</code> → <code>{event.target.value}</code>"),
            ("Took", _took(data, took_ms)),
        )
    )


def _confidence(event: EventView, answers: AnswerRules | None) -> str:
    value = event.data.get("confidence")
    if not isinstance(value, int | float):
        return ""
    if answers is None:
        return f"{value:.2f}"
    guarded = event.source is State.GUARDED or event.data.get("decision") == "guard"
    return (
        f'<span class="hr-found">{meter(value, answers.guarded_confidence if guarded else answers.confidence)}</span>'
    )


def _took(data: Mapping[str, Any], took_ms: float | None) -> str:
    micros = data.get("micros")
    rules = f"rules {micros:.0f} µs" if isinstance(micros, int | float) else ""
    turn = f"whole turn {took_ms:.0f} ms" if took_ms is not None else ""
    return " · ".join(filter(None, (rules, turn)))


def number(value: Any, default: float) -> float:
    """A number from JSON."""
    return float(value) if isinstance(value, int | float) else default
