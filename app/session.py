"""What a browser at the page carries: two cookies of our own, and the logins that one of them stands for."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from threading import Lock

SESSION = "handrail-session"
"""Stands for a login; only its digest is kept here."""
VISITOR = "handrail-visitor"
"""Names the browser of a customer, so that a reload and a second tab are the same customer. It opens nothing."""
VISITOR_S = 30 * 24 * 3600
HOST_ONLY = "__Host-"
"""Prefix under which a browser takes a cookie only over https, for exactly this host."""
MOST = 10_000
"""Sessions kept at once; past that the one that was used longest ago ends."""


def fresh() -> str:
    """A value that nobody guesses."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """What is kept of a cookie's value."""
    return sha256(value.encode()).hexdigest()


# Cookies


def cookies_of(header: str) -> dict[str, str]:
    """Cookie name → value; none where the header cannot be read."""
    try:
        return {name: one.value for name, one in SimpleCookie(header).items()}
    except CookieError:
        return {}


def cookie_in(cookies: Mapping[str, str], name: str, *, secure: bool) -> str:
    """The cookie; over https only under the name that no other host and no plain connection can have set."""
    return cookies.get(f"{HOST_ONLY}{name}" if secure else name, "")


def visitor_in(cookies: Mapping[str, str]) -> str:
    """What names the browser; empty before it has been named."""
    return cookie_in(cookies, VISITOR, secure=True) or cookie_in(cookies, VISITOR, secure=False)


def cookie(name: str, value: str, *, secure: bool, max_age_s: int | None = None) -> str:
    """A Set-Cookie header for this host alone, which no script reads and no other site sends along."""
    life = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    prefix, only = (HOST_ONLY, "; Secure") if secure else ("", "")
    return f"{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Strict{only}{life}"


# Logins


@dataclass(frozen=True, kw_only=True)
class Session:
    """One login, from its beginning to its last use, in seconds of the clock of `Sessions`."""

    login: str
    begun: float
    used: float


class Sessions:
    """The logins of this process. They end after `idle_s` without a request, and after `lifetime_s` in any case."""

    def __init__(self, idle_s: float, lifetime_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_s, self._lifetime_s, self._clock = idle_s, lifetime_s, clock
        self._known: dict[str, Session] = {}
        self._lock = Lock()

    def begin(self, login: str) -> str:
        """A session of this login; the value of its cookie, which is kept nowhere."""
        value, now = fresh(), self._clock()
        with self._lock:
            self._known = {key: one for key, one in self._known.items() if self._holds(one, now)}
            while len(self._known) >= MOST:
                del self._known[min(self._known, key=lambda key: self._known[key].used)]
            self._known[digest(value)] = Session(login=login, begun=now, used=now)
        return value

    def login_of(self, value: str) -> str | None:
        """Whose session it is, used now; None if there is none or it has ended."""
        key, now = digest(value), self._clock()
        with self._lock:
            one = self._known.pop(key, None)
            if one is None or not self._holds(one, now):
                return None
            self._known[key] = Session(login=one.login, begun=one.begun, used=now)
        return one.login

    def end(self, value: str) -> None:
        """Ends it; nothing happens if there is none."""
        with self._lock:
            self._known.pop(digest(value), None)

    def _holds(self, one: Session, now: float) -> bool:
        return now - one.used < self._idle_s and now - one.begun < self._lifetime_s


class Owners:
    """Whose each page is: what the first browser names, no other can read."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._owners: dict[str, str] = {}
        self._lock = Lock()

    def admits(self, page: str, browser: str) -> bool:
        """Whether the page is this browser's; it is from the first time on."""
        with self._lock:
            owner = self._owners.pop(page, browser)
            self._owners[page] = owner
            while len(self._owners) > self._most:
                del self._owners[next(iter(self._owners))]
        return owner == browser
