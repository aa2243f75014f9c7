"""Demo mode is for one person at one machine: requests for another host, from another site or through a proxy end here.

In demo mode everybody is who they say they are. A page of another site reaches a loopback address by a name of its own
(DNS rebinding) or across origins, one of another program from another port of this machine, and a proxy makes a
loopback address everybody's; all show in the headers.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.api.errors import respond
from app.api.site import place
from app.settings import is_loopback
from states.errors import ForbiddenRole

FORWARDED = ("forwarded", "via", "x-real-ip", "x-original-host", "x-client-ip", "true-client-ip", "cf-connecting-ip")
"""Headers that proxies add, beside those that begin with `x-forwarded`."""
Headers = Iterable[tuple[bytes, bytes]]


class LocalOnly:
    """ASGI middleware that refuses every request but those of this machine to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or refuses it."""
        why = stranger(scope["headers"]) if scope["type"] in ("http", "websocket") else ""
        if not why:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            refused = ForbiddenRole(f"demo mode is for this machine only: {why}; set [tokens] and use `handrail serve`")
            await respond(refused, path=scope["path"])(scope, receive, send)
        else:
            await WebSocketClose(code=1008, reason="demo mode is for this machine only")(scope, receive, send)


def stranger(headers: Headers) -> str:
    """What shows that a request does not come from this machine to itself; empty if nothing does."""
    given = [(name.decode("latin-1").lower(), value.decode("latin-1").strip()) for name, value in headers]
    hosts = [value for name, value in given if name == "host"]
    if len(hosts) != 1 or not _is_here(f"//{hosts[0]}"):
        return "the Host header names another one"
    if any(name in FORWARDED or name.startswith("x-forwarded") for name, _ in given):
        return "the request was forwarded"
    if any(name == "origin" and place(value) != place(f"//{hosts[0]}") for name, value in given):
        return "the request comes from another site"
    return ""


def _is_here(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.username is None and is_loopback(parts.hostname or "") and (parts.port or 1) > 0
    except ValueError:
        return False
