"""Prepared statements mean what SQLAlchemy's own execution means: types, defaults and errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.arrivals import create
from store.database import Store, open_store
from store.prepared import Prepared
from store.queries import CONVERSATION, EVENT, MESSAGE, OUTBOX, POLICY
from tests.ready_databases import sqlite_url

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=2)))
ADD = Prepared(insert(POLICY), POLICY.columns.keys())
FIND = Prepared(select(POLICY).where(POLICY.c.hash == bindparam("hash")))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Store]:
    store = open_store(sqlite_url(tmp_path))
    yield store
    store.close()


def _policy(name: str) -> dict[str, object]:
    return {"hash": name, "name": name, "canonical": "{}", "first_used_at": NOON}


def test_row_comes_back_as_sqlalchemy_reads_it(opened: Store) -> None:
    with opened.write() as connection:
        create(
            connection, conversation_id="a", channel="web", language="en", customer="", channel_facts={"n": [1, None]},
            policy_name="p", policy_hash="h", idle_until=NOON, now=NOON,
        )  # fmt: skip
        wanted = select(CONVERSATION).where(CONVERSATION.c.id == bindparam("id"))
        found = Prepared(wanted).first(connection, {"id": "a"})
        assert found == dict(connection.execute(wanted, {"id": "a"}).mappings().one())
        assert found is not None
        assert found["created_at"] == NOON
        assert found["latched"] is False
        assert found["channel_facts"] == {"n": [1, None]}


def test_several_rows_are_written_and_the_touched_ones_counted(opened: Store) -> None:
    rename = Prepared(update(POLICY).where(POLICY.c.name == bindparam("old")).values(canonical=bindparam("new")))
    with opened.write() as connection:
        ADD.run(connection, _policy("a"), _policy("b"))
        assert rename.run(connection, {"old": "b", "new": "[]"}) == 1
        assert rename.run(connection, {"old": "c", "new": "[]"}) == 0
        assert [one["canonical"] for one in FIND.all(connection, {"hash": "b"})] == ["[]"]
        assert FIND.first(connection, {"hash": "c"}) is None


def test_broken_constraint_is_sqlalchemys_error_and_rolls_the_transaction_back(opened: Store) -> None:
    with pytest.raises(IntegrityError), opened.write() as connection:
        ADD.run(connection, _policy("a"))
        ADD.run(connection, _policy("a"))
    with opened.read() as connection:
        assert FIND.first(connection, {"hash": "a"}) is None


def test_missing_value_is_refused_instead_of_written_as_null(opened: Store) -> None:
    with opened.write() as connection, pytest.raises(KeyError, match="canonical"):
        ADD.run(connection, {"hash": "a", "name": "a", "first_used_at": NOON})


def test_naive_time_is_refused(opened: Store) -> None:
    with opened.write() as connection, pytest.raises(ValueError, match="no time zone"):
        ADD.run(connection, _policy("a") | {"first_used_at": NOON.replace(tzinfo=None)})


def test_statement_that_needs_help_at_every_execution_is_refused(opened: Store) -> None:
    several = Prepared(select(MESSAGE).where(MESSAGE.c.id.in_(bindparam("ids", expanding=True))))
    with opened.read() as connection, pytest.raises(TypeError, match="SQLAlchemy's help"):
        several.all(connection, {"ids": ["a"]})


def test_no_column_of_a_prepared_table_has_a_default_that_python_would_fill_in() -> None:
    assert all(column.default is None for table in (MESSAGE, EVENT, CONVERSATION, OUTBOX) for column in table.columns)


def test_times_are_kept_in_utc(opened: Store) -> None:
    with opened.write() as connection:
        ADD.run(connection, _policy("a"))
        found = FIND.first(connection, {"hash": "a"})
    assert found is not None
    assert found["first_used_at"].tzinfo is UTC
