"""One line in the log for each request to the API: which operation, how it went, how long; nothing of anybody."""

from __future__ import annotations

import secrets
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.logging import get_logger

LOGGED = ("/v1", "/hooks")
REQUEST = "Handrail-Request"
"""Header of the answer: under this name the request stands in the log, with every other line that it led to."""
NOWHERE = "(none)"
"""For what no route has taken."""


class AccessLog:
    """ASGI middleware. No path is written: ids in it are the channels' and may be anything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._log = app, get_logger("handrail.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and writes its line when it has ended."""
        if scope["type"] != "http" or not scope["path"].startswith(LOGGED):
            await self._app(scope, receive, send)
            return
        began, status, size, name = perf_counter(), 0, 0, secrets.token_hex(8)

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST] = name
            size += len(message.get("body", b""))
            await send(message)

        with bound_contextvars(request=name):
            try:
                await self._app(scope, receive, counted)
            except BaseException:
                status = status or 500
                raise
            finally:
                self._log.info(
                    "request",
                    method=scope["method"] if scope["method"].isalpha() else NOWHERE,
                    operation=_operation(scope.get("route")),
                    status=status,
                    bytes=size,
                    ms=round((perf_counter() - began) * 1000, 1),
                )


def _operation(route: object) -> str:
    """The operation by its name in the reference."""
    return getattr(route, "operation_id", None) or getattr(route, "name", None) or NOWHERE
