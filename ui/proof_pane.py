"""What an auditor does with a case beside reading it: compare two steps, try another policy, see who has looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from policy.loader import LoadedPolicy, load_pack, pack_names
from service.archive import Archive
from service.record import UsedPolicy
from service.views import Actor
from states.errors import NotFound
from ui.render import verdict as verdicts
from ui.saving import file_box
from ui.style import PICK, html

Updates = dict[Any, Any]
PACK, USED = "pack:", "used:"
"""Begin what a choice of a policy says: a ready pack by its name, or one that once decided by its hash."""
LOOKS = 50
"""Looks that are listed."""
CHECKED = 500
"""Newest looks of all whose chain is checked with them; `handrail replay --verify --all` checks every one."""


class ProofPane:
    """Draws the three folds under a step."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def draw(self) -> None:
        """The components; call inside a column."""
        with gr.Accordion("What differs between two steps", open=False, elem_id="hr-differ"):
            with gr.Row(elem_classes="hr-acts"):
                self.other = gr.Number(
                    1, label="Compare with step", minimum=1, precision=0, elem_id="hr-other", min_width=180, scale=0,
                )  # fmt: skip
                self.compare = gr.Button("Compare", size="sm", elem_id="hr-compare", scale=0, min_width=100)
            self.differs = html(elem_id="hr-differences")
        with gr.Accordion("What another policy would have done", open=False, elem_id="hr-what-if"):
            with gr.Row(elem_classes="hr-acts"):
                self.policy = gr.Dropdown(
                    _choices(()), value=f"{PACK}{pack_names()[0]}", label="Policy", elem_id="hr-policy-choice",
                    min_width=220, scale=2,
                )  # fmt: skip
                self.attempt = gr.Button("Try it", size="sm", elem_id="hr-try", scale=0, min_width=90)
                self.file = file_box("Try a policy file…", accept=".yaml,.yml", elem_id="hr-policy-file")
            self.would = html(js_on_load=PICK, elem_id="hr-would")
        with gr.Accordion("Who has looked at this case", open=False, elem_id="hr-looks"):
            self.looks = html()

    @property
    def shown(self) -> list[Any]:
        """Every component that changes."""
        return [self.other, self.differs, self.policy, self.would, self.looks]

    def fresh(self, actor: Actor, steps: int, number: int) -> Updates:
        """For a case that was just opened: what belongs to the one before goes."""
        return {
            self.differs: "", self.would: "",
            self.other: gr.update(value=max(number - 1, 1), maximum=max(steps, 1)),
            self.policy: gr.update(choices=_choices(self._archive.policies(actor))),
        }  # fmt: skip

    def looked(self, actor: Actor, conversation_id: str) -> Updates:
        """Who has looked at the case."""
        found = self._archive.looks(actor, LOOKS, conversation_id)
        return {self.looks: verdicts.looks_at(found, self._archive.first_broken_look(actor, CHECKED))}

    def chosen(self, actor: Actor, choice: str) -> LoadedPolicy:
        """The policy of a choice. NotFound for what is none."""
        if choice.startswith(USED):
            return self._archive.used_policy(actor, choice.removeprefix(USED))
        if choice.removeprefix(PACK) in pack_names():
            return load_pack(choice.removeprefix(PACK))
        raise NotFound("there is no such policy here; choose one of the list")


def _choices(used: Sequence[UsedPolicy]) -> list[tuple[str, str]]:
    packs = [(f"{one} (ready pack)", f"{PACK}{one}") for one in pack_names()]
    return packs + [
        (f"{one.name} {one.hash[:8]} (used since {one.first_used_at:%Y-%m-%d})", f"{USED}{one.hash}") for one in used
    ]
