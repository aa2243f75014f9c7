"""The auditor's room: find a conversation, step through it, decide it again, try another policy on it, take it along.

It is given the archive and no door: whatever is pressed here, nothing of a conversation changes. Each look is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from audit.comparing import differences, situation
from audit.export import exported
from audit.other_policy import Progress, compare, policy_of_text
from audit.replay import Replay
from service.archive import Purpose
from service.record import CaseFile
from service.views import Actor
from states.errors import HandrailError
from states.vocabulary import Role
from ui.asked import Shown
from ui.find_pane import FindPane
from ui.people import Who, actor_for, roles_for, seat
from ui.proof_pane import ProofPane
from ui.render import verdict as verdicts
from ui.render.found import CASE, NEXT, PAGE, PREVIOUS, found
from ui.render.step import case_title
from ui.render.text import esc, words
from ui.saving import Saved, file_of, saver
from ui.seen import memory
from ui.step_pane import StepPane
from ui.style import html

if TYPE_CHECKING:
    from app.settings import Settings
    from policy.loader import LoadedPolicy
    from service.archive import Archive

Updates = dict[Any, Any]
SKIP: Updates = gr.skip()
"""Nothing is drawn anew."""
DEMO_ROLES = (Role.AUDITOR, Role.COMPLIANCE_OFFICER, Role.ADMIN)
DEMO_NAME = "ada"


class AuditRoom:
    """Draws the room and answers its events. What each auditor sees is in their browser (`ui.asked.Shown`)."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self._archive, self._settings = archive, settings
        self.finding, self.stepping, self.proving = FindPane(), StepPane(), ProofPane(archive)

    # Drawing

    def draw(self) -> None:
        """The components; call inside a tab."""
        self.shown = memory()
        self.saved = saver()
        with gr.Row(elem_classes="hr-columns"):
            with gr.Column(scale=5, min_width=300):
                self._draw_who()
                self.finding.draw(self._archive.policy)
            with gr.Column(scale=12, min_width=320):
                self.title = html(case_title(None), elem_id="hr-audited")
                with gr.Column(visible=False, elem_id="hr-audited-case") as self.case:
                    self.stepping.draw()
                    self.proving.draw()

    def _draw_who(self) -> None:
        demo = self._settings.demo_mode
        roles = [(words(role.value), role.value) for role in roles_for(self._settings, DEMO_ROLES)]
        with gr.Row(elem_classes="hr-who"):
            self.name = gr.Textbox(
                DEMO_NAME if demo else "", label="You are", interactive=demo, min_width=80, scale=1,
                elem_id="hr-auditor",
            )  # fmt: skip
            self.role = gr.Dropdown(
                roles, value=roles[0][1] if roles else None, label="in the role of", min_width=150, scale=2,
                elem_id="hr-auditor-role",
            )  # fmt: skip

    def wire(self) -> None:
        """Connects the components; call inside the Blocks."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        at_once, working = {**quiet, "queue": False}, {**quiet, "concurrency_limit": 2}
        finding, stepping, proving = self.finding, self.stepping, self.proving
        who = [self.shown, self.name, self.role]
        self.all = [
            self.shown, finding.list, self.title, self.case, *stepping.shown, *proving.shown, self.name, self.role,
        ]  # fmt: skip
        for pressed in (finding.go.click, *finding.entered):
            pressed(self.find, [*who, *finding.inputs], self.all, **quiet)
        finding.list.click(self.press, who, self.all, **quiet)
        stepping.number.input(self.turn, [*who, stepping.number], self.all, trigger_mode="always_last", **quiet)
        stepping.back.click(self.go_back, who, self.all, **at_once)
        stepping.on.click(self.go_on, who, self.all, **at_once)
        for listed in (stepping.verdict, proving.would):
            listed.click(self.jump, who, self.all, **at_once)
        stepping.verify.click(self.verify, who, [stepping.verdict, proving.looks], **working)
        stepping.export.click(self.export, who, [self.saved, proving.looks], **working)
        proving.compare.click(self.compare, [*who, proving.other], proving.differs, **quiet)
        proving.attempt.click(self.try_policy, [*who, proving.policy], [proving.would, proving.looks], **working)
        proving.file.submit(self.try_file, who, [proving.would, proving.looks], **working)

    # Finding

    def enter(self, request: gr.Request) -> Updates:
        """What the visitor may be here; outside demo mode as their login says."""
        with suppress(HandrailError):
            return seat(self._settings, request, self.name, self.role) or SKIP
        return SKIP

    def arrive(self, shown: str, name: str, role: str, request: gr.Request) -> Updates:
        """The conversations that changed last, for whoever has asked for nothing yet."""
        return self._found(Shown(), (request, name, role)) if not Shown.of(shown).cursors else SKIP

    def find(self, shown: str, name: str, role: str, request: gr.Request, *values: Any) -> Updates:
        """What fits the words and filters."""
        asked = replace(Shown.of(shown), asked=self.finding.asked(values))
        return self._found(asked, (request, name, role))

    def press(self, shown: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """A press in the list of what was found: opens a case, or turns the page."""
        pick, held, who = str(getattr(event, "pick", "")), Shown.of(shown), (request, name, role)
        if pick == NEXT and held.following:
            return self._found(held, who, (*held.cursors, held.following))
        if pick == PREVIOUS and len(held.cursors) > 1:
            return self._found(held, who, held.cursors[:-1])
        if pick.startswith(CASE):
            return self.open(held, pick.removeprefix(CASE), who)
        return SKIP

    def _found(self, held: Shown, who: Who, cursors: tuple[str, ...] = ("",)) -> Updates:
        try:
            page = self._archive.find(self._actor(who), held.asked.search(), PAGE, cursors[-1])
        except HandrailError as error:
            return {self.finding.list: verdicts.refused(str(error))}
        now = replace(held, cursors=cursors, following=page.following or "")
        return {self.shown: now.text(), self.finding.list: found(page, PAGE * (len(cursors) - 1))}

    # Stepping

    def open(self, held: Shown, conversation_id: str, who: Who) -> Updates:
        """A case from its first step on."""
        return self._drawn(replace(held, conversation=conversation_id, step=1, steps=0), who, opened=True)

    def turn(self, shown: str, name: str, role: str, step: float, request: gr.Request) -> Updates:
        """The step that the slider was moved to."""
        return self._step(shown, lambda held: int(step or 1), (request, name, role))

    def go_back(self, shown: str, name: str, role: str, request: gr.Request) -> Updates:
        """The step before."""
        return self._step(shown, lambda held: held.step - 1, (request, name, role))

    def go_on(self, shown: str, name: str, role: str, request: gr.Request) -> Updates:
        """The step after."""
        return self._step(shown, lambda held: held.step + 1, (request, name, role))

    def jump(self, shown: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> Updates:
        """The step that a line of a verdict is about."""
        number = verdicts.step_of(str(getattr(event, "pick", "")))
        return self._step(shown, lambda held: number or held.step, (request, name, role))

    def _step(self, shown: str, wanted: Callable[[Shown], int], who: Who) -> Updates:
        held = Shown.of(shown)
        return self._drawn(replace(held, step=wanted(held)), who) if held.conversation else SKIP

    def _drawn(self, held: Shown, who: Who, *, opened: bool = False) -> Updates:
        """A step of a case; whoever may not look is told why and sees nothing of what was open."""
        try:
            actor = self._actor(who)
            case = self._archive.case(actor, held.conversation)
            events = case.record.events
            number = min(max(held.step, 1), len(events))
            drawn = {self.title: case_title(case), self.case: gr.update(visible=bool(events))}
            if events:
                drawn |= self.stepping.show(case, number, self._kept(actor, case, number))
            if opened:
                drawn |= {self.stepping.verdict: "", **self.proving.fresh(actor, len(events), number)}
            if opened or case.number:
                drawn |= self.proving.looked(actor, case.record.id)
        except HandrailError as error:
            return {self.title: verdicts.refused(str(error)), self.case: gr.update(visible=False)}
        return {**drawn, self.shown: replace(held, step=number, steps=len(events)).text()}

    def _kept(self, actor: Actor, case: CaseFile, number: int) -> Any:
        """The checkpoint of a step; None where there is none to show."""
        name = case.record.events[number - 1].checkpoint_id
        return self._archive.checkpoints(actor, case.record.id, [name])[name] if name else None

    # Proving

    def verify(self, shown: str, name: str, role: str, request: gr.Request) -> Iterator[Updates]:
        """Every step decided again, by the code of the turn."""
        held, who = Shown.of(shown), (request, name, role)
        if not held.conversation:
            return
        verdict = self.stepping.verdict
        yield {verdict: verdicts.busy(f"Deciding {held.steps} steps again…")}
        try:
            actor = self._actor(who)
            checked = Replay().verify(self._archive.case(actor, held.conversation, Purpose.VERIFIED).record)
            yield {verdict: verdicts.verdict(checked), **self.proving.looked(actor, held.conversation)}
        except HandrailError as error:
            yield {verdict: verdicts.refused(str(error))}

    def compare(self, shown: str, name: str, role: str, other: float, request: gr.Request) -> str:
        """What differs between the step that is shown and another."""
        held = Shown.of(shown)
        try:
            actor = self._actor((request, name, role))
            case = self._archive.case(actor, held.conversation)
            first, second = sorted(min(max(int(one or 1), 1), len(case.record.events)) for one in (other, held.step))
            then, later = (situation(case, one, self._kept(actor, case, one)) for one in (first, second))
        except HandrailError as error:
            return verdicts.refused(str(error))
        return verdicts.compared_steps([*differences(then, later)], first, second)

    def try_policy(self, shown: str, name: str, role: str, choice: str, request: gr.Request) -> Iterator[Updates]:
        """The conversation lived again under a policy of the list."""
        yield from self._lived(
            Shown.of(shown), (request, name, role), lambda actor: self.proving.chosen(actor, choice or "")
        )

    def try_file(self, shown: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> Iterator[Updates]:
        """The same under a policy from a file of the auditor's: it is tried, and kept nowhere."""
        file = file_of(event)
        if file is not None:
            yield from self._lived(Shown.of(shown), (request, name, role), lambda actor: policy_of_text(*file))

    def _lived(self, held: Shown, who: Who, policy_of: Callable[[Actor], LoadedPolicy]) -> Iterator[Updates]:
        if not held.conversation:
            return
        would = self.proving.would
        yield {would: verdicts.busy("Reading the policy…")}
        try:
            actor = self._actor(who)
            self._archive.admit(actor)
            loaded = policy_of(actor)
            case = self._archive.case(actor, held.conversation, Purpose.COMPARED, policy=loaded.hash)
            for one in compare(case.record, loaded):
                if isinstance(one, Progress):
                    yield {would: verdicts.busy(f"Living turn {one.done} of {one.total} again…")}
                else:
                    yield {would: verdicts.comparison(one, loaded.policy.name, loaded.hash)}
            yield self.proving.looked(actor, held.conversation)
        except HandrailError as error:
            yield {would: verdicts.refused(str(error))}

    def export(self, shown: str, name: str, role: str, request: gr.Request) -> Updates:
        """The case as a file, for the browser to save: it lies on no disk here."""
        held = Shown.of(shown)
        if not held.conversation:
            return SKIP
        try:
            actor = self._actor((request, name, role))
            case = self._archive.case(actor, held.conversation, Purpose.EXPORTED, format="json")
            file = exported(case, actor, self._archive.now())
            looked = self.proving.looked(actor, held.conversation)
        except HandrailError as error:
            gr.Warning(f"<b>Not exported</b><br>{esc(error)}")
            return SKIP
        return {self.saved: Saved.of(file, case.number).text(), **looked}

    def _actor(self, who: Who) -> Actor:
        return actor_for(self._settings, who, DEMO_ROLES)
