"""Presence, one person's queue and the next case over HTTP, against the real system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.house import House

ANNA = {"X-Handrail-Actor": "anna", "X-Handrail-Role": "frontline_agent"}
AUDITOR = {"X-Handrail-Actor": "ada", "X-Handrail-Role": "auditor"}
CHANNEL = {"X-Handrail-Actor": "web", "X-Handrail-Role": "customer"}


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with house.client() as opened:
        for name, text in (("asked", "human please"), ("gas", "I smell gas")):
            opened.post("/v1/conversations", json={"id": name})
            opened.post(f"/v1/conversations/{name}/messages", json={"text": text})
        yield opened


def test_an_empty_body_is_a_heartbeat_and_what_was_said_stays(client: TestClient) -> None:
    said = {"teams": ["safety"], "skills": ["gas"], "languages": ["en"], "capacity": 2}
    first = client.put("/v1/presence", json=said, headers=ANNA)
    assert (first.status_code, first.json()["online"], first.json()["teams"]) == (200, True, ["safety"])
    assert client.put("/v1/presence", json={}, headers=ANNA).json() == first.json()
    away = client.put("/v1/presence", json={"available": False}, headers=ANNA).json()
    assert (away["online"], away["capacity"]) == (False, 2)
    assert [one["id"] for one in client.get("/v1/presence", headers=AUDITOR).json()] == ["anna"]


def test_the_queue_for_me_is_what_i_may_take(client: TestClient) -> None:
    client.put("/v1/presence", json={"teams": ["safety"]}, headers=ANNA)

    def names(query: str) -> list[str]:
        return [item["conversation_id"] for item in client.get(f"/v1/queue{query}", headers=ANNA).json()]

    assert names("") == ["gas", "asked"]
    assert names("?for=me") == ["gas"]
    assert client.get("/v1/queue?for=ben", headers=ANNA).status_code == 422
    assert client.get("/v1/queue", headers=ANNA).json()[0]["suggested"] == "anna"


def test_the_next_case_is_the_same_for_the_same_key_and_then_another(client: TestClient) -> None:
    once = {**ANNA, "Idempotency-Key": "n1"}
    got = [client.post("/v1/queue/next", headers=once).json() for _ in range(2)]
    assert [(one["conversation_id"], one["repeated"]) for one in got] == [("gas", False), ("gas", True)]
    assert client.post("/v1/queue/next", headers=ANNA).json()["conversation_id"] == "asked"
    empty = client.post("/v1/queue/next", headers=ANNA)
    assert (empty.status_code, empty.json()["error"]) == (404, "not_found")


def test_a_full_desk_is_told_what_to_do(client: TestClient) -> None:
    client.put("/v1/presence", json={"teams": ["frontline"], "capacity": 0}, headers=ANNA)
    full = client.post("/v1/queue/next", headers=ANNA)
    assert full.status_code == 409
    assert "PUT /v1/presence" in full.json()["message"]


@pytest.mark.parametrize("headers", [AUDITOR, CHANNEL])
def test_who_takes_no_cases_is_refused_and_changes_nothing(client: TestClient, headers: dict[str, str]) -> None:
    assert client.put("/v1/presence", json={}, headers=headers).status_code == 403
    assert client.post("/v1/queue/next", headers=headers).status_code == 403
    assert client.get("/v1/presence", headers=ANNA).json() == []
    assert client.get("/v1/presence", headers=CHANNEL).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"capacity": -1}, {"capacity": 101}, {"languages": ["English"]}, {"teams": [""]}, {"teams": ["a\x00"]},
        {"skills": ["x"] * 51}, {"seen_at": "2026-01-01"}, [],
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_kept_is_refused(client: TestClient, body: Any) -> None:
    assert client.put("/v1/presence", json=body, headers=ANNA).status_code == 422
    assert client.get("/v1/presence", headers=ANNA).json() == []
