"""ServiceNow: the contract of ticket systems, and what only ServiceNow does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desks.fakes.servicenow import ServiceNowFake
from tests.desks.benches import ServiceNowBench, bench_of
from tests.desks.contract import TicketDeskContract


class TestServiceNow(TicketDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> Iterator[ServiceNowBench]:
        with bench_of(ServiceNowBench, ServiceNowFake) as bench:
            yield bench
