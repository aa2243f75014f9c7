"""The head of a case at the desk, where it stands elsewhere, and what waits for a second person."""

from __future__ import annotations

from datetime import datetime

from service.views import ConversationView, DeliveryView
from states.vocabulary import State
from ui.render.banner import banner
from ui.render.brief import brief
from ui.render.text import card, date_of, esc, left, moment, pill, said, severity_pill

NOTHING = (
    '<div class="hr-card hr-nothing"><p><b>Pick a case</b></p>'
    "<p>Take the first one in the queue: the most urgent stands on top. "
    "A conversation that the assistant holds can be taken over too.</p></div>"
)
OVER = (
    '<p class="hr-card hr-over-now">This case is no longer with a person. '
    '<button type="button" class="hr-chip" data-do="next">Take the most urgent case</button>'
    '<button type="button" class="hr-chip" data-do="list">Back to the list</button></p>'
)
"""What stands under the head of a case that has ended, so that the page offers what comes next (`static/queue.js`)."""


def case_head(view: ConversationView | None, now: datetime) -> str:
    """Who may speak, what the case is, and the case at a glance; a word where none is open."""
    if view is None:
        return NOTHING
    handover = view.handover if view.handover and view.handover.open else None
    labels = [pill(one) for one in (view.customer, view.channel, view.language) if one]
    if handover:
        labels = [severity_pill(handover.severity), *labels]
    title = f'<code title="conversation" data-conversation="{esc(view.id)}">{esc(view.id)}</code>'
    over = OVER if view.state is State.RESOLVED else ""
    return f'{banner(view, now)}<p class="hr-labels">{"".join(labels)}{title}</p>{over}{brief(view)}{deliveries(view)}'


def consent(view: ConversationView | None, now: datetime) -> str:
    """What waits for a second person, word for word, with the hash an answer to it is bound to."""
    if view is None or not view.consent:
        return ""
    asked = view.consent
    until = date_of(asked.get("expires_at"))
    who = f"Requested by <b>{esc(asked.get('requested_by', ''))}</b>; a second person decides"
    if asked.get("agreed_by"):
        who = f"<b>{esc(asked['agreed_by'])}</b> has agreed; the owner may hand back with exactly this outcome"
    expires = f", until {moment(until)} ({left(until, now)})" if until else ""
    digest = esc(str(asked.get("hash", ""))[:16])
    amount = f"<p>Amount: <b>{esc(asked['amount'])}</b></p>" if asked.get("amount") is not None else ""
    body = (
        f"<blockquote>{said(str(asked.get('text', '')))}</blockquote>{amount}"
        f'<p class="hr-dim">{who}{expires}. An answer holds for exactly this text: <code>{digest}…</code></p>'
    )
    title = "Hand-back of a compliance case" if asked.get("kind") == "hand_back" else "Policy exception"
    return card(title, body, aside=pill("four eyes", "hr-escalated"), kind="hr-exception")


def deliveries(view: ConversationView | None) -> str:
    """Where the case stands elsewhere: tickets, cards; with what is still on its way."""
    places = view.handover.deliveries if view and view.handover else ()
    return "".join(f'<p class="hr-labels hr-deliveries">{_place(one)}</p>' for one in places)


def _place(one: DeliveryView) -> str:
    safe = one.link.startswith(("https://", "http://"))
    ref = esc(one.ref or "on its way")
    named = f'<a href="{esc(one.link)}" target="_blank" rel="noopener noreferrer">{ref}</a>' if safe else ref
    waits = pill(f"{one.pending} on the way") if one.pending else ""
    dead = pill(f"{one.dead} given up", "hr-escalated") if one.dead else ""
    return f"{pill(one.destination)} {named} {esc(one.status)} {waits}{dead}"
