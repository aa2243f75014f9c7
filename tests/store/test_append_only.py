"""The database keeps the log by itself: whoever asks, through whatever program, changes and deletes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from store.append_only import are_in_place, drop_append_only, require_append_only
from store.connection import Connection
from store.migrate import migrate
from store.queries import EVENT, MESSAGE_COLUMNS
from tests.store.example import Bench

EVENT_COLUMNS = tuple(one.key for one in EVENT.columns)


@pytest.fixture
def talked(bench: Bench) -> Bench:
    bench.open()
    bench.receive(message_id="m1", text="where is it, 4111")
    bench.answer("c1", "m1", "in three days")
    bench.receive(message_id="m2", text="1111, that is")
    bench.commit(message_id="m2", cause="message:m2", masked={"m1": ("where is it, [card]", {"card": 1})})
    return bench


@contextmanager
def undone(bench: Bench) -> Iterator[Connection]:
    """A transaction of which nothing stays."""
    with bench.store.write() as connection:
        point = connection.begin_nested()
        yield connection
        point.rollback()


def refuses(connection: Connection, statement: str) -> bool:
    """Whether the trigger refuses it; nothing of it stays. Any other error is one."""
    point = connection.begin_nested()
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if "the log is append-only" not in str(error.orig):
            raise
        return True
    finally:
        point.rollback()
    return False


_FILL = (
    "INSERT INTO log_leaf (position, chain, head_hash, journal_hash, hash) VALUES (0, 'c', '', '', '')",
    "INSERT INTO look (number, at, actor_id, role, purpose, data, prev_hash, hash) "
    "VALUES (1, {at}, '', '', '', '{{}}', '', '')",
    "INSERT INTO tree_head (size, milliseconds, root, key_id, public_key, signature) VALUES (1, 1, '', '', '', '')",
    "INSERT INTO journal (chain, number, kind, salt, data, at, prev_hash, hash) "
    "VALUES ('', 1, 'x', '', '{{}}', {at}, '', '')",
)
_MOMENT = "'2026-01-01 00:00:00.000000'"


def test_nothing_of_the_log_is_deleted(talked: Bench) -> None:
    with undone(talked) as connection:
        for statement in _FILL:
            connection.exec_driver_sql(statement.format(at=_MOMENT))
        for table in ("event", "message", "journal", "log_leaf", "look", "tree_head"):
            assert refuses(connection, f"DELETE FROM {table}"), table
        for table, column in (("journal", "kind"), ("log_leaf", "hash"), ("tree_head", "root")):
            assert refuses(connection, f"UPDATE {table} SET {column} = 'x'"), table


def test_no_column_of_an_event_changes(talked: Bench) -> None:
    values = {"seq": "7", "ordinal": "7", "at": _MOMENT}
    with undone(talked) as connection:
        for column in EVENT_COLUMNS:
            value = values.get(column, "'{\"x\":1}'")
            assert refuses(connection, f"UPDATE event SET {column} = {value} WHERE cause = 'message:m1'"), column


def test_no_column_of_a_message_changes_but_which_event_decided_it(talked: Bench) -> None:
    values = {"seq": "99", "event_seq": "99", "at": _MOMENT, "late": "TRUE"}
    with undone(talked) as connection:
        for column in MESSAGE_COLUMNS:
            value = values.get(column, "'{\"x\":1}'")
            assert refuses(connection, f"UPDATE message SET {column} = {value} WHERE id = 'm2'"), column
        assert not refuses(connection, "UPDATE message SET outcome_event_id = NULL WHERE id = 'm2'")


def test_only_what_the_newest_event_masks_is_masked(talked: Bench) -> None:
    with undone(talked) as connection:
        assert not refuses(connection, "UPDATE message SET text = 'where' WHERE id = 'm1'")
        assert refuses(connection, "UPDATE message SET text = 'where', body_hash = 'x' WHERE id = 'm1'")
    talked.commit()
    with undone(talked) as connection:
        assert refuses(connection, "UPDATE message SET text = 'where' WHERE id = 'm1'")


def test_what_erasure_leaves_may_be_written_once(talked: Bench) -> None:
    event = "UPDATE event SET salt = NULL, sealed = '{}', data = '{{}}', actor_id = '{}' WHERE cause = 'message:m1'"
    words = (
        "UPDATE message SET text = '{}', redactions = '{{}}', citations = '[]', attachments = NULL, body_hash = '', "
        "actor_id = ''"
    )
    with undone(talked) as connection:
        assert not refuses(connection, event.format("seal", ""))
        assert refuses(connection, event.format("seal", "mallory"))
        assert refuses(connection, "UPDATE event SET salt = NULL, data = '{}', actor_id = ''")
        assert not refuses(connection, words.format(""))
        assert refuses(connection, words.format("something else"))
        connection.exec_driver_sql(event.format("seal", ""))
        assert refuses(connection, event.format("other", ""))


def test_the_triggers_are_put_back_where_one_is_missing(bench: Bench) -> None:
    with bench.store.write() as connection:
        assert are_in_place(connection)
        drop_append_only(connection)
        assert not are_in_place(connection)
    migrate(bench.store._writer)
    with bench.store.write() as connection:
        assert are_in_place(connection)
        require_append_only(connection)
        assert are_in_place(connection)
