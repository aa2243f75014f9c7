"""What a request must pass before anything of it is read: who calls, how much, how slowly, and how many at once.

Outermost first: `Callers` answers whoever shows no known token before the body is read, and an address that shows too
many wrong ones; `Bodies` bounds what is read, and how long; `Streams` bounds the connections that stay open.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import BodyTooLarge, SlowBody, TooManyRequests, Unauthorised, respond
from app.api.logins import WrongLogins, network
from app.callers import holder_of
from app.logging import get_logger
from states.errors import BadInput, HandrailError

if TYPE_CHECKING:
    from app.settings import Settings

API = "/v1"
LOGIN = "/login"
EVENT_STREAM = f"{API}/events/stream"
MAX_BODY = 2_000_000
READ_WITHIN_S = 10.0
"""For a whole body, from whomever it comes."""
STREAMS = 256
"""Connections that stay open for news, of all callers."""
STREAMS_EACH = 64
"""Of one address."""
UNKNOWN = "no token that Handrail knows; send Authorization: Bearer TOKEN (setting [tokens])"


def address_of(scope: Scope) -> str:
    """The address a request comes from; of a server behind a proxy, the proxy's unless the server was told."""
    return str(scope["client"][0]) if scope.get("client") else ""


def bearer_of(scope: Scope) -> str:
    """The bearer token in the headers; empty if there is none."""
    given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    scheme, _, token = given.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Callers:
    """ASGI middleware: tokens before bodies, and wrong ones only so often. In demo mode there are none to show."""

    def __init__(self, app: ASGIApp, settings: Settings, logins: WrongLogins | None = None) -> None:
        self._app, self._settings, self._logins = app, settings, logins or WrongLogins()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers it without reading more than its headers."""
        at_login = scope["type"] == "http" and scope["path"] == LOGIN and scope["method"] == "POST"
        at_api = scope["type"] == "http" and scope["path"].startswith(API)
        if self._settings.demo_mode or not (at_login or at_api):
            await self._app(scope, receive, send)
            return
        address, token = address_of(scope), bearer_of(scope) if at_api else ""
        wait = self._logins.wait(address, token)
        if wait > 0:
            refusal = TooManyRequests(f"too many wrong logins from this address; try again in {int(wait) + 1} seconds")
            await respond(refusal, path=scope["path"], retry_after=int(wait) + 1)(scope, receive, send)
        elif at_login:
            await self._app(scope, receive, self._watched(address, send))
        elif holder_of(token, self._settings) is None:
            self._count(address, "api")
            await respond(Unauthorised(UNKNOWN), path=scope["path"])(scope, receive, send)
        else:
            self._logins.right(address, token)
            await self._app(scope, receive, send)

    def _watched(self, address: str, send: Send) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 401, 403):
                self._count(address, "page")
            await send(message)

        return watched

    def _count(self, address: str, where: str) -> None:
        wrong = self._logins.wrong(address)
        get_logger("handrail.api").warning("wrong_login", address=network(address), surface=where, in_a_minute=wrong)


class Bodies:
    """ASGI middleware: no body is longer than `most`, none takes longer than `within_s`; the API's are read before.

    A body for the API must be UTF-8. Others are passed on part by part: one that breaks a bound ends as if the caller
    had gone away, and is answered here.
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY, within_s: float = READ_WITHIN_S) -> None:
        self._app, self._most, self._within_s = app, most, within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its body, or answers it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._most, self._within_s)
        try:
            body.check_announced(scope)
            if scope["path"].startswith(API):
                await self._app(scope, _replay(_text(await body.whole()), receive), send)
                return
        except (BodyTooLarge, SlowBody, BadInput) as refusal:
            await respond(refusal, path=scope["path"])(scope, receive, send)
            return
        started = False

        async def answered(message: Message) -> None:
            nonlocal started
            if body.broke is None or started:
                started = True
                await send(message)

        try:
            await self._app(scope, body.part, answered)
        except ClientDisconnect:
            if body.broke is None:
                raise
        if body.broke is not None and not started:
            await respond(body.broke, path=scope["path"])(scope, receive, send)


class _Body:
    """One body as it comes in, part by part, within its bounds."""

    def __init__(self, receive: Receive, most: int, within_s: float) -> None:
        self._receive, self._most = receive, most
        self._ends = asyncio.get_running_loop().time() + within_s
        self._size, self._over = 0, False
        self.broke: HandrailError | None = None

    def check_announced(self, scope: Scope) -> None:
        """BodyTooLarge for one that says so itself."""
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:20]) > self._most:
            raise BodyTooLarge(f"the body is larger than the {self._most} bytes that are read")

    async def part(self) -> Message:
        """The next part; a disconnect where a bound is broken. After the last part, whatever the server says."""
        if self._over or self.broke is not None:
            return await self._receive() if self.broke is None else {"type": "http.disconnect"}
        try:
            async with asyncio.timeout_at(self._ends):
                message = await self._receive()
        except TimeoutError:
            self.broke = SlowBody("the body came too slowly; send it again, faster")
            return {"type": "http.disconnect"}
        self._size += len(message.get("body", b""))
        self._over = not message.get("more_body", False)
        if self._size > self._most:
            self.broke = BodyTooLarge(f"the body is larger than the {self._most} bytes that are read")
            return {"type": "http.disconnect"}
        return message

    async def whole(self) -> bytes:
        """All of it. BodyTooLarge, SlowBody."""
        parts: list[bytes] = []
        while not self._over:
            parts.append((await self.part()).get("body", b""))
            if self.broke is not None:
                raise self.broke
        return b"".join(parts)


class Streams:
    """ASGI middleware: connections that wait for news are bounded, in all and for each address."""

    def __init__(self, app: ASGIApp, most: int = STREAMS, each: int = STREAMS_EACH) -> None:
        self._app, self._most, self._each = app, most, each
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or refuses one stream too many."""
        if scope["type"] not in ("http", "websocket") or not is_stream(scope["path"], scope.get("query_string", b"")):
            await self._app(scope, receive, send)
            return
        address = network(address_of(scope))
        if self._open.total() >= self._most or self._open[address] >= self._each:
            refusal = TooManyRequests("too many open streams; close some pages, or try again later")
            await respond(refusal, path=scope["path"], retry_after=30)(scope, receive, send)
            return
        self._open[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[address] -= 1
            self._open += Counter()  # drops what is at zero


def is_stream(path: str, query: bytes = b"") -> bool:
    """Whether this address stays open: the page's heartbeat and queue, the API's stream of events and long polls."""
    at_page = "/heartbeat/" in path or path.endswith("/queue/data")
    return at_page or path == EVENT_STREAM or (path.startswith(API) and path.endswith("/events") and b"wait=" in query)


def _text(body: bytes) -> bytes:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"the body is not UTF-8 at byte {error.start}; encode it as UTF-8") from None
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body once, then listens for the end of the connection."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
