"""The database's own hold on the log: events, what is journalled and logged are never changed or deleted.

Triggers refuse it, whoever asks. Open to change stay: which event decided a message; the words of one that the newest
event says it masks; and an event or a message that is emptied, which is what erasure leaves of it: no salt and no
words, and of an event the seal of what it said.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_MARK = "append-only 1"
"""Changes with the triggers below, so that those of another version are replaced."""
_WHOLE = ("journal", "log_leaf", "look", "tree_head")
_EVENT = (
    "conversation_id", "seq", "id", "event", "source", "target", "role", "cause", "ordinal", "policy_hash",
    "checkpoint_id", "checkpoint_hash", "covers", "prev_hash", "hash", "at",
)  # fmt: skip
_PRIVATE = ("salt", "sealed", "data", "actor_id")
_MESSAGE = (
    "conversation_id", "id", "seq", "author", "in_reply_to", "automatic", "late", "event_seq", "effect", "at",
)  # fmt: skip
_MASKED = ("text", "redactions", "citations", "attachments")
_KEPT = ("body_hash", "actor_id")


def require_append_only(connection: Connection) -> None:
    """Puts the triggers in place, unless those that stand are these."""
    if are_in_place(connection):
        return
    drop_append_only(connection)
    for name, table, moment, condition in _triggers(connection.dialect.name):
        for statement in _SQL[connection.dialect.name](name, table, moment, condition):
            connection.exec_driver_sql(statement)


def drop_append_only(connection: Connection) -> None:
    """Takes the triggers away while the tables change beneath them."""
    for name, table, _, _ in _triggers(connection.dialect.name):
        where = f" ON {table}" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{where}")


def are_in_place(connection: Connection) -> bool:
    """Whether all triggers stand, as this version makes them, and are on."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        asked = (
            "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
    found = {row[0] for row in connection.execute(text(asked)) if _MARK in row[1]}
    return found >= {name for name, *_ in _triggers(connection.dialect.name)}


def _triggers(dialect: str) -> tuple[tuple[str, str, str, str], ...]:
    """Name, table, moment and condition of each."""
    cast = "::text" if dialect == "postgresql" else ""
    deleted = ((f"{table}_kept", table, "DELETE", "TRUE") for table in (*_WHOLE, "event", "message"))
    whole = ((f"{table}_unchanged", table, "UPDATE", "TRUE") for table in _WHOLE)
    emptied = (
        f"OLD.sealed IS NULL AND NEW.sealed IS NOT NULL AND NEW.salt IS NULL AND NEW.data{cast} = '{{}}' "
        "AND NEW.actor_id = ''"
    )
    wordless = (
        f"NEW.text = '' AND NEW.redactions{cast} = '{{}}' AND NEW.citations{cast} = '[]' "
        "AND NEW.attachments IS NULL AND NEW.body_hash = '' AND NEW.actor_id = ''"
    )
    words = _differ(dialect, (*_MASKED, *_KEPT))
    masking = f"NOT ({_differ(dialect, _KEPT)}) AND EXISTS ({_masking(dialect)})"
    return (
        *deleted,
        *whole,
        ("event_unchanged", "event", f"UPDATE OF {', '.join(_EVENT)}", _differ(dialect, _EVENT)),
        (
            "event_private", "event", f"UPDATE OF {', '.join(_PRIVATE)}",
            f"({_differ(dialect, _PRIVATE)}) AND NOT ({emptied})",
        ),
        ("message_unchanged", "message", f"UPDATE OF {', '.join(_MESSAGE)}", _differ(dialect, _MESSAGE)),
        (
            "message_words", "message", f"UPDATE OF {', '.join((*_MASKED, *_KEPT))}",
            f"({words}) AND NOT ({wordless}) AND NOT ({masking})",
        ),
    )  # fmt: skip


def _differ(dialect: str, names: tuple[str, ...]) -> str:
    """Whether any of these columns would change. PostgreSQL compares no `json`: texts are compared."""
    if dialect == "sqlite":
        return " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names)
    return " OR ".join(f"NEW.{name}::text IS DISTINCT FROM OLD.{name}::text" for name in names)


def _masking(dialect: str) -> str:
    """The newest event of the conversation, where it says that it masks this message."""
    inside = (
        "position('\"' || NEW.id || '\"' in covers->>'masked') > 0"
        if dialect == "postgresql"
        else "instr(json_extract(covers, '$.masked'), '\"' || NEW.id || '\"') > 0"
    )
    newest = "SELECT MAX(seq) FROM event WHERE conversation_id = NEW.conversation_id"
    return f"SELECT 1 FROM event WHERE conversation_id = NEW.conversation_id AND seq = ({newest}) AND {inside}"


def _sqlite(name: str, table: str, moment: str, condition: str) -> tuple[str, ...]:
    return (
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {condition} "
        f"BEGIN /* {_MARK} */ SELECT RAISE(ABORT, '{name}: the log is append-only'); END",
    )


def _postgresql(name: str, table: str, moment: str, condition: str) -> tuple[str, ...]:
    back = "OLD" if moment == "DELETE" else "NEW"
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN /* {_MARK} */ "
        f"IF {condition} THEN RAISE EXCEPTION '{name}: the log is append-only'; END IF; RETURN {back}; END $$",
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_SQL = {"sqlite": _sqlite, "postgresql": _postgresql}
