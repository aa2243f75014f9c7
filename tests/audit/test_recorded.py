"""Conversations that were recorded once, decided again by the code of today: what alters a past decision is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from audit.record_file import read_records, write_records
from audit.replay import Replay, Result
from service.record import ConversationRecord
from states.vocabulary import Event
from tests.audit.recorded.record import FILE
from triggers.engine import Engine


@pytest.fixture(scope="module")
def records() -> list[ConversationRecord]:
    return [*read_records(FILE)]


def test_every_recorded_decision_would_be_made_again(records: list[ConversationRecord]) -> None:
    replaying = Replay()
    found = [replaying.verify(one) for one in records]
    told = [(one.conversation_id, step.number, step.why) for one in found for step in one.of(Result.MISMATCH)]
    assert told == [], (
        "if this is wanted, say so in CHANGELOG.md and record anew: python -m tests.audit.recorded.record"
    )
    assert sum(len(one.of(Result.MATCH)) for one in found) > 300


def test_the_record_holds_what_conversations_are_made_of(records: list[ConversationRecord]) -> None:
    events = {one.event for record in records for one in record.events}
    wanted = {
        Event.MESSAGE_ANSWERED, Event.CAUTION_RAISED, Event.TRIGGER_FIRED, Event.CUSTOMER_REPLIED, Event.CLAIMED,
        Event.HANDED_BACK, Event.AGENT_REPLIED, Event.PACKET_READY, Event.ESCALATED, Event.RELEASED,
    }  # fmt: skip
    assert wanted <= events


def test_a_change_of_the_code_that_alters_a_decision_is_seen(
    records: list[ConversationRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(self: Engine, text: str, language: str = "en") -> None:
        return None

    monkeypatch.setattr(Engine, "smalltalk", deaf)
    replaying = Replay()
    greeted = [one for one in records if any(str(e.data.get("intent", "")).startswith("smalltalk") for e in one.events)]
    assert greeted
    assert any(not replaying.verify(one).holds for one in greeted)


def test_a_file_of_records_gives_back_what_was_written(records: list[ConversationRecord], tmp_path: Path) -> None:
    few = [replace(one, policies={}) for one in records[:5]]
    assert write_records(tmp_path / "one.gz", few) == 5
    write_records(tmp_path / "two.gz", few)
    assert [*read_records(tmp_path / "one.gz")] == few
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
