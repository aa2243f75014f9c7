"""Driving recordings through a system: resumable, and a bad line never costs another."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audit.driver import CHANNEL, Drive, drive
from audit.recordings import read_lines
from service.views import ConversationView, NewConversation, TurnResult
from states.errors import ConversationClosed, MessageConflict, MessageTooLong, NotFound, StoreUnavailable
from states.vocabulary import State

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Recorder:
    """A system that remembers; "person" hands over, "fault" is a fault, "closed" and "long" are refused."""

    def __init__(self, dies_after: int = 1_000_000) -> None:
        self.states: dict[str, State] = {}
        self.opened: list[NewConversation] = []
        self.posted: dict[tuple[str, str], str] = {}
        self.left = dies_after

    def open(self, new: NewConversation) -> ConversationView:
        self.opened.append(new)
        self.states[str(new.id)] = State.BOT_HANDLING
        return self.view(str(new.id))

    def view(self, conversation_id: str) -> ConversationView:
        if conversation_id not in self.states:
            raise NotFound(f"no conversation {conversation_id!r}")
        return ConversationView(
            id=conversation_id, state=self.states[conversation_id], version=0, channel=CHANNEL, language="en",
            customer="", latched=False, owner_id=None, owner_role=None, created_at=NOW, updated_at=NOW, closed=False,
            policy_name="p", policy_hash="0", facts={}, messages=(), events=(), handover=None, timers={},
        )  # fmt: skip

    def post(self, conversation_id: str, text: str, *, message_id: str | None = None) -> TurnResult:
        key = (conversation_id, str(message_id))
        if self.posted.get(key, text) != text:
            raise MessageConflict("another text")
        if "closed" in text:
            raise ConversationClosed("closed")
        if "long" in text:
            raise MessageTooLong("too long")
        if self.left == 0:
            raise StoreUnavailable("the power went out")
        repeated = key in self.posted
        self.left -= not repeated
        self.posted[key] = text
        decision: dict[str, Any] = {"event": "message_answered"}
        if "person" in text:
            self.states[conversation_id] = State.HANDED_OFF
            decision = {"event": "trigger_fired", "fired": [{"trigger_id": "person.request"}]}
        if "fault" in text:
            decision = {"event": "fault", "fault": "timeout"}
        result = TurnResult(
            conversation_id=conversation_id, message_id=str(message_id), state=self.states[conversation_id], version=1,
            replies=(), decision=decision,
        )  # fmt: skip
        return replace(result, repeated=repeated)


def _turns(*texts: str) -> list[dict[str, str]]:
    turns = []
    for text in texts:
        turns += [{"role": "user", "text": text}, {"role": "assistant", "text": "recorded answer"}]
    return turns


ROWS = [{"id": "a", "turns": _turns("hello", "a person", "again")}, {"id": "b", "turns": _turns("a fault", "well")}]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.jsonl"
    path.write_text("\n".join(["{bad", *map(json.dumps, ROWS), '{"id": "c"}', '{"id": "d", "turns": [5]}']))
    return path


def _drive(path: Path, system: Recorder) -> Drive:
    return drive(read_lines(path), system)


def test_only_customer_turns_are_posted_under_ids_that_can_be_found_again(recorded: Path) -> None:
    system = Recorder()
    _drive(recorded, system)
    assert list(system.posted) == [("a", "a:0"), ("a", "a:2"), ("a", "a:4"), ("b", "b:0"), ("b", "b:2")]
    assert "recorded answer" not in system.posted.values()
    assert [new.channel for new in system.opened] == [CHANNEL, CHANNEL]


def test_the_summary_counts_states_triggers_handovers_and_faults(recorded: Path) -> None:
    summary = _drive(recorded, Recorder()).summary()
    assert summary["states"] == {"bot_handling": 1, "handed_off": 1}
    assert summary["triggers"] == {"person.request": 1}
    assert (summary["conversations"], summary["turns"], summary["handovers"], summary["faults"]) == (2, 5, 1, 1)
    assert [one["line"] for one in summary["bad_lines"]] == [1, 4, 5]


def test_a_second_run_repeats_nothing_and_sums_up_the_same(recorded: Path) -> None:
    system = Recorder()
    first = _drive(recorded, system).summary()
    second = _drive(recorded, system).summary()
    assert second["skipped_turns"] == 5
    assert len(system.opened) == 2
    same = ("conversations", "turns", "states", "triggers", "handovers", "faults")
    assert {name: first[name] for name in same} == {name: second[name] for name in same}


def test_a_run_after_an_interruption_does_what_is_left(recorded: Path) -> None:
    system = Recorder(dies_after=2)
    with pytest.raises(StoreUnavailable):
        _drive(recorded, system)
    system.left = 1_000_000
    assert _drive(recorded, system).summary()["skipped_turns"] == 2
    assert len(system.posted) == 5


def test_a_refused_turn_is_reported_and_the_conversation_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    path.write_text(json.dumps({"id": "a", "turns": _turns("closed", "long", "fine")}))
    done = _drive(path, Recorder())
    assert [number for number, _ in done.refused] == [1, 1]
    assert (done.turns, done.conversations) == (1, 1)


def test_a_recording_that_changed_since_is_reported_not_overwritten(tmp_path: Path) -> None:
    system, path = Recorder(), tmp_path / "recorded.jsonl"
    path.write_text(json.dumps({"id": "a", "turns": _turns("one")}))
    _drive(path, system)
    path.write_text(json.dumps({"id": "a", "turns": _turns("two")}))
    assert "another text" in _drive(path, system).refused[0][1]
    assert system.posted["a", "a:0"] == "one"


def test_progress_adds_up_to_the_file(recorded: Path) -> None:
    sizes: list[int] = []
    drive(read_lines(recorded), Recorder(), sizes.append)
    assert sum(sizes) == recorded.stat().st_size
