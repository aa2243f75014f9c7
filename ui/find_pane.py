"""Where an auditor says what to find, and the list of what was found."""

from __future__ import annotations

from typing import Any

import gradio as gr

from policy.loader import LoadedPolicy
from states.vocabulary import State
from ui.asked import ANY, Asked
from ui.render.found import UNASKED
from ui.render.text import words
from ui.style import PICK, html


class FindPane:
    """Draws the fields and reads them."""

    def draw(self, policy: LoadedPolicy | None) -> None:
        """The components; call inside a column. The policy in force offers its triggers and outcomes."""
        with gr.Row(elem_classes="hr-finding"):
            self.words = gr.Textbox(
                label="Words, an id or a customer", placeholder="smell gas, or “in quotation marks”", lines=1,
                max_lines=1, elem_id="hr-find", scale=4, min_width=160,
            )  # fmt: skip
            self.go = gr.Button("Find", variant="primary", size="sm", elem_id="hr-find-go", scale=0, min_width=72)
        with gr.Accordion("Filters", open=False, elem_id="hr-filters"):
            self._draw_filters(policy)
        self.list = html(UNASKED, js_on_load=PICK, elem_id="hr-found")

    def _draw_filters(self, policy: LoadedPolicy | None) -> None:
        triggers = sorted(one.id for one in policy.policy.triggers) if policy is not None else []
        ended = list(policy.policy.resolutions) if policy is not None else []
        with gr.Row(elem_classes="hr-who"):
            self.states = gr.Dropdown(
                [(words(one.value), one.value) for one in State], multiselect=True, value=[], label="State",
                elem_id="hr-find-state", min_width=180,
            )  # fmt: skip
            self.trigger = gr.Dropdown(
                ["", *triggers], value="", label="Trigger, or how it begins", allow_custom_value=True,
                elem_id="hr-find-trigger", min_width=180,
            )  # fmt: skip
        with gr.Row(elem_classes="hr-who"):
            self.agent = gr.Textbox(label="Agent", max_lines=1, elem_id="hr-find-agent", min_width=110)
            self.resolution = gr.Dropdown(
                [("Any", ANY), *((words(one), one) for one in ended)], value=ANY, label="How it ended",
                elem_id="hr-find-outcome", min_width=130,
            )  # fmt: skip
        with gr.Row(elem_classes="hr-who"):
            self.begin, self.end = (
                gr.Textbox(label=label, placeholder="2026-11-30", max_lines=1, elem_id=name, min_width=110)
                for label, name in (("From", "hr-find-from"), ("Until", "hr-find-until"))
            )
        self.breached = gr.Checkbox(label="A deadline was missed", elem_id="hr-find-breached")

    @property
    def inputs(self) -> list[Any]:
        """What is typed and chosen, in the order that `asked` reads it."""
        return [
            self.words, self.states, self.trigger, self.agent, self.resolution, self.begin, self.end, self.breached,
        ]  # fmt: skip

    @property
    def entered(self) -> list[Any]:
        """What finds at the Enter key."""
        return [self.words.submit, self.agent.submit, self.begin.submit, self.end.submit]

    @staticmethod
    def asked(values: tuple[Any, ...]) -> Asked:
        """What is asked for, from the values of `inputs`."""
        text, states, trigger, agent, resolution, begin, end, breached = values
        return Asked(
            words=text or "", states=tuple(states or ()), trigger=trigger or "", agent=agent or "",
            resolution=resolution or "", begin=begin or "", end=end or "", breached=bool(breached),
        )  # fmt: skip
