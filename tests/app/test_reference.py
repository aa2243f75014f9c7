"""The reference of the API: whole, without a script, and safe whatever a description says."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.reference import page
from app.settings import Settings
from tests.house import House


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with house.client() as client:
        yield client


class Seen(HTMLParser):
    """What stands on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_address_field_and_body_is_on_the_page_and_every_link_leads_somewhere(client: TestClient) -> None:
    answer, spec = client.get("/docs"), client.get("/openapi.json").json()
    seen = Seen(answer.text)
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"] in seen.ids
            assert f"{method.upper()} {path}" in seen.words
    for name, schema in spec["components"]["schemas"].items():
        assert f"body-{name}" in seen.ids
        assert all(field in seen.words for field in schema.get("properties", {}))
    assert len(seen.ids) == len(set(seen.ids))
    assert {link.removeprefix("#") for link in seen.links if link.startswith("#")} <= set(seen.ids)
    assert {link for link in seen.links if not link.startswith("#")} == {"/openapi.json"}


def test_it_has_no_script_and_its_policy_allows_none(client: TestClient) -> None:
    answer = client.get("/docs")
    seen = Seen(answer.text)
    assert not seen.tags & {"script", "iframe", "object", "embed", "link", "img", "form"}
    assert not {name for name in seen.attributes if name.startswith("on") or name == "style"}
    policy = answer.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, flags=re.DOTALL)
    assert f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_it_is_there_without_a_token(house: House) -> None:
    """It tells what `/openapi.json` tells, and nothing of any conversation."""
    with house.client(Settings(tokens={"a-token-of-the-shop": "customer/web"})) as client:
        assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 200


HOSTILE = "<script>alert(1)</script>\"'>`<img src=x onerror=y>`"


def _hostile(value: Any) -> Any:
    """The same document with every text that somebody could write replaced."""
    if isinstance(value, dict):
        texts = {"description", "title", "name", "pattern", "default", "const"}
        return {key: HOSTILE if key in texts and isinstance(one, str) else _hostile(one) for key, one in value.items()}
    return [_hostile(one) for one in value] if isinstance(value, list) else value


def test_no_text_of_the_document_becomes_markup(client: TestClient) -> None:
    seen = Seen(page(_hostile(client.get("/openapi.json").json())))
    assert not seen.tags & {"script", "img"}
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "<script>alert(1)</script>" in seen.words
