"""Serves a fake on a loopback port in a thread, with faults between it and its callers.

Only a real connection can lose a reply after the commit, and that is the fault that doubles tickets.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WRITES = frozenset({"POST", "PUT", "PATCH"})
_START_S = 10.0


class Fault(StrEnum):
    """How the next write goes wrong."""

    NONE = "none"
    """It does not."""
    REPLY_LOST = "reply_lost"
    """Committed; the connection breaks in the middle of the answer."""
    BROKEN = "broken"
    """500, not committed."""
    BROKEN_AFTER = "broken_after"
    """502 from a gateway, committed behind it."""
    TOO_MANY = "too_many"
    """429 with `Retry-After: 30`."""
    UNAVAILABLE = "unavailable"
    """503 with `Retry-After: 60`."""
    PLAIN = "plain"
    """400 in plain text."""
    HTML = "html"
    """200 with a sign-in page of a proxy; not committed."""
    SLOW = "slow"
    """Committed; the answer comes after `slow_s`."""


_ANSWERS: dict[Fault, tuple[int, str, bytes, dict[str, str]]] = {
    Fault.BROKEN: (500, "text/html", b"<h1>Internal Server Error</h1>", {}),
    Fault.BROKEN_AFTER: (502, "text/html", b"<h1>Bad Gateway</h1>", {}),
    Fault.TOO_MANY: (429, "text/plain", b"Too many requests", {"retry-after": "30"}),
    Fault.UNAVAILABLE: (503, "text/plain", b"Service unavailable", {"retry-after": "60"}),
    Fault.PLAIN: (400, "text/plain", b"Bad request", {}),
    Fault.HTML: (200, "text/html", b"<html><title>Sign in</title></html>", {}),
}
_COMMITTED = frozenset({Fault.REPLY_LOST, Fault.BROKEN_AFTER, Fault.SLOW})


class Faulty:
    """An ASGI application whose writes go wrong as `script` says, in that order; its reads work."""

    def __init__(self, app: ASGIApp, *, slow_s: float = 1.0) -> None:
        self._app = app
        self._slow_s = slow_s
        self._faults: list[Fault] = []
        self.writes = 0
        """How many writes have arrived."""

    def script(self, *faults: Fault) -> None:
        """What happens to the next writes."""
        self._faults.extend(faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, right or wrong."""
        fault = Fault.NONE
        if scope["type"] == "http" and scope["method"] in WRITES:
            self.writes += 1
            fault = self._faults.pop(0) if self._faults else Fault.NONE
        if fault is Fault.NONE:
            await self._app(scope, receive, send)
            return
        if fault in _COMMITTED:
            await self._app(scope, receive, _swallow if fault is not Fault.SLOW else self._late(send))
        if fault is Fault.REPLY_LOST:
            # A promise of more bytes than come: the server then closes the connection.
            await _answer(send, 201, "application/json", b'{"', {"content-length": "1000"}, more=True)
        elif fault is not Fault.SLOW:
            status, kind, body, headers = _ANSWERS[fault]
            await _answer(send, status, kind, body, {**headers, "content-length": str(len(body))})

    def _late(self, send: Send) -> Send:
        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(self._slow_s)
            await send(message)

        return later


async def _swallow(message: Message) -> None:
    """An answer that nobody gets."""


async def _answer(
    send: Send, status: int, kind: str, body: bytes, headers: dict[str, str], *, more: bool = False
) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in {"content-type": kind, **headers}.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body, "more_body": more})


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The base URL of the application while it is served on a free loopback port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _await_start(server, thread)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(_START_S)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("the fake did not start on its loopback port; is another program filtering it?")
        time.sleep(0.01)
