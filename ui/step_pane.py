"""The open case of an auditor, one step at a time: the graph lit, what was said and why, packet and checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from audit.comparing import packet_at
from audit.telling import told
from service.record import CaseFile
from ui.render import step as steps
from ui.render.text import words
from ui.style import PICK, html

Updates = dict[Any, Any]


class StepPane:
    """Draws a case and says how one of its steps looks. Holds no case."""

    def draw(self) -> None:
        """The buttons and what belongs to one step; call inside a column, below the case's title."""
        with gr.Row(elem_classes="hr-acts"):
            self.back = gr.Button("‹ Previous", size="sm", elem_id="hr-step-back", scale=0, min_width=100)
            self.on = gr.Button("Next ›", size="sm", elem_id="hr-step-on", scale=0, min_width=100)
            self.verify = gr.Button(
                "Decide it again", variant="primary", size="sm", elem_id="hr-verify", scale=0, min_width=140
            )
            self.export = gr.Button("Export", size="sm", elem_id="hr-export", scale=0, min_width=90)
        self.number = gr.Slider(1, 2, value=1, step=1, label="Step", elem_id="hr-step", buttons=[])
        self.verdict = html(js_on_load=PICK, elem_id="hr-verdict")
        with gr.Row(elem_classes="hr-columns"):
            with gr.Column(scale=5, min_width=300):
                self.graph = html(elem_id="hr-step-graph")
                self.who = html(elem_id="hr-step-who")
            with gr.Column(scale=6, min_width=300):
                self.happened = html(elem_id="hr-step-said")
                with gr.Accordion("Facts that it was decided on", open=False, elem_id="hr-step-facts"):
                    self.facts = html()
        with gr.Accordion("Packet at this step", open=False, elem_id="hr-step-packet"):
            self.packet = html()
        with gr.Accordion("LangGraph checkpoint as JSON", open=False, elem_id="hr-step-checkpoint"):
            self.checkpoint = html()

    @property
    def shown(self) -> list[Any]:
        """Every component that changes."""
        return [
            self.back, self.on, self.number, self.verdict, self.graph, self.who, self.happened, self.facts, self.packet,
            self.checkpoint,
        ]  # fmt: skip

    def show(self, case: CaseFile, number: int, kept: Mapping[str, Any] | None) -> Updates:
        """A step of a case, with the checkpoint that was kept with it."""
        events = case.record.events
        step, one = told(case.record)[number - 1], events[number - 1]
        label = f"Step {number} of {len(events)}: {words(one.event.value)}"
        return {
            self.number: gr.update(maximum=max(len(events), 2), value=number, label=label),
            self.graph: steps.graph(case, number),
            self.who: steps.who(case, step),
            self.happened: steps.happened(case, step),
            self.facts: steps.facts_judged(step),
            self.packet: steps.packet_then(packet_at(case, number), one.at),
            self.checkpoint: steps.checkpoint_then(case, number, kept),
            self.back: gr.update(interactive=number > 1),
            self.on: gr.update(interactive=number < len(events)),
        }
