"""The same code on PostgreSQL: a whole life of a conversation, and the saver's contract."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from itertools import count

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance import checkpointer_test, validate
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from delivery.work import Delivery
from graph.saver import TurnSaver
from service.system import System
from states.vocabulary import Event, State
from store.arrivals import remember_policy
from store.database import Store, open_store
from store.prepared import Prepared
from store.queries import EVENT
from store.tickets import keep_hint
from tests.campaigns.invariants import open_handovers, violations
from tests.graph.example import CLEO, SARA, START, Desk
from tests.ready_databases import new_database

pytestmark = pytest.mark.postgres


def test_conversation_lives_its_whole_life_on_postgres(postgres: str) -> None:
    desk = Desk(new_database(postgres, "life"))
    desk.say("How long does delivery take?", "m1")
    assert desk.say("How long does delivery take?", "m1").repeated
    assert desk.say("please change my address").state is State.HANDED_OFF
    assert open_handovers(desk.runtime.store, desk.id) == 1
    assert desk.wait(minutes=61) >= 1
    desk.do(Event.CLAIMED)
    desk.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    desk.do(Event.RESOLVED, text="changed", steps_done=["checked"])
    assert desk.say("and my phone number?").state is State.HANDED_OFF
    desk.do(Event.ESCALATED)
    desk.do(Event.CLAIMED, CLEO)
    desk.do(Event.HAND_BACK_REQUESTED, CLEO, text="the rest is routine")
    desk.do(Event.HAND_BACK_AGREED, SARA, request_hash=desk.view.consent["hash"])
    desk.do(Event.HANDED_BACK, CLEO, text="the rest is routine")
    assert desk.say("Do you deliver to Cork?").replies[0].author == "assistant"
    assert Delivery(System(desk.runtime)).tick() == 0, "with nobody to tell, effects wait for somebody who has"
    assert desk.wait(hours=25) == 1
    assert violations(desk.runtime.store, desk.id) == []
    desk.runtime.close()


def test_a_new_conversation_has_its_clock_on_postgres(postgres: str) -> None:
    desk = Desk(new_database(postgres, "clock"))
    assert list(desk.view.timers) == ["idle"]
    assert desk.wait(days=3) == 1
    assert desk.events[-1] == "expired"
    desk.runtime.close()


def test_the_driver_says_whether_a_row_was_new_on_postgres(postgres: str) -> None:
    opened = open_store(new_database(postgres, "counts"))
    with opened.write() as connection:
        found = [keep_hint(connection, "tickets", "delivery_1", "ticket_1", START) for _ in range(2)]
    opened.close()
    assert found == [True, False]


def test_migrations_make_exactly_the_tables_of_the_models_on_postgres(postgres: str) -> None:
    opened = open_store(new_database(postgres, "schema", empty=True))
    with opened.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    ours = set(SQLModel.metadata.tables)
    assert [one for one in found if getattr(one[1], "name", "") in ours or one[0].startswith("add")] == []
    opened.close()


def test_prepared_statement_reads_and_refuses_as_sqlalchemy_does_on_postgres(postgres: str) -> None:
    desk = Desk(new_database(postgres, "prepared"))
    desk.say("Do you deliver?", "m1")
    wanted = select(EVENT).where(EVENT.c.conversation_id == bindparam("id"))
    with desk.runtime.store.read() as connection:
        (found,) = Prepared(wanted).all(connection, {"id": desk.id})
        assert found == dict(connection.execute(wanted, {"id": desk.id}).mappings().one())
    with pytest.raises(IntegrityError, match="event_cause"), desk.runtime.store.write() as connection:
        Prepared(insert(EVENT), EVENT.columns.keys()).run(connection, found | {"seq": 99})
    assert desk.events == ["message_answered"]
    desk.runtime.close()


@pytest.mark.parametrize("buffered", [False, True])
def test_saver_passes_the_conformance_suite_on_postgres(postgres: str, buffered: bool) -> None:
    names = (f"conformance_{buffered}_{number}" for number in count())

    @checkpointer_test(name="TurnSaver")
    async def fresh() -> AsyncGenerator[BaseCheckpointSaver[str], None]:
        opened = open_store(new_database(postgres, next(names), empty=True))
        saver = TurnSaver(opened)
        with saver.buffered() if buffered else nullcontext():
            yield saver
        opened.close()

    report = asyncio.run(validate(fresh))
    assert report.passed_all_base(), report.to_dict()


def test_two_processes_that_start_at_once_remember_the_policy_once(postgres: str) -> None:
    opened, failures = open_store(new_database(postgres, "start")), []

    def second() -> None:
        try:
            with opened.write() as connection:
                remember_policy(connection, "h", "n", "c", START)
        except Exception as error:  # noqa: BLE001  the test asserts that none happens
            failures.append(error)

    with opened.write() as connection:
        remember_policy(connection, "h", "n", "c", START)
        late = threading.Thread(target=second)
        late.start()
        # Until the second one waits for the first one's row, nothing has been tried.
        while not _waiting(opened):
            time.sleep(0.01)
    late.join(120)
    assert failures == []
    opened.close()


def _waiting(opened: Store) -> int:
    with opened.read() as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'start'"
        return int(connection.exec_driver_sql(asked).scalar_one())
