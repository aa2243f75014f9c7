"""Who waits is taken in the right order, and a checklist gates the end of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from handover.deadlines.urgency import minutes_left, urgency
from handover.packet.playbooks import UNKNOWN, open_required, playbook_of, steps_of
from policy.schema import Severity
from tests.handover.example import NOW, loaded


@dataclass(frozen=True, kw_only=True)
class Item:
    name: str
    severity: str
    claim_due_at: datetime
    waiting_since: datetime


def item(name: str, severity: str, due_in: int, waited: int) -> Item:
    return Item(
        name=name,
        severity=severity,
        claim_due_at=NOW + timedelta(minutes=due_in),
        waiting_since=NOW - timedelta(minutes=waited),
    )


def test_severity_comes_before_the_deadline_and_the_deadline_before_the_wait() -> None:
    items = (
        item("danger", Severity.CRITICAL, 60, 1),
        item("late", Severity.NORMAL, -5, 30),
        item("longer", Severity.NORMAL, 10, 30),
        item("shorter", Severity.NORMAL, 10, 5),
        item("low", Severity.LOW, 1, 500),
    )
    for order in permutations(items):
        assert [one.name for one in sorted(order, key=urgency)] == ["danger", "late", "longer", "shorter", "low"]


def test_an_unknown_severity_is_looked_at_first() -> None:
    assert urgency(item("odd", "purple", 5, 5)) < urgency(item("high", Severity.HIGH, 1, 60))


@pytest.mark.parametrize(("seconds", "minutes"), [(600, 10), (599, 9), (1, 0), (0, 0), (-1, -1), (-60, -1), (-61, -2)])
def test_minutes_left_are_rounded_down(seconds: int, minutes: int) -> None:
    assert minutes_left(NOW + timedelta(seconds=seconds), NOW) == minutes


def test_only_required_steps_that_are_not_done_are_open() -> None:
    steps = steps_of(loaded().policy, "legal_case")
    assert [step.id for step in open_required(steps, ())] == ["identity", "forward"]
    assert [step.id for step in open_required(steps, {"identity", "note"})] == ["forward"]
    assert open_required(steps, ["forward", "identity"]) == ()


def test_a_playbook_that_the_policy_does_not_have_opens_no_gate() -> None:
    assert playbook_of(loaded().policy, "no_such_playbook").title == "no_such_playbook"
    assert open_required(steps_of(loaded().policy, "no_such_playbook"), ()) == (UNKNOWN,)
