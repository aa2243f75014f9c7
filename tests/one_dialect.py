"""One SQLAlchemy dialect and one cache of compiled statements for all databases that a test process opens.

Handrail opens one database a process and compiles each statement once. Tests open thousands, and SQLAlchemy compiles
anew for every engine, which took a fifth of their time. Both hooks are SQLAlchemy's own: the registry of dialects and
`engine_created`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_CACHE: LRUCache[Any, Any] = LRUCache(2_000)
_MADE: dict[object, Any] = {}


class _Shared:
    """Calling the class returns the dialect that was made before with the same options."""

    def __new__(cls, **options: Any) -> Any:
        key = (cls, *sorted((name, None if callable(value) else repr(value)) for name, value in options.items()))
        if key not in _MADE:
            _MADE[key] = super().__new__(cls)
        return _MADE[key]

    def __init__(self, **options: Any) -> None:
        if "dbapi" not in vars(self):
            super().__init__(**options)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """SQLAlchemy calls this with every new engine."""
        engine.update_execution_options(compiled_cache=_CACHE)


class SharedSQLite(_Shared, SQLiteDialect_pysqlite):
    """SQLite's, shared."""

    supports_statement_cache = True


class SharedPsycopg(_Shared, PGDialect_psycopg):
    """PostgreSQL's, shared by the databases of the one cluster there is."""

    supports_statement_cache = True


def share() -> None:
    """Makes every engine from here on one of these."""
    registry.register("sqlite", __name__, SharedSQLite.__name__)
    registry.register("postgresql.psycopg", __name__, SharedPsycopg.__name__)
