"""A stored checkpoint that is not what the log says is a recorded fault, is never used, and a person gets the case.

The corruptions are generated: every column of both of the saver's tables, every region of the bytes in them, rows of
another conversation, older ones, ones that are gone or that somebody added.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from graph import binding
from graph.saver import TurnSaver
from service.views import NewConversation
from states.errors import CheckpointMismatch
from states.vocabulary import Clock, Event, State
from store.append_only import drop_append_only
from store.connection import Connection
from tests.campaigns.invariants import violations
from tests.components import SOAK
from tests.graph.example import Desk
from tests.ready_databases import new_database, sqlite_url

CONFIG = {"configurable": {"thread_id": "c1", "checkpoint_ns": ""}}
ROUTINE = "When is it delivered to Cork?"


@pytest.fixture(scope="module")
def postgres_url(request: pytest.FixtureRequest) -> str:
    return new_database(request.getfixturevalue("postgres"), "binding")


@dataclass
class Case:
    """A conversation with two answered messages, beside another one that went the same way."""

    desk: Desk
    url: str

    def change(self, statement: str, **values: Any) -> int:
        """What somebody does to the saver's tables; how many rows it touched."""
        with self.desk.runtime.store.write() as connection:
            drop_append_only(connection)
            return connection.execute(text(statement), values).rowcount

    def found(self, statement: str, **values: Any) -> list[Any]:
        with self.desk.runtime.store.read() as connection:
            return list(connection.execute(text(statement), values).mappings())

    @property
    def head(self) -> str:
        """The checkpoint that the row names."""
        return str(self.found("SELECT checkpoint_id FROM conversation WHERE id = 'c1'")[0]["checkpoint_id"])

    def restart(self) -> None:
        """Another process, which knows nothing of what is in the memory of the first."""
        self.desk.runtime.close()
        self.desk = Desk(self.url)


def fresh(url: str) -> Case:
    """The case as it is before anything is done to it."""
    desk = Desk(url)
    desk.runtime.open(NewConversation(id="c2", customer="cus-2"))
    for message in ("Do you deliver?", "Do you deliver lamps?"):
        desk.say(message)
        desk.runtime.post("c2", message)
    return Case(desk, url)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of such a case, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    fresh(sqlite_url(folder)).desk.runtime.close()
    return folder / "handrail.db"


@pytest.fixture
def case(prepared: Path, tmp_path: Path) -> Iterator[Case]:
    shutil.copy(prepared, tmp_path / "handrail.db")
    made = Case(Desk(sqlite_url(tmp_path)), sqlite_url(tmp_path))
    yield made
    made.desk.runtime.close()


