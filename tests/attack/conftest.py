"""A conversation to attack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graph.example import Desk
from tests.ready_databases import sqlite_url


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A new conversation with the test policy on SQLite."""
    opened = Desk(sqlite_url(tmp_path))
    yield opened
    opened.runtime.close()
