"""The webhook endpoint over ASGI: signed hints are kept, and nothing else does anything."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.build import build_api
from app.settings import Settings
from desks.memory import DELIVERY, SENT_AT, SIGNATURE
from service.system import System
from states.errors import StoreUnavailable
from tests.components import examples
from tests.delivery.example import Office, hook
from tests.ready_databases import sqlite_url

FUZZED = examples(2_000, 10_000)
Raw = tuple[list[tuple[bytes, bytes]], bytes]


@pytest.fixture
def waiting(tmp_path: Any) -> Iterator[Office]:
    """A case with a ticket, on SQLite: what is tested here does not depend on the database."""
    office = Office(sqlite_url(tmp_path))
    office.case.say("human please")
    office.work()
    yield office
    office.close()


@pytest.fixture
def client(waiting: Office) -> TestClient:
    """The API around it; a bug is an error of the test and no 500."""
    return TestClient(build_api(System(waiting.runtime).door, Settings(), waiting.delivery))


def test_a_signed_webhook_is_kept_once_and_moves_the_case_when_the_worker_comes(
    waiting: Office, client: TestClient
) -> None:
    waiting.tickets.assign("1", "alice")
    headers, body = hook(waiting, "1", "d1")
    first, second = (client.post("/hooks/tickets", content=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (200, {"status": "kept"})
    assert (second.status_code, second.json()) == (200, {"status": "known"})
    assert waiting.state == "handed_off"
    waiting.work()
    assert waiting.state == "agent_verifying"


@pytest.mark.parametrize(
    ("path", "status"), [("/hooks/tickets", 401), ("/hooks/nobody", 401), ("/hooks/chat", 401), ("/hooks/", 404)]
)
def test_what_is_not_signed_is_refused(client: TestClient, path: str, status: int) -> None:
    refused = client.post(path, content=b"1")
    assert refused.status_code == status
    assert "secret" not in refused.text
    assert status == 404 or refused.json() == client.post("/hooks/tickets", content=b"2").json(), "a name is told"


def test_a_large_body_is_refused_before_it_is_read_whole(waiting: Office, client: TestClient) -> None:
    headers, _ = hook(waiting, "1", "d1")
    assert client.post("/hooks/tickets", content=b"x" * 300_000, headers=headers).status_code == 413

    def drip() -> Iterator[bytes]:
        for _ in range(300):
            yield b"x" * 1000

    assert client.post("/hooks/tickets", content=drip(), headers=headers).status_code == 413


def test_other_methods_do_nothing(client: TestClient) -> None:
    assert client.get("/hooks/tickets").status_code == 405


def test_a_database_that_is_away_asks_for_a_repeat(waiting: Office, client: TestClient) -> None:
    class Away:
        def receive(self, *given: object) -> bool:
            raise StoreUnavailable("the disk is full; free space")

    client.app.state.delivery = Away()  # type: ignore[attr-defined]
    headers, body = hook(waiting, "1", "d1")
    refused = client.post("/hooks/tickets", content=body, headers=headers)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


def test_random_requests_change_nothing_and_break_nothing(waiting: Office, client: TestClient) -> None:
    dice = random.Random(17)
    good, body = hook(waiting, "1", "d1")
    before = waiting.rows("SELECT * FROM inbox") + waiting.rows("SELECT id, version, state FROM conversation")
    requests = [_spoilt(dice, good, body) for _ in range(FUZZED)]
    assert set(asyncio.run(_statuses(client.app, requests))) == {401}
    assert waiting.rows("SELECT * FROM inbox") + waiting.rows("SELECT id, version, state FROM conversation") == before


async def _statuses(app: Any, requests: list[Raw]) -> list[int]:
    """The status of each request, sent as a server would hand it over."""
    found = []
    for headers, body in requests:
        scope = {
            "type": "http", "method": "POST", "path": "/hooks/tickets", "raw_path": b"/hooks/tickets",
            "query_string": b"", "headers": headers, "scheme": "http", "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1), "root_path": "", "http_version": "1.1", "asgi": {"version": "3.0"},
        }  # fmt: skip
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive(parts: list[Any] = parts) -> Any:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                found.append(message["status"])

        await app(scope, receive, send)
    return found


def _spoilt(dice: random.Random, good: dict[str, str], body: bytes) -> Raw:
    """A request with something wrong: never the signature, the time and the body that belong together."""
    headers = {key.encode(): value.encode() for key, value in good.items()}
    kind = dice.randrange(6)
    if kind == 0:
        body = dice.randbytes(dice.randrange(200)) + b"!"
    elif kind == 1:
        headers[SIGNATURE.encode()] = bytes(dice.randrange(0x21, 0xFF) for _ in range(dice.randrange(1, 80)))
    elif kind == 2:
        headers[SENT_AT.encode()] = bytes(dice.randrange(0x21, 0xFF) for _ in range(dice.randrange(1, 40)))
    elif kind == 3:
        del headers[dice.choice([SIGNATURE, SENT_AT]).encode()]
    elif kind == 4:
        headers[SIGNATURE.encode()] = good[SIGNATURE].swapcase().encode()[::-1]
    else:
        body = body * dice.randrange(2, 5)
        headers[DELIVERY.encode()] = b"d" * dice.randrange(1, 300)
    return list(headers.items()), body
