"""The layer of our own around the page: who may ask it for what, and what its answers allow a browser.

Gradio, inside, answers any origin with credentials, sends its cookie to every site and offers the cookie to scripts.
None of that gets through: only the addresses that the page itself uses are open, only to requests of our own page, and
the login is a session of ours (`app.session`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.api.errors import refusal
from app.api.login import BOUNCE, form, way_back
from app.api.site import SAFE, Site, intrusion, is_from_elsewhere
from app.session import (
    SESSION,
    VISITOR,
    VISITOR_S,
    Owners,
    Sessions,
    cookie,
    cookie_in,
    cookies_of,
    digest,
    fresh,
    visitor_in,
)

LOGIN_KEY = "handrail.login"
"""Where in the ASGI scope the login of a request stands; None without one."""
OPEN = ("/theme.css", "/favicon.ico", "/manifest.json", "/assets/", "/static/", "/svelte/")
"""What shows nothing of anybody: an address, or with a slash at its end all below it."""
READ = ("/", "/config", "/gradio_api/startup-events", "/gradio_api/queue/data", "/gradio_api/heartbeat/")
CALLED = ("/gradio_api/queue/join", "/gradio_api/run/predict")
"""Calls that carry the page they come from in their body."""
LOGIN, LOGOUT, STILL = "/login", "/logout", "/session"
"""STILL only says whether the session holds."""
MAX_BODY, MAX_FORM = 8_000_000, 8_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),  # Gradio compiles its pages in the browser, from scripts inside them.
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request to the page."""

    method: str
    path: str
    query: str
    headers: Headers
    secure: bool
    session: str
    visitor: str
    login: str | None = None

    @property
    def browser(self) -> str:
        """What tells one browser from another."""
        return digest(f"{self.session}/{self.visitor}")


