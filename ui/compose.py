"""The boxes in which people write, and what the server says about a message: the text in them is the browser's alone.

No answer of the server sets what stands in a box. A message comes with an id that the browser made for it and with the
conversation that was on the page when it was sent (`static/compose.js`); the browser keeps it until it is told that it
was stored or refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

import gradio as gr

from ui.render.text import esc
from ui.style import html


class Box(StrEnum):
    """Whose box it is."""

    SAY = "say"
    """The customer's."""
    REPLY = "reply"
    """The agent's."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message as the browser sends it."""

    id: str
    """Made for it there: the same message again is the same message."""
    conversation: str
    """That was on the page when it was sent."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """What became of a message: it is stored, unless one of the others says no."""

    box: Box
    id: str = ""
    """Empty: it is about no message, but about the conversation."""
    refused: str = ""
    """Why it never will be."""
    elsewhere: bool = False
    """The conversation is not this visitor's: it must go to another."""

    def text(self) -> str:
        """As the browser reads it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What of the fields at the desk has gone into an act: it need not stand there any longer."""

    conversation: str
    version: int
    """That the act made: no two acts say the same."""
    taken: Mapping[str, str]
    """Name of a field in `static/desk.js` → what stood in it."""

    def text(self) -> str:
        """As the browser reads it."""
        return json.dumps(asdict(self))


def box(which: Box, *, placeholder: str, label: str, send: str, elem_id: str) -> gr.HTML:
    """A box with a button, and above them what is still on its way. Its value is never set."""
    drawn = (
        f'<ol class="hr-outbox" aria-live="polite"></ol><div class="hr-write">'
        f'<textarea rows="1" placeholder="{esc(placeholder)}" aria-label="{esc(label)}" dir="auto"></textarea>'
        f'<button type="button">{esc(send)}</button></div>'
    )
    return html(drawn, js_on_load=f"handrail.compose('{which}', element, trigger)", elem_id=elem_id)


def ear() -> gr.HTML:
    """The component whose value is the last `Said` or `Taken`; it shows nothing."""
    return html(
        html_template="<i hidden></i>", js_on_load="watch('value', () => handrail.heard(props.value))", visible="hidden"
    )


def sent_by(event: gr.EventData) -> Sent:
    """What the browser sent; empty fields where it sent something else."""
    given = {name: getattr(event, name, "") for name in ("id", "conversation", "text")}
    return Sent(**{name: value if isinstance(value, str) else "" for name, value in given.items()})
