"""Another policy, tried on what was recorded: it does what it does when it runs on the same input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import main
from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from audit.recorded_turn import rules_of
from audit.what_if import Course, Turn, WhatIf, course_of
from policy.loader import LoadedPolicy
from recognition.port import ScriptedRecogniser
from service.record import ConversationRecord
from states.errors import HandrailError
from states.vocabulary import Event
from tests.graph.example import ANNA, policy
from tests.house import AUDITOR, DEMO, House, newest

SAYINGS = (
    "when do you deliver", "xyzzy foo bar", "yes please", "no thanks", "thanks", "human please", "broken again",
    "0.7 about the parcel", "0.5 about the parcel", "I have another question", "is it blue or green", "hello there",
)  # fmt: skip
ACTS = (
    (Event.CLAIMED, ""), (Event.AGENT_REPLIED, "I am here."), (Event.HANDED_BACK, "All said."),
    (Event.RESOLVED, "Done."), (Event.RELEASED, "Not mine."),
)  # fmt: skip
OTHERS = (
    ("answers: {confidence: 0.6", "answers: {confidence: 0.75"),
    ("misses: 2", "misses: 3"),
    ("phrases: [human please, speak to a human]", "phrases: [speak to a human, hello there]"),
    ("phrases: [this is annoying]", "phrases: [blue or green]"),
    ("misses: 2", "misses: 1"),
    ("accept: {en: [yes please, yes]}", "accept: {en: [sure]}"),
    ("thanks: {phrases: {en: [thanks, thank you]}", "thanks: {phrases: {en: [hello there, thanks]}"),
)


def _drafts(question: Question) -> Draft:
    word = question.text.split()[0]
    if word == "broken":
        raise RuntimeError("the assistant broke")
    confidence = float(word) if word.startswith("0.") else 0.9 if "deliver" in question.text else 0.1
    return Draft(text="Three days.", confidence=confidence, verbatim=True, model="scripted")


def _house(folder: Path, rules: LoadedPolicy) -> House:
    return House(folder, ScriptedAssistant(_drafts), rules, recogniser=ScriptedRecogniser())


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[House]]:
    rules = (policy(), *map(policy, OTHERS))
    opened = [_house(tmp_path_factory.mktemp("what-if"), one) for one in rules]
    yield opened
    for one in opened:
        one.close()


Script = list[str | tuple[Event, str]]


def _lived(
    house: House, script: Script, name: str | None = None, recorded: ConversationRecord | None = None
) -> ConversationRecord:
    """The script, lived; of its acts only those that are in the record, where one is given."""
    known = {one.cause for one in recorded.events} if recorded is not None else None
    conversation = house.open(name)
    for number, one in enumerate(script):
        house.clock.advance(timedelta(seconds=20))
        if known is not None and not isinstance(one, str) and f"act:a{number}" not in known:
            continue
        try:
            if isinstance(one, str):
                house.door.post(DEMO, conversation, one, message_id=f"m{number}")
            else:
                seen = newest(house.view(conversation))
                house.door.act(ANNA, conversation, one[0], text=one[1], act_id=f"a{number}", seen=seen)
        except HandrailError:
            continue  # refused here; the other policy may allow it
    return house.door.archive.case(AUDITOR, conversation).record


def _courses(record: ConversationRecord) -> dict[str, Course]:
    """What each message and act led to; a message that was left to the assistant stands under its own name."""
    groups = groupby(record.events, key=lambda one: one.cause)
    named = ((cause if not cause.startswith("returned") else "returned", tuple(events)) for cause, events in groups)
    return {name: course_of(events) for name, events in named}


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    script=st.lists(
        st.sampled_from(SAYINGS) | st.sampled_from(SAYINGS) | st.sampled_from(ACTS), min_size=1, max_size=7
    ),
    other=st.integers(0, len(OTHERS)),
)
def test_it_says_what_the_policy_does_when_it_runs(houses: list[House], script: Script, other: int) -> None:
    recorded = _lived(houses[0], script)
    live = _courses(_lived(houses[other], script, recorded=recorded))
    turns = [*WhatIf(recorded, rules_of(houses[other].door.policy)).turns()]
    for one in turns:
        name = one.cause if not one.cause.startswith("returned") else "returned"
        if one.turn in (Turn.SAME, Turn.OTHER):
            assert one.would == live[name], one
        elif one.turn is Turn.REFUSED:
            assert name not in live, one
    if other == 0:
        assert {one.turn for one in turns} <= {Turn.SAME}


def test_what_nobody_asked_for_then_is_not_guessed(houses: list[House]) -> None:
    asks = policy(("accept: {en: [yes please, yes]}", "accept: {en: [sure]}"))
    *_, third, fourth = WhatIf(_lived(houses[0], ["xyzzy foo", "yes please", "hello there"]), rules_of(asks)).turns()
    assert (third.turn, "a draft" in third.why) == (Turn.UNKNOWN, True)
    assert (fourth.turn, fourth.would) == (Turn.UNKNOWN, None)


def test_the_command_shows_both_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = _house(tmp_path, policy())
    _lived(house, ["0.7 about the parcel", "human please"], name="one")
    house.close()
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text(policy(("answers: {confidence: 0.6", "answers: {confidence: 0.75")).canonical)
    with pytest.raises(SystemExit) as ended:
        main(["replay", "one", "--policy", str(stricter), "--json", "--data-dir", str(tmp_path)])
    found = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert [one["turn"] for one in found["turns"]] == ["other", "same"]
    assert found["turns"][0]["recorded"]["events"] == [{"event": "message_answered", "to": "bot_handling"}]
    assert found["turns"][0]["would"]["events"] == [{"event": "caution_raised", "to": "guarded"}]
