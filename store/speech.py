"""The database's own check on speech: a trigger, derived from the table of transitions, that every new message passes.

A message that is no customer's must name an event of its conversation that the table lets say it, by that effect and
in that author's name. The trigger is a view of the table: it is put in place anew whenever the table has changed.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

from states.table import SPEECH, TABLE, Transition

NAME = "message_speech"


def allowed(table: tuple[Transition, ...] = TABLE) -> tuple[str, ...]:
    """What may be said, one line each: author, effect, event, source and target state."""
    lines = {
        f"{SPEECH[effect].value} {effect.value} {row.event.value} {row.source.value} {row.target.value}"
        for row in table
        for effect in row.effects
        if effect in SPEECH
    }
    return tuple(sorted(lines))


def require_speech_check(connection: Connection, table: tuple[Transition, ...] = TABLE) -> None:
    """Puts the trigger in place, unless the one that stands is of this very table."""
    wanted = _SQL[connection.dialect.name](table)
    if _mark_of(connection) == _mark(table):
        return
    for statement in wanted:
        connection.exec_driver_sql(statement)


def drop_speech_check(connection: Connection) -> None:
    """Takes the trigger away while the tables change beneath it."""
    where = " ON message" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {NAME}{where}")


def stands(connection: Connection, table: tuple[Transition, ...] = TABLE) -> bool:
    """Whether the trigger in place is of this table."""
    return _mark_of(connection) == _mark(table)


def _mark(table: tuple[Transition, ...]) -> str:
    return hashlib.sha256("\n".join(allowed(table)).encode()).hexdigest()[:16]


def _mark_of(connection: Connection) -> str:
    """The mark of the trigger that stands; empty if none does."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"
    else:
        # The function outlives the trigger that calls it: only a trigger refuses anything, and only one that is on.
        asked = (
            "SELECT prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE tgname = :name AND tgrelid = to_regclass('message') AND tgenabled IN ('O', 'A')"
        )
    found = connection.execute(text(asked), {"name": NAME}).scalar()
    return str(found).partition("/* table ")[2].partition(" ")[0] if found else ""


def _condition(table: tuple[Transition, ...]) -> str:
    lines = ", ".join(f"'{line}'" for line in allowed(table))
    said = "NEW.author || ' ' || NEW.effect || ' ' || event || ' ' || source || ' ' || target"
    return (
        "NOT EXISTS (SELECT 1 FROM event WHERE conversation_id = NEW.conversation_id AND seq = NEW.event_seq "
        f"AND {said} IN ({lines}))"
    )


def _sqlite(table: tuple[Transition, ...]) -> tuple[str, ...]:
    return (
        f"DROP TRIGGER IF EXISTS {NAME}",
        f"CREATE TRIGGER {NAME} BEFORE INSERT ON message WHEN NEW.author <> 'customer' AND {_condition(table)} "
        f"BEGIN /* table {_mark(table)} */ SELECT RAISE(ABORT, '{NAME}: no event of the table says this'); END",
    )


def _postgresql(table: tuple[Transition, ...]) -> tuple[str, ...]:
    return (
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN /* table {_mark(table)} */ "
        f"IF NEW.author <> 'customer' AND {_condition(table)} THEN "
        f"RAISE EXCEPTION '{NAME}: no event of the table says this'; END IF; RETURN NEW; END $$",
        f"DROP TRIGGER IF EXISTS {NAME} ON message",
        f"CREATE TRIGGER {NAME} BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION {NAME}()",
    )


_SQL = {"sqlite": _sqlite, "postgresql": _postgresql}
