"""The room of the agents: the queue, the case, and the buttons that the table allows.

Without it a handover would reach a database and no person.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import gradio as gr

from app.settings import Settings
from graph.views import Attendance, ConversationView
from policy.schema import LANGUAGES
from states.errors import HandrailError
from states.vocabulary import Event, Role
from ui.acts import DESK_EVENTS, METHOD_NAMES, METHODS, VERIFYING, Typed, act_for, buttons, checklist, label, wants_note
from ui.people import DEMO_AGENT, actor_for, roles_for
from ui.port import PageRuntime, now_of
from ui.render.case import case_head, consent
from ui.render.packet import packet, raw
from ui.render.queue import held_by_bot, live, queue
from ui.render.text import esc, words
from ui.render.transcript import transcript
from ui.style import PICK, html

log = logging.getLogger("handrail.ui")

Updates = dict[Any, Any]
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""
_PRIMARY = (Event.CLAIMED, Event.AGENT_REPLIED, Event.RESOLVED, Event.EXCEPTION_APPROVED, Event.TRIGGER_FIRED)
_STOP = (Event.VERIFICATION_FAILED, Event.EXCEPTION_DENIED)
OWN_WORDS = "in your own words"
HEARTBEAT_S = 30.0
_TOP = (Event.CLAIMED, Event.TRIGGER_FIRED)
"""Buttons that stand above the case: they make it one's own."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a desk shows now, and so what its buttons act on."""

    lists: str = ""
    """Key of the queue and of the assistant's conversations."""
    case: str = ""
    """Key of the open case: conversation, version and role."""
    steps: str = ""
    """Key of the checklist: ticks are kept as long as it stays the same."""
    version: int = 0
    request_hash: str = ""
    """Of the exception that is shown."""


