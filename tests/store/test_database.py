"""Opening a database: current, new, from the future, broken, locked, read-only or full."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

import store.rows  # noqa: F401  registers the tables
from states.errors import SchemaMismatch, SettingsError, StoreUnavailable
from states.vocabulary import State
from store.database import Store, has_tables, open_store
from store.migrate import _SCRIPTS, HEAD, KNOWN, exclusively, libpq_url, migrate
from store.queries import newest_handover, summaries_due
from tests.store.example import Bench

CHECKPOINT_TABLES = {"checkpoints", "writes", "alembic_version"}


def test_migrations_make_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/h.db")
    with opened.read() as connection:
        context = MigrationContext.configure(connection)
        differences = [
            one
            for one in compare_metadata(context, SQLModel.metadata)
            if getattr(one[1], "name", "") not in CHECKPOINT_TABLES
        ]
    assert differences == []


def test_clocks_and_handovers_of_the_schema_before_go_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/h.db"
    opened = open_store(url)
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with opened.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        connection.exec_driver_sql(_OLD_ROWS["conversation"])
        connection.exec_driver_sql(_OLD_ROWS["handover"])
        connection.exec_driver_sql(_OLD_ROWS["timer"])
    opened.close()
    again = open_store(url)
    with again.read() as connection:
        found = connection.exec_driver_sql("SELECT clock, due_at, set_at, try_at, attempts FROM timer").all()
        ladders = connection.exec_driver_sql("SELECT ladders, skills FROM handover").all()
    assert found == [("claim", _AT, _AT, _AT, 0)]
    assert ladders == [("{}", "[]")]
    again.close()


_AT = "2026-11-23 10:05:00.000000"
_OLD_ROWS = {
    "conversation": f"""INSERT INTO conversation VALUES ('c1', 'handed_off', 1, 3, 'web', 'en', '', '{{}}', '{{}}', 1,
        NULL, NULL, 'ho_1', NULL, 'p', 'h', '', NULL, 0, NULL, NULL, '{_AT}', '{_AT}')""",
    "handover": f"""INSERT INTO handover (id, conversation_id, open, reason_code, reason, severity, sla, team, language,
        waiting_since, claim_due_at, resolve_due_at, climb, notices, verify, compliance, verified, attempts, steps_done,
        packet, created_at) VALUES ('ho_1', 'c1', 1, 'r', 'r', 'high', 'short', 't', 'en', '{_AT}', '{_AT}', '{_AT}',
        1, 0, 0, 0, 0, 0, '[]', '{{}}', '{_AT}')""",
    "timer": f"INSERT INTO timer VALUES ('c1', 'claim', 'sla_breached', '{_AT}')",
}


def test_head_is_the_newest_migration_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == HEAD
    assert {one.revision for one in scripts.walk_revisions()} == set(KNOWN)


def test_states_that_the_machine_does_not_know_cannot_be_written(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/h.db")
    with opened.read() as connection:
        checks = {one["name"]: one["sqltext"] for one in inspect(connection).get_check_constraints("conversation")}
    assert all(f"'{state.value}'" in checks["conversation_state"] for state in State)
    assert checks["conversation_state"].count("'") == 2 * len(State)


def test_opening_twice_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/h.db"
    with open_store(url).write() as connection:
        connection.exec_driver_sql("INSERT INTO policy VALUES ('h', 'n', 'c', '2026-01-01')")
    with open_store(url).read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM policy").scalar() == 1


def test_first_opening_by_many_at_once_makes_one_schema(tmp_path: Path) -> None:
    url, failures = f"sqlite:///{tmp_path}/h.db", []

    def first() -> None:
        try:
            open_store(url).ping()
        except Exception as error:  # noqa: BLE001  the test asserts that none happens
            failures.append(error)

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_schema_of_a_newer_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/h.db"
    with open_store(url).write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatch, match=r"'9999'.*upgrade Handrail"):
        open_store(url)


def test_missing_data_directory_is_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a/b/h.db").ping()
    assert (tmp_path / "a" / "b" / "h.db").exists()


def test_data_directory_that_cannot_be_made_names_the_setting() -> None:
    with pytest.raises(StoreUnavailable, match="HANDRAIL_DATA_DIR"):
        open_store("sqlite:////proc/nowhere/h.db")


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "h.db").write_text("this is a letter, not a database " * 50)
    with pytest.raises(StoreUnavailable, match="no SQLite database"):
        open_store(f"sqlite:///{tmp_path}/h.db")


def test_read_only_database_is_refused_with_the_remedy(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/h.db")
    with pytest.raises(StoreUnavailable, match="read-only"), opened.write() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("DELETE FROM policy")


def test_full_disk_is_refused_with_the_remedy_and_nothing_is_half_written(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/h.db")
    with pytest.raises(StoreUnavailable, match="disk is full"), opened.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for number in range(1000):
            connection.exec_driver_sql("INSERT INTO policy VALUES (?, 'n', ?, '2026-01-01')", (str(number), "x" * 9000))
    with open_store(f"sqlite:///{tmp_path}/h.db").read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM policy").scalar() == 0


def test_locked_database_is_refused_after_the_wait(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/h.db")
    impatient = Store(f"sqlite:///{tmp_path}/h.db", busy_timeout_s=0.1)
    other = sqlite3.connect(tmp_path / "h.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="another program holds it"), impatient.write():
        pass
    other.execute("COMMIT")
    other.close()
    opened.ping()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x", "nonsense"])
def test_urls_that_cannot_keep_a_handover_are_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        open_store(url)


def test_password_is_in_no_error() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        open_store("postgresql://someone:s3cret-pw@127.0.0.1:1/none")
    assert "s3cret-pw" not in str(caught.value)


def test_a_database_with_cases_of_an_older_version_is_upgraded_and_keeps_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/h.db"
    opened = open_store(url)
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with opened.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        connection.exec_driver_sql(
            "INSERT INTO conversation (id, state, version, next_seq, channel, language, customer, channel_facts,"
            " history, latched, policy_name, policy_hash, head_hash, closed, created_at, updated_at) VALUES ('c1',"
            " 'handed_off', 1, 1, 'web', 'en', '', '{}', '{}', 1, 'p', 'h', 'x', 0, '2026-01-01', '2026-01-01')"
        )
        connection.exec_driver_sql(
            "INSERT INTO handover (id, conversation_id, open, reason_code, reason, severity, sla, team, language,"
            " waiting_since, claim_due_at, resolve_due_at, notices, verify, compliance, verified, attempts,"
            " steps_done, packet, created_at) VALUES ('h1', 'c1', 1, 'r', 'r', 'high', 's', 't', 'en', '2026-01-01',"
            " '2026-01-01', '2026-01-01', 0, 0, 0, 0, 0, '[\"a\"]', '{}', '2026-01-01')"
        )
    opened.close()
    with open_store(url).read() as connection:
        row = newest_handover(connection, "c1")
        assert row is not None
        assert (row["steps_done"], row["steps_by"], row["resolution"], row["summary_due"]) == (["a"], None, None, False)
        assert summaries_due(connection, 5) == ()


def test_migrating_a_current_database_changes_nothing(bench: Bench) -> None:
    migrate(bench.store._writer)
    with bench.store.read() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
        assert has_tables(connection, "conversation", "event")
        assert not has_tables(connection, "conversation", "no_such_table")


def test_the_schema_is_changed_by_one_at_a_time(bench: Bench) -> None:
    order: list[str] = []

    def second() -> None:
        with exclusively(bench.store._writer):
            order.append("second")

    thread = threading.Thread(target=second)
    with bench.store.changing_schema():
        thread.start()
        # On SQLite the write transaction keeps others out, not this: there the second passes at once.
        thread.join(60 if bench.store.is_sqlite else 0.2)
        order.append("first")
    thread.join(60)
    assert order == (["second", "first"] if bench.store.is_sqlite else ["first", "second"])


def test_the_file_is_named_and_the_url_is_as_psycopg_reads_it(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/h.db")
    assert opened.path == f"{tmp_path}/h.db"
    opened.close()
    assert libpq_url("postgresql+psycopg://u:p@host/db") == "postgresql://u:p@host/db"
