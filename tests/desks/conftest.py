"""Connections that the destinations of a test have opened are closed after it; the contract explains its failures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desks.cases import OPENED

pytest.register_assert_rewrite("tests.desks.contract")


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """Closes what `cases.opened` has noted."""
    yield
    while OPENED:
        OPENED.pop().close()
