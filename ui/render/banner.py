"""Who may speak to the customer now, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.views import ConversationView
from states.table import CLOCKS, INITIAL, VOICES
from states.vocabulary import State
from ui.render.text import esc, left, moment, words

_KINDS = {
    State.BOT_HANDLING: "bot",
    State.GUARDED: "guarded",
    State.TRIGGERED: "locked",
    State.HANDED_OFF: "waiting",
    State.AGENT_VERIFYING: "person",
    State.ESCALATED: "escalated",
    State.RESOLVED: "closed",
}
"""State → colour class; the diagram uses the same ones."""


@dataclass(frozen=True, kw_only=True)
class Banner:
    """One sentence, what stands beside it, and its colour. Both texts are HTML already."""

    kind: str
    title: str
    detail: str


def kind_of(state: State) -> str:
    """The colour class of a state."""
    return _KINDS[state]


def banner_of(view: ConversationView | None, now: datetime) -> Banner:
    """Who may speak now; None is a conversation that has not begun."""
    state = view.state if view else INITIAL
    title, detail = _sentence(view, state, now)
    return Banner(kind=kind_of(state), title=title, detail=detail)


def banner(view: ConversationView | None, now: datetime) -> str:
    """The same as HTML, with the state and the fencing number."""
    shown = banner_of(view, now)
    state = view.state if view else INITIAL
    fence = f'<span title="The fencing number: grows with every commit">version {view.version}</span>' if view else ""
    return (
        f'<div class="hr-banner hr-{shown.kind}" role="status" data-state="{state.value}">'
        f'<span class="hr-lamp"></span><div><strong>{shown.title}</strong><p>{shown.detail}</p></div>'
        f"<aside><code>{state.value}</code>{fence}</aside></div>"
    )


def _sentence(view: ConversationView | None, state: State, now: datetime) -> tuple[str, str]:
    if view is None or state is State.BOT_HANDLING:
        return "The assistant may answer", "Routine questions only. Every message is judged before anything is said."
    if state is State.GUARDED:
        return (
            "The assistant may answer with approved content only",
            "A doubt was raised: no free text, one offer of a person.",
        )
    if state is State.TRIGGERED:
        return "Nobody speaks: the bot is locked out", "The packet for a person is being put together."
    if state is State.HANDED_OFF:
        return f"Nobody speaks: the bot is locked out; a person is on the way{_by(view, now)}", _where(view)
    if state is State.RESOLVED:
        return _closed(view, now)
    return _owned(view, state, now)


def _owned(view: ConversationView, state: State, now: datetime) -> tuple[str, str]:
    until = due_of(view)
    resolve = f"To be resolved by {moment(until)}, {left(until, now)}." if until else ""
    if view.owner_id is None:
        return f"Nobody speaks: escalated; a specialist is on the way{_by(view, now)}", _where(view)
    who = (
        "Agent" if state is State.AGENT_VERIFYING else words(view.owner_role.value if view.owner_role else "specialist")
    )
    return f"{esc(who)} {esc(view.owner_id)} owns this conversation", f"The bot is locked out. {resolve}"


def _closed(view: ConversationView, now: datetime) -> tuple[str, str]:
    until = view.timers.get(CLOCKS[State.RESOLVED][0].value)
    if view.closed or until is None:
        return (
            "This conversation is closed",
            "Only what calls for a person opens it again; begin a new one.",
        )
    who = "to a person" if view.latched else "to the assistant"
    return (
        "This conversation is resolved",
        f"A new message reopens it {who}, until {moment(until)}, {left(until, now)}.",
    )


def due_of(view: ConversationView) -> datetime | None:
    """The deadline that counts now: the customer was told when a person comes; who has come must end it in time.

    Timers ring earlier or later than these: a rung of the ladder is no deadline.
    """
    handover = view.handover
    if handover is not None and handover.open:
        return handover.resolve_due_at if view.owner_id else handover.claim_due_at
    return view.timers.get(CLOCKS[view.state][0].value)


def _by(view: ConversationView, now: datetime) -> str:
    due = due_of(view)
    return f", by {moment(due)} ({left(due, now)})" if due else ""


def _where(view: ConversationView) -> str:
    handover = view.handover
    if handover is None:
        return esc(VOICES[view.state].value)
    return f"Waiting for the team {esc(handover.team)}, severity {esc(handover.severity)}."
