"""The database's own check on speech: it lets through what the table of transitions says, and not a word more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from states.table import ANSWERING, SPEECH, TABLE, WITH_PERSON, Transition
from states.vocabulary import Author, Effect, Event, State
from store.connection import Connection
from store.migrate import _SCRIPTS, migrate
from store.queries import EVENT, MESSAGE
from store.speech import allowed, drop_speech_check, require_speech_check, stands
from tests.store.example import NOW, Bench, answering

SILENT = tuple(row for row in TABLE if row.event is not Event.MESSAGE_ANSWERED)
"""A table in which the assistant answers nothing."""
SHAPES = sorted({(row.event, row.source, row.target) for row in TABLE})


@pytest.fixture
def case(bench: Bench) -> Bench:
    bench.open()
    bench.open("c2")
    return bench


@contextmanager
def undone(bench: Bench) -> Iterator[Connection]:
    """A transaction of which nothing stays, whatever it does to the trigger: the next test finds it as it was."""
    with bench.store.write() as connection:
        point = connection.begin_nested()
        yield connection
        point.rollback()


def happened(connection: Connection, seq: int, event: Event, source: State, target: State) -> None:
    """An event of `c1`, written past the unit of work."""
    row = {
        "id": f"e{seq}", "conversation_id": "c1", "seq": seq, "event": event.value, "source": source.value,
        "target": target.value, "role": "system", "actor_id": "", "cause": f"act:{seq}", "ordinal": 0,
        "policy_hash": "h", "checkpoint_id": None, "data": {}, "prev_hash": "", "hash": "", "at": NOW,
    }  # fmt: skip
    connection.execute(EVENT.insert().values(row))


def passes(
    connection: Connection, author: Author, effect: str | None, event_seq: int | None, conversation: str = "c1"
) -> bool:
    """Whether the database takes a message, which does not stay; any other refusal than the trigger's is an error."""
    row: dict[str, Any] = {
        "conversation_id": conversation, "id": "said", "seq": 1_000_000, "author": author.value, "actor_id": "",
        "text": "Hi!", "body_hash": "", "redactions": {}, "in_reply_to": None, "citations": [], "attachments": None,
        "automatic": None, "event_seq": event_seq, "effect": effect, "at": NOW,
    }  # fmt: skip
    point = connection.begin_nested()
    try:
        connection.execute(MESSAGE.insert().values(row))
    except DBAPIError as error:
        if "message_speech: no event of the table says this" not in str(error):
            raise
        return False
    finally:
        point.rollback()
    return True


def test_what_may_be_said_is_read_off_the_table() -> None:
    expected = {
        (SPEECH[effect], effect, row.event, row.source, row.target)
        for row in TABLE
        for effect in SPEECH
        if effect in row.effects
    }
    assert {tuple(line.split(" ")) for line in allowed()} == {tuple(map(str, one)) for one in expected}
    assert list(allowed()) == sorted(set(allowed()))
    by_assistant = [line for line in allowed() if line.startswith("assistant ")]
    assert by_assistant
    assert not any(state in line.split(" ") for line in by_assistant for state in WITH_PERSON)
    assert all(line.split(" ")[3] in ANSWERING for line in by_assistant)
    assert set(allowed()) - set(allowed(SILENT)) == {
        f"assistant send_answer message_answered {state} {state}" for state in ANSWERING
    }
    assert allowed(()) == ()


def test_the_database_takes_exactly_what_the_table_says(case: Bench) -> None:
    """Every event of the table, with every effect that speaks, in every name."""
    lines, passed, tried = set(allowed()), set(), 0
    with undone(case) as connection:
        for seq, (event, source, target) in enumerate(SHAPES, start=1):
            happened(connection, seq, event, source, target)
            for effect in SPEECH:
                for author in (SPEECH[effect], Author.ASSISTANT):
                    tried += 1
                    if passes(connection, author, effect.value, seq):
                        passed.add(f"{author} {effect} {event} {source} {target}")
    assert passed == lines
    assert tried > 20 * len(lines)


@pytest.mark.parametrize("author", [Author.ASSISTANT, Author.AGENT, Author.SYSTEM])
def test_words_without_an_event_of_this_conversation_are_refused(case: Bench, author: Author) -> None:
    with undone(case) as connection:
        happened(connection, 1, Event.MESSAGE_ANSWERED, State.BOT_HANDLING, State.BOT_HANDLING)
        assert passes(connection, Author.ASSISTANT, "send_answer", 1)
        assert not passes(connection, author, "send_answer", None)
        assert not passes(connection, author, "send_answer", 2)
        assert not passes(connection, author, "send_answer", 1, "c2"), "another conversation's event"
        assert not passes(connection, author, None, 1)
        assert not passes(connection, author, "lock_bot", 1)


def test_a_customer_needs_no_event(case: Bench) -> None:
    with undone(case) as connection:
        assert passes(connection, Author.CUSTOMER, None, None)


def test_what_the_unit_of_work_writes_passes_and_is_told_by_whose_event_it_was(case: Bench) -> None:
    case.commit(**answering("Hi!"))
    with case.store.read() as connection:
        (found,) = connection.execute(MESSAGE.select()).all()
        (event,) = connection.execute(EVENT.select()).all()
    assert (found.author, found.effect, found.event_seq) == ("assistant", Effect.SEND_ANSWER, event.seq)


def test_a_database_without_the_check_would_take_anything(case: Bench) -> None:
    """The mutant: the trigger is what refuses, and once it is back it refuses again."""
    with undone(case) as connection:
        for _ in range(2):
            drop_speech_check(connection)
        assert passes(connection, Author.ASSISTANT, "send_answer", None)
        require_speech_check(connection)
        assert not passes(connection, Author.ASSISTANT, "send_answer", None)


def test_a_database_that_is_brought_to_a_newer_schema_has_the_check_again(bench: Bench) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with bench.store.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
    migrate(bench.store._writer)
    bench.open()
    with undone(bench) as connection:
        assert stands(connection)
        assert not passes(connection, Author.ASSISTANT, "send_answer", None)


@pytest.mark.parametrize("table", [SILENT, TABLE[1:]], ids=["silent", "shorter"])
def test_the_check_that_stands_is_of_one_table_and_follows_another(case: Bench, table: tuple[Transition, ...]) -> None:
    with undone(case) as connection:
        happened(connection, 1, Event.MESSAGE_ANSWERED, State.BOT_HANDLING, State.BOT_HANDLING)
        assert (stands(connection), stands(connection, table)) == (True, False)
        require_speech_check(connection, table)
        assert (stands(connection), stands(connection, table)) == (False, True)
        assert not passes(connection, Author.ASSISTANT, "send_answer", 1)
        for _ in range(2):
            require_speech_check(connection)
        assert stands(connection)
        assert passes(connection, Author.ASSISTANT, "send_answer", 1)


@pytest.mark.parametrize("bench", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_check_that_is_switched_off_does_not_stand(bench: Bench) -> None:
    bench.open()
    with undone(bench) as connection:
        connection.exec_driver_sql("ALTER TABLE message DISABLE TRIGGER message_speech")
        assert passes(connection, Author.ASSISTANT, "send_answer", None)
        assert not stands(connection)
        require_speech_check(connection)
        assert not passes(connection, Author.ASSISTANT, "send_answer", None)


def test_no_check_is_of_no_table(bench: Bench) -> None:
    with undone(bench) as connection:
        drop_speech_check(connection)
        assert not stands(connection)
    with bench.store.read() as connection:
        assert stands(connection)
