"""Long lists come in pages: a poll stays small, and a list that changes meanwhile skips nothing that stays."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Response
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.cursors import NEXT, TOTAL, page
from states.errors import BadInput
from tests.components import examples
from tests.house import House

AGENT = {"X-Handrail-Actor": "maria", "X-Handrail-Role": "frontline_agent"}
CASES = 629


def _pages(entries: list[str], limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = None
    while cursor is not None or not found:
        response = Response()
        found.append(page(entries, limit, cursor, str, response))
        cursor = response.headers.get(NEXT)
    return found


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 20))
def test_pages_together_are_the_list(count: int, limit: int) -> None:
    entries = [str(number) for number in range(count)]
    found = _pages(entries, limit)
    assert [one for shown in found for one in shown] == entries
    assert all(len(shown) <= limit for shown in found)


@settings(deadline=None)
@given(st.data(), st.integers(1, 40), st.integers(1, 10))
def test_what_stays_is_not_skipped_when_others_leave(data: st.DataObject, count: int, limit: int) -> None:
    """Between two pages any entries may leave, and new ones come to the front."""
    entries = [str(number) for number in range(count)]
    response = Response()
    first = page(entries, limit, None, str, response)
    cursor = response.headers.get(NEXT)
    gone = set(data.draw(st.lists(st.sampled_from(entries), max_size=2)))
    later = [f"new {number}" for number in range(data.draw(st.integers(0, 5)))]
    left = later + [one for one in entries if one not in gone]
    rest = page(left, 10_000, cursor, str, Response()) if cursor else []
    assert set(left) - set(first) - set(later) <= set(rest)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10=", "WzEsMl0=", "WyJhIixbXV0=", "Wy0xLFtdXQ==", "ü", "W1tbW1tb"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput, match="cursor"):
        page(["a"], 1, cursor, str, Response())


def test_a_poll_of_a_long_queue_is_small_and_all_of_it_can_be_read(house: House) -> None:
    """The worst line that the queue holds: 200 characters of a message in a script of three bytes a letter."""
    with house.client() as client:
        for number in range(examples(60, CASES)):
            client.post("/v1/conversations", json={"id": f"c{number}"})
            client.post(f"/v1/conversations/c{number}/messages", json={"text": f"human please {number} " + "長" * 60})
        polled = client.get("/v1/queue", headers=AGENT)
        assert len(polled.content) <= 20_000
        assert int(polled.headers[TOTAL]) == examples(60, CASES)
        seen, response = [*polled.json()], polled
        while NEXT in response.headers:
            response = client.get("/v1/queue", params={"cursor": response.headers[NEXT]}, headers=AGENT)
            seen += response.json()
        assert len({one["handover_id"] for one in seen}) == examples(60, CASES)
        whole = client.get("/v1/conversations", params={"limit": 1000}).json()
        listed, response = [], client.get("/v1/conversations", params={"limit": 7})
        while True:
            listed += response.json()
            client.post("/v1/conversations", json={"id": f"late{len(listed)}"})
            if NEXT not in response.headers:
                break
            cursor = response.headers[NEXT]
            response = client.get("/v1/conversations", params={"limit": 7, "cursor": cursor})
        assert [one["id"] for one in listed] == [one["id"] for one in whole]
        for address, name in (("/v1/conversations", ""), ("/v1/deliveries", "steps")):
            listed = client.get(address, params={"limit": 2})
            assert len(listed.json()[name] if name else listed.json()) <= 2
            assert client.get(address, params={"cursor": "x"}).status_code == 422
        assert len(client.get("/v1/conversations").json()) == 20


def test_templates_and_people_come_in_pages_too(house: House) -> None:
    with house.client() as client:
        for number in range(5):
            agent = {"X-Handrail-Actor": f"agent{number}", "X-Handrail-Role": "frontline_agent"}
            assert client.put("/v1/presence", json={}, headers=agent).status_code == 200
            drafted = client.post("/v1/templates", json={"id": f"t{number}", "text": "Good day."}, headers=agent)
            assert drafted.status_code == 201
        for address in ("/v1/presence", "/v1/templates"):
            whole = client.get(address, headers=AGENT).json()
            assert len(whole) >= 5
            response = client.get(address, params={"limit": 2}, headers=AGENT)
            listed: list[Any] = []
            while NEXT in response.headers:
                assert len(response.json()) == 2
                listed += response.json()
                cursor = response.headers[NEXT]
                response = client.get(f"{address}?limit=2&cursor={cursor}", headers=AGENT)
            assert [*listed, *response.json()] == whole


def test_a_conversation_is_begun_once_under_a_key(house: House) -> None:
    with house.client() as client:
        key = {"Idempotency-Key": "k1"}
        begun = [client.post("/v1/conversations", json={"customer": "cus-1"}, headers=key) for _ in range(2)]
        assert [one.json()["id"] for one in begun] == ["k1", "k1"]
        assert client.post("/v1/conversations", json={"id": "k2"}, headers=key).status_code == 422
        assert len(client.get("/v1/conversations").json()) == 1
