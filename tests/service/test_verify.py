"""The log covers every word: whatever is changed, taken out, put in or moved, the check names it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.cli import main
from service.verify import Verified, verify
from states.errors import ForbiddenRole, NotFound
from states.vocabulary import Event
from store.database import open_store
from tests.components import SOAK
from tests.house import AUDITOR, DEMO, House
from tests.service.tampering import COVERED, FREE, Tamperer

ROUNDS = 10_000 if SOAK else 150


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which everything has happened that writes words."""
    folder = tmp_path_factory.mktemp("written")
    house = House(folder)
    fill(house)
    house.close()
    return folder


def fill(house: House) -> None:
    """Answers, misses, masks over two messages, a handover that is claimed, edited, verified, answered and resolved."""
    house.open("routine")
    for text in ("when do you deliver", "my number is 4111 1111", "1111 1111 and delivery", "thanks"):
        house.say("routine", text)
    house.open("case")
    house.say("case", "when do you deliver")
    house.say("case", "human please, my card 4111 1111 1111 1111 was charged twice")
    house.say("case", "are you there?")
    house.do("case", Event.CLAIMED)
    verdict = {"field": "context.intent", "verdict": "edit", "value": "a charge that came twice"}
    house.do("case", Event.PACKET_REVIEWED, fields=[verdict])
    house.do("case", Event.AGENT_REPLIED, text="Yes, Anna here. I am looking into it.")
    house.do("case", Event.HANDED_BACK, text="answered")
    house.say("case", "when do you deliver")
    house.open("open")
    house.say("open", "human please")


def file_of(folder: Path) -> Path:
    """The file of the database."""
    return next(folder.glob("*.db"))


@pytest.fixture
def copied(written: Path, tmp_path: Path) -> Path:
    """The same database, to be changed."""
    return copy_of(written, tmp_path)


def copy_of(written: Path, folder: Path) -> Path:
    target = folder / "handrail.db"
    for beside in folder.glob("handrail.db*"):
        beside.unlink()
    shutil.copyfile(file_of(written), target)
    return target


def checked(file: Path) -> Verified:
    """What the check finds."""
    store = open_store(f"sqlite:///{file}")
    try:
        return verify(store)
    finally:
        store.close()


def change(file: Path, statement: str, *values: Any) -> int:
    """One statement against the file, past all triggers; how many rows it touched."""
    connection = sqlite3.connect(file)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    touched = connection.execute(statement, values).rowcount
    connection.commit()
    connection.close()
    return touched


def test_what_was_written_is_found_whole(copied: Path) -> None:
    found = checked(copied)
    assert found.findings == ()
    assert found.total("covered") >= 20
    assert (found.total("older"), found.total("waiting"), found.total("erased")) == (0, 0, 0)


def test_random_changes_are_all_found(written: Path, tmp_path: Path) -> None:
    random, passed = Random(20_261_130), []
    for _ in range(ROUNDS):
        file = copy_of(written, tmp_path)
        done = Tamperer(file, random).tamper()
        if not checked(file).findings:
            passed.append(done)
    assert passed == []


@pytest.mark.parametrize("table", COVERED)
def test_every_column_is_covered_or_named_as_free(copied: Path, table: str) -> None:
    """A column that is added is covered, or somebody writes here that it is not."""
    random, missed = Random(1), set()
    names = [row[1] for row in sqlite3.connect(copied).execute(f"PRAGMA table_info({table})")]
    for column in names:
        tamperer = Tamperer(copied, random)
        if column in FREE.get(table, ()) or not tamperer.change(table, column):
            continue
        if not checked(copied).findings:
            missed.add(column)
        tamperer.undo()
    assert missed == set()
    assert checked(copied).findings == ()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM message WHERE text LIKE 'Yes, Anna here%'", "that it covers is gone"),
        ("UPDATE message SET text = 'No.' WHERE text LIKE 'Yes, Anna here%'", "is not what its hash says"),
        ("UPDATE handover SET packet = json_set(packet, '$.why.reason', 'x')", "is not what its hash says"),
        ("UPDATE conversation SET customer = 'cus-2' WHERE id = 'case'", "row is not what it left"),
        ("DELETE FROM conversation WHERE id = 'case'", "its row is gone, and other rows name it"),
        ("UPDATE event SET data = 'x' WHERE conversation_id = 'case'", "its rows cannot be read"),
        ("UPDATE policy SET canonical = canonical || ' '", "is not what its hash says"),
        ("DELETE FROM checkpoints WHERE thread_id = 'case'", "its checkpoint is not there any more"),
    ],
)
def test_a_change_is_named(copied: Path, statement: str, told: str) -> None:
    assert change(copied, statement) >= 1
    assert any(told in one.what for one in checked(copied).findings)


def test_the_first_bad_event_comes_first(copied: Path) -> None:
    change(copied, "UPDATE event SET actor_id = 'mallory' WHERE conversation_id = 'case' AND event = 'claimed'")
    change(copied, "UPDATE message SET text = 'x' WHERE conversation_id = 'case' AND author = 'agent'")
    (wrong,) = (one for one in checked(copied).conversations if not one.holds)
    named = [one.seq for one in wrong.findings if one.event_id]
    assert named == sorted(named)
    first = sqlite3.connect(copied).execute("SELECT id FROM event WHERE actor_id = 'mallory'").fetchone()
    assert wrong.findings[0].event_id == first[0]


def test_a_repeat_takes_no_number(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.open("c1")
    for _ in range(3):
        house.door.post(DEMO, "c1", "when do you deliver", message_id="m1")
    assert verify(house.store).findings == ()
    with house.store.read() as connection:
        seqs = sorted(
            row[0]
            for table in ("event", "message")
            for row in connection.exec_driver_sql(f"SELECT seq FROM {table} WHERE conversation_id = 'c1'")
        )
    house.close()
    assert seqs == list(range(1, len(seqs) + 1))


def test_whoever_may_read_cases_may_check_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.open("c1")
    house.say("c1", "when do you deliver")
    assert house.door.verify(AUDITOR, "c1").holds
    with pytest.raises(ForbiddenRole):
        house.door.verify(DEMO, "c1")
    house.close()


def test_an_unknown_conversation_is_refused(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(NotFound):
        verify(store, ["nobody"])
    store.close()


# The command


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], copied: Path) -> Any:
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["verify", *arguments, "--data-dir", str(copied.parent)])
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    return run


def test_the_command_says_that_all_holds(told: Any) -> None:
    code, out, err = told("--all")
    assert (code, err) == (0, "")
    assert "3 conversations" in out
    assert "nothing is wrong" in out
    assert told("case")[0] == 0


def test_the_command_names_the_first_bad_event_and_ends_with_one(told: Any, copied: Path) -> None:
    change(copied, "UPDATE message SET text = 'x' WHERE conversation_id = 'case' AND author = 'agent'")
    code, out, err = told("case")
    assert code == 1
    assert "1 findings" in out
    assert "case, event" in err
    code, out, _ = told("--all", "--json")
    assert code == 1
    assert [one["conversation"] for one in json.loads(out)["findings"]] == ["case"]


@pytest.mark.parametrize("arguments", [(), ("case", "--all"), ("nobody",)])
def test_the_command_refuses_what_it_cannot_check(told: Any, arguments: tuple[str, ...]) -> None:
    assert told(*arguments)[0] == 2
