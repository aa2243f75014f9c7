"""An OpenAI-compatible HTTP server on loopback that answers, or fails in every way a real one has been seen to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast

Reply = Callable[[Mapping[str, Any]], "str | bytes | dict[str, Any]"]
"""From the request's JSON body to the assistant message's content; to a whole completion; or to the bytes of a body."""


class Mode(StrEnum):
    """How the endpoint behaves."""

    OK = "ok"
    SLOW = "slow"
    HANG = "hang"
    REFUSE = "refuse"
    HTML = "html"
    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    MALFORMED = "malformed"
    EMPTY = "empty"
    REFUSAL = "refusal"
    TRUNCATED = "truncated"
    ENDLESS = "endless"
    TRICKLE = "trickle"


class StubEndpoint:
    """`with StubEndpoint(mode="html") as url:` serves until the block ends; `url` is the base URL, ending in /v1.

    `requests` holds the bodies received. `delay_s` is the pause of `slow`. `hang` holds the request until the block
    ends. `refuse` listens no more: connecting fails. `endless` and `trickle` send blanks until the block ends, as fast
    as they are read or one at a time; `let_go` is set once the client has closed its connection.
    """

    def __init__(self, *, mode: str = Mode.OK, reply: Reply | str = "A scripted reply.", delay_s: float = 0.2) -> None:
        self.mode = Mode(mode)
        self.requests: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self.delay_s = delay_s
        self.poured = 0
        self.let_go = threading.Event()
        self._reply = reply
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> str:
        server = _Server(self)
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        if self.mode is Mode.REFUSE:
            server.server_close()
            return url
        self._server = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return url

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def content(self, body: Mapping[str, Any]) -> str | bytes | dict[str, Any]:
        """The assistant message for a request, or all that is sent."""
        return self._reply if isinstance(self._reply, str) else self._reply(body)


def completion(content: str, model: str, refusal: str | None = None, tool: str | None = None) -> dict[str, Any]:
    """A chat completion as the API writes it; with `tool` the content is the arguments of a call of that tool."""
    message: dict[str, Any] = {"role": "assistant", "content": None if refusal or tool else content, "refusal": refusal}
    if tool:
        called = {"name": tool, "arguments": content}
        message["tool_calls"] = [{"id": "call-stub", "type": "function", "function": called}]
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _chunks(content: str, model: str) -> list[bytes]:
    """The same as server-sent events, a few words each."""
    words = content.split(" ")
    parts = [" ".join(words[n : n + 4]) + (" " if n + 4 < len(words) else "") for n in range(0, len(words), 4)]
    events = []
    for number, part in enumerate([*parts, ""]):
        last = number == len(parts)
        choice = {"index": 0, "delta": {} if last else {"content": part}, "finish_reason": "stop" if last else None}
        event = {"id": "chatcmpl-stub", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model}
        events.append(f"data: {json.dumps({**event, 'choices': [choice]})}\n\n".encode())
    return [*events, b"data: [DONE]\n\n"]


class _Server(ThreadingHTTPServer):
    """A server on a free port that knows its stub."""

    daemon_threads = True

    def __init__(self, stub: StubEndpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stub = stub


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    """Head and body are two writes: the second would wait 40 ms for the first to be acknowledged."""

    @property
    def stub(self) -> StubEndpoint:
        """The endpoint this connection belongs to."""
        return cast(_Server, self.server).stub

    def do_GET(self) -> None:
        self._json(200, {"object": "list", "data": [{"id": "stub", "object": "model", "owned_by": "handrail"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
        self.stub.requests.append(body)
        try:
            self._respond(self.stub.mode, body)
        except (BrokenPipeError, ConnectionResetError):
            self.stub.let_go.set()
            self.close_connection = True

    def _respond(self, mode: Mode, body: dict[str, Any]) -> None:
        if mode is Mode.HANG:
            self.stub.stopping.wait()
            self.close_connection = True
        elif mode is Mode.HTML:
            self._send(200, b"<!doctype html><title>Sign in</title>", "text/html")
        elif mode in (Mode.RATE_LIMITED, Mode.SERVER_ERROR):
            self._json(int(mode), {"error": {"message": "scripted failure", "type": "stub", "code": None}})
        elif mode is Mode.MALFORMED:
            self._json(200, completion('{"answer": "cut o', str(body.get("model"))))
        elif mode is Mode.EMPTY:
            self._send(200, b"", "application/json")
        elif mode in (Mode.ENDLESS, Mode.TRICKLE):
            self._pour(b" " * (65_536 if mode is Mode.ENDLESS else 1), 0.0 if mode is Mode.ENDLESS else 0.05)
        elif mode is Mode.REFUSAL:
            self._json(200, completion("", str(body.get("model")), refusal="I cannot help with that."))
        else:
            self._answer(mode, body)

    def _answer(self, mode: Mode, body: dict[str, Any]) -> None:
        if mode is Mode.SLOW:
            time.sleep(self.stub.delay_s)
        content, model = self.stub.content(body), str(body.get("model"))
        if isinstance(content, bytes):
            self._send(200, content, "application/json")
        elif isinstance(content, dict):
            self._json(200, content)
        elif body.get("stream"):
            self._stream(_chunks(content, model), cut=mode is Mode.TRUNCATED)
        else:
            tools = body.get("tools") or [{"function": {"name": None}}]
            payload = json.dumps(completion(content, model, tool=tools[0]["function"]["name"])).encode()
            self._send(200, payload, "application/json", cut=mode is Mode.TRUNCATED)

    def _pour(self, part: bytes, pause_s: float) -> None:
        """A body that never ends: `poured` counts its bytes."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        while not self.stub.stopping.wait(pause_s):
            self.wfile.write(part)
            self.stub.poured += len(part)

    def _stream(self, events: list[bytes], *, cut: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in events[: len(events) // 2] if cut else events:
            self.wfile.write(event)
        self.close_connection = True

    def _json(self, status: int, value: dict[str, Any]) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, payload: bytes, content_type: str, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload[: len(payload) // 2] if cut else payload)
        self.close_connection = cut

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the tests and the demonstration have their own output."""
