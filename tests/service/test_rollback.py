"""The log over all conversations: what it has taken in can be neither taken out nor put back unseen."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from app.cli import main
from proof.heads import Signer
from proof.merkle import Tree
from service.anchor import FILE, Anchor, require_not_older
from service.log import EVERY, Log
from service.verify import verify
from states.errors import RolledBack
from store import log as rows
from store.database import open_store
from store.exhibits import named_conversations
from tests.house import House
from tests.service.test_verify import change, file_of, fill

SIGNER = Signer(b"\x07" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "house").mkdir()
    return tmp_path / "house"


def log_of(house: House, *anchors: Anchor) -> Log:
    return Log(house.store, SIGNER, house.clock, anchors)


def test_the_worker_takes_in_what_has_grown_once_a_minute(folder: Path) -> None:
    house, seen = House(folder), []
    log = log_of(house, Anchor(folder / FILE))
    fill(house)
    seen.append(log.tick())
    seen.append(log.tick())
    house.say("routine", "thanks")
    seen.append(log.tick())
    house.clock.advance(EVERY)
    seen.append(log.tick())
    house.clock.advance(EVERY)
    seen.append(log.tick())
    with house.store.read() as connection:
        heads = [head for head, _ in rows.signed_heads(connection)]
        leaves = [bytes.fromhex(one.hash) for one in rows.leaves(connection)]
        names = named_conversations(connection)
    assert seen == [3, 0, 0, 1, 0]
    assert names == ("case", "open", "routine")
    assert [head.size for head in heads] == [3, 4]
    assert [head.root for head in heads] == [Tree(leaves).root(head.size).hex() for head in heads]
    assert Anchor(folder / FILE).newest() == heads[-1]
    assert verify(house.store, kept=heads).findings == ()
    house.close()


def test_another_process_goes_on_where_the_log_is(folder: Path) -> None:
    house = House(folder)
    first, second = log_of(house), log_of(house)
    fill(house)
    heads = [first.head_with(["case"]), second.head_with(["open"]), first.head_with(["routine"]), second.head_with([])]
    assert [head.size for head in heads] == [1, 2, 3, 3]
    assert heads[2] == heads[3]
    assert verify(house.store, kept=heads).findings == ()
    house.close()


def test_a_database_that_was_put_back_is_found(folder: Path, tmp_path: Path) -> None:
    house = House(folder)
    anchor = Anchor(folder / FILE)
    log = log_of(house, anchor)
    house.open("early")
    house.say("early", "when do you deliver")
    log.tick()
    with sqlite3.connect(file_of(folder)) as live, sqlite3.connect(tmp_path / "copy.db") as copy:
        live.backup(copy)
    require_not_older(house.store, anchor.newest(), FILE)
    fill(house)
    house.clock.advance(timedelta(minutes=2))
    log.tick()
    require_not_older(house.store, anchor.newest(), FILE)
    house.close()
    old = open_store(f"sqlite:///{tmp_path}/copy.db")
    kept = anchor.newest()
    assert kept is not None
    assert verify(old).findings == ()
    assert any("an older database was put back" in one.what for one in verify(old, kept=[kept]).findings)
    assert any("put back" in one.what for one in verify(old, ["early"], [kept]).findings)
    with pytest.raises(RolledBack, match="put back the newer database"):
        require_not_older(old, kept, FILE)
    old.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM log_leaf WHERE position = 1", "is not what its hash says, or is gone"),
        ("UPDATE log_leaf SET head_hash = hash WHERE position = 1", "is not what its hash says"),
        ("DELETE FROM log_leaf WHERE position = 2", "the log ends before a signed head"),
        ("UPDATE tree_head SET root = hex(randomblob(32))", "is not of its key"),
        ("UPDATE tree_head SET milliseconds = milliseconds + 1", "is not of its key"),
        ("DELETE FROM tree_head", "is of no key of this log"),
    ],
)
def test_a_change_of_the_log_is_named(folder: Path, statement: str, told: str) -> None:
    house = House(folder)
    fill(house)
    head = log_of(house).head_with(["case", "open", "routine"])
    house.close()
    assert change(file_of(folder), statement) == 1
    store = open_store(f"sqlite:///{file_of(folder)}")
    assert any(told in one.what for one in verify(store, kept=[head]).findings)
    store.close()


def test_a_chain_that_was_written_anew_is_not_the_one_that_was_taken_in(folder: Path, tmp_path: Path) -> None:
    """Whoever has the database can compute every hash of a chain: the log has the old one."""
    house = House(folder)
    fill(house)
    log_of(house).head_with(["case", "open", "routine"])
    house.close()
    forged = House(tmp_path)
    forged.open("routine")
    forged.say("routine", "something that was never said")
    forged.close()
    taken, ours = tmp_path / "taken.db", file_of(folder)
    shutil.copyfile(file_of(tmp_path), taken)
    for table in ("event", "message", "conversation", "checkpoints", "writes"):
        key = {"checkpoints": "thread_id", "writes": "thread_id", "conversation": "id"}.get(table, "conversation_id")
        change(ours, f"DELETE FROM {table} WHERE {key} = 'routine'")
        with sqlite3.connect(ours) as connection:
            connection.execute("ATTACH ? AS taken", (str(taken),))
            connection.execute(f"INSERT INTO {table} SELECT * FROM taken.{table} WHERE {key} = 'routine'")
            connection.commit()
    store = open_store(f"sqlite:///{ours}")
    assert any("that is not there any more" in one.what for one in verify(store, ["routine"]).findings)
    store.close()


def test_the_command_takes_heads_from_a_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(folder)
    house.open("early")
    house.say("early", "when do you deliver")
    head = log_of(house).head_with(["early"])
    house.close()
    file_of(folder).rename(folder / "handrail.db")
    ticket = tmp_path / "ticket.txt"

    def run(text: str) -> int:
        ticket.write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["verify", "--all", "--data-dir", str(folder), "--head", str(ticket)])
        return int(ended.value.code or 0)

    assert run(f"Handed over.\nLog: {head.line()}\n") == 0
    assert run(SIGNER.head(9, 1, "ab" * 32).line()) == 1
    assert run("no head here") == 2
    assert "begins with handrail-head:" in capsys.readouterr().err
