"""Who reads at the command line is kept like everybody else who looks."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.cli import main
from app.reading import open_archive
from app.settings import load_settings
from store.append_only import drop_append_only
from tests.house import AUDITOR, House


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database with one conversation in it."""
    monkeypatch.chdir(tmp_path)
    house = House(tmp_path)
    house.say(house.open("one"), "human please")
    house.close()
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    """A command's exit code."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--data-dir", str(folder)])
    return int(ended.value.code or 0)


def looks(folder: Path) -> list[tuple[str, str, str | None]]:
    """Who has looked, what for and at what, oldest first."""
    with open_archive(load_settings(data_dir=folder)) as (archive, _):
        found = archive.looks(AUDITOR, 100)
    return [(one.actor_id, one.purpose, one.conversation_id) for one in reversed(found)]


@pytest.mark.parametrize(
    ("arguments", "purpose", "conversation"),
    [
        (["show", "one"], "read", "one"),
        (["graph", "--conversation", "one", "--format", "mermaid"], "read", "one"),
        (["replay", "one"], "read", "one"),
        (["replay", "one", "--verify"], "verified", "one"),
        (["replay", "one", "--policy", "default"], "compared", "one"),
        (["replay", "--verify", "--all"], "verified", None),
    ],
    ids=["show", "graph", "replay", "replay --verify", "replay --policy", "replay --verify --all"],
)
def test_each_command_that_reads_leaves_one_look(
    folder: Path, capsys: Any, arguments: list[str], purpose: str, conversation: str | None
) -> None:
    assert run(folder, *arguments) == 0
    assert looks(folder) == [(getpass.getuser(), purpose, conversation)]


def test_a_book_of_looks_with_a_page_torn_out_is_told(folder: Path, capsys: Any) -> None:
    for _ in range(3):
        run(folder, "replay", "one", "--verify")
    capsys.readouterr()
    assert run(folder, "replay", "--verify", "--all", "--json") == 0
    assert json.loads(capsys.readouterr().out)["first_broken_look"] is None
    house = House(folder)
    with house.store.write() as connection:
        drop_append_only(connection)
        connection.execute(text("DELETE FROM look WHERE number = 2"))
    house.close()
    assert run(folder, "replay", "--verify", "--all") == 1
    assert "the book of looks is not whole: look 2" in capsys.readouterr().err
