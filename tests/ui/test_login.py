"""The page over HTTP behind tokens: a login is the holder of the token that was shown, in that one role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.api.errors import GATEWAY, PROBLEM
from app.api.gate import EVENT_STREAM
from app.server import assemble
from app.settings import Settings
from tests.graph.example import policy
from tests.house import House
from tests.ui.rooms import in_a_loop

TOKENS = {
    "a" * 20: "frontline_agent/omar", "b" * 20: "compliance_officer/omar", "c" * 20: "customer/web",
    "d" * 20: "auditor/ada", "e" * 20: "auditor/mallory",
}  # fmt: skip
HOME: dict[str, Any] = {"base_url": "https://support.test", "headers": {"Origin": "https://support.test"}}
WORDS = "The canary sings at noon"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    folder: Path = tmp_path_factory.mktemp("login")
    house = House(folder, rules=policy(("{admin: [root]}", "{admin: [root], auditor: [ada]}")))
    house.say(house.open(), f"human please. {WORDS}")
    yield in_a_loop(
        lambda: assemble(house.door, Settings(tokens=TOKENS, public_url="https://support.test"), with_page=True)
    )
    house.close()


def _entered(client: TestClient, login: str, token: str) -> bool:
    return bool(client.post("/login", data={"username": login, "password": token}).status_code == 200)


def _looked(client: TestClient, role: str) -> str:
    """What the desk shows: the visitor enters, and the first look is drawn."""
    ids: dict[str, Any] = {one["api_name"]: one["id"] for one in client.get("/config").json()["dependencies"]}
    for name, data in (("enter", []), ("poll_1", ["", "somebody else", role])):
        asked = {
            "fn_index": ids[name],
            "data": data,
            "session_hash": f"page{client.cookies['__Host-handrail-visitor'][:9]}",
        }
        answer = client.post("/gradio_api/run/predict", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("login", "token", "enters"),
    [
        ("frontline_agent/omar", "a" * 20, True), ("compliance_officer/omar", "b" * 20, True), ("web", "c" * 20, True),
        ("ada", "d" * 20, True), ("omar", "a" * 20, False), ("frontline_agent/omar", "b" * 20, False),
        ("compliance_officer/omar", "a" * 20, False), ("ada", "e" * 20, False), ("admin/root", "a" * 20, False),
        ("ada", "", False), ("ada", "no-such-token-at-all", False),
    ],
)  # fmt: skip
def test_only_the_holder_of_the_token_enters(page: FastAPI, login: str, token: str, enters: bool) -> None:
    with TestClient(page, **HOME) as client:
        assert _entered(client, login, token) is enters


@pytest.mark.parametrize(
    ("login", "token", "role", "reads"),
    [
        ("frontline_agent/omar", "a" * 20, "frontline_agent", True),
        ("ada", "d" * 20, "auditor", True),
        ("mallory", "e" * 20, "auditor", False),
        ("web", "c" * 20, "customer", False),
    ],
)
def test_a_login_sees_what_its_role_and_the_policy_let_it(
    page: FastAPI, login: str, token: str, role: str, reads: bool
) -> None:
    with TestClient(page, **HOME) as client:
        assert _entered(client, login, token)
        assert (WORDS in _looked(client, role)) is reads


def test_nobody_looks_without_a_login(page: FastAPI) -> None:
    with TestClient(page, **HOME) as client:
        assert client.get("/config").status_code == 401


@pytest.mark.parametrize("origin", ["https://support.test", "https://evil.test", ""])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_whoever_is_refused_at_the_api_is_told_in_its_form(page: FastAPI, method: str, origin: str) -> None:
    """Also where no address of the API takes the method and the page behind it refuses."""
    headers = {"Authorization": f"Bearer {'c' * 20}", **({"Origin": origin} if origin else {})}
    with TestClient(page, base_url="https://support.test", headers=headers) as client:
        addresses = [one.replace("{", "").replace("}", "") for one in client.get("/openapi.json").json()["paths"]]
        # A stream goes on until the client goes, which this one cannot; its refusals are a page's and are tried there.
        tried = [one for one in addresses if (method, one) != ("GET", EVENT_STREAM)]
        answers = {one: client.request(method, one) for one in tried}
    refused = {address: answer for address, answer in answers.items() if answer.status_code >= 400}
    assert len(refused) > 10
    for address, answer in refused.items():
        if address in GATEWAY:
            assert set(answer.json()) == {"error"}, address
            assert set(answer.json()["error"]) == {"message", "type", "param", "code"}, address
        else:
            assert answer.headers["Content-Type"] == PROBLEM, address
            assert answer.json()["status"] == answer.status_code, address
