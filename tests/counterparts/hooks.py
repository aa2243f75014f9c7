"""A receiver of webhooks: it keeps what arrives and answers 200 at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Delivery = tuple[dict[str, str], bytes]


class Hooks:
    """Listens on a loopback port for as long as it is entered; `act` is told of each delivery after the answer."""

    def __init__(self, port: int, act: Callable[[dict[str, str], bytes], object] | None = None) -> None:
        self.received: list[Delivery] = []
        self._came = threading.Condition()
        kept, came = self.received, self._came

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with came:
                    kept.append((headers, body))
                    came.notify_all()
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

    def wait(self, wanted: Callable[[bytes], bool], seconds: float = 120) -> Delivery:
        """The first delivery whose body is wanted."""

        def first() -> Delivery | None:
            return next(((headers, body) for headers, body in self.received if wanted(body)), None)

        with self._came:
            found = self._came.wait_for(first, seconds)
        if found is None:
            raise AssertionError(f"no such webhook among {len(self.received)}")
        return found
