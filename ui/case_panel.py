"""The open case at the desk: the talk, the playbook, the checks, and the buttons that the table allows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import gradio as gr

from conversation.casework import ASSUMED
from handover.words.templates import PLACEHOLDERS
from service.views import Actor, ConversationView, LiftedMask, TemplateView
from states.rights import RIGHTS, Right
from states.vocabulary import Event, Role
from ui.acts import DESK_EVENTS, METHOD_NAMES, METHODS, VERIFYING, Offer, Typed, label, wants_note
from ui.compose import Box, box, ear
from ui.render.case import case_head, consent
from ui.render.reply import filled_in, preview
from ui.render.steps import playbook
from ui.render.text import words
from ui.render.transcript import original, transcript
from ui.standing import lacks, stands
from ui.style import FLEETING, PICK, html

if TYPE_CHECKING:
    from service.door import Handrail

Updates = dict[Any, Any]
OWN_WORDS = "in your own words"
_PRIMARY = (Event.CLAIMED, Event.AGENT_REPLIED, Event.RESOLVED, Event.EXCEPTION_APPROVED, Event.TRIGGER_FIRED)
_STOP = (Event.VERIFICATION_FAILED, Event.EXCEPTION_DENIED)
_TOP = (Event.CLAIMED, Event.TRIGGER_FIRED)
"""Buttons that stand above the case: they make it one's own."""
_PLACES = {"name": "Name", "date": "Date (2027-01-31)", "amount": "Amount (EUR 20.00)"}
"""Open places of approved replies that an agent fills, with their labels."""
assert set(_PLACES) < set(PLACEHOLDERS)


