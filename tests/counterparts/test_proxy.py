"""The proxy that breaks calls: what the caller can know, and what was really carried out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from desks.kit.http import Answer, Web, settled
from desks.port import Ambiguous, Outcome, RetryAfter
from tests.counterparts.hooks import Hooks
from tests.counterparts.proxy import CARRIED_OUT, Fault, Proxy

DEADLINE_S = 0.25
NEVER_S = 3600


@pytest.fixture
def upstream() -> Iterator[Hooks]:
    with Hooks(0) as hooks:
        yield hooks


@pytest.fixture
def proxy(upstream: Hooks) -> Iterator[Proxy]:
    proxy = Proxy(upstream=f"http://127.0.0.1:{upstream.port}", late_s=NEVER_S)
    proxy.up()
    yield proxy
    proxy.down()


def attempt(proxy: Proxy) -> Outcome | Answer:
    web = Web(base_url=proxy.url, deadline_s=DEADLINE_S)
    return settled(web.call("POST", "/x", body={"a": "ü"}), datetime.now(UTC))


KNOWN: dict[Fault, type] = {
    Fault.NONE: Answer,
    Fault.GARBAGE: Answer,
    Fault.THROTTLED: RetryAfter,
    Fault.ERROR_BEFORE: Ambiguous,
    Fault.ERROR_AFTER: Ambiguous,
    Fault.RESET: Ambiguous,
    Fault.LOST: Ambiguous,
    Fault.SLOW: Ambiguous,
    Fault.LATE: Ambiguous,
}


@pytest.mark.parametrize("fault", sorted(KNOWN))
def test_a_fault_carries_out_what_it_says_and_tells_the_caller_no_more_than_a_network_would(
    proxy: Proxy, upstream: Hooks, fault: Fault
) -> None:
    proxy.choose = lambda method, path: fault
    # SLOW and LATE let go of the caller only when it has given up: without a deadline this would never return.
    assert isinstance(attempt(proxy), KNOWN[fault])
    if fault is Fault.LATE:
        assert upstream.received == []
    proxy.settle()
    assert [body for _, body in upstream.received] == ['{"a": "ü"}'.encode()] * (fault in CARRIED_OUT)
    assert [(seen.method, seen.path, seen.fault) for seen in proxy.seen] == [("POST", "/x", fault)]


def test_while_it_is_down_connections_are_refused_and_afterwards_it_is_at_the_same_address(
    proxy: Proxy, upstream: Hooks
) -> None:
    web = Web(base_url=proxy.url, deadline_s=2)
    with proxy.refusing():
        assert web.call("POST", "/x", body={}) == RetryAfter(seconds=None, code="ConnectError")
    assert isinstance(web.call("POST", "/x", body={}), Answer)
    assert len(upstream.received) == 1


def test_a_throttled_caller_is_told_how_long_to_wait(proxy: Proxy) -> None:
    proxy.choose = lambda method, path: Fault.THROTTLED
    assert attempt(proxy) == RetryAfter(seconds=1.0, code="http_429")