class PageGuard:
    """ASGI middleware around the page. `may` says who logs in with what; None: everybody is let in."""

    def __init__(self, app: ASGIApp, site: Site, sessions: Sessions, may: Callable[[str, str], bool] | None) -> None:
        self._app, self._site, self._sessions, self._may = app, site, sessions, may
        self._owners = Owners()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, answers it, or refuses it."""
        if scope["type"] == "websocket":
            await WebSocketClose(code=1008, reason="the page uses none")(scope, receive, send)
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, receive, _hardened(send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        why = intrusion(self._site, scope["method"], list(scope["headers"]))
        if why:
            await _refusal(403, why, scope["path"])(scope, receive, send)
            return
        asked = _asked(scope)
        if self._may is not None:
            asked = replace(asked, login=self._sessions.login_of(asked.session))
        scope[LOGIN_KEY] = asked.login
        answer = await self._answer(asked, receive)
        if answer is not None:
            await answer(scope, receive, send)
        elif asked.path in CALLED:
            await self._call(asked, scope, receive, send)
        elif self._is_readers(asked):
            await self._app(scope, receive, self._named(asked, send))
        else:
            await _refusal(403, "this page is another browser's", asked.path)(scope, receive, send)

    async def _answer(self, asked: Asked, receive: Receive) -> Response | None:
        """What is answered here; None for what the page answers."""
        if asked.path in (LOGIN, LOGOUT) and self._may is not None:
            return await self._login(asked, receive)
        if asked.method in SAFE and _is_among(asked.path, OPEN):
            return None
        if asked.path == "/" and not (asked.session and asked.login) and is_from_elsewhere(asked.headers.raw):
            return HTMLResponse(BOUNCE)  # Our cookies stay out of a link from elsewhere; one step further they do not.
        if self._may is not None and asked.login is None:
            if asked.path == "/" and asked.method in SAFE:
                return RedirectResponse(way_back(asked.query), 303)
            return _refusal(401, "nobody is logged in; reload the page", asked.path)
        if asked.path == STILL:
            return Response(status_code=204)
        known = asked.path in CALLED if asked.method == "POST" else asked.method in SAFE and _is_among(asked.path, READ)
        return None if known else _refusal(404, "there is nothing at this address", asked.path)

    async def _login(self, asked: Asked, receive: Receive) -> Response:
        """The form, a session for whoever shows the token of the name they give, and its end."""
        if asked.path == LOGOUT:
            if asked.method != "POST":
                return _refusal(405, "log out with POST", asked.path)
            self._sessions.end(asked.session)
            return _setting(RedirectResponse(LOGIN, 303), cookie(SESSION, "", secure=asked.secure, max_age_s=0))
        if asked.method in SAFE:
            return HTMLResponse(form(asked.query))
        body = await _body(receive, MAX_FORM)
        given = parse_qs((body or b"").decode("utf-8", "replace"), max_num_fields=8)
        name, token = (given.get(field, [""])[0] for field in ("username", "password"))
        if self._may is None or not self._may(name, token):
            return HTMLResponse(form(asked.query, refused=True), 401)
        self._sessions.end(asked.session)
        value = self._sessions.begin(name)
        back = "/" + (f"?{asked.query}" if asked.query else "")
        return _setting(RedirectResponse(back, 303), cookie(SESSION, value, secure=asked.secure))

    def _is_readers(self, asked: Asked) -> bool:
        """Whether what is asked for belongs to a page of this browser, where it belongs to a page at all."""
        if asked.path == "/gradio_api/queue/data":
            pages = parse_qs(asked.query).get("session_hash", [])
            return len(pages) == 1 and self._owners.admits(pages[0], asked.browser)
        if asked.path.startswith("/gradio_api/heartbeat/"):
            return self._owners.admits(asked.path.rpartition("/")[2], asked.browser)
        return True

    async def _call(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive, MAX_BODY)
        if body is None:
            await _refusal(413, f"the request is larger than {MAX_BODY} bytes", asked.path)(scope, receive, send)
            return
        page = _page_in(body)
        if not page or not self._owners.admits(page, asked.browser):
            await _refusal(403, "this page is another browser's", asked.path)(scope, receive, send)
            return
        again = iter([body])

        async def replayed() -> Message:
            for whole in again:
                return {"type": "http.request", "body": whole, "more_body": False}
            return await receive()

        await self._app(scope, replayed, send)

    def _named(self, asked: Asked, send: Send) -> Send:
        """Names the browser of whoever opens the page for the first time."""
        if asked.path != "/" or asked.visitor:
            return send
        naming = cookie(VISITOR, fresh(), secure=asked.secure, max_age_s=VISITOR_S)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", naming)
            await send(message)

        return named


def _asked(scope: Scope) -> Asked:
    headers, secure = Headers(scope=scope), scope["scheme"] == "https"
    cookies = cookies_of(headers.get("cookie", ""))
    return Asked(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        secure=secure,
        session=cookie_in(cookies, SESSION, secure=secure),
        visitor=visitor_in(cookies),
    )


def _hardened(send: Send) -> Send:
    """Every answer with our headers, and with none that lets another site read it or sets a cookie of Gradio's."""

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [one for one in headers if one.startswith("access-control-")]:
                del headers[name]
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return hardened


async def _body(receive: Receive, most: int) -> bytes | None:
    """The whole body; None where it is larger, or the caller has gone."""
    whole = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        whole += message.get("body", b"")
        if len(whole) > most:
            return None
        if not message.get("more_body"):
            return bytes(whole)


def _page_in(body: bytes) -> str:
    """The page that a call says it comes from; empty where it names none."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    page = said.get("session_hash") if isinstance(said, dict) else None
    return page if isinstance(page, str) else ""


def _is_among(path: str, known: tuple[str, ...]) -> bool:
    return any(path == one or (len(one) > 1 and one.endswith("/") and path.startswith(one)) for one in known)


def _refusal(status: int, why: str, path: str) -> Response:
    return refusal(status, "refused", why, path=path)


def _setting(response: Response, header: str) -> Response:
    response.headers.append("Set-Cookie", header)
    return response
