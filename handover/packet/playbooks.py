"""Checklists: what a person does for a reason, and which required steps are still open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

from policy.schema import Playbook, PlaybookStep, Policy

UNKNOWN = PlaybookStep(
    id="review_without_playbook",
    text="The playbook of this case is not in the policy: review the case with a specialist.",
    required=True,
)
"""Stands in for a playbook that the policy does not have: a missing checklist must not open the gate."""


class HasRequired(Protocol):
    """A step of a playbook, from the policy or from a packet."""

    @property
    def id(self) -> str:
        """Unique in its playbook."""
        ...

    @property
    def required(self) -> bool:
        """Whether the case may not be resolved without it."""
        ...


StepT = TypeVar("StepT", bound=HasRequired)


def playbook_of(policy: Policy, playbook_id: str) -> Playbook:
    """The playbook; one with the single required step UNKNOWN if the policy has none of that id."""
    return policy.playbooks.get(playbook_id) or Playbook(title=playbook_id, steps=(UNKNOWN,))


def steps_of(policy: Policy, playbook_id: str) -> tuple[PlaybookStep, ...]:
    """The steps of a playbook in order."""
    return playbook_of(policy, playbook_id).steps


def open_required(steps: Iterable[StepT], done: Collection[str]) -> tuple[StepT, ...]:
    """The required steps whose ids are not in `done`; empty means that the case may be resolved."""
    return tuple(step for step in steps if step.required and step.id not in done)
