"""Before a request is read: tokens first, wrong ones counted; bodies and streams are bounded; health answers."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app import logging as our_logging
from app.api.build import build_api
from app.api.gate import Bodies, Callers, Streams
from app.api.logins import REMEMBERED, WrongLogins, network
from app.server import bind
from app.settings import Settings
from tests.house import House

TOKEN, OTHER = "t" * 20, "o" * 20
KNOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def settings(house: House) -> Settings:
    holders = {TOKEN: "frontline_agent/maria", OTHER: "customer/web"}
    return Settings(data_dir=house.settings.data_dir, tokens=holders)


@contextmanager
def _served(app: Any) -> Iterator[tuple[str, int]]:
    """The app on a real socket of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[:2]
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def _ask(address: tuple[str, int], head: str, seconds: float = 20) -> bytes:
    """What the server says to a request whose body never comes."""
    with socket.create_connection(address, timeout=seconds) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        return connection.recv(10_000)


def _scope(path: str, address: str = "198.51.100.7", method: str = "POST", **headers: str) -> Scope:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "headers": given,
        "client": (address, 1),
        "query_string": b"",
    }


async def _never() -> Message:
    return await asyncio.Future()


class Answers:
    """Collects what is sent."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""

    async def __call__(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


async def _reads(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that reads the whole body and says how long it was."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


# Tokens before bodies


def test_strangers_with_slow_bodies_are_answered_at_once_and_unread(house: House, settings: Settings) -> None:
    head = (
        "POST /v1/conversations HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/json\nContent-Length: 1000000\n"
        "{}\n"
    )
    with _served(build_api(house.door, settings)) as address:
        for number in range(5):
            told = _ask(address, head.replace("{}\n", f"Authorization: Bearer wrong{number}\n\n" if number else "\n"))
            assert told.startswith(b"HTTP/1.1 401"), told[:100]
        with socket.create_connection(address, timeout=20) as slow:
            slow.sendall(head.replace("{}\n", f"Authorization: Bearer {TOKEN}\n\n").replace("\n", "\r\n").encode())
            assert _ask(address, "GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", ["/v1/conversations", "/v1/conversations/x", "/v1/nothing", "/v1/queue", "/v1"])
def test_a_stranger_is_told_the_same_wherever_they_ask(house: House, settings: Settings, path: str) -> None:
    with TestClient(build_api(house.door, settings)) as client:
        told = {json.dumps(client.request(method, path).json()) for method in ("GET", "POST", "PUT", "DELETE")}
    assert len(told) == 1
    assert "unauthorised" in told.pop()


# Wrong logins


def test_wrong_logins_are_counted_logged_and_refused(house: House, settings: Settings) -> None:
    stream = io.StringIO()
    our_logging.configure("info", as_json=True, stream=stream)
    with TestClient(build_api(house.door, settings), client=("203.0.113.9", 1)) as client:
        assert client.get("/v1/queue", headers=KNOWN).status_code == 200
        told = [client.get("/v1/queue", headers={"Authorization": f"Bearer guess{n}"}) for n in range(150)]
        assert [one.status_code for one in told] == [401] * 10 + [429] * 140
        assert 1 <= int(told[-1].headers["Retry-After"]) <= 60
        assert client.get("/v1/queue", headers=KNOWN).status_code == 200, "a token that was known here goes on"
        fresh = {"Authorization": f"Bearer {OTHER}"}
        assert client.get("/v1/conversations/x", headers=fresh).status_code == 429, "a right guess is not told"
    with TestClient(build_api(house.door, settings), client=("203.0.113.10", 1)) as client:
        assert client.get("/v1/queue", headers=KNOWN).status_code == 200
    lines = [json.loads(line) for line in stream.getvalue().splitlines() if "wrong_login" in line]
    assert len(lines) == 10
    assert all(line["surface"] == "api" and "guess" not in json.dumps(line) for line in lines)


def test_wrong_logins_of_the_page_count_by_their_answers(settings: Settings) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = Callers(page, settings, WrongLogins(most=3))

    def login(address: str) -> int:
        answers = Answers()
        asyncio.run(gate(_scope("/login", address), _never, answers))
        return answers.status

    assert [login("198.51.100.1") for _ in range(5)] == [400, 400, 400, 429, 429]
    assert login("198.51.100.2") == 400


def test_a_window_ends_and_the_memory_is_bounded() -> None:
    now = [0.0]
    logins = WrongLogins(most=2, window_s=60, clock=lambda: now[0])
    for _ in range(2):
        logins.wrong("2001:db8::1")
    assert logins.wait("2001:db8::2") == 60, "one customer's network is one address"
    assert logins.wait("2001:db8:1::2") == 0
    now[0] = 60.0
    assert logins.wait("2001:db8::1") == 0
    assert logins.wrong("2001:db8::1") == 1
    for number in range(REMEMBERED + 5):
        logins.wrong(f"address {number}")
        logins.right(f"address {number}", "token")
    assert len(logins._windows) == len(logins._known) == REMEMBERED


@pytest.mark.parametrize(
    ("address", "one"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("2001:db8::5", "2001:db8::/64"), ("", "")],
)
def test_an_address_is_what_one_customer_has(address: str, one: str) -> None:
    assert network(address) == one


# Bodies


@pytest.mark.parametrize("path", ["/v1/conversations", "/gradio_api/upload", "/login", "/hooks/x"])
@pytest.mark.parametrize("kind", ["announced", "parts", "slow", "fits"])
def test_a_body_has_bounds_wherever_it_goes(path: str, kind: str) -> None:
    parts = {"announced": 1, "parts": 30, "fits": 3}.get(kind, 2)

    async def receive() -> Message:
        nonlocal parts
        parts -= 1
        if kind == "slow" and parts == 0:
            return await _never()
        return {"type": "http.request", "body": b"x" * 10, "more_body": parts > 0}

    answers = Answers()
    headers = {"content_length": "10000000000000000000000"} if kind == "announced" else {}
    asyncio.run(Bodies(_reads, most=100, within_s=0.05)(_scope(path, **headers), receive, answers))
    assert answers.status == {"announced": 413, "parts": 413, "slow": 408, "fits": 200}[kind]
    if kind == "fits":
        assert answers.body == b"30"


# Streams


def test_streams_are_bounded_for_each_address_and_in_all() -> None:
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b""})

    async def story() -> dict[str, list[int]]:
        gate, found = Streams(waits, most=5, each=3), {}
        for path in ("/gradio_api/queue/data", "/gradio_api/heartbeat/abc", "/theme.css"):
            answers = [Answers() for _ in range(8)]
            asked = [
                gate(_scope(path, f"198.51.100.{1 + number // 4}", "GET"), _never, one)
                for number, one in enumerate(answers)
            ]
            await asyncio.gather(*asked)
            found[path] = [one.status for one in answers]
        return found

    found = asyncio.run(story())
    assert found["/gradio_api/queue/data"] == [200, 200, 200, 429, 200, 200, 429, 429]
    assert found["/gradio_api/heartbeat/abc"] == found["/gradio_api/queue/data"], "those that ended made room"
    assert found["/theme.css"] == [200] * 8


# Health


def test_health_answers_while_every_other_thread_stalls(house: House, settings: Settings) -> None:
    """More calls than there are threads hang in the database; `/healthz` needs none, `/readyz` has its own."""
    release, api = threading.Event(), build_api(house.door, settings)

    @api.get("/stalls")
    def stalls() -> None:
        release.wait(timeout=30)

    with _served(api) as address:
        asking = [
            threading.Thread(target=_ask, args=(address, "GET /stalls HTTP/1.1\nHost: 127.0.0.1\n\n"))
            for _ in range(60)
        ]
        for one in asking:
            one.start()
        try:
            for path in ("/healthz", "/readyz", "/healthz"):
                told = _ask(address, f"GET {path} HTTP/1.1\nHost: 127.0.0.1\n\n", seconds=10)
                assert told.startswith(b"HTTP/1.1 200")
            assert not release.is_set()
        finally:
            release.set()
            for one in asking:
                one.join(timeout=30)
