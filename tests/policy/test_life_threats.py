"""What threatens life cannot be written slower than immediate: every way to is a mutant that the linter catches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policy.linter import lint
from policy.loader import LoadedPolicy, load_pack, load_text
from policy.schema import Action, Severity, Trigger
from policy.sources import Gravity
from tests.policy.example import SAFE

PACKS = ("default", "finance", "healthcare", "privacy")
THREATS = {
    "default": {
        "safety.self_harm", "safety.threat", "safety.danger", "safety.emergency", "vulnerability.abuse",
        "meaning.emergency",
    },
    "healthcare": {"health.emergency"},
}  # fmt: skip

MUTANTS: dict[str, dict[str, Any]] = {
    "moved to standard": {"sla": "standard"},
    "moved to short": {"sla": "short"},
    "without a class": {"sla": None},
    "without its script": {"script": None},
    "only high": {"severity": Severity.HIGH},
    "only guarded": {"action": Action.GUARD},
    "under a condition": {"when": "hours.open"},
}


def _errors(loaded: LoadedPolicy) -> list[str]:
    return [str(problem) for problem in lint(loaded) if problem.severity is Gravity.ERROR]


def _with(loaded: LoadedPolicy, trigger_id: str, change: Callable[[Trigger], Trigger]) -> LoadedPolicy:
    triggers = tuple(change(one) if one.id == trigger_id else one for one in loaded.policy.triggers)
    return replace(loaded, policy=loaded.policy.model_copy(update={"triggers": triggers}))


@pytest.mark.parametrize("pack", PACKS)
def test_each_pack_names_what_threatens_life(pack: str) -> None:
    marked = {trigger.id for trigger in load_pack(pack).policy.triggers if trigger.life_threat}
    assert marked == THREATS["default"] | THREATS.get(pack, set())
    assert _errors(load_pack(pack)) == []


@pytest.mark.parametrize("pack", PACKS)
def test_what_threatens_life_comes_before_everything_else(pack: str) -> None:
    """Of two triggers of one severity the first decides, and a child's stand behind its parent's in the files."""
    marks = [trigger.life_threat for trigger in load_pack(pack).policy.triggers]
    assert marks == sorted(marks, reverse=True)


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS.keys())
@pytest.mark.parametrize("trigger_id", sorted(THREATS["default"] | THREATS["healthcare"]))
def test_a_life_threat_that_could_wait_is_refused_at_its_line(trigger_id: str, change: dict[str, Any]) -> None:
    loaded = load_pack("healthcare")
    place = next(n for n, one in enumerate(loaded.policy.triggers) if one.id == trigger_id)
    found = _errors(_with(loaded, trigger_id, lambda one: one.model_copy(update=change)))
    assert any(f"triggers[{place}]" in problem and repr(trigger_id) in problem for problem in found), found


@pytest.mark.parametrize("trigger_id", sorted(THREATS["default"] | THREATS["healthcare"]))
def test_a_life_threat_that_loses_its_mark_is_noticed(trigger_id: str) -> None:
    """The mark is what all the rest hangs on: a critical trigger beside its marked siblings must have it."""
    loaded = _with(load_pack("healthcare"), trigger_id, lambda one: one.model_copy(update={"life_threat": False}))
    found = [problem for problem in _errors(loaded) if "not marked a life threat" in problem]
    alone = trigger_id == "vulnerability.abuse"  # The one of its family; the packs' test above names it.
    assert bool(found) is not alone


SLAS = {
    "sleeps": ("hours: always, page", "hours: business, page", "sleeps outside business hours"),
    "is slow": ("claim: 5m", "claim: 40m", "claimed later than 15 minutes"),
    "is not the tightest": ("short:     {claim: 1h", "short:     {claim: 1m", "'short' is tighter"),
    "is missing": ("  immediate: {", "  at_once: {", "there is no class 'immediate'"),
}
THREAT = """  - id: safety.gas
    family: safety
    reason: There may be danger.
    any: [{phrases: [smell gas]}]
    severity: critical
    life_threat: true
    sla: immediate
    script: handover.legal
    route: {team: safety}
    vectors: {positive: [I smell gas]}
"""
CLASSES = """  immediate: {claim: 5m, resolve: 1h, hours: always, page_after: 3m}
  short:     {claim: 1h, resolve: 8h, hours: always}
"""
LIVELY = SAFE.replace("sla:\n", "sla:\n" + CLASSES, 1) + THREAT


def test_a_policy_of_ones_own_may_have_life_threats() -> None:
    assert _errors(load_text(LIVELY)) == []


@pytest.mark.parametrize(("old", "new", "message"), SLAS.values(), ids=SLAS.keys())
def test_the_class_itself_must_be_immediate(old: str, new: str, message: str) -> None:
    assert old in LIVELY
    assert any(message in problem for problem in _errors(load_text(LIVELY.replace(old, new, 1))))