OTHER = "(SELECT {} FROM checkpoints AS o WHERE o.thread_id = 'c2' ORDER BY o.checkpoint_id DESC LIMIT 1)"
OLDER = "(SELECT {} FROM checkpoints AS o WHERE o.thread_id = 'c1' ORDER BY o.checkpoint_id LIMIT 1)"
HEAD = " WHERE thread_id = 'c1' AND checkpoint_id = :head"
WHOLE: dict[str, str] = {
    "changed memory": "UPDATE checkpoints SET checkpoint = {changed}" + HEAD,
    "another's content": f"UPDATE checkpoints SET checkpoint = {OTHER.format('checkpoint')}{HEAD}",
    "another's row": f"UPDATE checkpoints SET checkpoint = {OTHER.format('checkpoint')}, metadata = "
    f"{OTHER.format('metadata')}, parent_checkpoint_id = {OTHER.format('parent_checkpoint_id')}{HEAD}",
    "an older content": f"UPDATE checkpoints SET checkpoint = {OLDER.format('checkpoint')}{HEAD}",
    "an older row": f"UPDATE checkpoints SET checkpoint = {OLDER.format('checkpoint')}, metadata = "
    f"{OLDER.format('metadata')}, parent_checkpoint_id = NULL{HEAD}",
    "the newest is gone": "DELETE FROM checkpoints" + HEAD,
    "all are gone": "DELETE FROM checkpoints WHERE thread_id = 'c1'",
    "of another thread": "UPDATE checkpoints SET thread_id = 'c9'" + HEAD,
    "under another name": "UPDATE checkpoints SET checkpoint_id = checkpoint_id || 'x'" + HEAD,
    "in a namespace": "UPDATE checkpoints SET checkpoint_ns = 'inner'" + HEAD,
    "another parent": f"UPDATE checkpoints SET parent_checkpoint_id = {OTHER.format('checkpoint_id')}{HEAD}",
    "no parent": "UPDATE checkpoints SET parent_checkpoint_id = NULL" + HEAD,
    "no metadata": "UPDATE checkpoints SET metadata = {empty}" + HEAD,
}
"""What somebody may do to whole rows and columns of `checkpoints`, on either database."""
EVENTS: dict[str, str] = {
    "no hash": "UPDATE event SET checkpoint_hash = NULL WHERE conversation_id = 'c1' AND checkpoint_id = :head",
    "another hash": "UPDATE event SET checkpoint_hash = :head WHERE conversation_id = 'c1' AND checkpoint_id = :head",
    "another event's": "UPDATE event SET checkpoint_id = 'x' WHERE conversation_id = 'c1' AND checkpoint_id = :head",
}
"""And to the row that binds it: the chain covers that."""
WORDS: dict[bool, dict[str, str]] = {
    True: {"changed": "CAST(replace(CAST(checkpoint AS TEXT), 'turns', 'burns') AS BLOB)", "empty": "'{{}}'"},
    False: {
        "changed": """jsonb_set(checkpoint, '{{channel_values,state}}', '"guarded"')""",
        "empty": "'{{}}'::jsonb",
    },
}


def told(case: Case, where: str = "c1") -> list[str]:
    """The faults of checkpoints that the log has."""
    return [one.data["fault"] for one in case.desk.runtime.view(where).events if one.data.get("fault")]


def goes_to_a_person(case: Case) -> None:
    """The next message is not answered by the assistant; the thread goes on from the row, and is trusted again."""
    before = len(case.desk.view.messages)
    result = case.desk.say(ROUTINE)
    assert result.state is State.HANDED_OFF
    assert told(case) == ["checkpoint"]
    assert "assistant" not in {one.author for one in case.desk.view.messages[before:]}
    case.restart()
    assert case.desk.say("I smell gas").state is State.HANDED_OFF
    assert told(case) == ["checkpoint"], "what was written since then is trusted"
    assert case.desk.runtime.post("c2", ROUTINE).replies[0].author == "assistant"


@pytest.mark.parametrize("name", [*WHOLE, *EVENTS])
def test_a_row_that_is_not_what_the_log_says_is_a_fault(case: Case, name: str) -> None:
    done = {**WHOLE, **EVENTS}[name].format(**WORDS[True]).replace("{{}}", "{}")
    assert case.change(done, **({"head": case.head} if ":head" in done else {})) >= 1
    case.restart()
    goes_to_a_person(case)


FEW = ("changed memory", "another's row", "an older row", "the newest is gone", "no hash")
"""On PostgreSQL each costs a second: the rest in a soak."""


@pytest.mark.postgres
@pytest.mark.parametrize("name", [*WHOLE, *EVENTS] if SOAK else FEW)
def test_a_row_that_is_not_what_the_log_says_is_a_fault_on_postgres(postgres_url: str, name: str) -> None:
    emptied(postgres_url)
    case = fresh(postgres_url)
    done = {**WHOLE, **EVENTS}[name].format(**WORDS[False]).replace("{{", "{").replace("}}", "}")
    assert case.change(done, **({"head": case.head} if ":head" in done else {})) >= 1
    case.restart()
    goes_to_a_person(case)
    case.desk.runtime.close()


