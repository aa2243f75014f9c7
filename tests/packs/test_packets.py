"""Every handover of the packs gives the person a whole packet: no rule, no language leaves a required field empty."""

from __future__ import annotations

import pytest

from handover.packet.assemble import assemble
from handover.packet.schema import completeness
from policy.loader import load_pack, pack_names
from policy.schema import LANGUAGES, Action, Policy, Trigger
from tests.handover.example import case
from triggers.assessment import Evidence, Fired

WANTED = ("solved", "refunded", "declined", "referred", "no_reply", "duplicate", "not_reproducible")


def _fired(trigger: Trigger) -> Fired:
    evidence = Evidence(kind="phrases", detail="words", quote="broken", turn=2)
    return Fired(
        trigger_id=trigger.id, family=trigger.family, reason=trigger.reason, action=trigger.action,
        severity=trigger.severity, sla=trigger.sla, evidence=(evidence,),
    )  # fmt: skip


def _handovers(policy: Policy) -> list[Trigger]:
    return [trigger for trigger in policy.triggers if trigger.action is Action.HANDOVER]


@pytest.mark.parametrize("pack", pack_names())
def test_no_rule_leaves_a_required_field_empty(pack: str) -> None:
    loaded = load_pack(pack)
    gaps = {
        trigger.id: missing
        for trigger in _handovers(loaded.policy)
        if (missing := completeness(assemble(case(fired=(_fired(trigger),)), loaded)))
    }
    assert gaps == {}


@pytest.mark.parametrize("pack", pack_names())
def test_every_pack_says_how_cases_end_and_where_loops_go(pack: str) -> None:
    policy = load_pack(pack).policy
    assert set(WANTED) <= set(policy.resolutions)
    assert policy.escalation is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_approved_words_come_in_the_customers_language(language: str) -> None:
    loaded = load_pack("default")
    packets = [
        assemble(case(fired=(_fired(trigger),), language=language), loaded) for trigger in _handovers(loaded.policy)
    ]
    words = {
        step.wording.script: step.wording.text
        for packet in packets
        if packet.action.playbook
        for step in packet.action.playbook.steps
        if step.wording
    }
    assert len(words) >= 5
    for script, text in words.items():
        assert text == dict(loaded.policy.scripts[script])[language]  # type: ignore[index]  # the packs' languages


def test_every_playbook_says_when_to_escalate_and_how_to_close() -> None:
    for pack in pack_names():
        for name, playbook in load_pack(pack).policy.playbooks.items():
            assert playbook.escalate_when, f"{pack}: {name}"
            assert playbook.close_with, f"{pack}: {name}"
