"""Which requests come from our own page: a known host, no other origin, and never a call that another site made.

Rules: the Fetch standard's `Origin` and `Sec-Fetch-*` headers, which no script can set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.settings import Settings, is_loopback

SAFE = ("GET", "HEAD")
Headers = Iterable[tuple[bytes, bytes]]
Place = tuple[str, int | None]
"""A host and its port; None where the scheme's own port is meant."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the page is."""

    hosts: frozenset[str]
    """Names by which it may be asked for, without ports; loopback addresses are among them always."""
    origin: Place | None = None
    """Of the public address, where a proxy names another host to us than the browser saw."""


def site_of(settings: Settings) -> Site:
    """Where the settings say that the page is: the address it listens on, the public one, and `hosts`."""
    public = place("//" + urlsplit(settings.public_url).netloc) if settings.public_url else None
    bound = [] if settings.host in ("0.0.0.0", "::", "") else [settings.host]
    named = [*settings.hosts, *bound, *([public[0]] if public else [])]
    return Site(hosts=frozenset(one.lower().rstrip(".") for one in named), origin=public)


def place(address: str) -> Place | None:
    """Host and port of a URL or of a Host header with `//` before it; None for what is neither."""
    try:
        parts = urlsplit(address)
        if parts.username is not None or not parts.hostname or parts.path or parts.query or parts.fragment:
            return None
        port = parts.port
        return parts.hostname.rstrip("."), None if port in (80, 443) else port
    except ValueError:
        return None


def only(headers: Headers, name: str) -> str | None:
    """The header's one value; None without it. ValueError where it stands there twice."""
    given = [value.decode("latin-1").strip() for key, value in headers if key.decode("latin-1").lower() == name]
    if len(given) > 1:
        raise ValueError(f"the header {name} stands there {len(given)} times")
    return given[0] if given else None


def intrusion(site: Site, method: str, headers: list[tuple[bytes, bytes]]) -> str:
    """What shows that a request is not our own page's; empty if nothing does.

    A link from elsewhere may open the page in a tab of its own; nothing else may come from elsewhere.
    """
    try:
        host, origin = only(headers, "host"), only(headers, "origin")
        fetched, mode, dest = (only(headers, f"sec-fetch-{name}") for name in ("site", "mode", "dest"))
    except ValueError as error:
        return str(error)
    asked = place(f"//{host or ''}")
    if asked is None or not (is_loopback(asked[0]) or asked[0] in site.hosts):
        return "the Host header names another host than this; add it to the setting hosts"
    if origin is not None and place(origin) not in (asked, site.origin or asked):
        return "the request comes from another site"
    if dest in ("iframe", "frame", "embed", "object", "fencedframe"):
        return "the page is shown inside another"
    opened = method in SAFE and mode == "navigate"
    if fetched in ("cross-site", "same-site") and not opened:
        return "the request comes from another site"
    if method not in SAFE and origin is None and fetched != "same-origin":
        return "the request does not say which site it comes from; send the header Origin"
    return ""


def is_from_elsewhere(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a link of another site was followed: then the browser leaves our cookies out."""
    return only(headers, "sec-fetch-site") in ("cross-site", "same-site")
