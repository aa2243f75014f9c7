"""What comes in over HTTP has bounds: every number, every text, at every address, also of one that is added later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from app.api.build import build_api
from app.api.errors import GATEWAY
from app.api.models import MAX_TEXT
from app.settings import Settings
from conversation.intake import MAX_CHARS
from delivery.work import Delivery
from tests.house import House, refused_as

HUGE = 10**30
SPEC: dict[str, Any] = build_api(None, Settings(), delivery=object()).openapi()  # type: ignore[arg-type]  # only read
_OPEN = re.compile(r"[*+]|\{\d+,\}")


def _inputs(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema by which something comes in: parameters and bodies, by where they stand."""
    for path, how in spec["paths"].items():
        for method, one in how.items():
            name = f"{method.upper()} {path}"
            yield from ((f"{name} {given['name']}", given["schema"]) for given in one.get("parameters", ()))
            if "requestBody" in one:
                yield f"{name} body", one["requestBody"]["content"]["application/json"]["schema"]


def _unbounded(spec: dict[str, Any], where: str, schema: dict[str, Any]) -> Iterator[str]:
    """What has no bounds within a schema."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type")
    closed = "enum" in schema or "const" in schema
    if kind in ("integer", "number") and not (
        {"minimum", "exclusiveMinimum"} & set(schema) and {"maximum", "exclusiveMaximum"} & set(schema)
    ):
        yield f"{where}: {kind}"
    shaped = "pattern" in schema and _OPEN.search(schema["pattern"]) is None
    if kind == "string" and not (closed or shaped or "maxLength" in schema):
        yield f"{where}: string"
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for number, one in enumerate(schema.get(key, ())):
            yield from _unbounded(spec, f"{where}.{key}{number}", one)
    for name, one in schema.get("properties", {}).items():
        yield from _unbounded(spec, f"{where}.{name}", one)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _unbounded(spec, f"{where}.{key}", schema[key])


def _all_unbounded(spec: dict[str, Any]) -> list[str]:
    return [found for where, schema in _inputs(spec) for found in _unbounded(spec, where, schema)]


def test_every_number_and_text_of_the_api_has_bounds() -> None:
    assert len(list(_inputs(SPEC))) >= 40
    assert _all_unbounded(SPEC) == []


def test_an_address_that_takes_any_number_is_found() -> None:
    """A mutant: a route with a number and a text without bounds."""
    loose = APIRouter()

    @loose.get("/loose/{number}")
    def read(number: int, text: str = "") -> str:
        return text * number

    api = build_api(None, Settings())  # type: ignore[arg-type]  # only its table is read
    api.include_router(loose)
    assert _all_unbounded(api.openapi()) == ["GET /loose/{number} number: integer", "GET /loose/{number} text: string"]


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    house.open("c1")
    house.say("c1", "human please")
    with house.client(delivery=Delivery(house.system)) as opened:
        yield opened


def _numbers(spec: dict[str, Any], schema: dict[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The places of a body at which a number may stand."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") in ("integer", "number"):
        yield at
    for key in ("anyOf", "oneOf"):
        for one in schema.get(key, ()):
            yield from _numbers(spec, one, at)
    for name, one in schema.get("properties", {}).items():
        yield from _numbers(spec, one, (*at, name))
    if isinstance(schema.get("items"), dict):
        yield from _numbers(spec, schema["items"], (*at, "[]"))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _numbers(spec, schema["additionalProperties"], (*at, "customer.value"))


def _body(at: tuple[str, ...], value: Any) -> Any:
    for step in reversed(at):
        value = [{"name": "a.pdf", **value}] if step == "[]" else {step: value}
    return value


def _requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each address with a number beyond all bounds at each place where one may stand, and nowhere else."""
    for path, how in SPEC["paths"].items():
        for method, one in how.items():
            known = {"conversation_id": "c1", "template_id": "t", "language": "en", "step_id": "s", "message_id": "m",
                     "name": "n", "version": "1", "number": "1"}  # fmt: skip
            for given in one.get("parameters", ()):
                if given["schema"].get("type") != "integer":
                    continue
                at_path = given["in"] == "path"
                address = path.format(**known | ({given["name"]: HUGE} if at_path else {}))
                body = one.get("requestBody") and {"hash": "0" * 64, "reason": "because"}
                yield method, address, {"json": body, **({} if at_path else {"params": {given["name"]: HUGE}})}
            if "requestBody" in one:
                schema = one["requestBody"]["content"]["application/json"]["schema"]
                for at in dict.fromkeys(_numbers(SPEC, schema)):
                    rest = {"text": "hello"} if path.endswith("/messages") else {}
                    yield method, path.format(**known), {"json": {**rest, **_body(at, HUGE)}}


REQUESTS = list(_requests())


@pytest.mark.parametrize(("method", "address", "given"), REQUESTS, ids=lambda one: str(one)[:60])
def test_a_number_beyond_all_bounds_is_refused_by_name(
    client: TestClient, method: str, address: str, given: dict[str, Any]
) -> None:
    answer = client.request(method, address, **given)
    assert answer.status_code == (400 if address in GATEWAY else 422), answer.text
    assert refused_as(answer) == "bad_input"
    assert "Traceback" not in answer.text


def test_every_kind_of_number_is_tried() -> None:
    assert len(REQUESTS) >= 9
    assert {"/v1/conversations", "/v1/presence", "/v1/queue"} <= {address for _, address, _ in REQUESTS}


@pytest.mark.parametrize("data", [{"amount": HUGE}, {"kind": {"a": [HUGE]}}, {"kind": "x" * (MAX_TEXT + 1)}], ids=str)
def test_extra_data_of_an_act_have_bounds(client: TestClient, data: dict[str, Any]) -> None:
    answer = client.post("/v1/conversations/c1/acts", json={"event": "exception_requested", "text": "x", "data": data})
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_input")


def test_a_text_beyond_its_bounds_is_refused(client: TestClient) -> None:
    long = client.post("/v1/conversations/c1/messages", json={"text": "x" * (MAX_CHARS + 1)})
    assert (long.status_code, long.json()["error"]) == (413, "message_too_long")
    for address, body in (
        ("/v1/conversations/c1/acts", {"event": "claimed", "text": "x" * (MAX_TEXT + 1)}),
        ("/v1/templates", {"id": "t", "text": "x" * (MAX_TEXT + 1)}),
        ("/v1/conversations", {"facts": {"channel.page": "x" * 201}}),
    ):
        assert client.post(address, json=body).status_code == 422
    assert client.post(f"/hooks/{'n' * 201}", content=b"{}").status_code == 422
