"""A connection that never finishes asking is ended, one that asks is not, and only so many are waited for."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.heads import protocol
from app.server import bind

Address = tuple[str, int]
LONG_S = 600.0
HALF = b"POST /v1/conversations HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "
WHOLE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Slow:
    """An app that answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.set()
        await asyncio.get_running_loop().run_in_executor(None, self.go.wait)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def served(app: Slow, *, within_s: float, most: int = 100) -> Iterator[Address]:
    """The app on a real socket of this machine, with these bounds."""
    bounds = protocol(within_s, most)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="off", http=bounds)
    server = uvicorn.Server(config)
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[:2]
        finally:
            app.go.set()
            server.should_exit = True
            thread.join(timeout=30)


def _said(connection: socket.socket) -> bytes:
    """What comes until the connection is ended, by a close or by a reset."""
    try:
        return b"".join(iter(lambda: connection.recv(1000), b""))
    except ConnectionResetError:
        return b""


def _open(address: Address, said: bytes) -> socket.socket:
    connection = socket.create_connection(address, timeout=60)
    connection.sendall(said)
    return connection


@pytest.mark.parametrize("said", [b"", b"G", HALF, WHOLE[:-2]])
def test_a_head_that_never_ends_is_waited_for_so_long(said: bytes) -> None:
    with served(Slow(), within_s=0.05) as address, _open(address, said) as connection:
        assert _said(connection) == b""


def test_a_second_request_that_never_ends_is_not_waited_for_either() -> None:
    app = Slow()
    app.go.set()
    with served(app, within_s=0.2) as address, _open(address, WHOLE) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.sendall(HALF)
        assert _said(connection) in (b"", b"ok")


def test_a_request_that_was_made_is_answered_however_long_that_takes() -> None:
    """The limit is on asking: it has long passed when the answer comes."""
    app = Slow()
    with served(app, within_s=0.05) as address, _open(address, WHOLE) as connection:
        assert app.asked.wait(timeout=60)
        with _open(address, HALF) as slow:
            assert _said(slow) == b""
        app.go.set()
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_of_too_many_the_first_go_and_whoever_asks_is_served() -> None:
    app = Slow()
    app.go.set()
    with served(app, within_s=LONG_S, most=3) as address:
        slow = [_open(address, HALF) for _ in range(8)]
        assert [_said(one) for one in slow[:5]] == [b""] * 5
        with _open(address, WHOLE) as connection:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        for one in slow:
            one.close()
