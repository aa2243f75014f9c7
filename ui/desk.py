"""The room of the agents: who sits there, the queue, and beside it the open case with its packet."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from policy.schema import LANGUAGES
from service.views import Actor, Attendance, ConversationView
from states.errors import BadInput, ForbiddenRole, HandrailError, NotSeen
from states.vocabulary import Event
from ui.acts import Typed, act_for, label
from ui.case_panel import CasePanel
from ui.compose import Box, Said, sent_by
from ui.lists import held_page, waiting_page
from ui.packet_pane import PacketPane, edit, verdicts
from ui.people import DEMO_AGENT, DESK_ROLES, Who, actor_for, roles_for, seat
from ui.refusals import refusal
from ui.render.packet import OTHER
from ui.render.queue import live, queue, turned
from ui.render.review import asked
from ui.render.steps import picked
from ui.render.text import esc, words
from ui.render.transcript import picked_mask
from ui.seen import Seen, memory
from ui.style import PICK, html

if TYPE_CHECKING:
    from app.settings import Settings
    from service.door import Handrail

log = logging.getLogger("handrail.ui")

Updates = dict[Any, Any]
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""
NOTHING = Seen()
HEARTBEAT_S = 30.0
REFUSED = "refused"
"""What is seen of the lists and the case by whoever may not look."""


class DeskRoom:
    """Draws the room and answers its events. What each agent sees is in their browser (`ui.seen`)."""

    def __init__(self, door: Handrail, settings: Settings) -> None:
        self._door, self._settings = door, settings
        self.case, self.pane = CasePanel(door), PacketPane()

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.seen = memory()
        with gr.Row(elem_classes="hr-columns"):
            with gr.Column(scale=5, min_width=280):
                self._draw_who()
                html('<h3 class="hr-title">Open handovers, most urgent first</h3>')
                self.queue = html(js_on_load=PICK, elem_id="hr-queue")
                html('<h3 class="hr-title">With the assistant now</h3>')
                self.live = html(js_on_load=PICK, elem_id="hr-live")
            with gr.Column(scale=7, min_width=320):
                self.case.draw()
            with gr.Column(scale=7, min_width=320):
                self.pane.draw()
        self.timer = gr.Timer(1.0, active=False)
        self.pulse = gr.Timer(HEARTBEAT_S, active=False)

    def _draw_who(self) -> None:
        demo = self._settings.demo_mode
        roles = [(words(role.value), role.value) for role in roles_for(self._settings, DESK_ROLES)]
        with gr.Row(elem_classes="hr-who"):
            self.agent = gr.Textbox(
                DEMO_AGENT if demo else "", label="You are", interactive=demo, min_width=80, elem_id="hr-agent", scale=1
            )
            self.role = gr.Dropdown(
                roles,
                value=roles[0][1] if roles else None,
                label="in the role of",
                min_width=150,
                elem_id="hr-role",
                scale=2,
            )
        self.next = gr.Button("Take the most urgent case", size="sm", elem_id="hr-next")

    def wire(self) -> None:
        """Connects the components; call inside the Blocks."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        at_once, acting = {**quiet, "queue": False}, {**quiet, "concurrency_limit": 16}
        who = [self.agent, self.role]
        self.shown = [self.seen, self.queue, self.live, *who, *self.case.shown, *self.pane.shown]
        self.timer.tick(self.poll, [self.seen, *who], self.shown, **at_once)
        self.role.change(self.poll, [self.seen, *who], self.shown, **at_once)
        for listing in (self.queue, self.live):
            listing.click(self.press_line, [self.seen, *who], self.shown, **at_once)
        typed = [self.seen, *who, *self.case.inputs]
        for event, button in self.case.buttons.items():
            button.click(self.press(event), typed, self.shown, **acting)
        self.case.reply.submit(self.reply, [self.seen, *who], self.shown, trigger_mode="multiple", **acting)
        self.case.template.input(self.choose, [self.seen, *who, self.case.template], self.shown, **at_once)
        self.case.transcript.click(self.lift, [self.seen, *who, self.case.why_lift], self.shown, **acting)
        self.case.steps.click(self.tick, [self.seen, *who], self.shown, **acting)
        self.pane.packet.click(self.judge, [self.seen, *who], self.shown, **acting)
        self.pane.save.click(self.save, [self.seen, *who, self.pane.text], self.shown, **acting)
        self.pane.cancel.click(self.cancel, [self.seen], self.shown, **at_once)
        self.pulse.tick(self.beat, who, None, **at_once)
        self.next.click(self.take_next, who, self.shown, **acting)

    # Events

    def enter(self, request: gr.Request) -> Updates:
        """What the visitor may be at this desk; outside demo mode as their login says."""
        with suppress(HandrailError):
            return seat(self._settings, request, self.agent, self.role) or SKIP
        return SKIP

    def pick(self, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Opens the case that was clicked, with empty fields; nothing changes if there is none of that id."""
        return self.open(str(getattr(event, "pick", "")), (request, agent, role))

    def press_line(self, seen: str, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """A press in one of the lists: opens a case, or turns the page and keeps the case that is open."""
        pick, held, who = str(getattr(event, "pick", "")), Seen.of(seen), (request, agent, role)
        at = turned(pick)
        if at is None:
            return self.open(pick, who, held)
        return self._changed(replace(held, lists="", **at), who)

    def open(self, conversation_id: str, who: Who, seen: Seen = NOTHING) -> Updates:
        """A case as it is when somebody turns to it; the lists stay at the pages that were shown."""
        opened = Seen(conversation=conversation_id, queue_at=seen.queue_at, held_at=seen.held_at)
        return self._changed(opened, who, clear=(self.case.note,))

    def poll(self, seen: str, agent: str, role: str, request: gr.Request) -> Updates:
        """What has changed since it was last drawn; nothing if nothing has."""
        return self._changed(Seen.of(seen), (request, agent, role))

    def press(self, event: Event) -> Callable[..., Updates]:
        """The handler of one button: does what the button says, once, to the case that was under it.

        A refusal is shown in the machine's own words; then nothing has changed.
        """

        # A closure with its own annotations: Gradio finds the request by them, and sees none through a partial.
        def pressed(seen_text: str, agent: str, role: str, request: gr.Request, *values: Any) -> Updates:
            seen = Seen.of(seen_text)
            typed = self.case.typed(values, seen.request_hash)
            who = (request, agent, role)
            if event is Event.AGENT_REPLIED:
                return self._say_approved(seen, who, typed)
            # What was not sent is not emptied: somebody may have begun to write while the act was on its way.
            return self._act(event, seen, who, typed, emptied=self.case.note if typed.note else None)

        return pressed

    def reply(self, seen: str, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Says what the agent has written, once, in the case that was on the page when it was sent."""
        sent, who = sent_by(event), (request, agent, role)
        act_id, said = f"desk_{sent.id}" if sent.id else None, Said(box=Box.REPLY, id=sent.id)
        try:
            self._door.act(self._actor(who), sent.conversation, Event.AGENT_REPLIED, text=sent.text, act_id=act_id)
        except HandrailError as error:
            said = replace(said, refused=str(error))
        changed = self._changed(Seen.of(seen), who)
        return {**({} if changed == SKIP else changed), self.case.said: said.text()}

    def choose(self, seen: str, agent: str, role: str, template: str | None, request: gr.Request) -> Updates:
        """The words of the approved reply that was chosen."""
        try:
            actor = self._actor((request, agent, role))
            return self.case.choose(self._view(Seen.of(seen).conversation, actor), actor, template)
        except HandrailError as error:
            gr.Warning(f"<b>Not chosen</b><br>{esc(error)}")
            return SKIP

    def tick(self, seen: str, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Ticks a step of the playbook, or takes the tick back."""
        found = picked(str(getattr(event, "pick", "")))
        if found is None:
            return SKIP
        done, step = found
        what = Event.STEP_DONE if done else Event.STEP_UNDONE
        return self._act(what, Seen.of(seen), (request, agent, role), Typed(step=step))

    def lift(self, seen: str, agent: str, role: str, text: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Shows the original of the mask that was clicked, once, for the reason that was written."""
        found, held, who = picked_mask(str(getattr(event, "pick", ""))), Seen.of(seen), (request, agent, role)
        if found is None or not held.conversation:
            return SKIP
        try:
            lifted = self._door.lift(self._actor(who), held.conversation, *found, text or "")
        except HandrailError as error:
            return self._refused(Event.MASK_LIFTED, held, who, error)
        changed = self._changed(held, who)
        return {**({} if changed == SKIP else changed), **self.case.show_lifted(lifted)}

    def judge(self, seen: str, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """A verdict on the packet, or the editor for one of its fields."""
        pick, held, who = str(getattr(event, "pick", "")), Seen.of(seen), (request, agent, role)
        if pick.startswith(OTHER):
            return self.open(pick.removeprefix(OTHER), who, held)
        try:
            view, one = self._view(held.conversation, self._actor(who)), asked(pick)
        except HandrailError as error:
            return self._refused(Event.PACKET_REVIEWED, held, who, error)
        if view is None or view.handover is None:
            return SKIP
        if one is not None and one.verdict == "edit":
            updates, held = self.pane.open_editor(view.handover.packet, one, held)
            return {**updates, self.seen: held.text()}
        return self._judged(lambda: verdicts(pick, view, held), held, who)

    def save(self, seen: str, agent: str, role: str, text: str, request: gr.Request) -> Updates:
        """What stands in the editor becomes what the packet says."""
        held = Seen.of(seen)
        if not held.editing:
            return SKIP
        return self._judged(lambda: edit(held, text), held, (request, agent, role))

    def cancel(self, seen: str) -> Updates:
        """The editor closes; nothing was changed."""
        updates, held = self.pane.close_editor(Seen.of(seen))
        return {**updates, self.seen: held.text()}

    def beat(self, agent: str, role: str, request: gr.Request) -> None:
        """Says that somebody is at the desk; what nobody may be is not said."""
        with suppress(HandrailError):
            self._door.attend(self._actor((request, agent, role)), self._attendance())

    def take_next(self, agent: str, role: str, request: gr.Request) -> Updates:
        """Claims what fits the person best, and opens it."""
        who = (request, agent, role)
        try:
            actor = self._actor(who)
            self._door.attend(actor, self._attendance())
            chosen = self._door.take_next(actor).conversation_id
        except HandrailError as error:
            gr.Warning(f"<b>Nothing taken</b><br>{esc(error)}")
            return SKIP
        return self.open(chosen, who)

    def _actor(self, who: Who) -> Actor:
        return actor_for(self._settings, who, DESK_ROLES)

    def _attendance(self) -> Attendance:
        """A heartbeat; on a demonstration whoever sits here knows everything that the policy's routes ask for."""
        if not self._settings.demo_mode:
            return Attendance()
        routes = [one.route for one in self._door.policy.policy.triggers if one.route]
        return Attendance(
            skills=tuple(sorted({skill for route in routes for skill in route.skills})), languages=LANGUAGES
        )

    # Acting

    def _judged(self, said: Callable[[], tuple[dict[str, Any], ...]], seen: Seen, who: Who) -> Updates:
        """Puts verdicts into the packet; the editor closes only when that has worked."""
        event = Event.PACKET_REVIEWED
        try:
            fields = said()
            if not fields:
                return SKIP
            self._do(event, seen, who, Typed(fields=fields))
        except HandrailError as error:
            return self._refused(event, seen, who, error)
        updates, seen = self.pane.close_editor(seen)
        return {**updates, **self._changed(seen, who, keep=seen)}

    def _act(self, event: Event, seen: Seen, who: Who, typed: Typed, emptied: gr.Textbox | None = None) -> Updates:
        if not seen.conversation:
            return SKIP
        try:
            self._do(event, seen, who, typed)
        except HandrailError as error:
            return self._refused(event, seen, who, error)
        return self._changed(seen, who, clear=(emptied,) if emptied else ())

    def _say_approved(self, seen: Seen, who: Who, typed: Typed) -> Updates:
        """Says an approved reply; then none is chosen any more."""
        if not seen.conversation:
            return SKIP
        try:
            self._do(Event.AGENT_REPLIED, seen, who, typed)
            actor = self._actor(who)
            unchosen = self.case.after_reply(self._view(seen.conversation, actor), actor)
        except HandrailError as error:
            return self._refused(Event.AGENT_REPLIED, seen, who, error)
        changed = self._changed(seen, who)
        return {**({} if changed == SKIP else changed), **unchosen}

    def _do(self, event: Event, seen: Seen, who: Who, typed: Typed) -> None:
        act = act_for(event, seen.conversation, seen.version, self._actor(who), typed, seen.newest)
        self._door.act(
            act.actor, seen.conversation, event, text=act.text, data=act.data, act_id=act.id, seen=act.seen
        )  # fmt: skip

    def _refused(self, event: Event, seen: Seen, who: Who, error: HandrailError) -> Updates:
        if isinstance(error, NotSeen):
            # What is new may not be decided yet, and then it has moved no version: the case is drawn anew all the same.
            seen = replace(seen, case=f"unseen:{who[2]}")
        headline, why = refusal(error)
        gr.Warning(f"<b>{esc(label(event))}: {headline}</b><br>{esc(why)}")
        return self._changed(seen, who)

    # Showing

    def _view(self, conversation_id: str, actor: Actor) -> ConversationView | None:
        return self._door.view(actor, conversation_id) if conversation_id else None

    def _changed(self, seen: Seen, who: Who, clear: tuple[gr.Textbox, ...] = (), keep: Seen | None = None) -> Updates:
        """What differs from what is seen, and empty fields for `clear`; `keep` is what the page must be told anyway."""
        try:
            now, actor = self._door.now(), self._actor(who)
            updates, seen = self._lists(seen, actor, now)
            case, seen = self._case(seen, actor, now, clear)
        except (ForbiddenRole, BadInput) as error:
            return self._closed(seen, error)
        except HandrailError as error:
            # The database is away for a moment: what is on the page stays, the next tick asks again.
            log.warning("desk not refreshed", extra={"error": type(error).__name__})
            return {self.seen: keep.text()} if keep else SKIP
        changed = updates | case
        return {**changed, self.seen: seen.text()} if changed or keep else SKIP

    def _closed(self, seen: Seen, error: HandrailError) -> Updates:
        """The room of whoever may not look: why, and nothing else. What was typed stays."""
        if seen.case == REFUSED and seen.lists == str(error):
            return SKIP
        now = self._door.now()
        case = {**self.case.show(None, None, now, other=True), **self.pane.show(None, None, now)}
        editor, _ = self.pane.close_editor(Seen())
        told = {self.queue: f'<p class="hr-dim hr-pad">{esc(error)}</p>', self.live: ""}
        return {**case, **editor, **told, self.seen: Seen(case=REFUSED, lists=str(error)).text()}

    def _lists(self, seen: Seen, actor: Actor, now: datetime) -> tuple[Updates, Seen]:
        waiting, held = waiting_page(self._door, actor, seen.queue_at), held_page(self._door, actor, seen.held_at)
        lines = [repr(waiting), f"{held.total} {held.begin}"]
        lines += [f"{view.id} {view.state} {view.version}" for view in held.items]
        chosen = seen.conversation or None
        key = hashlib.sha256("\n".join([str(chosen), *lines]).encode("utf-8", "replace")).hexdigest()
        if key == seen.lists:
            return {}, seen
        updates: Updates = {self.queue: queue(waiting, chosen, now), self.live: live(held, chosen, now)}
        return updates, replace(seen, lists=key)

    def _case(self, seen: Seen, actor: Actor, now: datetime, clear: tuple[gr.Textbox, ...]) -> tuple[Updates, Seen]:
        chosen, role = seen.conversation, actor.role.value
        key = f"{chosen}:{self._door.version(actor, chosen) if chosen else 0}:{role}"
        if key == seen.case and not clear:
            return {}, seen
        view, other = self._view(chosen, actor), seen.case.rpartition(":")[2] != role or not seen.case
        updates = {**self.case.show(view, actor, now, other=other), **self.pane.show(view, actor, now)}
        for box in clear:
            # What is cleared keeps how it is shown.
            shown = updates.get(box) or gr.update()
            updates[box] = {**shown, "value": ""}
        if other:
            closed, seen = self.pane.close_editor(seen)
            updates |= closed
        asked_ = str((view.consent or {}).get("hash", "")) if view else ""
        newest = max((one.seq for one in view.messages), default=0) if view else 0
        return updates, replace(
            seen, case=key, version=view.version if view else 0, request_hash=asked_, newest=newest
        )  # fmt: skip
