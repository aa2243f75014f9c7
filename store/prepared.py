"""The statements of every turn: SQLAlchemy compiles each once, the driver executes it on the turn's own transaction.

SQLAlchemy's way of executing costs six times what SQLite needs for such a statement. What it gives stays: the
dialect's SQL, the types of parameters and columns, the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
_Convert = Callable[[Any], Any]
_REQUIRED: Final = object()


@dataclass(frozen=True)
class _Compiled:
    """A statement in the words of one kind of database."""

    sql: str
    binds: tuple[tuple[str, Any, _Convert | None], ...]
    """Name, default and conversion of each parameter, in the order of the text."""
    positional: bool
    columns: tuple[tuple[str, _Convert | None], ...]
    """Name and conversion of each column of a found row."""

    def parameters(self, values: Values) -> Any:
        """As the driver takes them. KeyError if one is missing."""
        names, found = [], []
        for name, default, convert in self.binds:
            value = values[name] if default is _REQUIRED else default
            names.append(name)
            found.append(value if convert is None else convert(value))
        return found if self.positional else dict(zip(names, found, strict=True))

    def row(self, raw: Sequence[Any]) -> dict[str, Any]:
        """A found row by the names of its columns."""
        return {
            name: value if convert is None else convert(value)
            for (name, convert), value in zip(self.columns, raw, strict=True)
        }


class Prepared:
    """One statement. An insert names the `columns` that each of its rows has."""

    def __init__(self, statement: Select[Any] | Insert | Update, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = list(columns) if columns is not None else None
        self._compiled: dict[str, _Compiled] = {}

    def first(self, connection: Connection, values: Values) -> dict[str, Any] | None:
        """The first row, or None."""
        compiled = self._for(connection)
        parameters = compiled.parameters(values)
        try:
            raw = _driver(connection).execute(compiled.sql, parameters).fetchone()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _translated(connection, error, compiled.sql) from error
        return None if raw is None else compiled.row(raw)

    def all(self, connection: Connection, values: Values) -> list[dict[str, Any]]:
        """Every row."""
        compiled = self._for(connection)
        parameters = compiled.parameters(values)
        try:
            found = _driver(connection).execute(compiled.sql, parameters).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _translated(connection, error, compiled.sql) from error
        return [compiled.row(raw) for raw in found]

    def run(self, connection: Connection, *rows: Values) -> int:
        """Executes it once for each of `rows`; returns how many rows the last one touched."""
        compiled = self._for(connection)
        several = [compiled.parameters(row) for row in rows]
        cursor = _driver(connection).cursor()
        try:
            for parameters in several:
                cursor.execute(compiled.sql, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _translated(connection, error, compiled.sql) from error
        return int(cursor.rowcount)

    def _for(self, connection: Connection) -> _Compiled:
        # `store.database` makes all engines of one kind with the same options: the first one's dialect serves all.
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = self._compiled[name] = self._compile(connection.dialect)
        return compiled

    def _compile(self, dialect: Dialect) -> _Compiled:
        made = self._statement.compile(dialect=dialect, column_keys=self._columns)
        if not isinstance(made, SQLCompiler) or made.post_compile_params or made.insert_prefetch:
            raise TypeError(f"{self._statement} needs SQLAlchemy's help at every execution; execute it there")
        return _Compiled(
            sql=str(made),
            binds=tuple(
                (
                    name,
                    _REQUIRED if made.binds[name].required else made.binds[name].effective_value,
                    made.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
                )
                for name in (made.positiontup or () if made.positional else dict.fromkeys(made.bind_names.values()))
            ),
            positional=made.positional,
            columns=tuple((str(one.key), _reader(one.type, dialect)) for one in _returned(self._statement)),
        )


def _returned(statement: Select[Any] | Insert | Update) -> Iterable[ColumnElement[Any]]:
    return statement.selected_columns if isinstance(statement, Select) else statement.exported_columns


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _driver(connection: Connection) -> Any:
    """The driver's own connection, inside the transaction that SQLAlchemy has begun."""
    return connection.connection.dbapi_connection


def _translated(connection: Connection, error: Exception, sql: str) -> Exception:
    """The driver's error as SQLAlchemy would raise it; a lost connection leaves the pool."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, _driver(connection), None)  # type: ignore[arg-type]  # any driver's error
    if lost:
        connection.invalidate(error)
    translated: Exception = DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    return translated
