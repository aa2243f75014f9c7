"""The room of those who look after it: consents, approved replies, deliveries, the policy."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import gradio as gr

from policy.schema import LANGUAGES
from service.views import Actor
from states.errors import BadInput, ForbiddenRole, HandrailError
from states.rights import RIGHTS, Right
from states.vocabulary import Role
from ui.lists import consents_page
from ui.people import Who, actor_for, roles_for, seat
from ui.render.oversight import (
    APPROVE,
    consents,
    consents_from,
    deliveries,
    policy,
    step_of,
    templates,
    words_of,
)
from ui.render.text import esc, words
from ui.seen import memory
from ui.style import PICK, html

if TYPE_CHECKING:
    from app.settings import Settings
    from service.door import Handrail

Updates = dict[Any, Any]
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""
SHOWN = 100
"""Steps that are listed."""
DEMO_ROLES = (Role.COMPLIANCE_OFFICER, Role.ADMIN, Role.AUDITOR)
DEMO_NAME = "omar"

log = logging.getLogger("handrail.ui")


class OversightRoom:
    """Draws the room and answers its events."""

    def __init__(self, door: Handrail, settings: Settings) -> None:
        self._door, self._settings = door, settings

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.seen = memory()
        with gr.Row(elem_classes="hr-columns"):
            with gr.Column(scale=5, min_width=300):
                self._draw_who()
                self.consents = html(js_on_load=PICK, elem_id="hr-consents")
                self.policy = html(elem_id="hr-policy")
            with gr.Column(scale=8, min_width=340):
                self.deliveries = html(js_on_load=PICK, elem_id="hr-deliveries")
                self._draw_draft()
                self.templates = html(js_on_load=PICK, elem_id="hr-templates")
        self.timer = gr.Timer(2.0, active=False)

    def _draw_who(self) -> None:
        demo = self._settings.demo_mode
        roles = [(words(role.value), role.value) for role in roles_for(self._settings, DEMO_ROLES)]
        with gr.Row(elem_classes="hr-who"):
            self.name = gr.Textbox(
                DEMO_NAME if demo else "", label="You are", interactive=demo, min_width=80, scale=1, elem_id="hr-keeper"
            )
            self.role = gr.Dropdown(
                roles, value=roles[0][1] if roles else None, label="in the role of", min_width=150, scale=2,
                elem_id="hr-keeper-role",
            )  # fmt: skip

    def _draw_draft(self) -> None:
        with gr.Accordion("Write a reply for approval", open=False, elem_id="hr-draft"):
            with gr.Row(elem_classes="hr-who"):
                self.id = gr.Textbox(label="Id", placeholder="refund.done", max_lines=1, elem_id="hr-draft-id")
                self.language = gr.Dropdown(list(LANGUAGES), value=LANGUAGES[0], label="Language", min_width=90)
            self.text = gr.Textbox(
                label="Words; {name}, {date} and {amount} are filled by the agent, {reference} and {team} by the case",
                lines=3,
                elem_id="hr-draft-text",
            )
            self.draft = gr.Button("Write draft", variant="primary", size="sm", elem_id="hr-draft-save")

    def wire(self) -> None:
        """Connects the components; call inside the Blocks. A click on a consent is the page's: it opens a case."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        at_once, acting = {**quiet, "queue": False}, {**quiet, "concurrency_limit": 16}
        who = [self.name, self.role]
        self.shown = [self.seen, self.consents, self.policy, self.deliveries, self.templates, self.id, self.text, *who]
        self.timer.tick(self.poll, [self.seen, *who], self.shown, **at_once)
        self.role.change(self.poll, [self.seen, *who], self.shown, **at_once)
        self.consents.click(self.turn, [self.seen, *who], self.shown, **at_once)
        self.deliveries.click(self.replay, [self.seen, *who], self.shown, **acting)
        self.templates.click(self.keep, [self.seen, *who], self.shown, **acting)
        self.draft.click(self.write, [self.seen, *who, self.id, self.language, self.text], self.shown, **acting)

    # Events

    def enter(self, request: gr.Request) -> Updates:
        """What the visitor may be here; outside demo mode as their login says."""
        with suppress(HandrailError):
            return seat(self._settings, request, self.name, self.role) or SKIP
        return SKIP

    def poll(self, seen: str, name: str, role: str, request: gr.Request) -> Updates:
        """What has changed since it was last drawn; nothing if nothing has."""
        return self._changed(seen, (request, name, role))

    def _changed(self, seen: str, who: Who) -> Updates:
        fresh = self._drawn(who, _begin(seen))
        return SKIP if fresh.get(self.seen) == seen else fresh or SKIP

    def turn(self, seen: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Another page of what waits for a second person; a click on a line is the page's, which opens the case."""
        begin = consents_from(str(getattr(event, "pick", "")))
        return SKIP if begin is None else self._drawn((request, name, role), begin)

    def replay(self, seen: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Puts a step that was given up back into the queue."""
        step = step_of(str(getattr(event, "pick", "")))

        def again(actor: Actor) -> None:
            assert step is not None
            self._door.replay(actor, step)
            gr.Info("Put back: the worker takes it from here.")

        return self._do("Replay", again, seen, (request, name, role)) if step else SKIP

    def keep(self, seen: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """Approves or retires exactly the words that were on the page."""
        one = words_of(str(getattr(event, "pick", "")))

        def kept(actor: Actor) -> None:
            assert one is not None
            if one.act == APPROVE:
                self._door.approve_template(actor, one.id, one.language, one.version, one.hash)
            else:
                self._door.retire_template(actor, one.id, one.language, one.version)

        return self._do(words(one.act), kept, seen, (request, name, role)) if one else SKIP

    def write(
        self, seen: str, name: str, role: str, template_id: str, language: str, text: str, request: gr.Request
    ) -> Updates:
        """Writes a draft; a refused one stays in the box."""

        def written(actor: Actor) -> None:
            self._door.draft_template(actor, template_id.strip(), language, text)

        return self._do("Draft", written, seen, (request, name, role), emptied=(self.id, self.text))

    def _do(
        self,
        what: str,
        act: Callable[[Actor], None],
        seen: str,
        who: Who,
        emptied: tuple[gr.Textbox, ...] = (),
    ) -> Updates:
        try:
            act(actor_for(self._settings, who, DEMO_ROLES))
        except HandrailError as error:
            gr.Warning(f"<b>{esc(what)}: refused</b><br>{esc(error)}")
            return self._changed(seen, who)
        return {**self._drawn(who, _begin(seen)), **dict.fromkeys(emptied, "")}

    # Showing

    def _drawn(self, who: Who, begin: int) -> Updates:
        """Everything, with the key of it; nothing while the database is away. `begin` is where the consents begin."""
        try:
            begin, found = self._found(actor_for(self._settings, who, DEMO_ROLES), begin)
        except (ForbiddenRole, BadInput) as error:
            # Whoever may not look is told why, and sees nothing of what others saw.
            told = f'<p class="hr-dim hr-pad">{esc(error)}</p>'
            found = {self.consents: told, self.policy: "", self.deliveries: "", self.templates: ""}
        except HandrailError as error:
            log.warning("oversight not refreshed", extra={"error": type(error).__name__})
            return {}
        key = hashlib.sha256("".join(found.values()).encode("utf-8", "replace")).hexdigest()
        return {**found, self.seen: f"{begin}:{key}"}

    def _found(self, actor: Actor, begin: int) -> tuple[int, dict[Any, str]]:
        door, role = self._door, actor.role
        on_the_way = door.destinations(actor), door.deliveries(actor, SHOWN)
        asking = consents_page(door, actor, begin)
        return asking.begin, {
            self.consents: consents(asking, door.now()),
            self.policy: policy(door.policy),
            self.deliveries: deliveries(*on_the_way, replaying=role in RIGHTS[Right.REPLAY]),
            self.templates: templates(door.templates(actor), keeping=role in RIGHTS[Right.KEEP_TEMPLATES]),
        }


def _begin(seen: str) -> int:
    """Where the page of consents that is shown begins."""
    begin = seen.partition(":")[0]
    return int(begin) if begin.isdecimal() and len(begin) < 8 else 0
