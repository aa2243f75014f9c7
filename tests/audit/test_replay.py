"""Replay: what is stored is enough to decide every step again, and whatever was changed since is named by its step."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import main
from assistants.port import Citation, Draft, Question
from assistants.scripted import ScriptedAssistant
from audit.replay import Replay, Result, Verification
from audit.telling import told
from policy.loader import canonical_hash
from recognition.port import ScriptedRecogniser
from recognition.reply_port import ScriptedReplies
from service.record import ConversationRecord, RecordedEvent
from states.errors import DependencyFault, ForbiddenRole, NotFound
from states.vocabulary import Event, State
from tests.graph.example import SARA, knows, policy
from tests.house import AUDITOR, DEMO, House
from triggers.llm import ScriptedClassifier

SAYINGS = (
    "when do you deliver", "xyzzy foo bar", "yes please", "no thanks", "thanks", "human please", "this breaks",
    "my card is 4111 1111 1111 1111", "I want to kill myself", "when do you deliver abroad?", "this is late", "0.7 ?",
    "wo ist mein Paket, bitte?", "promise me something", "cite delivery", "👍", "4111 1111", "1111 1111",
)  # fmt: skip


def _drafts(question: Question) -> Draft:
    if "breaks" in question.text:
        raise RuntimeError("the assistant broke")
    if "late" in question.text:
        raise DependencyFault("timeout", "the model did not answer within 2 s")
    if "promise" in question.text:
        return Draft(text="I will transfer you to a person.", confidence=0.9, verbatim=True, model="scripted 1")
    if "cite" in question.text:
        source = Citation(source="delivery", title="Delivery", quote="Three days.")
        return Draft(text="Write to jo@example.com.", confidence=0.8123456789, citations=(source,), matched=("cite",))
    return knows(question)


def _house(folder: Path, **more: Any) -> House:
    return House(
        folder, ScriptedAssistant(_drafts), classifier=ScriptedClassifier({"self_harm": ["kill"]}),
        recogniser=ScriptedRecogniser({"abroad": "legal"}), replies=ScriptedReplies({"transfer": "phantom_handover"}),
        **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = _house(tmp_path_factory.mktemp("replay"))
    yield opened
    opened.close()


def _lived(house: House, *sayings: str, name: str | None = None) -> ConversationRecord:
    conversation = house.open(name)
    for text in sayings:
        house.clock.advance(timedelta(seconds=30))
        house.say(conversation, text)
    return house.door.archive.case(AUDITOR, conversation).record


def _worked(house: House) -> ConversationRecord:
    """A conversation with everything: answered, handed over, claimed, verified, handed back, asked again, resolved."""
    name = _lived(house, "when do you deliver", "human please", "hello?").id
    house.do(name, Event.CLAIMED)
    house.do(name, Event.AGENT_REPLIED, text="I am here.")
    house.do(name, Event.HANDED_BACK, text="The customer knows now.")
    house.say(name, "when do you deliver")
    house.say(name, "human please")
    house.do(name, Event.CLAIMED, SARA)
    house.do(name, Event.RESOLVED, SARA, text="Done.")
    house.say(name, "thanks")
    house.say(name, "when do you deliver")
    return house.door.archive.case(AUDITOR, name).record


def _results(checked: Verification) -> set[Result]:
    return {one.result for one in checked.steps}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=6))
def test_every_recorded_step_is_decided_again_the_same(shared: House, sayings: list[str]) -> None:
    record = _lived(shared, *sayings)
    checked = Replay().verify(record)
    assert checked.holds, [(one.number, one.why) for one in checked.of(Result.MISMATCH)]
    unknown = [why for one in checked.of(Result.UNKNOWN) for why in one.why]
    assert all("masked" in why for why in unknown)


def test_a_case_that_went_to_people_and_back_is_decided_again_the_same(house: House) -> None:
    checked = Replay().verify(_worked(house))
    assert [(one.number, one.why) for one in checked.steps if one.result is not Result.MATCH] == []
    assert len(checked.steps) > 10


def test_nothing_is_asked_while_it_is_decided_again(shared: House, monkeypatch: pytest.MonkeyPatch) -> None:
    record = _lived(shared, "when do you deliver", "cite delivery", "this is late")
    asked: list[object] = []

    def refuse(*values: object, **named: object) -> object:
        asked.append(values)
        raise OSError("no network here")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    assert _results(Replay().verify(record)) == {Result.MATCH}
    assert asked == []


# What was changed since is named


def _change(
    record: ConversationRecord, place: int, change: Callable[[RecordedEvent], RecordedEvent]
) -> ConversationRecord:
    events = list(record.events)
    events[place] = change(events[place])
    return replace(record, events=tuple(events))


def _with_data(**data: Any) -> Callable[[RecordedEvent], RecordedEvent]:
    return lambda one: replace(one, data={**one.data, **data})


def _differing(record: ConversationRecord) -> list[int]:
    return [one.number for one in Replay().verify(record).of(Result.MISMATCH)]


@pytest.fixture(scope="module")
def sample(shared: House) -> ConversationRecord:
    return _lived(shared, "when do you deliver", "cite delivery", "xyzzy foo bar", "human please", "hello?")


def test_the_sample_holds(sample: ConversationRecord) -> None:
    assert _differing(sample) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_value_of_a_decision_names_its_step(sample: ConversationRecord, data: st.DataObject) -> None:
    messages = [place for place, one in enumerate(sample.events) if one.message_id and one.ordinal == 0]
    place = data.draw(st.sampled_from(messages))
    keys = sorted(
        set(sample.events[place].data) & {"confidence", "decision", "language", "sentiment", "routine", "intent"}
    )
    key = data.draw(st.sampled_from(keys))
    changed = _change(sample, place, _with_data(**{key: "something else"}))
    assert _differing(changed) == [place + 1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_state_names_its_step(sample: ConversationRecord, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sample.events) - 1))
    other = data.draw(st.sampled_from([one for one in State if one is not sample.events[place].target]))
    changed = _change(sample, place, lambda one: replace(one, target=other))
    assert place + 1 in _differing(changed)


def test_changed_evidence_names_the_step_and_the_trigger(sample: ConversationRecord) -> None:
    place = next(place for place, one in enumerate(sample.events) if one.event is Event.TRIGGER_FIRED)
    fired = json.loads(json.dumps(sample.events[place].data["fired"]))
    fired[0]["evidence"][0]["quote"] = "other words"
    checked = Replay().verify(_change(sample, place, _with_data(fired=fired)))
    (step,) = checked.of(Result.MISMATCH)
    assert step.number == place + 1
    assert step.why[0].startswith(f"evidence of {fired[0]['trigger_id']}: recorded")


def test_a_changed_fact_is_named(sample: ConversationRecord) -> None:
    place = next(place for place, one in enumerate(sample.events) if one.data.get("facts"))
    name = sorted(sample.events[place].data["facts"])[0]
    facts = {**sample.events[place].data["facts"], name: 99}
    (step,) = Replay().verify(_change(sample, place, _with_data(facts=facts))).of(Result.MISMATCH)
    assert step.why[0].startswith(f"fact {name}: recorded 99; derived ")


def _under(record: ConversationRecord, change: Callable[[dict[str, Any]], None]) -> ConversationRecord:
    """The record as if another policy had been in force, with every hash put right."""
    text = json.loads(next(iter(record.policies.values())))
    change(text)
    canonical = json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    name = canonical_hash(canonical)
    return replace(
        record, policies={name: canonical}, events=tuple(replace(one, policy_hash=name) for one in record.events)
    )


def test_a_threshold_that_was_changed_with_all_its_hashes_names_the_step(sample: ConversationRecord) -> None:
    def stricter(text: dict[str, Any]) -> None:
        text["answers"]["confidence"] = 0.85

    place = next(place for place, one in enumerate(sample.events) if one.data.get("confidence", 1) < 0.85)
    assert _differing(_under(sample, lambda text: None)) == []
    differing = _differing(_under(sample, stricter))
    assert differing == [] or differing[0] >= place + 1

    def impossible(text: dict[str, Any]) -> None:
        text["answers"]["confidence"] = text["answers"]["guarded_confidence"] = 0.95

    assert _differing(_under(sample, impossible))[0] == 1


def test_a_stored_policy_that_is_not_what_its_hash_says_decides_nothing(sample: ConversationRecord) -> None:
    (name,) = sample.policies
    changed = replace(sample, policies={name: sample.policies[name].replace("0.6", "0.7", 1)})
    first = Replay().verify(changed).steps[0]
    assert (first.result, first.why[0].endswith("it is not what its hash says")) == (Result.MISMATCH, True)


def test_what_was_not_recorded_is_said_and_not_guessed(sample: ConversationRecord) -> None:
    def older(one: RecordedEvent) -> RecordedEvent:
        return replace(one, given={})

    checked = Replay().verify(replace(sample, events=tuple(map(older, sample.events)), policies={}))
    assert _results(checked) == {Result.UNKNOWN}
    assert "was not recorded" in checked.steps[0].why[0]
    assert checked.holds


def test_a_message_that_is_gone_is_named(sample: ConversationRecord) -> None:
    gone = sample.events[0].message_id
    checked = Replay().verify(replace(sample, messages=tuple(one for one in sample.messages if one.id != gone)))
    assert (checked.steps[0].result, checked.steps[0].why) == (Result.MISMATCH, (f"message {gone} is gone",))


def test_words_that_were_changed_are_named(sample: ConversationRecord) -> None:
    said = next(one for one in sample.messages if one.author == "assistant" and "sure" in one.text)
    words = tuple(replace(one, text="All is well.") if one is said else one for one in sample.messages)
    (step,) = Replay().verify(replace(sample, messages=words)).of(Result.MISMATCH)
    assert step.why[0].startswith("words to the customer: recorded")


def test_a_row_that_was_changed_in_the_database_breaks_the_chain_at_its_step(tmp_path: Path) -> None:
    house = _house(tmp_path)
    name = _lived(house, "when do you deliver", "human please").id
    path = house.store.path
    house.close()
    with sqlite3.connect(str(path)) as raw:
        triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            raw.execute(f'DROP TRIGGER "{trigger}"')
        raw.execute("UPDATE event SET data = json_set(data, '$.confidence', 0.5) WHERE ordinal = 0 AND seq = 2")
        assert raw.total_changes == 1
    with pytest.raises(SystemExit) as ended:
        main(["replay", name, "--verify", "--json", "--data-dir", str(tmp_path)])
    assert ended.value.code == 1


# Reading


def test_a_step_tells_who_what_why_and_by_what(sample: ConversationRecord) -> None:
    steps = told(sample, Replay().verify(sample))
    answered = next(one for one in steps if one["message"] and one["message"]["text"] == "cite delivery")
    fired = next(one for one in steps if one["event"] == "trigger_fired")
    assert [one["step"] for one in steps] == list(range(1, len(steps) + 1))
    assert (answered["policy"], answered["checkpoint"]["is"]) == (policy().hash, "matches")
    assert fired["evidence"][0]["trigger_id"] == "person.request"
    assert (fired["from"], fired["to"], fired["result"]) == ("guarded", "triggered", "match")
    assert json.loads(json.dumps(steps)) == steps


def test_only_who_may_read_cases_reads_the_record(house: House) -> None:
    name = house.open()
    with pytest.raises(ForbiddenRole):
        house.door.archive.case(DEMO, name)
    with pytest.raises(NotFound):
        house.door.archive.case(AUDITOR, "nobody")


def test_what_a_step_was_decided_on_is_shown_to_who_replays_alone(house: House) -> None:
    name = _lived(house, "when do you deliver").id
    assert house.door.archive.case(AUDITOR, name).record.events[0].given["draft"]["confidence"] == 0.9
    assert "given" not in house.view(name).events[0].data


def test_no_card_number_is_in_what_is_kept_of_a_draft(tmp_path: Path) -> None:
    def leaks(question: Question) -> Draft:
        return Draft(text="Your card 4111 1111 1111 1111 is fine.", confidence=0.1)

    house = House(tmp_path, ScriptedAssistant(leaks))
    record = _lived(house, "is my card fine")
    kept: Mapping[str, Any] = record.events[0].given["draft"]
    assert "4111" not in json.dumps(dict(record.events[0].given))
    assert kept["masked"] is True
    assert _results(Replay().verify(record)) == {Result.MATCH}
    house.close()


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["replay", *arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_command_steps_through_and_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = _house(tmp_path)
    _lived(house, "when do you deliver", "human please", name="one")
    _lived(house, "xyzzy", name="two")
    house.close()
    folder = ("--data-dir", str(tmp_path))
    code, out, _ = _run(capsys, "one", "--step", "2", *folder)
    assert (code, "trigger_fired: bot_handling → triggered" in out, "step" in out) == (0, True, True)
    code, out, _ = _run(capsys, "one", "--verify", "--json", *folder)
    found = json.loads(out)
    assert (code, found["verified"]["match_rate"], len(found["steps"])) == (0, 1.0, 3)
    code, out, _ = _run(capsys, "--verify", "--all", *folder)
    assert (code, out.startswith("2 conversations, 4 steps: 4 match, 0 differ")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "there is no conversation 'nobody'"),
        (("one", "--step", "9"), "'one' has 1 steps; there is no step 9"),
        (("--all",), "--all stands with --verify"),
        ((), "name a conversation"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_the_reason(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = _house(tmp_path)
    _lived(house, "when do you deliver", name="one")
    house.close()
    code, _, error = _run(capsys, *arguments, "--data-dir", str(tmp_path))
    assert (code, said in error) == (2, True)
