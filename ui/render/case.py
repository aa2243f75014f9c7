"""The head of a case at the desk, and the exception that waits for a second person.

Without it an agent could approve something they have not read.
"""

from __future__ import annotations

from datetime import datetime

from graph.views import ConversationView
from ui.render.banner import banner
from ui.render.text import card, date_of, esc, left, moment, pill, said, severity_pill, words

NOTHING = (
    '<div class="hr-card hr-nothing"><p><b>Pick a case</b></p>'
    "<p>Take the first one in the queue: the most urgent stands on top. "
    "A conversation that the assistant holds can be taken over too.</p></div>"
)


def case_head(view: ConversationView | None, now: datetime) -> str:
    """Who may speak, and what the case is; a word where none is open."""
    if view is None:
        return NOTHING
    handover = view.handover if view.handover and view.handover.open else None
    labels = [pill(view.language), pill(view.channel)]
    if handover:
        reason = f"<b>{esc(words(handover.reason_code))}</b>"
        labels = [severity_pill(handover.severity), reason, *labels]
    title = f'<code title="conversation">{esc(view.id)}</code>'
    return f'{banner(view, now)}<p class="hr-labels">{"".join(labels)}{title}</p>'


def exception(view: ConversationView | None, now: datetime) -> str:
    """The policy exception that waits for a decision, word for word, with the hash an approval is bound to."""
    if view is None or not view.exception:
        return ""
    asked = view.exception
    until = date_of(asked.get("expires_at"))
    who = f"Requested by <b>{esc(asked.get('requested_by', ''))}</b>; a second person decides"
    expires = f", until {moment(until)} ({left(until, now)})" if until else ""
    digest = esc(str(asked.get("hash", ""))[:16])
    body = (
        f"<blockquote>{said(str(asked.get('text', '')))}</blockquote>"
        f'<p class="hr-dim">{who}{expires}. An approval holds for exactly this text: <code>{digest}…</code></p>'
    )
    return card("Policy exception", body, aside=pill("four eyes", "hr-escalated"), kind="hr-exception")
