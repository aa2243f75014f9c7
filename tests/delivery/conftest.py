"""An office on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.example import Office
from tests.ready_databases import new_database, sqlite_url

MakeOffice = Callable[..., Office]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    cluster: str = request.getfixturevalue("postgres")
    return new_database(cluster, f"delivery_{abs(hash(request.node.nodeid))}")


@pytest.fixture
def make_office(url: str) -> Iterator[MakeOffice]:
    """Makes offices that are closed in the end."""
    made: list[Office] = []

    def make(**options: Any) -> Office:
        made.append(Office(url, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    """An office as it usually is."""
    return make_office()