BLOBS = {
    "changed": "UPDATE checkpoint_blobs SET blob = set_byte(blob, length(blob) - 1, 1) WHERE thread_id = 'c1'",
    "of another": "UPDATE checkpoint_blobs AS b SET blob = o.blob FROM checkpoint_blobs AS o "
    "WHERE b.thread_id = 'c1' AND o.thread_id = 'c2' AND o.channel = 'inbound' AND b.channel = o.channel",
    "cut": "UPDATE checkpoint_blobs SET blob = substring(blob FROM 1 FOR 3) WHERE thread_id = 'c1'",
    "other type": "UPDATE checkpoint_blobs SET type = 'json' WHERE thread_id = 'c1'",
    "gone": "DELETE FROM checkpoint_blobs WHERE thread_id = 'c1'",
    "other version": "UPDATE checkpoint_blobs SET version = version || 'x' WHERE thread_id = 'c1'",
    "planted ahead": "INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob) "
    "SELECT 'c1', '', channel, lpad((version::int + n)::text, 10, '0'), type, blob FROM checkpoint_blobs, "
    "generate_series(1, 20) AS n WHERE thread_id = 'c2' ON CONFLICT DO NOTHING",
}


def emptied(url: str) -> None:
    """A database as a new one."""
    desk = Desk(url)
    tables = "conversation, policy, presence, template, checkpoints, checkpoint_blobs, checkpoint_writes"
    with desk.runtime.store.write() as connection:
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    desk.runtime.close()


@pytest.mark.postgres
@pytest.mark.parametrize("name", BLOBS if SOAK else ("changed", "of another", "planted ahead"))
def test_a_channel_value_of_postgres_is_covered(postgres_url: str, name: str) -> None:
    emptied(postgres_url)
    case = fresh(postgres_url)
    assert case.change(BLOBS[name]) >= 1
    case.restart()
    if name == "planted ahead":  # It is met when the next checkpoint is read.
        assert case.desk.say(ROUTINE).replies[0].author == "assistant"
        case.restart()
    result = case.desk.say(ROUTINE)
    assert (result.state, told(case)) == (State.HANDED_OFF, ["checkpoint"])
    case.restart()
    case.desk.say("Is anybody there?")
    assert told(case) == ["checkpoint"], "what was written since then is trusted"
    case.desk.runtime.close()


WRITES: dict[bool, str] = {
    True: "INSERT INTO writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value) "
    "VALUES ('c1', '', :head, 'task', :idx, :channel, :type, :value)",
    False: "INSERT INTO checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob) "
    "VALUES ('c1', '', :head, 'task', :idx, :channel, :type, :value)",
}
PLANTED: tuple[tuple[int, str, str, bytes], ...] = (
    (0, "state", "msgpack", b"\xacbot_handling"),
    (0, "branch:to:bot_handling", "msgpack", b"\xc0"),
    (-1, "__error__", "msgpack", b"\xa3bad"),
    (-3, "__interrupt__", "msgpack", b"\x90"),
    (-4, "__resume__", "msgpack", b"\x01"),
    (0, "state", "json", b'{"lc": 2, "type": "constructor", "id": ["os", "system"], "args": ["true"]}'),
    (0, "state", "nothing we know", b"\xff\xff"),
    (0, "__pregel_tasks", "null", b""),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one[1]}-{one[2]}")
def test_a_write_that_no_run_made_is_a_fault(case: Case, planted: tuple[int, str, str, bytes]) -> None:
    idx, channel, kind, value = planted
    case.change(WRITES[True], head=case.head, idx=idx, channel=channel, type=kind, value=value)
    case.restart()
    goes_to_a_person(case)


@pytest.mark.postgres
def test_a_write_that_no_run_made_is_a_fault_on_postgres(postgres_url: str) -> None:
    for idx, channel, kind, value in PLANTED if SOAK else PLANTED[:1]:
        emptied(postgres_url)
        case = fresh(postgres_url)
        case.change(WRITES[False], head=case.head, idx=idx, channel=channel, type=kind, value=value)
        case.restart()
        goes_to_a_person(case)
        case.desk.runtime.close()


