"""A proxy that breaks HTTP calls on real sockets, between a desk and whatever stands behind it.

A test of retries that fakes the client's errors tests the fake: whether a request had been carried out when the
connection broke is decided on the wire.
"""

from __future__ import annotations

import http.client
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class Fault(StrEnum):
    """What happens to one request."""

    NONE = "none"
    """It is passed on, and so is the answer."""
    RESET = "reset"
    """The connection breaks before anything was passed on."""
    LOST = "lost"
    """It is carried out, and the connection breaks before the answer."""
    ERROR_BEFORE = "error_before"
    """500 without passing it on."""
    ERROR_AFTER = "error_after"
    """It is carried out, and 500 is the answer."""
    THROTTLED = "throttled"
    """429 with `Retry-After: 1`."""
    SLOW = "slow"
    """It is carried out at once, and no answer comes before the caller has given up."""
    LATE = "late"
    """It is carried out only after the caller has given up, as a busy server does with what waits in its queue."""
    GARBAGE = "garbage"
    """It is carried out, and an HTML page with status 200 is the answer."""
    NOT_FOUND = "not_found"
    """A front's own 404 page, without passing it on."""


CARRIED_OUT = frozenset({Fault.NONE, Fault.LOST, Fault.ERROR_AFTER, Fault.SLOW, Fault.LATE, Fault.GARBAGE})
_PAGE = b"<!doctype html><title>Please wait</title><p>Please wait while we check your browser."


@dataclass(frozen=True)
class Seen:
    """One request that arrived, and what was done to it."""

    method: str
    path: str
    fault: Fault


GIVES_UP_S = 120
"""A caller that waits longer has no deadline."""
Choose = Callable[[str, str], Fault]
"""Method and path to fault, asked once for every request."""


@dataclass
class Proxy:
    """Listens on loopback and passes on to `upstream`.

    `late_s`: how long after its caller has given up LATE is carried out, unless `settle` is asked for before.
    """

    upstream: str
    late_s: float
    choose: Choose = field(default=lambda method, path: Fault.NONE)
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    _server: _Server | None = None
    _settling: threading.Event = field(default_factory=threading.Event)
    _under_way: int = 0
    _quiet: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        """What the desk is given instead of the upstream's address."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listens; on the same port again after `down`."""
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Nobody listens: connections are refused by the operating system."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Down for as long as the block runs."""
        self.down()
        try:
            yield
        finally:
            self.up()

    def settle(self) -> None:
        """Waits until every request has been carried out: the late ones, and those whose callers have given up."""
        self._settling.set()
        with self._quiet:
            assert self._quiet.wait_for(lambda: self._under_way == 0, timeout=GIVES_UP_S)
        self._settling.clear()

    @contextmanager
    def passing_on(self) -> Iterator[None]:
        """A request is with the upstream for as long as the block runs."""
        with self._quiet:
            self._under_way += 1
        try:
            yield
        finally:
            with self._quiet:
                self._under_way -= 1
                self._quiet.notify_all()

    def lag(self) -> None:
        """As long as LATE waits once its caller has given up."""
        self._settling.wait(self.late_s)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that gave up has closed its end: that is what these tests are about."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 30

    def handle(self) -> None:
        proxy = self.server.proxy
        line = self.rfile.readline(65_536).decode("latin-1").split()
        if len(line) < 2:
            return
        method, path = line[0], line[1]
        headers = self._headers()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        fault = proxy.choose(method, path)
        proxy.seen.append(Seen(method=method, path=path, fault=fault))

        def carry_out() -> bytes:
            with proxy.passing_on():
                return forward(proxy.upstream, method, path, headers, body)

        self._answer(fault, carry_out)

    def _headers(self) -> dict[str, str]:
        found = http.client.parse_headers(self.rfile)
        return {name.lower(): value for name, value in found.items()}

    def _answer(self, fault: Fault, carry_out: Callable[[], bytes]) -> None:
        match fault:
            case Fault.RESET:
                self._break()
            case Fault.LOST:
                carry_out()
                self._break()
            case Fault.ERROR_BEFORE:
                self.wfile.write(_written(500, b"broken"))
            case Fault.ERROR_AFTER:
                carry_out()
                self.wfile.write(_written(500, b"broken"))
            case Fault.THROTTLED:
                self.wfile.write(_written(429, b"slow down", "retry-after: 1\r\n"))
            case Fault.SLOW:
                carry_out()
                self._until_given_up()
            case Fault.LATE:
                with self.server.proxy.passing_on():
                    self._until_given_up()
                    self.server.proxy.lag()
                    carry_out()
            case Fault.GARBAGE:
                carry_out()
                self.wfile.write(_written(200, _PAGE, "content-type: text/html\r\n"))
            case Fault.NOT_FOUND:
                self.wfile.write(_written(404, _PAGE, "content-type: text/html\r\n"))
            case _:
                self.wfile.write(carry_out())

    def _until_given_up(self) -> None:
        """Waits until the caller has closed its end."""
        self.connection.settimeout(GIVES_UP_S)
        self.connection.recv(1)

    def _break(self) -> None:
        """A reset instead of a tidy end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def forward(upstream: str, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Carries a request out; the answer as it is written on the wire, without keep-alive."""
    host = urlsplit(upstream)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=60)
    try:
        own = {"connection", "content-length", "accept-encoding"}
        passed = {name: value for name, value in headers.items() if name not in own}
        connection.request(method, path, body or None, passed)
        answer = connection.getresponse()
        hop = {"connection", "transfer-encoding", "content-length", "keep-alive"}
        kept = "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders() if name.lower() not in hop)
        return _written(answer.status, answer.read(), kept)
    finally:
        connection.close()


def _written(status: int, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\n{headers}content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return head.encode("latin-1") + body