class CasePanel:
    """Draws the case and says how it looks now. Holds no case."""

    def __init__(self, door: Handrail) -> None:
        self._door = door
        self.buttons: dict[Event, gr.Button] = {}

    # Drawing

    def draw(self) -> None:
        """The case and the talk; call inside a column."""
        self.said = ear()
        self.head = html(elem_id="hr-case")
        self.stand = html(elem_id="hr-stand")
        with gr.Row(elem_classes="hr-acts"):
            self._draw_buttons(_TOP)
        self._draw_talk()

    def draw_work(self) -> None:
        """What is to be done about it, and how it ends; call inside a column, after `draw`."""
        self.consent = html(elem_id="hr-exception")
        self.steps = html(js_on_load=PICK, elem_id="hr-steps")
        self._draw_checks()
        self.note = gr.Textbox(
            label="Outcome or note",
            placeholder="How it ended, what is asked for, or why. The customer does not see it.",
            lines=2,
            visible=False,
            elem_id="hr-note",
        )
        codes = self._door.policy.policy.resolutions
        self._assumed = ASSUMED if ASSUMED in codes else None
        self.resolution = gr.Dropdown(
            [(f"{words(code)}: {text}", code) for code, text in codes.items()],
            value=self._assumed,
            label="How it ended",
            visible=False,
            elem_id="hr-resolution",
        )
        with gr.Row(elem_classes="hr-acts"):
            self._draw_buttons(tuple(event for event in DESK_EVENTS if event not in self.buttons))
        self.lacks = html(elem_id="hr-lacks")

    def _draw_talk(self) -> None:
        with gr.Group(elem_classes="hr-box"):
            self.transcript = html(js_on_load=PICK, elem_id="hr-desk-chat")
            self.why_lift = gr.Textbox(
                label="Why an original must be seen", placeholder="Kept in the log; without what is masked.",
                lines=1, max_lines=1, visible=False, elem_id="hr-lift-why",
            )  # fmt: skip
            self.lifted = html(js_on_load=FLEETING, elem_id="hr-lifted")
            with gr.Row(elem_classes="hr-acts hr-places", visible=False) as self.approved:
                self.template = gr.Dropdown(
                    [OWN_WORDS], value=OWN_WORDS, label="Reply", elem_id="hr-template", min_width=180, scale=2
                )
                self.places = {
                    name: gr.Textbox(
                        label=text,
                        visible=False,
                        elem_id=f"hr-place-{name}",
                        min_width=110,
                        scale=1,
                        lines=1,
                        max_lines=1,
                    )
                    for name, text in _PLACES.items()
                }
            self.preview = html(elem_id="hr-preview")
            with gr.Row(elem_classes="hr-compose", visible=False) as self.compose:
                self.reply = box(
                    Box.REPLY, placeholder="Write to the customer…", label="Reply to the customer", send="Send reply",
                    elem_id="hr-reply",
                )  # fmt: skip
                self._draw_buttons((Event.AGENT_REPLIED,), scale=0)

    def _draw_checks(self) -> None:
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

    @property
    def shown(self) -> list[Any]:
        """Every component that changes."""
        return [
            self.said, self.head, self.stand, self.lacks, self.transcript, self.why_lift, self.lifted, self.reply,
            self.consent, self.steps,
            self.verifying, self.method, self.compose,
            self.note, self.resolution, self.approved, self.template, self.preview, *self.places.values(),
            *self.buttons.values(),
        ]  # fmt: skip

    @property
    def inputs(self) -> list[Any]:
        """What an agent types, in the order that `typed` reads it."""
        return [
            self.note, self.method, self.proof, self.resolution, self.template, *self.places.values(),
        ]  # fmt: skip

    FIELDS = ("note", "", "proof", "", "", *_PLACES)
    """Beside each of `inputs` its name in `static/desk.js`, where the browser keeps what is typed in it."""

    @staticmethod
    def typed(values: tuple[Any, ...], request_hash: str) -> Typed:
        """What the agent has typed, from the values of `inputs`."""
        note, method, proof, resolution, template, *places = values
        given = {name: value.strip() for name, value in zip(_PLACES, places, strict=True) if (value or "").strip()}
        return Typed(
            note=note, method=method, proof=proof, resolution=resolution or "",
            template="" if template in (None, OWN_WORDS) else template, values=given, request_hash=request_hash,
        )  # fmt: skip

    # Showing

    def show(
        self, view: ConversationView | None, actor: Actor | None, now: datetime, offered: Offer, *, other: bool
    ) -> Updates:
        """The case as it is now; `other`: it was not the one shown before, so what was chosen for that one goes."""
        view, shown = view if actor else None, offered.shown
        lifts = self._may_lift(actor) and bool(view and any(one.masks for one in view.messages))
        return {
            self.head: case_head(view, now),
            self.stand: stands(view, actor, offered),
            self.lacks: lacks(offered),
            self.transcript: transcript(view, side="desk", lifts=lifts) if view else "",
            self.why_lift: gr.update(visible=lifts),
            self.consent: consent(view, now),
            self.steps: playbook(view.handover if view else None, open=Event.STEP_DONE in offered.beside),
            self.note: gr.update(visible=wants_note(shown)),
            self.verifying: gr.update(visible=any(event in shown for event in VERIFYING)),
            self.resolution: gr.update(visible=Event.RESOLVED in shown, **({"value": self._assumed} if other else {})),
            **({self.lifted: "", self.method: METHODS[0]} if other else {}),
            **self._reply(view, actor, offered, other=other),
            **{
                button: gr.update(visible=event in shown, interactive=event in offered.ready)
                for event, button in self.buttons.items()
                if event is not Event.AGENT_REPLIED
            },
        }

    def _may_lift(self, actor: Actor | None) -> bool:
        """Whether the policy lets this person see originals of masks; the door is who decides."""
        roles = self._door.policy.policy.privacy.keep_originals.roles
        return actor is not None and actor.role in roles and actor.role in RIGHTS[Right.LIFT_MASKS]

    def show_lifted(self, lifted: LiftedMask, at: int) -> Updates:
        """The original, in the page of the one who asked and in no state of the server; `at` tells looks apart."""
        return {self.lifted: original(lifted, at)}

    def _reply(self, view: ConversationView | None, actor: Actor | None, offered: Offer, *, other: bool) -> Updates:
        """Own words, unless the case is regulated; and the approved replies in the customer's language."""
        replying = view is not None and Event.AGENT_REPLIED in offered.ready
        known = sorted({one.id for one in self._approved(view, actor)}) if replying else []
        bound = only_approved(view, actor)
        choices = [*known] if bound else [OWN_WORDS, *known]
        updates: Updates = {
            self.compose: gr.update(visible=replying),
            self.approved: gr.update(visible=replying and (bool(known) or bound)),
            self.template: gr.update(choices=choices),
        }
        if other:
            chosen = _unchosen(view, actor)
            updates |= self.choose(view, actor, chosen)
            updates[self.template] = gr.update(choices=choices, value=chosen)
        return updates

    def choose(self, view: ConversationView | None, actor: Actor | None, template_id: str | None) -> Updates:
        """The words of an approved reply, with a box for each place that is open in it."""
        asked = template_id not in (None, OWN_WORDS)
        one = next((one for one in self._approved(view, actor) if one.id == template_id), None) if asked else None
        free = template_id == OWN_WORDS
        return {
            self.preview: "" if free else preview(one),
            self.reply: gr.update(visible=free),
            self.buttons[Event.AGENT_REPLIED]: gr.update(visible=not free),
            **{box: gr.update(visible=bool(one and name in filled_in(one.text))) for name, box in self.places.items()},
        }

    def after_reply(self, view: ConversationView | None, actor: Actor | None) -> Updates:
        """No approved reply is chosen any more, so that none goes out twice by mistake."""
        chosen = _unchosen(view, actor)
        return {**self.choose(view, actor, chosen), self.template: gr.update(value=chosen)}

    def _approved(self, view: ConversationView | None, actor: Actor | None) -> tuple[TemplateView, ...]:
        if view is None or actor is None:
            return ()
        found = self._door.templates(actor)
        return tuple(one for one in found if one.state == "approved" and one.language == view.language)


def only_approved(view: ConversationView | None, actor: Actor | None) -> bool:
    """Whether the actor may answer the case in approved words only."""
    regulated = bool(view and view.handover and view.handover.open and view.handover.regulated)
    return regulated and actor is not None and actor.role is Role.FRONTLINE_AGENT


def _unchosen(view: ConversationView | None, actor: Actor | None) -> str | None:
    """What stands in the list of replies when nothing was chosen."""
    return None if only_approved(view, actor) else OWN_WORDS


def _variant(event: Event) -> Literal["primary", "secondary", "stop"]:
    """How loud a button is."""
    return "primary" if event in _PRIMARY else "stop" if event in _STOP else "secondary"
