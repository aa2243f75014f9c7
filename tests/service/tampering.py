"""Changes that somebody with the database in their hands could make, one at a time, each told as a sentence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from states.table import WITH_PERSON

COVERED = ("conversation", "event", "message", "handover", "policy", "journal")
FREE = {
    "conversation": {"lease_owner", "lease_until"},
    "policy": {"name", "first_used_at"},
    "handover": {"steps_by"},
}
"""Columns that no hash covers: who works on it just now, and what a policy is called. `steps_by` is tried elsewhere:
NULL and an empty object say the same there."""
_JSON = {
    "redactions", "citations", "attachments", "data", "covers", "history", "channel_facts", "pending_consent", "skills",
    "ladders", "code", "steps_done", "packet",
}  # fmt: skip
_SAID = "abcdefghij"
_LATCHED = {state.value for state in WITH_PERSON}


class Tamperer:
    """Changes a database at random. Triggers are dropped first, as whoever owns the file can."""

    def __init__(self, file: Path, random: Random) -> None:
        self._file, self._random = file, random
        self._undo: tuple[str, str, Any, int] = ("", "", None, 0)

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, isolation_level=None)
        connection.row_factory = sqlite3.Row
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        return connection

    def tamper(self) -> str:
        """One change of any kind; what it was."""
        connection = self._opened()
        kinds: tuple[Callable[[sqlite3.Connection], str | None], ...] = (
            self._cell, self._cell, self._cell, self._cell, self._delete, self._copy, self._swap, self._cut,
        )  # fmt: skip
        try:
            done = None
            while done is None:
                done = self._random.choice(kinds)(connection)
            return done
        finally:
            connection.close()

    def _row(self, connection: sqlite3.Connection, table: str) -> sqlite3.Row | None:
        rows = connection.execute(f"SELECT rowid AS place, * FROM {table}").fetchall()
        return self._random.choice(rows) if rows else None

    def change(self, table: str, column: str) -> bool:
        """Another value in this column of some row; False where the database refuses every one."""
        connection = self._opened()
        row = self._row(connection, table)
        done = row is not None and self._change(connection, table, column, row) is not None
        connection.close()
        return done

    def undo(self) -> None:
        """Puts back what `change` has changed."""
        connection = self._opened()
        table, column, value, place = self._undo
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, place))
        connection.close()

    def _cell(self, connection: sqlite3.Connection) -> str | None:
        table = self._random.choice(COVERED)
        row = self._row(connection, table)
        if row is None:
            return None
        columns = [name for name in row.keys() if name != "place" and name not in FREE.get(table, ())]  # noqa: SIM118
        return self._change(connection, table, self._random.choice(columns), row)

    def _change(self, connection: sqlite3.Connection, table: str, column: str, row: sqlite3.Row) -> str | None:
        kinds = {one["name"]: one["type"] for one in connection.execute(f"PRAGMA table_info({table})")}
        value = self._other(column, kinds[column], row[column])
        try:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row["place"]))
        except sqlite3.IntegrityError:
            return None
        self._undo = table, column, row[column], row["place"]
        return f"{table}.{column} of {tuple(row)[:4]}: {row[column]!r} became {value!r}"

    def _other(self, column: str, kind: str, value: Any) -> Any:
        if column in _JSON:
            return self._other_json(value)
        if kind in ("INTEGER", "BIGINT", "BOOLEAN"):
            return 1 - value if kind == "BOOLEAN" and value is not None else (value or 0) + self._random.choice((1, 2))
        if kind in ("DATETIME", "TIMESTAMP") or column.endswith("_at") or column in ("at", "waiting_since"):
            return _later(value, self._random.randint(1, 90))
        if not value:
            return self._random.choice(_SAID)
        if self._random.random() < 0.2:
            return ""
        at = self._random.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]

    def _other_json(self, text: str | None) -> str | None:
        value = json.loads(text) if text is not None else None
        if not value:
            return json.dumps({"x": 1} if not isinstance(value, list) else ["x"])
        if self._random.random() < 0.1:
            return json.dumps(type(value)())
        at: Any = value
        while True:
            key = self._random.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if isinstance(at[key], (dict, list)) and at[key]:
                at = at[key]
                continue
            at[key] = self._leaf(at[key])
            return json.dumps(value)

    def _leaf(self, value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, (int, float)):
            return value + 1
        return f"{value}{self._random.choice(_SAID)}"

    def _delete(self, connection: sqlite3.Connection) -> str | None:
        table = self._random.choice(("conversation", "event", "message", "handover"))
        row = self._row(connection, table)
        if row is None or self._waits(table, row):
            return None
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row["place"],))
        return f"{table} {tuple(row)[:4]} deleted"

    def _waits(self, table: str, row: sqlite3.Row) -> bool:
        return table == "message" and row["author"] == "customer" and row["outcome_event_id"] is None

    def _copy(self, connection: sqlite3.Connection) -> str | None:
        """A row once more, under another id."""
        table = self._random.choice(("event", "message", "handover"))
        row = self._row(connection, table)
        if row is None:
            return None
        values = {name: row[name] for name in row.keys() if name != "place"}  # noqa: SIM118  # a Row iterates values
        values["id"] = f"{values['id']}x"
        if "seq" in values:
            values["seq"] += self._random.choice((1, 2, 5, 100))
        if "cause" in values:
            values["cause"] += "x"
        if "open" in values:
            values["open"] = 0
        names = ", ".join(values)
        try:
            connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", [*values.values()]
            )
        except sqlite3.IntegrityError:
            return None
        return f"{table} {tuple(row)[:4]} put in once more"

    def _swap(self, connection: sqlite3.Connection) -> str | None:
        """Two rows of a conversation change places."""
        table = self._random.choice(("event", "message"))
        first = self._row(connection, table)
        if first is None:
            return None
        others = connection.execute(
            f"SELECT rowid AS place, * FROM {table} WHERE conversation_id = ? AND rowid <> ?",
            (first["conversation_id"], first["place"]),
        ).fetchall()
        if not others:
            return None
        second = self._random.choice(others)
        for seq, place in ((-1, first["place"]), (first["seq"], second["place"]), (second["seq"], first["place"])):
            connection.execute(f"UPDATE {table} SET seq = ? WHERE rowid = ?", (seq, place))
        return f"{table} {first['seq']} and {second['seq']} of {first['conversation_id']} exchanged"

    def _cut(self, connection: sqlite3.Connection) -> str | None:
        """The end of a conversation is taken out, and its head and numbers are put to where it was."""
        events = connection.execute("SELECT * FROM event ORDER BY conversation_id, seq").fetchall()
        row = self._random.choice(events)
        name, seq = row["conversation_id"], row["seq"]
        if seq == max(one["seq"] for one in events if one["conversation_id"] == name):
            return None
        connection.execute("BEGIN")
        connection.execute("DELETE FROM event WHERE conversation_id = ? AND seq > ?", (name, seq))
        connection.execute("DELETE FROM message WHERE conversation_id = ? AND seq > ?", (name, seq))
        where_it_was = "head_hash = ?, state = ?, next_seq = ?, checkpoint_id = ?, latched = ?"
        connection.execute(
            f"UPDATE conversation SET {where_it_was} WHERE id = ?",
            (row["hash"], row["target"], seq + 1, row["checkpoint_id"], row["target"] in _LATCHED, name),
        )
        connection.execute("COMMIT")
        return f"the end of {name} after {seq} cut off"


def _later(value: str | None, seconds: int) -> str:
    if value is None:
        return "2026-01-01 00:00:00.000000"
    return str(datetime.fromisoformat(value) + timedelta(seconds=seconds))
