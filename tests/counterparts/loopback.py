"""A receiver on loopback that answers as a test says, and remembers what it got, byte for byte."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Got:
    """A request that arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    dropped: bool = False
    """Close the connection without a word, after the request was read."""
    delay_s: float = 0.0


def says(status: int = 200, body: Any = None, **headers: str) -> Reply:
    """An answer with a JSON body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=json.dumps({} if body is None else body).encode())


@dataclass(kw_only=True)
class Receiver:
    """The running receiver."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], Reply] = lambda got: Reply()


@contextmanager
def receiver(answer: Callable[[Got], Reply] | Reply | None = None) -> Iterator[Receiver]:
    """A receiver on a free loopback port, for as long as the block lasts."""
    running = Receiver()
    if isinstance(answer, Reply):
        running.answer = lambda got: answer
    elif answer is not None:
        running.answer = answer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            got = Got(method=self.command, path=self.path, headers=headers, body=self.rfile.read(length))
            running.got.append(got)
            reply = running.answer(got)
            self.close_connection = True
            time.sleep(reply.delay_s)
            if reply.dropped:
                return
            self.send_response(reply.status)
            for name, value in {"content-length": str(len(reply.body)), "connection": "close", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_POST = do_HEAD = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    running.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
