"""What a desk shows, as the browser holds it.

Answers may arrive in another order than they were made. So the page itself says what it shows: a stale one is drawn
anew at the next look, and a button acts on the case under it, never on one that the server believes to be open.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

import gradio as gr


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a desk shows now, and so what its buttons act on."""

    conversation: str = ""
    """The open case; empty: none."""
    turn: int = 0
    """How often the reader had turned to something else when this was asked for, as the browser counts."""
    lists: str = ""
    """Key of the queue and of the assistant's conversations."""
    sought: str = ""
    """What is looked for in the queue (`ui.render.queue.sought_text`); empty: all of it."""
    queue_at: str = ""
    """Where the shown page of the queue begins; empty: at the first case."""
    held_at: int = 0
    """How many of the assistant's conversations stand before the shown ones."""
    case: str = ""
    """Key of the open case: conversation, version, and who looks in which role."""
    version: int = 0
    newest: int = 0
    """The seq of the newest message that is shown."""
    request_hash: str = ""
    """Of the request for consent that is shown."""

    def text(self) -> str:
        """As the browser keeps it."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> Seen:
        """What `text` made; nothing seen where that cannot be read, so that everything is drawn anew."""
        try:
            kept = json.loads(text)
            return Seen(**{one.name: type(getattr(Seen, one.name))(kept[one.name]) for one in fields(Seen)})
        except (ValueError, KeyError, TypeError):
            return Seen()


def memory(value: str = "") -> gr.Textbox:
    """The component that keeps it: in the page, out of sight."""
    return gr.Textbox(value, visible="hidden", show_label=False, container=False)
