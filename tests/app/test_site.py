"""Only our own page asks: hosts, origins and what the browser says about who made a call."""

from __future__ import annotations

import pytest

from app.api.site import SAFE, Site, intrusion, is_from_elsewhere, place, site_of
from app.settings import Settings

SITE = Site(hosts=frozenset({"support.test"}), origin=("support.test", None))
FOREIGN = (
    "null", "", "https://evil.test", "https://support.test.evil.test", "https://evil.test/support.test",
    "https://sibling.support.test", "https://support.test:8443", "https://support.test@evil.test", "http://127.0.0.1",
    "https://support.test https://evil.test", "file://", "https://[::1", "chrome-extension://abcdef",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
OPENED = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}


def _sent(**headers: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("host", ["support.test", "support.test:443", "SUPPORT.test", "127.0.0.1:7860", "localhost"])
def test_our_own_page_may_ask(method: str, host: str) -> None:
    headers = _sent(host=host, origin=f"https://{host}", sec_fetch_site="same-origin")
    assert intrusion(SITE, method, headers) == ""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("origin", FOREIGN)
def test_another_origin_may_not(method: str, origin: str) -> None:
    for fetched in ({}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}):
        assert intrusion(SITE, method, _sent(host="support.test", origin=origin, **fetched))


@pytest.mark.parametrize(
    "host", ["", "evil.test", "support.test.evil.test", "support.test@evil.test", "support.test/x", "0.0.0.0", "[::"]
)
def test_another_host_may_not_be_asked_for(host: str) -> None:
    for method in METHODS:
        assert intrusion(SITE, method, _sent(host=host, origin=f"https://{host}"))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", METHODS)
def test_a_call_that_another_site_made_is_refused_and_a_link_is_followed(method: str, site: str) -> None:
    asked = {"host": "support.test", "sec_fetch_site": site}
    assert intrusion(SITE, method, _sent(**asked))
    assert (intrusion(SITE, method, _sent(**asked, **OPENED)) == "") is (method in SAFE)
    assert is_from_elsewhere(_sent(**asked))


@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "fencedframe"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_the_page_is_never_shown_inside_another(dest: str, site: str) -> None:
    sent = _sent(host="support.test", sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest=dest)
    assert intrusion(SITE, "GET", sent)


@pytest.mark.parametrize("method", [one for one in METHODS if one not in SAFE])
def test_an_unsafe_call_says_where_it_comes_from(method: str) -> None:
    assert intrusion(SITE, method, _sent(host="support.test"))
    assert intrusion(SITE, method, _sent(host="support.test", sec_fetch_site="none"))
    assert intrusion(SITE, method, _sent(host="support.test", sec_fetch_site="same-origin")) == ""


@pytest.mark.parametrize("name", ["host", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"])
def test_a_header_that_stands_there_twice_is_refused(name: str) -> None:
    headers = [*_sent(host="support.test", origin="https://support.test"), (name.encode(), b"support.test")]
    again = [*headers, (name.upper().encode(), b"same-origin")]
    assert intrusion(SITE, "GET", again)


def test_a_proxy_may_name_another_host_than_the_browser_saw() -> None:
    assert intrusion(SITE, "POST", _sent(host="127.0.0.1:7860", origin="https://support.test")) == ""
    alone = Site(hosts=SITE.hosts)
    assert intrusion(alone, "POST", _sent(host="127.0.0.1:7860", origin="https://support.test"))


def test_two_programs_of_one_machine_are_two_sites() -> None:
    here = Site(hosts=frozenset())
    for origin in ("http://127.0.0.1:7861", "http://localhost:7860", "http://127.0.0.1", "http://[::1]:7860"):
        assert intrusion(here, "POST", _sent(host="127.0.0.1:7860", origin=origin))


def test_the_settings_say_where_the_page_is() -> None:
    made = site_of(Settings(public_url="https://Help.test/desk", host="10.0.0.5", hosts=("intra.test",)))
    assert made == Site(hosts=frozenset({"help.test", "10.0.0.5", "intra.test"}), origin=("help.test", None))
    assert site_of(Settings(host="0.0.0.0")) == Site(hosts=frozenset())
    assert place("https://help.test:8443") == ("help.test", 8443)
