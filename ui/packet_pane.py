"""The packet at the desk: read, judged field by field, and put right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import gradio as gr

from handover.packet.review import value_hash
from service.views import ConversationView
from states.errors import Conflict
from ui.field_text import HINTS, as_text, from_text
from ui.render.packet import packet, raw
from ui.render.review import REST, Asked, asked, unjudged, value_of
from ui.render.text import esc, words
from ui.seen import Seen, memory
from ui.style import PICK, html

Updates = dict[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Editing:
    """What stands in the editor, as the page keeps it: no look at the desk closes it."""

    conversation: str
    field: str
    value_hash: str
    """Of what the field said when the editor was opened."""

    def text(self) -> str:
        """As the browser keeps it."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> Editing | None:
        """What `text` made; None where nothing is being edited."""
        try:
            kept = json.loads(text)
            return Editing(**{name: str(kept[name]) for name in ("conversation", "field", "value_hash")})
        except (ValueError, KeyError, TypeError):
            return None


class PacketPane:
    """Draws the packet with its editor, and says what a press on it means."""

    def draw(self) -> None:
        """The components; call inside a column."""
        self.packet = html(js_on_load=PICK, elem_id="hr-desk-packet")
        self.editing = memory()
        with gr.Column(visible=False, elem_classes="hr-editor") as self.editor:
            self.title = html()
            self.text = gr.Textbox(label="What is right", lines=3, max_lines=12, elem_id="hr-edit")
            with gr.Row(elem_classes="hr-acts"):
                self.save = gr.Button("Save", variant="primary", size="sm", elem_id="hr-save", min_width=90)
                self.cancel = gr.Button("Cancel", size="sm", elem_id="hr-cancel", min_width=90)
        with gr.Accordion("Packet as JSON", open=False):
            self.raw = html()

    @property
    def shown(self) -> list[Any]:
        """Every component that changes."""
        return [self.packet, self.editing, self.editor, self.title, self.text, self.raw]

    def show(self, view: ConversationView | None, now: datetime, *, judging: bool) -> Updates:
        """The packet as it is now. The editor stays as it is: somebody may be writing in it."""
        handover = view.handover if view else None
        open_ = bool(handover and handover.open and judging)
        others = view.others if view else ()
        shown = packet(handover, now, with_steps=False, with_deadlines=False, reviewable=open_, others=others)
        return {self.packet: shown, self.raw: raw(handover)}

    def open_editor(self, data: Mapping[str, Any], one: Asked, seen: Seen) -> Updates:
        """The editor with what a field says now."""
        value = value_of(data, one.field)
        title = f'<h4>{esc(words(one.field.partition(".")[2]))}</h4><p class="hr-dim">{esc(HINTS[one.field])}</p>'
        edited = Editing(conversation=seen.conversation, field=one.field, value_hash=value_hash(value))
        return {
            self.editing: edited.text(),
            self.editor: gr.update(visible=True),
            self.title: title,
            self.text: gr.update(value=as_text(one.field, value)),
        }

    def close_editor(self) -> Updates:
        """Nothing is being edited."""
        return {self.editing: "", self.editor: gr.update(visible=False), self.text: ""}


def verdicts(pick: str, view: ConversationView, seen: Seen) -> tuple[dict[str, Any], ...]:
    """What a press on the packet says about its fields; Conflict if it is not the packet that was on the page."""
    one = asked(pick)
    if one is not None:
        return ({"field": one.field, "verdict": one.verdict, "old_hash": one.value_hash},)
    if pick != REST or view.handover is None:
        return ()
    if view.version != seen.version:
        raise Conflict("the case has changed since you read it; look at the packet again")
    data = view.handover.packet
    return tuple(
        {"field": field, "verdict": "accept", "old_hash": value_hash(value_of(data, field))} for field in unjudged(data)
    )


def edit(edited: Editing, text: str) -> tuple[dict[str, Any], ...]:
    """What the editor says about its field. BadInput says which line cannot be read."""
    value = from_text(edited.field, text)
    return ({"field": edited.field, "verdict": "edit", "value": value, "old_hash": edited.value_hash},)
