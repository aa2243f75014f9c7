"""Looks are appended one after the other; what is changed in them or taken out of them is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from store import looks
from store.append_only import drop_append_only
from store.looks import LOOK
from store.records import NewLook
from tests.store.example import MINUTE, NOW, Bench

ADA = NewLook(
    actor_id="ada", role="auditor", purpose="read", conversation_id="c1", version=3, data={"why": "weekly"}, at=NOW
)


def test_looks_are_numbered_without_a_gap_and_read_newest_first(bench: Bench) -> None:
    others = [replace(ADA, conversation_id="c2"), replace(ADA, conversation_id=None, version=None, purpose="found")]
    assert [bench.run(looks.add_look, one) for one in (ADA, *others, ADA)] == [1, 2, 3, 4]
    every = bench.rows(lambda connection: looks.looks(connection, 10))
    assert [row["number"] for row in every] == [4, 3, 2, 1]
    assert [row["number"] for row in bench.rows(lambda connection: looks.looks(connection, 2, before=4))] == [3, 2]
    mine = bench.rows(lambda connection: looks.looks(connection, 10, "c1"))
    assert [(row["number"], row["data"], row["at"]) for row in mine] == [(4, ADA.data, NOW), (1, ADA.data, NOW)]


@pytest.mark.parametrize(
    "other",
    [{"actor_id": "eva"}, {"role": "admin"}, {"purpose": "exported"}, {"conversation_id": "c2"}, {"version": 4}],
    ids=lambda one: next(iter(one)),
)
def test_a_look_is_covered_by_the_same_one_of_a_moment_ago_and_by_no_other(bench: Bench, other: dict[str, Any]) -> None:
    bench.run(looks.add_look, ADA)
    assert bench.rows(lambda connection: looks.is_covered(connection, ADA, NOW - MINUTE))
    assert not bench.rows(lambda connection: looks.is_covered(connection, ADA, NOW + MINUTE))
    assert not bench.rows(lambda connection: looks.is_covered(connection, replace(ADA, **other), NOW - MINUTE))


CHANGES: dict[str, Any] = {
    "actor_id": "eva", "role": "admin", "purpose": "found", "conversation_id": "c9", "version": 4, "data": {},
    "at": NOW + timedelta(microseconds=1), "prev_hash": "0" * 64, "hash": "0" * 64,
}  # fmt: skip


def broken_after(bench: Bench, change: Any) -> int | None:
    """The first look that is not whole after a change, of which nothing stays: the triggers neither."""
    with bench.store.write() as connection:
        point = connection.begin_nested()
        drop_append_only(connection)
        connection.execute(change)
        found = looks.first_broken_look(connection)
        point.rollback()
    return found


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_whatever_is_changed_in_a_look_is_found(bench: Bench, column: str) -> None:
    for _ in range(3):
        bench.run(looks.add_look, ADA)
    assert bench.rows(looks.first_broken_look) is None
    change = update(LOOK).where(LOOK.c.number == 2).values({column: CHANGES[column]})
    assert broken_after(bench, change) == 2


def test_a_look_that_was_taken_out_is_missed(bench: Bench) -> None:
    for _ in range(3):
        bench.run(looks.add_look, ADA)
    assert broken_after(bench, delete(LOOK).where(LOOK.c.number == 2)) == 2


def test_the_hashes_of_looks_are_those_of_their_rows(bench: Bench) -> None:
    for _ in range(3):
        bench.run(looks.add_look, ADA)
    rows = bench.rows(lambda connection: looks.looks(connection, 9))
    assert bench.rows(looks.look_hashes) == tuple(row["hash"] for row in reversed(rows))


def forged(bench: Bench, number: int) -> None:
    """A look that somebody has written by hand, under a number."""
    last = bench.rows(lambda connection: looks.looks(connection, 1))[0]
    row = {**dict(last), "number": number, "prev_hash": last["hash"], "hash": "f" * 64}
    bench.run(lambda connection: connection.execute(insert(LOOK).values(row)))


@pytest.mark.parametrize("broken", [None, 2, 5, 7])
def test_the_newest_looks_are_checked_alone(bench: Bench, broken: int | None) -> None:
    for number in range(1, 8):
        if number == broken:
            forged(bench, number)
        else:
            bench.run(looks.add_look, ADA)
    assert bench.rows(looks.first_broken_look) == broken
    for newest in (1, 3, 6, 7, 100):
        seen = broken if broken is not None and broken > 7 - newest else None
        assert bench.rows(lambda connection, many=newest: looks.first_broken_of_newest(connection, many)) == seen
    forged(bench, 9)  # and 8 is missing
    assert bench.rows(lambda connection: looks.first_broken_of_newest(connection, 2)) == (7 if broken == 7 else 8)


def test_where_nobody_has_looked_nothing_is_broken(bench: Bench) -> None:
    assert bench.rows(looks.first_broken_look) is None
    assert bench.rows(lambda connection: looks.first_broken_of_newest(connection, 3)) is None


def test_every_column_of_a_look_but_the_hashes_is_covered() -> None:
    assert {*looks.CHAINED, "prev_hash", "hash"} == set(LOOK.columns.keys())
    row = {**{name: CHANGES.get(name) for name in looks.CHAINED}, "number": 1}
    assert looks.look_hash("", row) != looks.look_hash("0", row)
