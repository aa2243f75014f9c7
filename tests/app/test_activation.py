"""A policy comes into force whole or not at all: a broken one leaves the active one deciding."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.wiring import activate
from states.errors import PolicyError
from states.vocabulary import State
from tests.graph.example import POLICY
from tests.house import House

BROKEN = {
    "not YAML": ("triggers: [", "next.yaml:2"),
    "unknown key": ("handrail: 1\nname: x\ntrigers: []\n", "triggers"),
    "unsafe": (
        "handrail: 1\nname: x\ntriggers:\n  - {id: a.b, family: legal, reason: Because., any: [{phrases: [x]}]}\n",
        "sla",
    ),
    "too slow": (
        "handrail: 1\nname: x\nextends: default\ntriggers:\n  - id: a.b\n    family: legal\n    reason: Because.\n"
        "    sla: standard\n    route: {team: legal}\n    any: [{pattern: ['(a{1,200}b{1,200}){1,3}']}]\n",
        "pattern",
    ),
    "failing vectors": (
        "handrail: 1\nname: x\nextends: default\ntriggers:\n  - id: a.b\n    family: legal\n    reason: Because.\n"
        "    sla: standard\n    route: {team: legal}\n    any: [{phrases: [court order]}]\n"
        "    vectors: {positive: [nothing of the kind]}\n",
        "nothing of the kind",
    ),
}


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_broken_policy_is_refused_and_the_active_one_stays(house: House, tmp_path: Path, what: str) -> None:
    text, told = BROKEN[what]
    (tmp_path / "next.yaml").write_text(text)
    before = house.door.policy.hash
    with pytest.raises(PolicyError) as caught:
        activate(house.system, house.settings, str(tmp_path / "next.yaml"))
    assert told in f"{caught.value} {caught.value.problems}"
    assert house.door.policy.hash == before
    name = house.open()
    assert house.say(name, "I smell gas").state is State.HANDED_OFF
    assert {event.policy_hash for event in house.view(name).events} == {before}


def test_policy_that_comes_into_force_decides_from_then_on_and_leaves_the_past_alone(
    house: House, tmp_path: Path
) -> None:
    assert "kites" not in POLICY
    (tmp_path / "next.yaml").write_text(
        "handrail: 1\nname: next\nextends: default\ntriggers:\n  - id: shop.kites\n    family: legal\n"
        "    reason: Kites are for people.\n    sla: standard\n    route: {team: legal}\n"
        "    any: [{phrases: [kites]}]\n    vectors: {positive: [do you have kites]}\n"
    )
    before, name = house.door.policy.hash, house.open()
    house.say(name, "How long does delivery take?")
    after = activate(house.system, house.settings, str(tmp_path / "next.yaml")).hash
    assert house.say(name, "Do you deliver kites?").state is State.HANDED_OFF
    assert [event.policy_hash for event in house.view(name).events] == [before, after, after]
