"""Bringing a database to this version's schema with Alembic, and refusing one from the future."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, make_url, text

from states.errors import SchemaMismatch

HEAD = "0005"
"""The newest migration; a test compares it with the migration scripts."""
KNOWN = ("0001", "0002", "0003", "0004", "0005")
_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 5_204_817_263


def migrate(engine: Engine, url: str) -> None:
    """Creates or upgrades the schema; one process at a time; does nothing on a current one.

    Raises SchemaMismatch if the database's version is not one this Handrail knows.
    """
    with engine.begin() as connection:
        if _is_current(connection):
            return
    with _exclusively(engine):
        # The savers' tables come first: a crash in between leaves a database that the next start completes.
        _set_up_checkpoints(url)
        with engine.begin() as connection:
            if not _is_current(connection):
                _upgrade(connection)


@contextmanager
def _exclusively(engine: Engine) -> Iterator[None]:
    """A session lock on PostgreSQL; on SQLite the write transaction itself excludes others."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
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


def _set_up_checkpoints(url: str) -> None:
    """Lets the official savers make their tables, on a connection of their own in autocommit."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        from langgraph.checkpoint.sqlite import SqliteSaver

        with SqliteSaver.from_conn_string(str(target.database)) as sqlite_saver:
            sqlite_saver.setup()
        return
    from langgraph.checkpoint.postgres import PostgresSaver

    with PostgresSaver.from_conn_string(libpq_url(url)) as postgres_saver:
        postgres_saver.setup()


def libpq_url(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
