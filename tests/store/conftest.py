"""A store on either database, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from store.database import Store, open_store
from tests.ready_databases import new_database, sqlite_url
from tests.store.example import Bench


@pytest.fixture(scope="session")
def shared_postgres(request: pytest.FixtureRequest) -> Iterator[Store]:
    """One PostgreSQL database for all tests of a worker."""
    store = open_store(new_database(request.getfixturevalue("postgres"), "store_units"))
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """An empty store and short words for what is put into it."""
    if request.param == "sqlite":
        store = open_store(sqlite_url(tmp_path))
        yield Bench(store)
        store.close()
        return
    yield emptied(request.getfixturevalue("shared_postgres"))


@pytest.fixture
def shared_postgres_bench(shared_postgres: Store) -> Bench:
    """The same on PostgreSQL alone, for what SQLite's single writer cannot do."""
    return emptied(shared_postgres)


def emptied(store: Store) -> Bench:
    """A store without a row."""
    with store.write() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(SQLModel.metadata.tables)} CASCADE")
    return Bench(store)
