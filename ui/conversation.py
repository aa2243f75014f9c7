"""The room of the conversation: the customer's chat beside what the machine made of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from service.views import ConversationView, NewConversation
from states.errors import HandrailError
from ui.examples import Example, examples_for
from ui.people import customer_for, watcher_for
from ui.render.banner import banner
from ui.render.diagram import diagram
from ui.render.evidence import evidence
from ui.render.facts import clocks, event_log, facts
from ui.render.packet import packet, raw
from ui.render.text import esc
from ui.render.transcript import transcript
from ui.seen import memory
from ui.style import PICK, html

if TYPE_CHECKING:
    from app.settings import Settings
    from service.door import Handrail

Updates = dict[Any, Any]
NEW, SENDING = "new", "sending"
"""What has been seen of a conversation that has not begun, and while a message is on its way: the next poll redraws."""
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""

log = logging.getLogger("handrail.ui")


class ConversationRoom:
    """Draws the room and answers its events. Holds no conversation: that is in each visitor's session."""

    def __init__(self, door: Handrail, settings: Settings) -> None:
        self._door, self._settings = door, settings
        self._examples = examples_for(settings.knowledge)

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.mine = gr.State(None)
        self.seen = memory(NEW)
        self.took = gr.State(None)
        self.banner = html(elem_id="hr-banner")
        with gr.Row(elem_classes="hr-columns"):
            with gr.Column(scale=5, min_width=320, elem_classes="hr-left-column"):
                self._draw_chat()
            with gr.Column(scale=6, min_width=320):
                self.graph = html(elem_id="hr-graph")
                self.why = html(elem_id="hr-why")
                self.packet = html(elem_id="hr-packet")
                self.clocks = html(elem_id="hr-clocks")
                with gr.Accordion("Facts that conditions read", open=False):
                    self.facts = html()
                with gr.Accordion("Event log", open=False):
                    self.events = html()
                with gr.Accordion("Packet as JSON", open=False):
                    self.raw = html()
        self.timer = gr.Timer(1.0)

    def _draw_chat(self) -> None:
        with gr.Group(elem_classes="hr-box"):
            with gr.Row(elem_classes="hr-head"):
                html('<h3 class="hr-title">The customer’s page</h3>')
                self.restart = gr.Button("New conversation", size="sm", elem_id="hr-new", scale=0, min_width=140)
            self.chat = html(elem_id="hr-chat")
            with gr.Row(elem_classes="hr-compose"):
                self.box = gr.Textbox(
                    placeholder="Write as a customer…",
                    show_label=False,
                    label="Your message",
                    container=False,
                    lines=1,
                    max_lines=4,
                    scale=1,
                    min_width=120,
                    elem_id="hr-say",
                    autofocus=True,
                )
                self.send = gr.Button("Send", variant="primary", scale=0, min_width=84, elem_id="hr-send")
        self.chips = html(_chips(self._examples), js_on_load=PICK, elem_id="hr-examples")

    def wire(self) -> None:
        """Connects the components; call inside the Blocks."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [
            self.mine, self.seen, self.took, self.box, self.banner, self.chat, self.graph,
            self.why, self.packet, self.clocks, self.facts, self.events, self.raw,
        ]  # fmt: skip
        gr.on([self.box.submit, self.send.click], self.say, [self.box, self.mine], shown, concurrency_limit=16, **quiet)
        self.chips.click(self.say_example, [self.mine], shown, concurrency_limit=16, **quiet)
        self.restart.click(self.begin, None, shown, queue=False, **quiet)
        self.timer.tick(self.poll, [self.mine, self.seen, self.took], shown, queue=False, **quiet)
        self.shown = shown

    # Events

    def arrive(self) -> Updates:
        """The page as it opens. The box is the visitor's: whoever types before this has arrived keeps their words."""
        return self._show(None, None)

    def begin(self) -> Updates:
        """An empty page; the conversation begins with its first message."""
        return {**self._show(None, None), self.mine: None, self.took: None, self.box: ""}

    def poll(self, mine: str | None, seen: str, took: float | None, request: gr.Request) -> Updates:
        """What has changed since it was last drawn; nothing if nothing has."""
        try:
            return SKIP if self._key(mine, request) == seen else self._show(self._view(mine, request), took)
        except HandrailError as error:
            # The database is away for a moment: what is on the page stays, the next tick asks again.
            log.warning("conversation not refreshed", extra={"error": type(error).__name__})
            return SKIP

    def say_example(self, mine: str | None, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        """Sends the example that was clicked."""
        number = str(getattr(event, "pick", ""))
        known = number.isdecimal() and int(number) < len(self._examples)
        yield from self.say(self._examples[int(number)].text if known else "", mine, request)

    def say(self, text: str, mine: str | None, request: gr.Request) -> Iterator[Updates]:
        """Shows the customer's message at once, then what it led to; a refused message goes back into the box."""
        if not text.strip():
            yield SKIP
            return
        try:
            customer = customer_for(self._settings, request, self._door.policy)
            conversation_id = mine or self._door.open(customer, NewConversation(customer=_visitor(request))).id
            view = self._view(conversation_id, request)
            # Whose conversation it is goes out at once: a poll while a slow model thinks must not show an empty page.
            sent = transcript(view, pending=text)
            yield {self.box: "", self.mine: conversation_id, self.seen: SENDING, self.chat: sent}
            started = time.perf_counter()
            self._door.post(customer, conversation_id, text)
            took = (time.perf_counter() - started) * 1000
            yield {**self._show(self._view(conversation_id, request), took), self.took: took}
        except HandrailError as error:
            gr.Warning(f"<b>Not sent</b><br>{esc(error)}")
            yield {self.seen: SENDING, self.box: text}

    # Showing

    def _view(self, mine: str | None, request: gr.Request) -> ConversationView | None:
        return self._door.view(watcher_for(self._settings, request, self._door.policy), mine) if mine else None

    def _key(self, mine: str | None, request: gr.Request) -> str:
        if not mine:
            return NEW
        return f"{mine}:{self._door.version(watcher_for(self._settings, request, self._door.policy), mine)}"

    def _show(self, view: ConversationView | None, took: float | None) -> Updates:
        now, answers = self._door.now(), self._door.policy.policy.answers
        handover = view.handover if view else None
        return {
            self.seen: f"{view.id}:{view.version}" if view else NEW,
            self.banner: banner(view, now),
            self.chat: transcript(view),
            self.graph: diagram(view),
            self.why: evidence(view, answers, took),
            self.packet: packet(handover, now) if handover else "",
            self.clocks: clocks(view, now) if view else "",
            self.facts: facts(view),
            self.events: event_log(view),
            self.raw: raw(handover),
        }


def _visitor(request: gr.Request) -> str:
    """A reference to a visitor who is nobody else's customer."""
    return f"visitor-{(request.session_hash or 'demo')[:5]}"


def _chips(examples: tuple[Example, ...]) -> str:
    buttons = "".join(
        f'<button type="button" class="hr-chip" data-pick="{number}"><b>{esc(one.label)}</b>{esc(one.text)}</button>'
        for number, one in enumerate(examples)
    )
    return f'<div class="hr-chips" role="group" aria-label="Examples to try">{buttons}</div>'
