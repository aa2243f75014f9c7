"""Driving recordings through the whole system: resumable, and a bad line never costs another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from audit.driver import CHANNEL, Drive, Driver
from audit.recordings import read_lines
from service.views import Actor
from states.errors import StoreUnavailable
from states.vocabulary import Role
from tests.graph.example import knows
from tests.house import AUDITOR, House

RECORDINGS = Actor(id="recording", role=Role.CUSTOMER)


def _turns(*texts: str) -> list[dict[str, str]]:
    turns = []
    for text in texts:
        turns += [{"role": "user", "text": text}, {"role": "assistant", "text": "recorded answer"}]
    return turns


ROWS = [
    {"id": "a", "turns": _turns("when do you deliver", "human please", "again")},
    {"id": "b", "turns": _turns("this breaks", "well")},
    {"id": "e", "turns": _turns("when do you deliver")},
]


def _breaks(question: Question) -> Draft:
    if "breaks" in question.text:
        raise RuntimeError("the assistant broke")
    return knows(question)


@pytest.fixture
def house(tmp_path: Path) -> Any:
    opened = House(tmp_path, ScriptedAssistant(_breaks))
    yield opened
    opened.close()


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.jsonl"
    path.write_text("\n".join(["{bad", *map(json.dumps, ROWS), '{"id": "c"}', '{"id": "d", "turns": [5]}']))
    return path


def _drive(path: Path, house: House) -> Drive:
    return Driver(house.door, channel=RECORDINGS, reader=AUDITOR).drive(read_lines(path))


def _one(path: Path, *texts: str) -> Path:
    path.write_text(json.dumps({"id": "a", "turns": _turns(*texts)}))
    return path


def test_only_customer_turns_are_posted_under_ids_that_can_be_found_again(recorded: Path, house: House) -> None:
    _drive(recorded, house)
    written = [one for name in "ab" for one in house.view(name).messages if one.author == "customer"]
    assert [one.id for one in written] == ["a:0", "a:2", "a:4", "b:0", "b:2"]
    assert "recorded answer" not in [one.text for one in written]
    assert {house.view(name).channel for name in "abe"} == {CHANNEL}


def test_the_summary_counts_states_triggers_handovers_and_faults(recorded: Path, house: House) -> None:
    summary = _drive(recorded, house).summary()
    assert summary["states"] == {"bot_handling": 1, "handed_off": 2}
    assert summary["triggers"]["person.request"] == 1
    assert (summary["conversations"], summary["turns"], summary["handovers"], summary["faults"]) == (3, 6, 2, 1)
    assert [one["line"] for one in summary["bad_lines"]] == [1, 5, 6]


def test_a_second_run_repeats_nothing_and_sums_up_the_same(recorded: Path, house: House) -> None:
    first = _drive(recorded, house).summary()
    versions = [house.view(name).version for name in "abe"]
    second = _drive(recorded, house).summary()
    assert second["skipped_turns"] == 6
    assert [house.view(name).version for name in "abe"] == versions
    same = ("conversations", "turns", "states", "triggers", "handovers", "faults")
    assert {name: first[name] for name in same} == {name: second[name] for name in same}


def test_a_run_after_an_interruption_does_what_is_left(recorded: Path, house: House) -> None:
    sizes: list[int] = []

    def power_goes_out(size: int) -> None:
        sizes.append(size)
        if len(sizes) == 2:
            house.store.fails_with = StoreUnavailable("the power went out")

    driver = Driver(house.door, channel=RECORDINGS, reader=AUDITOR)
    with pytest.raises(StoreUnavailable):
        driver.drive(read_lines(recorded), power_goes_out)
    house.store.fails_with = None
    assert _drive(recorded, house).summary()["skipped_turns"] == 3
    assert _drive(recorded, house).summary()["skipped_turns"] == 6


def test_a_refused_turn_is_reported_and_the_conversation_goes_on(tmp_path: Path, house: House) -> None:
    done = _drive(_one(tmp_path / "recorded.jsonl", "x" * 1_200_001, "when do you deliver"), house)
    assert [number for number, _ in done.refused] == [1]
    assert (done.turns, done.conversations) == (1, 1)


def test_a_recording_that_changed_since_is_reported_not_overwritten(tmp_path: Path, house: House) -> None:
    path = tmp_path / "recorded.jsonl"
    _drive(_one(path, "one"), house)
    assert "another body" in _drive(_one(path, "two"), house).refused[0][1]
    assert [one.text for one in house.view("a").messages if one.author == "customer"] == ["one"]


def test_a_conversation_of_another_channel_is_left_alone(tmp_path: Path, house: House) -> None:
    house.open("a")
    done = _drive(_one(tmp_path / "recorded.jsonl", "one"), house)
    assert [number for number, _ in done.bad_lines] == [1]
    assert (done.turns, house.view("a").messages) == (0, ())


def test_progress_adds_up_to_the_file(recorded: Path, house: House) -> None:
    sizes: list[int] = []
    Driver(house.door, channel=RECORDINGS, reader=AUDITOR).drive(read_lines(recorded), sizes.append)
    assert sum(sizes) == recorded.stat().st_size
