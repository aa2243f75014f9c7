"""A conversation that people work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.invariants import violations
from tests.people.example import Office
from tests.ready_databases import sqlite_url


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A desk with people, a customer directory and two conversations' worth of time; sound when it is left."""
    opened = Office(sqlite_url(tmp_path))
    yield opened
    assert violations(opened.runtime.store, opened.id) == []
    opened.runtime.close()
