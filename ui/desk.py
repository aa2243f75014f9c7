"""The room of the agents: who sits there, the queue, and beside it the open case with its packet."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from policy.schema import LANGUAGES
from service.views import Actor, Attendance, ConversationView
from states.errors import BadInput, ForbiddenRole, GuardRefused, HandrailError, NotFound, NotSeen
from states.vocabulary import Event
from ui.acts import ASKS_WHY, Offer, Typed, act_for, label, offer
from ui.case_panel import CasePanel
from ui.compose import Box, Said, Taken, sent_by
from ui.list_pane import ListPane
from ui.packet_pane import Editing, PacketPane, edit, verdicts
from ui.people import DEMO_AGENT, DESK_ROLES, Who, actor_for, roles_for, seat
from ui.refusals import WHY_FIRST, refusal
from ui.render.keys import BACK, HELP
from ui.render.packet import OTHER
from ui.render.queue import turned
from ui.render.review import asked
from ui.render.steps import picked
from ui.render.text import esc, words
from ui.render.transcript import picked_mask
from ui.seen import Seen, memory
from ui.standing import NO_ROOM, NOBODY_WAITS, passed_over
from ui.style import html

if TYPE_CHECKING:
    from app.settings import Settings
    from service.door import Handrail

log = logging.getLogger("handrail.ui")

Updates = dict[Any, Any]
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""
NOTHING = Seen()
HEARTBEAT_S = 30.0
HOLD = "hold"
"""What a browser says that waits for something else to be drawn."""
LOOK, TURNED, JUDGED = (f"(...values) => handrail.{name}(values)" for name in ("look", "turned", "judged"))
"""What the browser makes of the inputs before it sends them (`static/desk.js`)."""
REFUSED = "refused"
"""What is seen of the lists and the case by whoever may not look."""


def on_case(*fields: str) -> str:
    """The same for an act: on the case that is drawn, with what the browser keeps for the named fields."""
    return f"(...values) => handrail.act(values, {json.dumps(fields)})"


class DeskRoom:
    """Draws the room and answers its events. What each agent sees is in their browser (`ui.seen`)."""

    def __init__(self, door: Handrail, settings: Settings) -> None:
        self._door, self._settings = door, settings
        self.lists, self.case, self.pane = ListPane(door), CasePanel(door), PacketPane()

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.seen = memory()
        with gr.Row(elem_classes="hr-columns hr-desk"):
            with gr.Column(scale=5, min_width=280, elem_classes="hr-list-column"):
                self._draw_who()
                self.lists.draw()
            with gr.Column(scale=8, min_width=320, elem_classes="hr-case-column"):
                html(BACK)
                self.case.draw()
            with gr.Column(scale=7, min_width=320, elem_classes="hr-work-column"):
                self.case.draw_work()
                self.pane.draw()
        html(HELP)
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
        self.shown = [self.seen, *self.lists.shown, *who, *self.case.shown, *self.pane.shown]
        # What is pressed while an answer is on its way counts too, unless it is the same button.
        each: dict[str, Any] = {"trigger_mode": "multiple"}
        self.timer.tick(self.poll, [self.seen, *who], self.shown, js=LOOK, **at_once)
        self.role.change(self.sit, [self.seen, *who], self.shown, js=TURNED, **at_once)
        for listing in self.lists.pressed:
            listing.click(self.press_line, [self.seen, *who], self.shown, js=TURNED, **each, **at_once)
        typed = [self.seen, *who, *self.case.inputs]
        for event, button in self.case.buttons.items():
            button.click(self.press(event), typed, self.shown, js=on_case(*self.case.FIELDS), **acting)
        self.case.reply.submit(self.reply, [self.seen, *who], self.shown, **each, **acting)
        self.case.template.input(self.choose, [self.seen, *who, self.case.template], self.shown, **at_once)
        why = [self.seen, *who, self.case.why_lift]
        self.case.transcript.click(self.lift, why, self.shown, js=on_case("reason"), **acting)
        self.case.steps.click(self.tick, [self.seen, *who], self.shown, js=on_case(), **each, **acting)
        self.pane.packet.click(self.judge, [self.seen, *who], self.shown, js=JUDGED, **each, **acting)
        edited = [self.seen, *who, self.pane.editing, self.pane.text]
        self.pane.save.click(self.save, edited, self.shown, **acting)
        self.pane.cancel.click(self.pane.close_editor, None, self.shown, **at_once)
        self.pulse.tick(self.beat, who, None, **at_once)
        self.next.click(self.take_next, [self.seen, *who], self.shown, js=TURNED, **acting)

    # Events

    def enter(self, request: gr.Request) -> Updates:
        """What the visitor may be at this desk, as their login says."""
        with suppress(HandrailError):
            return seat(self._settings, request, self.agent, self.role) or SKIP
        return SKIP

    def sit_again(self, agent: str, role: str | None, request: gr.Request) -> Updates:
        """Who sat here before the page was loaded again, in demo mode, as the browser has kept it, if anybody."""
        with suppress(HandrailError):
            return {self.agent: self._actor((request, agent, role or "")).id, self.role: role}
        return SKIP

    def pick(self, seen: str, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Opens the case that was clicked; nothing changes if there is none of that id."""
        return self.open(str(getattr(event, "pick", "")), (request, agent, role), Seen.of(seen))

    def sit(self, seen: str, agent: str, role: str, request: gr.Request) -> Updates:
        """The room for somebody who has chosen another role: drawn whole, with nothing chosen in the case."""
        return self._changed(replace(Seen.of(seen), lists="", case=""), (request, agent, role))

    def press_line(self, seen: str, agent: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """A press in one of the lists: opens a case, or turns the page and keeps the case that is open."""
        pick, held, who = str(getattr(event, "pick", "")), Seen.of(seen), (request, agent, role)
        at = turned(pick)
        if at is None:
            return self.open(pick, who, held)
        return self._changed(replace(held, lists="", **at), who)

    def open(self, conversation_id: str, who: Who, seen: Seen = NOTHING) -> Updates:
        """A case as it is when somebody turns to it; the lists stay at the pages that were shown."""
        opened = replace(seen, conversation=conversation_id, lists="", case="", version=0, newest=0, request_hash="")
        changed = self._changed(opened, who)
        return SKIP if changed == SKIP else {**self.pane.close_editor(), **changed}

    def poll(self, seen: str, agent: str, role: str, request: gr.Request) -> Updates:
        """What has changed since it was last drawn; nothing if nothing has, or while something else is being drawn."""
        return SKIP if seen == HOLD else self._changed(Seen.of(seen), (request, agent, role))

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
            return self._act(event, seen, who, typed)

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
        return self._after(held, who, {"reason": text or ""}, lambda at: self.case.show_lifted(lifted, at))

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
            return self.pane.open_editor(view.handover.packet, one, held)
        return self._judged(lambda: verdicts(pick, view, held), held, who)

    def save(self, seen: str, agent: str, role: str, editing: str, text: str, request: gr.Request) -> Updates:
        """What stands in the editor becomes what the packet says; the packet is that of the case it was opened in."""
        held, edited = Seen.of(seen), Editing.of(editing)
        if edited is None or edited.conversation != held.conversation:
            return SKIP
        return self._judged(lambda: edit(edited, text), held, (request, agent, role), closing=True)

    def beat(self, agent: str, role: str, request: gr.Request) -> None:
        """Says that somebody is at the desk; what nobody may be is not said."""
        with suppress(HandrailError):
            self._door.attend(self._actor((request, agent, role)), self._attendance())

    def take_next(self, seen: str, agent: str, role: str, request: gr.Request) -> Updates:
        """Claims what fits the person best, and opens it."""
        held, who = Seen.of(seen), (request, agent, role)
        try:
            actor = self._actor(who)
            self._door.attend(actor, self._attendance())
            chosen = self._door.take_next(actor).conversation_id
            passed = passed_over(self._door.passed_over(actor, chosen))
        except HandrailError as error:
            gr.Warning(f"<b>Nothing taken</b><br>{self._nothing_taken(error, who)}")
            return self._changed(replace(held, lists=""), who)
        if passed:
            gr.Info(f"<b>The most urgent case that you may take</b><br>{passed}")
        return self.open(chosen, who, held)

    def _nothing_taken(self, error: HandrailError, who: Who) -> str:
        """Why, in an agent's words."""
        if isinstance(error, GuardRefused):
            return NO_ROOM
        if isinstance(error, NotFound):
            with suppress(HandrailError):
                return passed_over(self._door.passed_over(self._actor(who))) or NOBODY_WAITS
        return esc(error)

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

    def _judged(
        self, said: Callable[[], tuple[dict[str, Any], ...]], seen: Seen, who: Who, *, closing: bool = False
    ) -> Updates:
        """Puts verdicts into the packet; the editor closes only when what stands in it has got there."""
        event = Event.PACKET_REVIEWED
        try:
            fields = said()
            if not fields:
                return SKIP
            self._do(event, seen, who, Typed(fields=fields))
        except HandrailError as error:
            return self._refused(event, seen, who, error)
        changed = self._changed(seen, who)
        return {**(self.pane.close_editor() if closing else {}), **({} if changed == SKIP else changed)}

    def _act(self, event: Event, seen: Seen, who: Who, typed: Typed) -> Updates:
        if not seen.conversation:
            return SKIP
        try:
            if event in ASKS_WHY and not typed.note.strip():
                raise BadInput(WHY_FIRST)
            self._do(event, seen, who, typed)
        except HandrailError as error:
            return self._refused(event, seen, who, error)
        return self._after(seen, who, typed.fields_taken)

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
        return self._after(seen, who, typed.fields_taken, lambda at: unchosen)

    def _after(
        self, seen: Seen, who: Who, typed: Mapping[str, str], more: Callable[[int], Updates] = lambda at: {}
    ) -> Updates:
        """What an act has changed, and for the browser what has gone into it; `more` by the version it made."""
        changed = self._changed(seen, who)
        drawn = {} if changed == SKIP else changed
        at = Seen.of(drawn[self.seen]).version if drawn else seen.version
        taken = {name: text for name, text in typed.items() if text}
        told = {self.case.said: Taken(conversation=seen.conversation, version=at, taken=taken).text()} if taken else {}
        return {**drawn, **more(at), **told}

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

    def _changed(self, seen: Seen, who: Who) -> Updates:
        """What differs from what is seen. It sets nothing that somebody may be typing."""
        try:
            now, actor = self._door.now(), self._actor(who)
            updates, seen = self.lists.changed(seen, actor, now)
            case, seen = self._case(seen, actor, now)
        except (ForbiddenRole, BadInput) as error:
            return self._closed(seen, error)
        except HandrailError as error:
            # The database is away for a moment: what is on the page stays, the next tick asks again.
            log.warning("desk not refreshed", extra={"error": type(error).__name__})
            return SKIP
        changed = updates | case
        return {**changed, self.seen: seen.text()} if changed else SKIP

    def _closed(self, seen: Seen, error: HandrailError) -> Updates:
        """The room of whoever may not look: why, and nothing else. What was typed stays."""
        if seen.case == REFUSED and seen.lists == str(error):
            return SKIP
        now = self._door.now()
        case = {**self.case.show(None, None, now, Offer(), other=True), **self.pane.show(None, now, judging=False)}
        editor = self.pane.close_editor()
        return {
            **case,
            **editor,
            **self.lists.close(str(error)),
            self.seen: Seen(case=REFUSED, lists=str(error), turn=seen.turn).text(),
        }

    def _case(self, seen: Seen, actor: Actor, now: datetime) -> tuple[Updates, Seen]:
        chosen = seen.conversation
        key = f"{chosen}:{self._door.version(actor, chosen) if chosen else 0}:{actor.role.value}:{actor.id}"
        if key == seen.case:
            return {}, seen
        view, other = self._view(chosen, actor), not seen.case
        offered = offer(view, self._door.possible(actor, chosen)) if view else Offer()
        judging = Event.PACKET_REVIEWED in offered.beside
        updates = {
            **self.case.show(view, actor, now, offered, other=other), **self.pane.show(view, now, judging=judging)
        }  # fmt: skip
        asked_ = str((view.consent or {}).get("hash", "")) if view else ""
        newest = max((one.seq for one in view.messages), default=0) if view else 0
        return updates, replace(
            seen, case=key, version=view.version if view else 0, request_hash=asked_, newest=newest
        )  # fmt: skip
