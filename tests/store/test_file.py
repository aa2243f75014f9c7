"""A database file that goes away, is exchanged or cut short while it is in use is noticed before anything is told."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from states.errors import StoreUnavailable
from store.database import Store, open_store
from store.file import WatchedFile


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "handrail.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{file}")
    yield opened
    opened.close()


def _removed(file: Path) -> None:
    file.unlink()


def _exchanged(file: Path) -> None:
    shutil.copyfile(file, file.with_name("copy"))
    os.replace(file.with_name("copy"), file)


def _emptied(file: Path) -> None:
    os.truncate(file, 0)


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 4096)


@pytest.mark.parametrize(
    ("harm", "told"),
    [(_removed, "is gone"), (_exchanged, "was replaced"), (_emptied, "was cut"), (_cut, "was cut")],
)
def test_what_happens_to_the_file_is_noticed(store: Store, file: Path, harm: object, told: str) -> None:
    assert store.ping()
    store.reader.require_file()
    harm(file)  # type: ignore[operator]
    with pytest.raises(StoreUnavailable, match=told), store.read():
        pass
    with pytest.raises(StoreUnavailable, match=told), store.write():
        pass
    with pytest.raises(StoreUnavailable, match=told):
        store.ping()


def test_what_is_under_way_while_the_file_goes_is_not_committed(store: Store, file: Path) -> None:
    with pytest.raises(StoreUnavailable, match="is gone"), store.write():
        file.unlink()


def test_a_database_that_is_tidied_up_is_the_same_one(store: Store, file: Path) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE much (x)")
        connection.exec_driver_sql("INSERT INTO much VALUES (zeroblob(1000000))")
    _tidied(file)
    long = file.stat().st_size
    assert store.ping()
    with store.write() as connection:
        connection.exec_driver_sql("DROP TABLE much")
    _tidied(file)
    assert file.stat().st_size < long
    assert store.ping()


def _tidied(file: Path) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_file_that_comes_back_is_taken_again(file: Path) -> None:
    file.write_bytes(b"x" * 100)
    watched = WatchedFile(str(file))
    watched.require_same()
    file.rename(file.with_name("away"))
    with pytest.raises(StoreUnavailable):
        watched.require_same()
    file.with_name("away").rename(file)
    watched.require_same()