def regions(length: int) -> list[int]:
    """Offsets in every region of a value; in a soak all of them."""
    return [*range(length)] if SOAK else sorted({*range(0, length, 23), *((length - 1,) if length else ())})


COLUMNS = ("thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "checkpoint", "metadata")


@pytest.mark.parametrize("column", COLUMNS)
def test_no_changed_byte_of_any_column_is_read_as_the_checkpoint(case: Case, column: str) -> None:
    """Every region of every value, changed and cut: whatever would be read otherwise is refused."""
    saver, head = TurnSaver(case.desk.runtime.store), case.head
    (row,) = case.found("SELECT * FROM checkpoints" + HEAD, head=head)
    genuine = _read(saver, head)
    value = row[column] if isinstance(row[column], bytes) else row[column].encode()
    changed = [bytes((*value[:at], value[at] ^ bit, *value[at + 1 :])) for at in regions(len(value)) for bit in (1, 32)]
    changed += [value[:at] for at in regions(len(value))] + [value + b"\x00", b"\xc1" + value]
    refused = 0
    for one in changed:
        kept: Any = one if isinstance(row[column], bytes) else one.decode("utf-8", "replace")
        case.change(f"UPDATE checkpoints SET {column} = :new WHERE rowid = :row", new=kept, row=_rowid(case, head, row))
        try:
            found = _read(saver, head)
        except CheckpointMismatch:
            refused += 1
        else:
            assert found in (None, genuine), (column, one)
        _restore(case, row)
    assert refused + (len(changed) if column in COLUMNS[:3] else 0) >= len(changed) * 0.9


def _rowid(case: Case, head: str, row: Any) -> int:
    return int(case.found("SELECT rowid FROM checkpoints" + HEAD, head=head)[0]["rowid"])


def _read(saver: TurnSaver, head: str) -> Any:
    return saver.get_tuple({"configurable": {**CONFIG["configurable"], "checkpoint_id": head}})


def _restore(case: Case, row: Any) -> None:
    names = ", ".join(COLUMNS)
    marks = ", ".join(f":{name}" for name in COLUMNS)
    case.change("DELETE FROM checkpoints WHERE rowid = (SELECT max(rowid) FROM checkpoints WHERE checkpoint_id = :id "
                "OR thread_id NOT IN ('c1', 'c2') OR checkpoint_id NOT IN (SELECT checkpoint_id FROM event))",
                id=row["checkpoint_id"])  # fmt: skip
    case.change(f"INSERT OR REPLACE INTO checkpoints ({names}) VALUES ({marks})", **{n: row[n] for n in COLUMNS})


# What else is decided while a checkpoint is refused


FORGED = "UPDATE checkpoints SET metadata = CAST(replace(CAST(metadata AS TEXT), 'loop', 'fork') AS BLOB)"
"""A change that LangGraph reads without complaint."""


def tamper(case: Case) -> None:
    assert case.change(FORGED + HEAD, head=case.head) == 1
    case.restart()


def test_a_danger_is_still_seen_and_the_person_on_call_is_paged(case: Case) -> None:
    tamper(case)
    case.desk.say("I smell gas")
    assert case.desk.view.handover.packet["why"]["severity"] == "critical"
    assert case.desk.events[-3:] == ["trigger_fired", "packet_ready", "fault"]
    assert told(case) == ["checkpoint"]


def test_a_person_goes_on_and_is_told(case: Case) -> None:
    case.desk.say("I smell gas")
    tamper(case)
    case.desk.do(Event.CLAIMED)
    assert (case.desk.view.state, case.desk.events[-2:]) == (State.AGENT_VERIFYING, ["claimed", "fault"])
    tamper(case)
    case.desk.say("and it gets worse")
    assert case.desk.events[-2:] == ["customer_replied", "fault"]
    pages = case.found("SELECT id FROM outbox WHERE effect = 'page'")
    assert len(pages) >= 2
    assert violations(case.desk.runtime.store, "c1") == []


def test_a_clock_that_ends_it_ends_it_and_says_so(case: Case) -> None:
    tamper(case)
    case.desk.wait(days=3)
    assert case.desk.view.state is State.RESOLVED
    assert told(case) == ["checkpoint"]
    assert Clock.REOPEN.value in case.desk.view.timers


def test_what_this_process_wrote_itself_is_not_read_again(case: Case) -> None:
    """A changed row of a thread that is in memory is not used either: nothing of it is read."""
    assert case.desk.say("When is it delivered?").replies[0].author == "assistant"
    assert case.change(FORGED + HEAD, head=case.head) == 1
    assert case.desk.say(ROUTINE).replies[0].author == "assistant"


@pytest.mark.parametrize("read", ["one", "newest", "all"])
def test_what_is_no_longer_what_the_log_says_is_not_shown(case: Case, read: str) -> None:
    saver, head = TurnSaver(case.desk.runtime.store), case.head
    shown: dict[str, Callable[[], Any]] = {
        "one": lambda: _read(saver, head),
        "newest": lambda: saver.get_tuple(CONFIG),
        "all": lambda: [*saver.list(CONFIG)],
    }
    assert shown[read]()
    tamper(case)
    saver = TurnSaver(case.desk.runtime.store)
    with pytest.raises(CheckpointMismatch):
        shown[read]()


def test_a_planted_newer_row_is_neither_used_nor_shown(case: Case) -> None:
    names = ", ".join(COLUMNS)
    case.change(
        f"INSERT INTO checkpoints ({names}) SELECT thread_id, checkpoint_ns, 'z' || checkpoint_id, "
        "parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints" + HEAD, head=case.head,
    )  # fmt: skip
    with pytest.raises(CheckpointMismatch, match="named by no event"):
        TurnSaver(case.desk.runtime.store).get_tuple(CONFIG)
    case.restart()
    assert case.desk.say(ROUTINE).replies[0].author == "assistant", "the row names the genuine one"
    assert told(case) == []


def test_an_event_that_is_older_than_the_binding_passes(case: Case) -> None:
    """Events without a hash, as older versions wrote them; only the chain can make one so."""
    with case.desk.runtime.store.write() as connection:
        _unbind(connection)
    case.restart()
    assert case.desk.say(ROUTINE).replies[0].author == "assistant"
    rows = case.found("SELECT checkpoint_hash FROM event WHERE conversation_id = 'c1' ORDER BY seq")
    assert [one["checkpoint_hash"] is None for one in rows] == [True, True, False]


def _unbind(connection: Connection) -> None:
    from proof.chain import GENESIS, event_hash
    from store import queries

    drop_append_only(connection)
    prev = GENESIS
    for event in queries.events(connection, "c1"):
        row = {**event, "prev_hash": prev, "checkpoint_hash": None}
        prev = event_hash(prev, row)
        values = {"prev": row["prev_hash"], "hash": prev, "seq": event["seq"]}
        connection.execute(
            text("UPDATE event SET checkpoint_hash = NULL, prev_hash = :prev, hash = :hash "
                 "WHERE conversation_id = 'c1' AND seq = :seq"), values,
        )  # fmt: skip
    connection.execute(text("UPDATE conversation SET head_hash = :hash WHERE id = 'c1'"), {"hash": prev})


def test_without_the_comparison_a_changed_checkpoint_is_used(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: it shows that the tests above can fail."""
    monkeypatch.setattr(binding, "require_bound", lambda *given: None)
    monkeypatch.setattr("graph.saver.require_bound", lambda *given: None)
    tamper(case)
    assert case.desk.say(ROUTINE).replies[0].author == "assistant"
