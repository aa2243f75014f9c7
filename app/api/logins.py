"""How often an address may show what is not known: so many times a minute, then it is refused for the rest of it.

A window of our own instead of a library: the clock is passed in, the number of addresses is bounded, and a token that
was known at an address before is never refused there, or a stranger behind the same proxy could shut out the desk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from time import monotonic

MOST_WRONG = 10
WINDOW_S = 60.0
REMEMBERED = 10_000
"""Addresses, and tokens with their addresses, that are remembered; the longest unseen are forgotten."""


@dataclass(kw_only=True)
class _Window:
    ends: float
    wrong: int = 0


class WrongLogins:
    """Counts wrong logins for each address. Safe to use from any thread."""

    def __init__(
        self, most: int = MOST_WRONG, window_s: float = WINDOW_S, clock: Callable[[], float] = monotonic
    ) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._known: OrderedDict[tuple[str, bytes], None] = OrderedDict()
        self._lock = Lock()

    def wait(self, address: str, token: str = "") -> float:
        """For how many seconds the address is refused; 0.0 when it is not, or the token was known there before."""
        with self._lock:
            window = self._windows.get(network(address))
            if window is None or window.wrong < self._most or (network(address), _digest(token)) in self._known:
                return 0.0
            return max(0.0, window.ends - self._clock())

    def wrong(self, address: str) -> int:
        """Counts one; how many there were in this window."""
        with self._lock:
            now, window = self._clock(), self._windows.pop(network(address), None)
            if window is None or window.ends <= now:
                window = _Window(ends=now + self._window_s)
            window.wrong += 1
            self._windows[network(address)] = window
            if len(self._windows) > REMEMBERED:
                self._windows.popitem(last=False)
            return window.wrong

    def right(self, address: str, token: str) -> None:
        """Remembers a token that was known at the address."""
        with self._lock:
            self._known[network(address), _digest(token)] = None
            self._known.move_to_end((network(address), _digest(token)))
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def network(address: str) -> str:
    """What counts as one address: of IPv6 the network of one customer, /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
