"""The room of the conversation: the customer's chat beside what the machine made of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import gradio as gr

from conversation.intake import check_id
from service.views import Actor, ConversationView, NewConversation, TurnResult
from states.errors import HandrailError, NotFound
from ui.compose import Box, Said, Sent, box, ear, sent_by
from ui.examples import Example, examples_for
from ui.people import customer_for, visitor_of, watcher_for
from ui.render.banner import banner
from ui.render.diagram import diagram
from ui.render.evidence import evidence
from ui.render.facts import clocks, event_log, facts
from ui.render.packet import packet, raw
from ui.render.text import esc
from ui.render.transcript import transcript
from ui.seen import memory
from ui.style import html

if TYPE_CHECKING:
    from app.settings import Settings
    from service.door import Handrail

Updates = dict[Any, Any]
NEW, SENDING = "new", "sending"
"""What has been seen of a conversation that has not begun, and while an answer is on its way: the next poll redraws."""
MINE = "handrail.mine()"
"""Of the browser, which keeps the conversation's id over a reload and shares it with a second tab."""
TURNS_AT_ONCE, LOOK_S = 16, 0.02
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""

log = logging.getLogger("handrail.ui")


class ConversationRoom:
    """Draws the room and answers its events. Holds no conversation: its id is in each visitor's browser."""

    def __init__(self, door: Handrail, settings: Settings) -> None:
        self._door, self._settings = door, settings
        self._examples = examples_for(settings.knowledge)
        self._turns = ThreadPoolExecutor(TURNS_AT_ONCE, thread_name_prefix="handrail-page")

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.mine = memory()
        self.seen = memory(NEW)
        self.took = gr.State(None)
        self.said = ear()
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
            self.box = box(
                Box.SAY, placeholder="Write as a customer…", label="Your message", send="Send", elem_id="hr-say"
            )
        self.chips = html(_chips(self._examples), elem_id="hr-examples")

    def wire(self) -> None:
        """Connects the components; call inside the Blocks."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.shown = [
            self.said, self.seen, self.took, self.banner, self.chat, self.graph,
            self.why, self.packet, self.clocks, self.facts, self.events, self.raw,
        ]  # fmt: skip
        self.box.submit(self.say, None, self.shown, trigger_mode="multiple", concurrency_limit=TURNS_AT_ONCE, **quiet)
        self.restart.click(self.begin, None, self.shown, queue=False, js="() => { handrail.begin(); }", **quiet)
        self.timer.tick(
            self.poll, [self.mine, self.seen, self.took], self.shown, queue=False,
            js=f"(mine, seen, took) => [{MINE}, seen, took]", **quiet,
        )  # fmt: skip

    # Events

    def arrive(self, mine: str, request: gr.Request) -> Updates:
        """The page as it opens: the conversation that the visitor has left here, or an empty one."""
        shown = self.poll(mine, "", None, request)
        return self._show(None, None) if shown == SKIP else shown

    def begin(self) -> Updates:
        """An empty page; the conversation begins with its first message."""
        return {**self._show(None, None), self.took: None}

    def poll(self, mine: str, seen: str, took: float | None, request: gr.Request) -> Updates:
        """What has changed since it was last drawn; nothing if nothing has."""
        try:
            key = self._key(mine, request)
            if key == seen:
                return SKIP
            view = self._view(mine, request)
        except HandrailError as error:
            # The database is away for a moment: what is on the page stays, the next tick asks again.
            log.warning("conversation not refreshed", extra={"error": type(error).__name__})
            return SKIP
        strange = {self.said: Said(box=Box.SAY, elsewhere=True).text()} if key != NEW and view is None else {}
        return {**self._show(view, took), **strange}

    def say(self, request: gr.Request, event: gr.EventData) -> Iterator[Updates]:
        """Tells the browser when its message is stored, or why it never will be; then shows what it led to.

        The next message need not wait for the answer to this one, so an emergency never stands behind a slow model.
        """
        sent, started = sent_by(event), time.perf_counter()
        try:
            check_id(sent.conversation, "conversation id")
            customer = customer_for(self._settings, request, self._door.policy)
            if not self._opened(customer, sent.conversation, request):
                yield {self.said: Said(box=Box.SAY, id=sent.id, elsewhere=True).text()}
                return
            turn = self._turns.submit(
                self._door.post, customer, sent.conversation, sent.text, message_id=sent.id or None
            )
            stored = self._stored(turn, sent, request)
            yield {self.said: Said(box=Box.SAY, id=sent.id).text(), self.seen: SENDING, self.chat: transcript(stored)}
            turn.result()
            took = (time.perf_counter() - started) * 1000
            yield {**self._show(self._view(sent.conversation, request), took), self.took: took}
        except HandrailError as error:
            yield {self.seen: SENDING, self.said: Said(box=Box.SAY, id=sent.id, refused=str(error)).text()}

    def _opened(self, customer: Actor, conversation_id: str, request: gr.Request) -> bool:
        """Whether the conversation, begun now if need be, is this visitor's."""
        visitor = visitor_of(request)
        try:
            opened = self._door.open(customer, NewConversation(id=conversation_id, customer=visitor))
        except NotFound:
            return False
        return opened.customer == visitor

    def _stored(self, turn: Future[TurnResult], sent: Sent, request: gr.Request) -> ConversationView | None:
        """The conversation as soon as the message stands in it; the error of a turn that ended before."""
        while True:
            ended = wait([turn], timeout=LOOK_S).done
            if ended:
                turn.result()
            view = self._view(sent.conversation, request)
            if ended or (view and any(one.id == sent.id for one in view.messages)):
                return view

    # Showing

    def _view(self, mine: str, request: gr.Request) -> ConversationView | None:
        """The conversation; None before its first message, and where it is another visitor's."""
        try:
            view = self._door.view(watcher_for(self._settings, request, self._door.policy), mine) if mine else None
        except NotFound:
            return None
        return view if view and view.customer == visitor_of(request) else None

    def _key(self, mine: str, request: gr.Request) -> str:
        try:
            watcher = watcher_for(self._settings, request, self._door.policy)
            return f"{mine}:{self._door.version(watcher, mine)}" if mine else NEW
        except NotFound:
            return NEW

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


def _chips(examples: tuple[Example, ...]) -> str:
    buttons = "".join(
        f'<button type="button" class="hr-chip" data-say="{esc(one.text)}">'
        f"<b>{esc(one.label)}</b>{esc(one.text)}</button>"
        for one in examples
    )
    return f'<div class="hr-chips" role="group" aria-label="Examples to try">{buttons}</div>'
