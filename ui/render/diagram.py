"""The state graph with the present state and the way that led there."""

from __future__ import annotations

from service.views import ConversationView
from states.diagram import PathStep, svg
from states.table import INITIAL
from states.vocabulary import Event

LAST_MOVES = 5
"""Moves that are lit; older ones fade, so that a long case stays readable."""
_EVENTS = {event.value: event for event in Event}


def path_of(view: ConversationView) -> tuple[PathStep, ...]:
    """The last moves between states, oldest first; a conversation that never moved shows its last event."""
    known = tuple((one.source, _EVENTS[one.event], one.target) for one in view.events if one.event in _EVENTS)
    moves = tuple(step for step in known if step[0] is not step[2])
    return moves[-LAST_MOVES:] or known[-1:]


def diagram(view: ConversationView | None) -> str:
    """The graph as SVG."""
    if view is None:
        return f'<div class="hr-diagram">{svg(present=INITIAL, compact=True)}</div>'
    return f'<div class="hr-diagram">{svg(present=view.state, path=path_of(view), compact=True)}</div>'
