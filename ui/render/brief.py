"""The case at a glance: why a person is needed, what the customer wants, what to do next and what not to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.views import ConversationView, HandoverView
from ui.render.text import esc, items, part, words

NEXT = 2
"""Steps that are named at once; the playbook has them all."""
LONGEST = 220
"""Characters of the customer's own words that are shown; the transcript has them all."""


def brief(view: ConversationView | None) -> str:
    """Four lines for whoever has fifteen seconds; nothing where no case is open."""
    handover = view.handover if view else None
    if view is None or handover is None or not handover.open:
        return ""
    lines = (
        ("Why", _why(handover)),
        ("Wants", _wants(view, handover)),
        ("Do next", "".join(f"<li>{esc(one)}</li>" for one in _next(handover))),
        ("Do not", "".join(f"<li>{esc(one)}</li>" for one in items(part(handover.packet, "action"), "do_not"))),
    )
    body = "".join(
        f"<dt>{name}</dt><dd>{f'<ul>{value}</ul>' if value.startswith('<li>') else value}</dd>"
        for name, value in lines
        if value
    )
    return f'<dl class="hr-card hr-brief">{body}</dl>'


def _why(handover: HandoverView) -> str:
    why = part(handover.packet, "why")
    quotes = dict.fromkeys(str(one["quote"]) for one in items(why, "triggers") if one.get("quote"))
    said = " ".join(f"<mark>{esc(one)}</mark>" for one in list(quotes)[:NEXT])
    return f"<b>{esc(words(handover.reason_code))}.</b> {esc(why.get('reason', ''))} {said}"


def _wants(view: ConversationView, handover: HandoverView) -> str:
    """What an agent has written down; else the customer's words that led here, and the last ones if they are others."""
    judged = {one.get("field"): one.get("verdict") for one in items(handover.packet, "review")}
    if judged.get("context.intent") in ("accept", "edit"):
        return esc(part(handover.packet, "context").get("intent", ""))
    written = [one for one in view.messages if one.author == "customer"]
    if not written:
        return ""
    turns = {one.get("turn") for one in items(part(handover.packet, "why"), "triggers")}
    led = next((one for one in reversed(written) if one.seq in turns), written[0])
    newer = f" <small>then</small> {_said(written[-1].text)}" if written[-1].seq > led.seq else ""
    return _said(led.text) + newer


def _said(text: str) -> str:
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
    return f'<q dir="auto">{esc(cut)}</q>'


def _next(handover: HandoverView) -> Iterator[str]:
    """The next steps of the playbook that are not ticked; without a playbook what the packet says."""
    action = part(handover.packet, "action")
    steps: tuple[Mapping[str, Any], ...] = items(part(action, "playbook"), "steps")
    open_ = [str(one.get("text") or one.get("id")) for one in steps if one.get("id") not in handover.steps_done]
    if not steps:
        yield from map(str, items(action, "next_steps"))
        return
    yield from open_[:NEXT]
    if not open_:
        yield "Every step is done: write how it ended, and resolve."
