"""Bringing a database to this version's schema with Alembic, and refusing one from the future."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, make_url, text

from states.errors import SchemaMismatch
from store.append_only import are_in_place, drop_append_only, require_append_only
from store.speech import drop_speech_check, require_speech_check, stands

HEAD = "0011"
"""The newest migration; a test compares it with the migration scripts."""
KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 5_204_817_263
RETRY_S = 0.05
"""Pause between two attempts at the lock."""


def migrate(engine: Engine) -> None:
    """Creates or upgrades the schema; one process at a time; does nothing on a current one.

    Raises SchemaMismatch if the database's version is not one this Handrail knows.
    """
    with engine.begin() as connection:
        if _is_current(connection) and stands(connection) and are_in_place(connection):
            return
    with exclusively(engine), engine.begin() as connection:
        if not _is_current(connection):
            if inspect(connection).has_table("message"):
                drop_speech_check(connection)
                if inspect(connection).has_table("journal"):
                    drop_append_only(connection)
            _upgrade(connection)
        require_speech_check(connection)
        require_append_only(connection)


@contextmanager
def exclusively(engine: Engine) -> Iterator[None]:
    """Changes of the schema one process at a time: a session lock on PostgreSQL, the write transaction on SQLite.

    The lock is asked for again and again instead of waited for: `CREATE INDEX CONCURRENTLY`, which LangGraph's saver
    runs, waits for every statement that has begun, and so for whoever waits for this lock.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK}).scalar():
            time.sleep(RETRY_S)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})


def _is_current(connection: Connection) -> bool:
    found = _version(connection)
    if found is not None and found not in KNOWN:
        raise SchemaMismatch(
            f"the database has schema {found!r}, which is newer than this Handrail's {HEAD!r}; upgrade Handrail, "
            "or restore the backup made before the upgrade"
        )
    return found == HEAD


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    # Alembic is imported only where a migration has to run: a current database opens without it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def libpq_url(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
