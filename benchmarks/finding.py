"""`python -m benchmarks.finding [CONVERSATIONS]`: how long an auditor waits for a page of what was found (SQLite).

Some conversations are lived by the real system as `tests.audit.recorded.record` says; their rows are copied, under
other ids and at other hours, until there are so many.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from app.wiring import build_knowledge, load_policy
from store import archive
from store.archive import Search
from store.connection import Connection
from store.database import Store
from tests.audit.recorded.record import live, messages_of
from tests.house import House

CONVERSATIONS, LIVED, TRIES, PAGE = 5000, 60, 5, 26
OF = {"conversation": ("id",), "event": ("conversation_id",), "message": ("conversation_id",)}
"""Table → the columns that tell whose row it is."""
OF_CASE = {"handover": ("conversation_id", "id")}
SEARCHES = {
    "anything": Search(),
    "a word": Search(words=("human",)),
    "a word that nobody wrote": Search(words=("xyzzyq",)),
    "a word with an umlaut": Search(words=("über",)),
    "two words": Search(words=("human", "refund")),
    "a trigger": Search(trigger="safety.self_harm"),
    "an agent": Search(agent="anna"),
    "a missed deadline": Search(breached=True),
    "a state": Search(states=("escalated",)),
    "two days": Search(begin=datetime(2026, 11, 24, tzinfo=UTC), end=datetime(2026, 11, 26, tzinfo=UTC)),
    "all of these": Search(words=("a",), states=("escalated",), breached=True, agent="anna"),
}


def measure(conversations: int) -> dict[str, object]:
    """Rows, and for each search the fastest of some tries in milliseconds: page and count together."""
    with tempfile.TemporaryDirectory() as folder:
        policy, drawn = load_policy("default"), random.Random(5)
        house = House(Path(folder), build_knowledge("shop", policy), policy)
        messages = messages_of(policy)
        for number in range(LIVED):
            live(house, drawn, messages, f"c{number}")
        with house.store.write() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for copy in range(1, -(-conversations // LIVED)):
                _copy(connection, copy)
        found = {name: _fastest(house.store, search) for name, search in SEARCHES.items()}
        with house.store.read() as connection:
            rows = {name: _count(connection, name) for name in (*OF, *OF_CASE)}
        house.close()
    return {"rows": rows, "ms for a page of 25 and the count": found}


def _copy(connection: Connection, copy: int) -> None:
    for table, names in (OF | OF_CASE).items():
        columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
        told = [_told(column, names, copy) for column in columns]
        lived = f"{names[0]} IN (SELECT id FROM conversation WHERE id NOT LIKE '%-%')"
        connection.exec_driver_sql(f"INSERT INTO {table} SELECT {', '.join(told)} FROM {table} WHERE {lived}")


def _told(column: str, names: tuple[str, ...], copy: int) -> str:
    if column in names:
        return f"{column} || '-{copy}'"
    if column == "updated_at":
        return f"datetime({column}, '-{copy} hours') || '.000000'"
    return f'"{column}"'


def _fastest(store: Store, search: Search) -> float:
    return min(_took(store, search) for _ in range(TRIES))


def _took(store: Store, search: Search) -> float:
    started = perf_counter()
    with store.read() as connection:
        archive.find(connection, search, PAGE)
    return round(1000 * (perf_counter() - started), 1)


def _count(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CONVERSATIONS), indent=2) + "\n")
