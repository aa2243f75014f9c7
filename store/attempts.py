"""The counters of failed identity checks, as rows that change only from what was read."""

from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from handover.people.attempts import Attempts
from store.queries import ATTEMPTS

_INSERTS = {
    "sqlite": sqlite_insert(ATTEMPTS).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(ATTEMPTS).on_conflict_do_nothing(),
}


def attempts_of(connection: Connection, key: str) -> Attempts:
    """The counter of a key; an empty one where no check was made."""
    row = connection.execute(select(ATTEMPTS).where(ATTEMPTS.c.key == key)).mappings().first()
    return Attempts.from_row(dict(row)) if row is not None else Attempts(key=key)


def write_attempts(connection: Connection, after: Attempts) -> bool:
    """Writes a counter that was moved on by one; False if somebody else has moved it since it was read."""
    if after.revision == 1:
        return connection.execute(_INSERTS[connection.dialect.name], after.to_row()).rowcount == 1
    same = (ATTEMPTS.c.key == after.key, ATTEMPTS.c.revision == after.revision - 1)
    return connection.execute(update(ATTEMPTS).where(*same).values(after.to_row())).rowcount == 1
