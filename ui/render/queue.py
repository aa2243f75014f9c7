"""The agents' queue and the conversations the assistant is holding now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.views import ConversationView, QueueItem
from states.table import ANSWERING
from ui.render.banner import kind_of
from ui.render.text import esc, left, pill, severity_pill, waited, words


def queue(waiting: Sequence[QueueItem], chosen: str | None, now: datetime) -> str:
    """Every open handover in the order given, most urgent first; each line is a button."""
    if not waiting:
        return '<p class="hr-dim hr-pad">Nobody waits for a person.</p>'
    return f'<div class="hr-queue">{"".join(_line(item, chosen, now) for item in waiting)}</div>'


def _line(item: QueueItem, chosen: str | None, now: datetime) -> str:
    due = pill(f"owned by {item.owner_id}", "hr-person") if item.owner_id else f"claim {left(item.claim_due_at, now)}"
    return (
        f'<button type="button" class="hr-item hr-edge-{esc(item.severity)}{_chosen(item.conversation_id, chosen)}" '
        f'data-pick="{esc(item.conversation_id)}"><header>{severity_pill(item.severity)}'
        f"<b>{esc(words(item.reason_code))}</b></header><p>{esc(item.reason)}</p>"
        f'<p class="hr-last" dir="auto">“{esc(item.last_message)}”</p>'
        f"{_also_open(item)}"
        f'<div class="hr-ends"><span>waiting {waited(item.waiting_since, now)}</span><span>{due}</span></div></button>'
    )


def _also_open(item: QueueItem) -> str:
    """The other open cases of the same customer, in a line."""
    if not item.also_open:
        return ""
    named = ", ".join(f"{words(one.reason_code)} ({words(one.state)})" for one in item.also_open)
    more = item.also_open_total - len(item.also_open)
    return f'<p class="hr-also">also open: {esc(named)}{f" and {more} more" if more else ""}</p>'


def held_by_bot(known: Sequence[ConversationView]) -> tuple[ConversationView, ...]:
    """The conversations in which the assistant may speak now."""
    return tuple(view for view in known if view.state in ANSWERING and not view.closed)


def live(known: Sequence[ConversationView], chosen: str | None, now: datetime) -> str:
    """The conversations a person could take over now; each line is a button."""
    held = held_by_bot(known)
    if not held:
        return '<p class="hr-dim hr-pad">The assistant is in no conversation.</p>'
    return f'<div class="hr-queue">{"".join(_live_line(view, chosen, now) for view in held)}</div>'


def _live_line(view: ConversationView, chosen: str | None, now: datetime) -> str:
    who = view.customer or view.id[-6:]
    return (
        f'<button type="button" class="hr-item hr-small{_chosen(view.id, chosen)}" data-pick="{esc(view.id)}">'
        f"<header>{pill(words(view.state.value), f'hr-{kind_of(view.state)}')}<b>{esc(who)}</b>"
        f"<span>{waited(view.updated_at, now)} ago</span></header></button>"
    )


def _chosen(conversation_id: str, chosen: str | None) -> str:
    return " hr-chosen" if conversation_id == chosen else ""