class DeskRoom:
    """Draws the room and answers its events. Which case is open is in each agent's session."""

    def __init__(self, runtime: PageRuntime, settings: Settings) -> None:
        self._runtime = runtime
        self._settings = settings

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.chosen = gr.State(None)
        self.seen = gr.State(Seen())
        with gr.Row(elem_classes="hr-columns"):
            with gr.Column(scale=5, min_width=280):
                self._draw_who()
                html('<h3 class="hr-title">Open handovers, most urgent first</h3>')
                self.queue = html(js_on_load=PICK, elem_id="hr-queue")
                html('<h3 class="hr-title">With the assistant now</h3>')
                self.live = html(js_on_load=PICK, elem_id="hr-live")
            with gr.Column(scale=7, min_width=320):
                self._draw_case()
            with gr.Column(scale=7, min_width=320):
                self.packet = html(elem_id="hr-desk-packet")
                with gr.Accordion("Packet as JSON", open=False):
                    self.raw = html()
        self.timer = gr.Timer(1.0, active=False)
        self.pulse = gr.Timer(HEARTBEAT_S, active=False)

    def _draw_who(self) -> None:
        demo = self._settings.demo_mode
        roles = [(words(role.value), role.value) for role in roles_for(self._settings, None)]
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

    def _draw_case(self) -> None:
        self.head = html(elem_id="hr-case")
        self.buttons: dict[Event, gr.Button] = {}
        with gr.Row(elem_classes="hr-acts"):
            self._draw_buttons(_TOP)
        self._draw_talk()
        self.exception = html(elem_id="hr-exception")
        self.steps = gr.CheckboxGroup([], label="Playbook", visible=False, elem_id="hr-steps")
        with gr.Row(elem_classes="hr-acts", visible=False) as self.verifying:
            self.method = gr.Dropdown(
                [(METHOD_NAMES[one], one) for one in METHODS],
                value=METHODS[0],
                label="Identity by",
                elem_id="hr-method",
                min_width=152,
                scale=0,
            )
            self.proof = gr.Textbox(
                label="Code, or question=answer", placeholder="empty: as typed in the chat", min_width=120, scale=1,
                elem_id="hr-proof",
            )  # fmt: skip
            self._draw_buttons((Event.CODE_SENT, *VERIFYING))
        self.note = gr.Textbox(
            label="Outcome or note",
            placeholder="How it ended, what is asked for, or why. The customer does not see it.",
            lines=2,
            visible=False,
            elem_id="hr-note",
        )
        codes = self._runtime.policy.policy.resolutions
        self.resolution = gr.Dropdown(
            [(f"{words(code)}: {text}", code) for code, text in codes.items()],
            value=next(iter(codes), None),
            label="How it ended",
            visible=False,
            elem_id="hr-resolution",
        )
        with gr.Row(elem_classes="hr-acts"):
            self._draw_buttons(tuple(event for event in DESK_EVENTS if event not in self.buttons))

    def _draw_talk(self) -> None:
        with gr.Group(elem_classes="hr-box"):
            self.transcript = html(elem_id="hr-desk-chat")
            with gr.Row(elem_classes="hr-compose", visible=False) as self.compose:
                self.reply = gr.Textbox(
                    placeholder="Write to the customer…",
                    show_label=False,
                    label="Reply to the customer",
                    container=False,
                    lines=1,
                    max_lines=5,
                    scale=1,
                    min_width=120,
                    elem_id="hr-reply",
                )
                self._draw_buttons((Event.AGENT_REPLIED,), scale=0)
        self.template = gr.Dropdown(
            [OWN_WORDS],
            value=OWN_WORDS,
            label="Approved reply: its {places} are filled from the box above, as in name=Jane; date=Monday",
            visible=False,
            elem_id="hr-template",
        )

    def _draw_buttons(self, events: tuple[Event, ...], **more: Any) -> None:
        for event in events:
            self.buttons[event] = gr.Button(
                label(event),
                variant=_variant(event),
                size="sm",
                visible=False,
                elem_id=f"hr-act-{event.value}",
                min_width=90,
                **more,
            )

    def wire(self) -> None:
        """Connects the components; call inside the Blocks."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        who = [self.agent, self.role]
        self.shown = [
            self.chosen, self.seen, self.queue, self.live, self.head, self.transcript, self.reply, self.exception,
            self.steps, self.verifying, self.compose, self.method, self.note, self.packet, self.raw, self.agent,
            self.role, self.resolution, self.template, *self.buttons.values(),
        ]  # fmt: skip
        watching = [self.chosen, self.seen, self.role]
        self.timer.tick(self.poll, watching, self.shown, queue=False, **quiet)
        self.role.change(self.poll, watching, self.shown, queue=False, **quiet)
        for listing in (self.queue, self.live):
            listing.click(self.pick, [self.role], self.shown, queue=False, **quiet)
        typed = [
            self.chosen,
            self.seen,
            *who,
            self.reply,
            self.note,
            self.steps,
            self.method,
            self.proof,
            self.resolution,
            self.template,
        ]
        for event, button in self.buttons.items():
            button.click(self.press(event), typed, self.shown, concurrency_limit=16, **quiet)
        self.pulse.tick(self.beat, who, None, queue=False, **quiet)
        self.next.click(self.take_next, [self.seen, *who], self.shown, concurrency_limit=16, **quiet)
        self.reply.submit(self.press(Event.AGENT_REPLIED), typed, self.shown, concurrency_limit=16, **quiet)

    # Events

    def enter(self, role: str, request: gr.Request) -> Updates:
        """What the visitor may be at this desk; outside demo mode as their login says."""
        if self._settings.demo_mode:
            return SKIP
        roles = roles_for(self._settings, request.username)
        value = role if role in roles else (roles[0].value if roles else None)
        choices = [(words(one.value), one.value) for one in roles]
        return {self.agent: request.username or "", self.role: gr.update(choices=choices, value=value)}

    def pick(self, role: str, event: gr.EventData) -> Updates:
        """Opens the case that was clicked, with empty fields; nothing changes if there is none of that id."""
        chosen = str(getattr(event, "pick", ""))
        changed = self._changed(chosen, Seen(), role, clear=(self.note, self.reply))
        return {**changed, self.chosen: chosen} if self.seen in changed else SKIP

    def poll(self, chosen: str | None, seen: Seen, role: str) -> Updates:
        """What has changed since it was last drawn; nothing if nothing has."""
        return self._changed(chosen, seen, role)

    def press(self, event: Event) -> Callable[..., Updates]:
        """The handler of one button: does what the button says, once.

        A refusal is shown in the machine's own words; then nothing has changed.
        """

        # A closure with its own annotations: Gradio finds the request by them, and sees none through a partial.
        def pressed(
            chosen: str | None,
            seen: Seen,
            agent: str,
            role: str,
            reply: str,
            note: str,
            steps: list[str] | None,
            method: str,
            proof: str,
            resolution: str | None,
            template: str | None,
            request: gr.Request,
        ) -> Updates:
            typed = Typed(
                reply=reply, note=note, steps_done=tuple(steps or ()), method=method, request_hash=seen.request_hash,
                proof=proof, resolution=resolution or "", template="" if template in (None, OWN_WORDS) else template,
            )  # fmt: skip
            user = getattr(request, "username", None)
            return self._press(event, chosen, seen, (user, agent, role), typed) if chosen else SKIP

        return pressed

    def _press(self, event: Event, chosen: str, seen: Seen, who: tuple[str | None, str, str], typed: Typed) -> Updates:
        role = who[2]
        try:
            actor = actor_for(self._settings, *who)
            self._runtime.act(chosen, act_for(event, chosen, seen.version, actor, typed))
        except HandrailError as error:
            gr.Warning(f"<b>{esc(label(event))}: refused</b><br>{esc(error)}")
            return self._changed(chosen, seen, role)
        return self._changed(chosen, seen, role, clear=(self.reply if event is Event.AGENT_REPLIED else self.note,))

    def beat(self, agent: str, role: str, request: gr.Request) -> None:
        """Says that somebody is at the desk; what nobody may be is not said."""
        with suppress(HandrailError):
            actor = actor_for(self._settings, getattr(request, "username", None), agent, role)
            self._runtime.attend(actor, self._attendance())

    def take_next(self, seen: Seen, agent: str, role: str, request: gr.Request) -> Updates:
        """Claims what fits the person best, and opens it."""
        try:
            actor = actor_for(self._settings, getattr(request, "username", None), agent, role)
            self._runtime.attend(actor, self._attendance())
            chosen = self._runtime.take_next(actor).conversation_id
        except HandrailError as error:
            gr.Warning(f"<b>Nothing taken</b><br>{esc(error)}")
            return SKIP
        return {**self._changed(chosen, Seen(), role, clear=(self.note, self.reply)), self.chosen: chosen}

    def _attendance(self) -> Attendance:
        """A heartbeat; on a demonstration whoever sits here knows everything that the policy's routes ask for."""
        if not self._settings.demo_mode:
            return Attendance()
        routes = [one.route for one in self._runtime.policy.policy.triggers if one.route]
        return Attendance(
            skills=tuple(sorted({skill for route in routes for skill in route.skills})), languages=LANGUAGES
        )

    # Showing

    def _changed(self, chosen: str | None, seen: Seen, role: str, clear: tuple[gr.Textbox, ...] = ()) -> Updates:
        """What differs from what is seen, and empty fields for `clear`."""
        try:
            now = now_of(self._runtime)
            updates, seen = self._lists(chosen, seen, now)
            case, seen = self._case(chosen, seen, role, now, clear)
        except HandrailError as error:
            # The database is away for a moment: what is on the page stays, the next tick asks again.
            log.warning("desk not refreshed", extra={"error": type(error).__name__})
            return SKIP
        changed = updates | case
        return {**changed, self.seen: seen} if changed else SKIP

    def _lists(self, chosen: str | None, seen: Seen, now: datetime) -> tuple[Updates, Seen]:
        waiting, held = self._runtime.queue(), held_by_bot(self._runtime.conversations())
        lines = [repr(item) for item in waiting] + [f"{view.id} {view.state} {view.version}" for view in held]
        key = hashlib.sha256("\n".join([str(chosen), *lines]).encode("utf-8", "replace")).hexdigest()
        if key == seen.lists:
            return {}, seen
        updates: Updates = {self.queue: queue(waiting, chosen, now), self.live: live(held, chosen, now)}
        return updates, replace(seen, lists=key)

    def _case(
        self, chosen: str | None, seen: Seen, role: str, now: datetime, clear: tuple[gr.Textbox, ...]
    ) -> tuple[Updates, Seen]:
        key = f"{chosen}:{self._runtime.version(chosen) if chosen else 0}:{role}"
        if key == seen.case and not clear:
            return {}, seen
        view = self._runtime.view(chosen) if chosen else None
        shown = buttons(view, Role(role)) if role else ()
        steps, steps_key = self._steps(view, shown, seen)
        handover = view.handover if view else None
        updates: Updates = {
            self.head: case_head(view, now),
            self.transcript: transcript(view, side="desk") if view else "",
            self.exception: consent(view, now),
            self.packet: packet(handover, now, with_steps=False),
            self.raw: raw(handover),
            self.steps: steps,
            **self._fields(shown, clear),
            self.resolution: gr.update(visible=Event.RESOLVED in shown),
            self.template: self._replies(view, shown),
            **{button: gr.update(visible=event in shown) for event, button in self.buttons.items()},
        }
        asked = str((view.consent or {}).get("hash", "")) if view else ""
        fresh = replace(seen, case=key, steps=steps_key, version=view.version if view else 0, request_hash=asked)
        return updates, fresh

    def _fields(self, shown: tuple[Event, ...], clear: tuple[gr.Textbox, ...]) -> Updates:
        noted = wants_note(shown)
        return {
            **({self.reply: ""} if self.reply in clear else {}),
            self.note: gr.update(value="", visible=noted) if self.note in clear else gr.update(visible=noted),
            self.compose: gr.update(visible=Event.AGENT_REPLIED in shown),
            self.verifying: gr.update(visible=any(event in shown for event in VERIFYING)),
        }

    def _replies(self, view: ConversationView | None, shown: tuple[Event, ...]) -> Any:
        """The approved templates in the customer's language, where somebody may reply."""
        if view is None or Event.AGENT_REPLIED not in shown:
            return gr.update(visible=False)
        fits = (one for one in self._runtime.templates() if one.state == "approved" and one.language == view.language)
        known = dict.fromkeys(one.id for one in fits)
        return gr.update(choices=[OWN_WORDS, *known], value=OWN_WORDS, visible=bool(known))

    def _steps(self, view: ConversationView | None, shown: tuple[Event, ...], seen: Seen) -> tuple[Any, str]:
        listed = checklist(view)
        visible = bool(listed.steps) and Event.RESOLVED in shown
        key = f"{view.handover.id if view and view.handover else ''}:{listed.steps}"
        if key == seen.steps:
            return gr.update(visible=visible), key
        title = f"Playbook: {listed.title}" if listed.title else "Playbook"
        return gr.update(choices=list(listed.steps), value=[], label=title, visible=visible), key


def _variant(event: Event) -> Literal["primary", "secondary", "stop"]:
    """How loud a button is."""
    return "primary" if event in _PRIMARY else "stop" if event in _STOP else "secondary"
