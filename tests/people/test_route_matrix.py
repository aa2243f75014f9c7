"""Every address of the API for every role: the door is asked for a right, and without it nothing is read or changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.api.build import build_api
from app.api.logins import WrongLogins
from delivery.work import Delivery
from service.views import Actor
from states.rights import CHANGING, RIGHTS, Right
from states.vocabulary import Role
from tests.house import FORGIVEN, refused_as
from tests.people.surfaces import CALLERS, EVERYBODY, IMPOSTORS, OTHER_CHANNEL, SETTINGS, STRANGERS, WEB, Surfaces

WITHOUT_CALLER = {"/healthz", "/readyz", "/openapi.json", "/hooks/{name}"}
"""Addresses that nobody needs to be known for; webhooks are signed."""
ENDLESS = {"/v1/events/stream"}
"""Addresses whose answer goes on until the client has gone."""
TABLES = (Right.ACT, Right.KEEP_TEMPLATES, Right.LIFT_MASKS)
"""Rights beside which a table, or the policy, says which role may do what."""


@pytest.fixture(scope="module")
def surfaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surfaces]:
    opened = Surfaces(tmp_path_factory.mktemp("routes"))
    yield opened
    opened.house.close()


@pytest.fixture(scope="module")
def client(surfaces: Surfaces) -> Iterator[TestClient]:
    api = build_api(surfaces.door, SETTINGS, Delivery(surfaces.house.system), WrongLogins(most=FORGIVEN))
    with TestClient(api, raise_server_exceptions=False) as opened:
        yield opened


def _routes(app: Any) -> list[tuple[str, str]]:
    """(method, path) of every address that needs a caller, from the route table."""
    found = [(path, method) for path, how in app.openapi()["paths"].items() for method in how]
    return sorted((method.upper(), path) for path, method in found if path not in WITHOUT_CALLER)


ROUTES = _routes(build_api(None, SETTINGS))  # only its table is read


def _call(client: TestClient, surfaces: Surfaces, method: str, path: str, caller: Actor | None) -> Any:
    """The address with the example of its body, on the case of the house."""
    spec = client.app.openapi()["paths"][path][method.lower()]
    at = {"conversation_id": surfaces.case, "step_id": surfaces.dead, "template_id": surfaces.draft.id,
          "language": surfaces.draft.language, "version": surfaces.draft.version, "message_id": surfaces.message,
          "number": 1}  # fmt: skip
    address = re.sub(r"\{(\w+)\}", lambda name: str(at[name[1]]), path)
    body = None
    if "requestBody" in spec:
        named = spec["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        body = client.app.openapi()["components"]["schemas"][named]["examples"][0]
    token = f"Bearer token-of-{caller.role.value}-{caller.id}-0123456789" if caller else "Bearer nobody's"
    headers = {"Authorization": token}
    if path in ENDLESS:
        return _begun(client, address, headers)
    return client.request(method, address, json=body, headers=headers)


def _begun(client: TestClient, address: str, headers: dict[str, str]) -> httpx2.Response:
    """What a stream begins with, to a client that goes away after its first words."""
    sent: list[Any] = []

    async def ask() -> None:
        asked, heard = iter([{"type": "http.request", "body": b"", "more_body": False}]), anyio.Event()

        async def receive() -> Any:
            for one in asked:
                return one
            await heard.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if message["type"] == "http.response.body":
                heard.set()

        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": address, "raw_path": address.encode(), "query_string": b"", "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("testclient", 50000), "server": ("testserver", 80), "state": {},
        }  # fmt: skip
        with anyio.fail_after(60):
            await client.app(scope, receive, send)

    assert client.portal is not None
    client.portal.call(ask)
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return httpx2.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)


def _silent(client: TestClient, surfaces: Surfaces, routes: list[tuple[str, str]]) -> list[str]:
    """The addresses that ask for no right before they answer."""
    found = []
    for method, path in routes:
        with surfaces.door.asked() as asked:
            _call(client, surfaces, method, path, STRANGERS[0])
        found += [f"{method} {path}"] if not asked else []
    return found


def test_every_address_is_in_the_matrix_or_needs_no_caller(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    assert len(ROUTES) >= 17
    assert _routes(app) == ROUTES
    assert all(path.startswith("/v1/") for _, path in ROUTES)
    assert {one.path for one in app.routes if isinstance(one, APIRoute)} - {
        path for _, path in ROUTES
    } <= WITHOUT_CALLER


def test_every_address_asks_for_a_right(client: TestClient, surfaces: Surfaces) -> None:
    assert _silent(client, surfaces, ROUTES) == []


def test_a_new_address_without_a_right_is_found(surfaces: Surfaces) -> None:
    """A mutant: an address that reads behind the door."""
    naked = APIRouter(prefix="/v1")

    @naked.get("/naked")
    def read() -> list[str]:
        return [one.id for one in surfaces.house.system._runtime.conversations()]

    api = build_api(surfaces.door, SETTINGS, logins=WrongLogins(most=FORGIVEN))
    api.include_router(naked)
    with TestClient(api) as client:
        assert _silent(client, surfaces, _routes(api)) == ["GET /v1/naked"]


@pytest.mark.parametrize("role", list(CALLERS), ids=lambda one: one.value)
@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_an_address_is_open_to_the_roles_of_its_right(
    client: TestClient, surfaces: Surfaces, route: tuple[str, str], role: Role
) -> None:
    before = surfaces.mark()
    with surfaces.door.asked() as asked:
        answer = _call(client, surfaces, *route, CALLERS[role])
    right = asked[0][1]
    assert {actor for actor, _ in asked} == {CALLERS[role]}
    if role not in RIGHTS[right]:
        assert answer.status_code == 403, answer.text
        assert refused_as(answer) == "forbidden_role"
    elif answer.status_code == 403:
        assert right in TABLES, answer.text
    else:
        assert answer.status_code in (200, 201, 404, 409), answer.text
    if answer.status_code >= 400 or right not in CHANGING:
        assert surfaces.mark() == before


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_without_a_token_nothing_is_told(client: TestClient, surfaces: Surfaces, route: tuple[str, str]) -> None:
    before = surfaces.mark()
    answer = _call(client, surfaces, *route, None)
    assert answer.status_code == 401
    assert surfaces.mark() == before


@pytest.mark.parametrize("caller", IMPOSTORS, ids=lambda one: one.role.value)
@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_whom_the_policy_does_not_list_reads_and_does_nothing(
    client: TestClient, surfaces: Surfaces, route: tuple[str, str], caller: Actor
) -> None:
    before = surfaces.mark()
    answer = _call(client, surfaces, *route, caller)
    assert answer.status_code == 403
    assert "allowed" not in answer.json()
    assert not surfaces.knows_of(answer.text)
    assert surfaces.mark() == before


@pytest.mark.parametrize("route", [one for one in ROUTES if "{conversation_id}" in one[1]], ids=" ".join)
def test_another_channels_conversation_is_one_that_is_not_there(
    client: TestClient, surfaces: Surfaces, route: tuple[str, str]
) -> None:
    before, method, path = surfaces.mark(), *route
    answer = _call(client, surfaces, method, path, OTHER_CHANNEL)
    mine, surfaces.case = surfaces.case, "no-such-one"
    nowhere = _call(client, surfaces, method, path, OTHER_CHANNEL)
    surfaces.case = mine
    assert answer.status_code == nowhere.status_code
    assert answer.text == nowhere.text.replace("no-such-one", mine)
    assert surfaces.mark() == before


def test_a_channel_is_told_no_pattern_of_the_policy(client: TestClient, surfaces: Surfaces) -> None:
    token = {"Authorization": f"Bearer token-of-customer-{WEB.id}-0123456789"}
    client.post("/v1/conversations", json={"id": "patterns"}, headers=token)
    for text in ("human please", "I smell gas", "my card is 4111 1111 1111 1111", "and now?"):
        posted = client.post("/v1/conversations/patterns/messages", json={"text": text}, headers=token)
        assert set(posted.json()["decision"]) == {"event"}
    seen = client.get("/v1/conversations/patterns", headers=token).json()
    assert not [seen[name] for name in ("events", "handover", "facts", "timers", "owner_id", "consent") if seen[name]]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"customer.verified": True}, "decided here"),
        ({"customer.verified": False}, "decided here"),
        ({"customer.value": 2**63}, "out of bounds"),
        ({"customer.value": -(10**400)}, "out of bounds"),
        ({"customer.value": 10**30}, "out of bounds"),
    ],
)
def test_a_channel_states_no_verification_and_no_number_without_end(
    client: TestClient, surfaces: Surfaces, facts: dict[str, Any], said: str
) -> None:
    before = surfaces.mark()
    token = {"Authorization": f"Bearer token-of-customer-{WEB.id}-0123456789"}
    refused = client.post("/v1/conversations", json={"facts": facts}, headers=token)
    assert (refused.status_code, refused.json()["error"]) == (422, "bad_input")
    assert said in refused.json()["message"]
    assert surfaces.mark() == before


def test_everybody_of_the_matrix_has_a_token() -> None:
    assert len({(one.role, one.id) for one in EVERYBODY}) == len(SETTINGS.tokens)
