"""A receiver of webhooks: it keeps what arrives and answers 200 at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Delivery = tuple[dict[str, str], bytes]


class Hooks:
    """Listens on a loopback port for as long as it is entered; `act` is told of each delivery after the answer."""

    def __init__(self, port: int, act: Callable[[dict[str, str], bytes], object] | None = None) -> None:
        self.received: list[Delivery] = []
        kept = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                kept.append((headers, body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                if act:
                    act(headers, body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Hooks:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, wanted: Callable[[bytes], bool], seconds: float = 20) -> Delivery:
        """The first delivery whose body is wanted."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for headers, body in list(self.received):
                if wanted(body):
                    return headers, body
            time.sleep(0.05)
        raise AssertionError(f"no such webhook among {len(self.received)}")
