"""Opening the database: engines, pragmas, transactions, migrations and errors with a remedy.

SQLite by default, PostgreSQL by URL; above this module the code is the same.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from states.errors import SettingsError, StoreUnavailable
from store.file import WatchedFile
from store.migrate import exclusively, migrate

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)


class Reader:
    """A database without a way to write to it: the database itself refuses that on these connections."""

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = engine
        self.file: WatchedFile | None = None
        """The file of an SQLite database, once it is there."""

    def require_file(self) -> None:
        """StoreUnavailable where the file is not the one that was opened any more."""
        if self.file is not None:
            self.file.require_same()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read transaction: a consistent snapshot on SQLite, statement by statement on PostgreSQL."""
        self.require_file()
        with _translated(self.url), self._engine.begin() as connection:
            yield connection


class Store:
    """An open database. Safe to share between threads; every transaction is short and its own."""

    def __init__(self, url: str, *, busy_timeout_s: float = 10.0) -> None:
        self.url = _normalised(url)
        self.is_sqlite = make_url(self.url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            _check_directory(self.url)
        self._writer = self._engine("BEGIN IMMEDIATE", busy_timeout_s)
        self._read_engine = (
            self._engine("BEGIN", busy_timeout_s, "PRAGMA query_only=ON")
            if self.is_sqlite
            else self._writer.execution_options(postgresql_readonly=True)
        )
        self.reader = Reader(self.url, self._read_engine)
        with _translated(self.url):
            migrate(self._writer)
        self.reader.file = WatchedFile(self.path) if self.path is not None else None

    @property
    def path(self) -> str | None:
        """The file of an SQLite database; None on PostgreSQL."""
        return make_url(self.url).database if self.is_sqlite else None

    def _engine(self, begin: str, busy_timeout_s: float, *pragmas: str) -> Engine:
        if not self.is_sqlite:
            # A claim must not wait behind a pool that answering turns have emptied, hence the generous overflow.
            # Without being told, SQLAlchemy does not ask psycopg how many rows an INSERT wrote, and says -1.
            return create_engine(
                self.url,
                hide_parameters=True,
                pool_size=8,
                max_overflow=24,
                pool_pre_ping=True,
                execution_options={"preserve_rowcount": True},
                **_json_options(),
            )
        engine = create_engine(
            self.url,
            hide_parameters=True,  # of a statement that fails: they are what customers wrote
            connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
            pool_size=8,
            max_overflow=24,
            **_json_options(),
        )

        # SQLAlchemy's default SQLite transactions begin late and lose updates between writers: begin them ourselves.
        @event.listens_for(engine, "connect")
        def _on_connect(connection: sqlite3.Connection, record: object) -> None:
            connection.isolation_level = None
            for pragma in (*_SQLITE_PRAGMAS, *pragmas):
                connection.execute(pragma)

        @event.listens_for(engine, "begin")
        def _on_begin(connection: Connection) -> None:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(begin)

        return engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: committed at the end, rolled back whole on any error."""
        self.reader.require_file()
        with _translated(self.url), self._writer.begin() as connection:
            yield connection
            self.reader.require_file()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read transaction of `reader`."""
        with self.reader.read() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One read transaction whose statements all see the same moment, on both databases."""
        if self.is_sqlite:
            with self.read() as connection:
                yield connection
            return
        with _translated(self.url), self._read_engine.connect() as connection:
            held = connection.execution_options(isolation_level="REPEATABLE READ")
            with held.begin():
                yield held

    @contextmanager
    def changing_schema(self) -> Iterator[None]:
        """Holds off every other process that would change the schema, as long as it lasts."""
        with _translated(self.url), exclusively(self._writer):
            yield

    def ping(self) -> str:
        """One line that names the database and says that it answers; StoreUnavailable if not."""
        with self.read() as connection:
            connection.exec_driver_sql("SELECT 1")
        return f"{make_url(self.url).get_backend_name()} at {make_url(self.url).render_as_string(hide_password=True)}"

    def close(self) -> None:
        """Closes all connections."""
        self._writer.dispose()
        self._read_engine.dispose()


def has_tables(connection: Connection, *names: str) -> bool:
    """Whether all these tables are there."""
    inspector = inspect(connection)
    return all(inspector.has_table(name) for name in names)


def open_store(url: str) -> Store:
    """Opens and, where needed, creates or migrates the database at `url`.

    Raises SettingsError for a URL that cannot be used, StoreUnavailable with the remedy for a database that cannot
    be reached or written, SchemaMismatch for one that a newer Handrail wrote.
    """
    return Store(url)


def _normalised(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise SettingsError(f"database URL {url.split('://')[0]!r}://… is not known; use sqlite:///PATH or postgresql://…")


def _json_options() -> dict[str, Any]:
    return {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


def _check_directory(url: str) -> None:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise SettingsError(
            "an in-memory SQLite database cannot keep a handover; name a file, as in sqlite:///data/handrail.db"
        )
    folder = Path(database).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"data directory {str(folder)!r} cannot be made ({error.strerror}); make it or set HANDRAIL_DATA_DIR"
        ) from error
    _keep_private(Path(database))


def _keep_private(path: Path) -> None:
    """The database for this user alone, whatever the umask says; SQLite gives what lies beside it the same mode.

    Where this user may not change that, opening tells what cannot be used.
    """
    with suppress(OSError):
        path.touch(mode=0o600)
    for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        with suppress(OSError):
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                file.chmod(0o600)


_REMEDIES = (
    ("locked", "another program holds it for too long; stop that program or use PostgreSQL for several writers"),
    (
        "readonly",
        "it is read-only; give this user write permission or set HANDRAIL_DATA_DIR to a folder that can be written",
    ),
    (
        "read-only",
        "it is read-only; give this user write permission or set HANDRAIL_DATA_DIR to a folder that can be written",
    ),
    ("full", "the disk is full; free space or set HANDRAIL_DATA_DIR to another disk"),
    ("unable to open", "it cannot be opened; check that the folder exists and that this user may write there"),
    ("malformed", "the file is damaged; stop, and restore a copy"),
    ("not a database", "the file is no SQLite database; move it away or name another file"),
    ("disk i/o", "the disk failed; check the disk"),
    ("connection", "the server does not answer; check that it runs and that the URL is right"),
)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turns the driver's operational errors into StoreUnavailable with a remedy; others pass."""
    try:
        yield
    except (OperationalError, InterfaceError, sqlite3.OperationalError) as error:
        raise _unavailable(url, error) from error
    except DBAPIError as error:
        if any(word in str(error) for word in ("not a database", "malformed")) or error.connection_invalidated:
            raise _unavailable(url, error) from error
        raise


def _unavailable(url: str, error: Exception) -> StoreUnavailable:
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    remedy = next((says for word, says in _REMEDIES if word in cause.lower()), "see the cause")
    place = make_url(url).render_as_string(hide_password=True)
    return StoreUnavailable(f"database {place!r} cannot be used: {remedy} (cause: {cause})")
