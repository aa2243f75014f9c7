"""What differs between two steps is told value by value; a packet is shown as it stood then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from audit.comparing import NOTHING, differences, packet_at, situation
from audit.export import exported
from service.archive import Purpose
from service.record import CaseFile
from states.vocabulary import Event
from tests.house import AUDITOR, House

VALUES = ("delivery", "wants a human", "is angry", "lost a parcel")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    yield opened
    opened.close()


def case_of(house: House, name: str) -> CaseFile:
    return house.door.archive.case(AUDITOR, name)


def told(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    return {one.place: (one.before, one.after) for one in differences(before, after)}


def test_what_differs_is_told_where_it_stands() -> None:
    before = {"a": 1, "b": {"c": [1, 2], "d": "x"}, "gone": {}}
    after = {"a": 1, "b": {"c": [1, 3, 4], "d": "x"}, "new": None}
    assert told(before, after) == {
        "b.c[2]": (2, 3), "b.c[3]": (NOTHING, 4), "gone": ({}, NOTHING), "new": (NOTHING, None),
    }  # fmt: skip
    assert [(one.added, one.removed) for one in differences({}, {"new": 0})] == [(True, False)]


def test_what_reads_alike_and_is_not_the_same_is_a_difference() -> None:
    assert told({"a": 1}, {"a": True}) == {"a": (1, True)}
    assert told({"a": 0}, {"a": None}) == {"a": (0, None)}


def _drawn(chance: Random, depth: int = 0) -> Any:
    if depth == 3 or chance.random() < 0.4:
        return chance.choice([None, True, 0, 1, 0.5, "", "x"])
    if chance.random() < 0.5:
        return [_drawn(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {name: _drawn(chance, depth + 1) for name in chance.sample("abc", chance.randrange(4))}


def test_nothing_differs_exactly_where_two_values_are_one() -> None:
    chance = Random(1)
    for _ in range(300):
        before, after = {"v": _drawn(chance)}, {"v": _drawn(chance)}
        assert not [*differences(before, json.loads(json.dumps(before)))]
        same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
        assert bool([*differences(before, after)]) is not same
        there = {(one.place, one.removed, one.added) for one in differences(before, after)}
        assert there == {(one.place, one.added, one.removed) for one in differences(after, before)}


@pytest.mark.parametrize("seed", range(4))
def test_a_packet_is_shown_as_it_stood_at_each_step(house: House, seed: int) -> None:
    """Random corrections: at every step the packet is what the desk showed after it."""
    chance, name = Random(seed), house.open()
    house.say(name, "human please")
    house.do(name, Event.CLAIMED)
    showed: dict[int, Any] = {}
    for _ in range(6):
        handover = house.view(name).handover
        assert handover is not None
        showed[len(house.view(name).events)] = json.loads(json.dumps(handover.packet))
        edits = [{"field": "context.intent", "verdict": "edit", "value": chance.choice(VALUES)}]
        if chance.random() < 0.5:
            edits.append({"field": "action.next_steps", "verdict": "edit", "value": [chance.choice(VALUES)]})
        if chance.random() < 0.3:
            edits = [{"field": "context.intent", "verdict": "accept"}]
        house.clock.advance(timedelta(minutes=1))
        house.do(name, Event.PACKET_REVIEWED, fields=edits)
    case = case_of(house, name)
    for number, packet in showed.items():
        found = packet_at(case, number)
        assert found is not None
        then = dict(found.handover.packet)
        assert _known(then) == _known(packet), number
        assert found.uncertain == ()
        assert {one["field"] for one in then["review"]} <= {one["field"] for one in packet["review"]}


def _known(packet: Any) -> Any:
    """Of a packet what a correction can change."""
    return packet["context"]["intent"], packet["action"]["next_steps"]


def test_before_a_person_is_called_there_is_no_packet(house: House) -> None:
    name = house.open()
    house.say(name, "when do you deliver")
    house.say(name, "human please")
    case = case_of(house, name)
    assert [packet_at(case, number) is None for number in (1, 2, 3)] == [True, True, False]


def test_what_the_log_does_not_keep_of_a_packet_is_told(house: House) -> None:
    name = house.open()
    house.say(name, "human please")
    house.do(name, Event.CLAIMED)
    house.say(name, "and I am in a hurry")
    case = case_of(house, name)
    found = packet_at(case, 2)
    assert found is not None
    assert found.uncertain == (4,)
    assert found.handover.claimed_at is None or found.handover.claimed_at <= case.record.events[1].at


def test_two_steps_are_compared_by_state_facts_packet_and_checkpoint(house: House) -> None:
    name = house.open()
    house.say(name, "when do you deliver")
    house.say(name, "human please")
    case = case_of(house, name)
    kept = house.door.archive.checkpoints(AUDITOR, name, [one.checkpoint_id or "" for one in case.record.events])
    first, last = (
        situation(case, number, kept[case.record.events[number - 1].checkpoint_id or ""]) for number in (1, 3)
    )
    found = told(first, last)
    assert found["state"] == ("bot_handling", "handed_off")
    assert found["checkpoint.memory.latched"] == (False, True)
    assert found["packet.context"][0] is NOTHING


def test_what_is_taken_along_holds_the_replay_whole(house: House) -> None:
    name = house.open("case/one")
    house.say(name, "human please")
    file = exported(house.door.archive.case(AUDITOR, name, Purpose.EXPORTED), AUDITOR, house.clock.now())
    body = json.loads(file.content)
    assert (file.name, file.media_type) == ("case_one.json", "application/json")
    assert body["verified"]["match_rate"] == 1.0
    assert [one["event"] for one in body["steps"]] == [one["event"] for one in body["record"]["events"]]
    assert body["exported"] == {"by": "avi", "role": "auditor", "at": house.clock.now().isoformat(), "look": 1}
    assert body["packets"][0]["why"]["reason_code"] == "human_request"
    assert len(body["record"]["policies"]) == 1
