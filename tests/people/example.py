"""The test policy with owners of exceptions, regulated cases and templates; and tables with a guard taken out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handover.people.codes import CodeMaker
from handover.people.directory import FileDirectory
from policy.loader import load_text
from service.views import Actor
from states.errors import HandrailError
from states.machine import ConversationMachine
from states.table import TABLE, Guard, Transition
from states.vocabulary import Effect, Event, Role
from tests.graph.example import _RUNTIME, ANNA, POLICY, Desk

OMAR = Actor(id="omar", role=Role.COMPLIANCE_OFFICER)
SINA = Actor(id="sina", role=Role.ESCALATION_SPECIALIST)
AUDITOR = Actor(id="avi", role=Role.AUDITOR)
ROOT = Actor(id="root", role=Role.ADMIN)
ON_FILE = "jane@customers.example"
KEY = bytes(range(32))
PEOPLE = """exceptions:
  expires: 12h
  kinds:
    refund:
      - {role: escalation_specialist, up_to: 50}
      - {role: compliance_officer, people: [cleo], up_to: 500}
hand_back: {expires: 6h}
verification: {attempts: 3, sends: 2, expires: 10m}
templates:
  legal.received:
    en: "Dear {name}, our team {team} has your case {reference}."
    de: "Guten Tag {name}, unser Team {team} hat Ihren Fall {reference}."
"""
LEGAL = """  - id: legal.threat
    family: legal
    regulated: true
    reason: The customer writes of lawyers.
    any: [{phrases: [my lawyer]}]
    sla: standard
    severity: normal
    route: {team: legal}
  - id: data.balance
    family: personal_data
    reason: The customer asks for account data.
    any: [{phrases: [my balance]}]
    sla: standard
    severity: normal
    verify: knowledge
    route: {team: privacy}
"""
DIRECTORY = f"""cus-1:
  email: {ON_FILE}
  knows: {{street: "Högby Street 7", pet: "Rex"}}
cus-2:
  webhook: https://hooks.customers.example/codes
"""


def policy(**changed: str) -> Any:
    """The test policy with people; `changed` replaces words of it."""
    text = POLICY.replace("triggers_end: 0\n", "").replace("playbooks:\n", _RUNTIME + LEGAL + "playbooks:\n") + PEOPLE
    for old, new in changed.items():
        text = text.replace(old, new)
    return load_text(text, "people")


class Office(Desk):
    """A desk with the policy above and a customer directory."""

    def __init__(self, url: str, **more: Any) -> None:
        folder = Path(url.removeprefix("sqlite:///")).parent
        (folder / "customers.yaml").write_text(DIRECTORY)
        self.codes = CodeMaker(KEY)
        super().__init__(url, directory=FileDirectory(folder / "customers.yaml"), codes=self.codes, **more)
        self.runtime.activate(policy())

    def mutate(self, table: tuple[Transition, ...]) -> None:
        """Runs on another table from now on: shows that a refusal comes from the row that was changed."""
        parts = self.runtime._parts
        self.runtime._parts = replace(parts, rules=replace(parts.rules, machine=ConversationMachine(table)))

    @property
    def mark(self) -> tuple[int, int, Any]:
        """What must not change when something is refused."""
        view = self.view
        return view.version, len(view.events), view.consent

    @contextmanager
    def refused(self, *kinds: type[HandrailError]) -> Iterator[None]:
        """What is done inside is refused, and changes nothing."""
        before = self.mark
        with pytest.raises(kinds):
            yield
        assert self.mark == before, "it was refused and changed something"

    def legal_case(self) -> None:
        """A regulated case that Anna works on."""
        self.say("my lawyer will write to you")
        self.do(Event.CLAIMED, ANNA)

    def compliance_case(self) -> None:
        """A compliance case that asks for an identity, and that Anna works on."""
        self.say("change my address")
        self.do(Event.CLAIMED, ANNA)


def without_need(event: Event, *facts: str) -> tuple[Transition, ...]:
    """The table where rows of the event do not ask for the facts."""

    def opened(row: Transition) -> Transition:
        return replace(row, guard=Guard("mutant", tuple(need for need in row.guard.needs if need[0] not in facts)))

    return _changed(event, opened)


def without_effect(event: Event, effect: Effect) -> tuple[Transition, ...]:
    """The table where rows of the event do not ask for the effect."""
    return _changed(event, lambda row: replace(row, effects=tuple(one for one in row.effects if one is not effect)))


def with_role(event: Event, *roles: Role) -> tuple[Transition, ...]:
    """The table where these roles may cause the event, too."""
    return _changed(event, lambda row: replace(row, roles=tuple(dict.fromkeys((*row.roles, *roles)))))


def _changed(event: Event, change: Any) -> tuple[Transition, ...]:
    assert any(row.event is event for row in TABLE)
    return tuple(change(row) if row.event is event else row for row in TABLE)
