"""Freshdesk: the contract of ticket systems, and what only Freshdesk does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desks.fakes.freshdesk import FreshdeskFake
from tests.desks.benches import FreshdeskBench, bench_of
from tests.desks.contract import TicketDeskContract


class TestFreshdesk(TicketDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> Iterator[FreshdeskBench]:
        with bench_of(FreshdeskBench, FreshdeskFake) as bench:
            yield bench
