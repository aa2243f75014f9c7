"""Zendesk: the contract of ticket systems, and what only Zendesk does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desks.fakes.zendesk import ZendeskFake
from tests.desks.benches import ZendeskBench, bench_of
from tests.desks.contract import TicketDeskContract


class TestZendesk(TicketDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> Iterator[ZendeskBench]:
        with bench_of(ZendeskBench, ZendeskFake) as bench:
            yield bench
