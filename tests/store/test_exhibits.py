"""What an outcome's last event covers, and rows as they are proved: the one holds what the other shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proof.chain import GENESIS, covered_message
from proof.check import check
from proof.exhibit import Exhibit
from states.errors import NotFound
from store import queries
from store.covering import covers_of, message_columns, new_salt, touched_by
from store.exhibits import exhibit_of, journal_of, named_conversations
from tests.store.example import Bench


def shown(bench: Bench, conversation_id: str = "c1") -> Exhibit:
    with bench.store.snapshot() as connection:
        return exhibit_of(connection, conversation_id)


@pytest.fixture
def talked(bench: Bench) -> Bench:
    bench.open()
    bench.receive(message_id="m1", text="where is it, 4111")
    bench.answer("c1", "m1", "in three days")
    bench.receive(message_id="m2", text="1111, that is")
    bench.commit(message_id="m2", cause="message:m2", masked={"m1": ("where is it, [card]", {"card": 1})})
    return bench


def test_rows_hold_what_the_events_cover(talked: Bench) -> None:
    exhibit = shown(talked)
    found = check(exhibit)
    assert (found.findings, found.covered, found.older, found.waiting) == ((), 3, 0, 0)
    assert [one.seq for one in (*exhibit.messages, *exhibit.events)] != []
    assert exhibit.events[0].prev_hash == GENESIS
    assert Exhibit.from_json(exhibit.to_json()) == exhibit


def test_a_message_that_waits_is_counted_as_waiting(talked: Bench) -> None:
    talked.receive(message_id="m3", text="hello?")
    found = check(shown(talked))
    assert (found.findings, found.covered, found.waiting) == ((), 3, 1)


def test_a_handover_and_its_changes_are_covered(bench: Bench) -> None:
    bench.case()
    bench.commit(handover_changed={"notices": 1})
    exhibit = shown(bench)
    assert check(exhibit).findings == ()
    (handover,) = exhibit.handovers
    assert handover.row is not None
    moved = replace(handover, row=replace(handover.row, value={**(handover.row.value or {}), "notices": 2}))
    assert len(check(replace(exhibit, handovers=(moved,))).findings) == 1


def test_the_last_event_of_an_outcome_names_what_it_writes(talked: Bench) -> None:
    with talked.store.read() as connection:
        last = queries.events(connection, "c1")[-1]
        first = queries.message(connection, "c1", "m1")
    assert first is not None
    assert last["covers"]["masked"] == [covered_message(last["salt"], message_columns("c1", first))]
    assert [one[0] for one in last["covers"]["heard"]] == ["m2"]


def test_what_an_outcome_does_not_carry_is_read(talked: Bench) -> None:
    outcome = talked.outcome(message_id="m1")
    with talked.store.read() as connection:
        assert touched_by(connection, outcome).keys() == {"m1"}
    salts = {new_salt() for _ in range(9)}
    assert len(salts) == 9
    assert covers_of(outcome, salts.pop(), (), {}).keys() == {"conversation"}


def test_every_conversation_that_a_row_names_is_named(talked: Bench) -> None:
    talked.open("c2")
    with talked.store.read() as connection:
        assert named_conversations(connection) == ("c1", "c2")
        assert journal_of(connection, "c1") == ()
        assert queries.policy_texts(connection) == ()
    with pytest.raises(NotFound):
        shown(talked, "nobody")


def test_a_snapshot_sees_one_moment(bench: Bench) -> None:
    bench.open()
    with bench.store.snapshot() as connection:
        before = named_conversations(connection)
        bench.open("c2")
        assert named_conversations(connection) == before == ("c1",)
