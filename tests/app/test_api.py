"""The HTTP API over a real ASGI stack: who may do what, idempotency, and refusals that are never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.gate import MAX_BODY
from app.settings import Settings
from states.errors import StoreUnavailable
from states.table import TABLE
from states.vocabulary import Role, State
from tests.house import House

AGENT = {"X-Handrail-Actor": "maria", "X-Handrail-Role": "frontline_agent"}
AUDITOR = {"X-Handrail-Actor": "ada", "X-Handrail-Role": "auditor"}
CHANNEL = {"X-Handrail-Actor": "web", "X-Handrail-Role": "customer"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with house.client() as client:
        yield client


def _open(client: TestClient, name: str = "c1") -> str:
    response = client.post("/v1/conversations", json={"id": name})
    assert response.status_code == 201
    return str(response.json()["id"])


def _post(client: TestClient, text: str, name: str = "c1", **extra: Any) -> Any:
    return client.post(f"/v1/conversations/{name}/messages", json={"text": text, **extra})


def test_a_message_is_answered_and_stands_in_the_conversation(client: TestClient) -> None:
    _open(client)
    answer = _post(client, "How long does delivery take?").json()
    assert answer["state"] == "bot_handling"
    assert [reply["text"] for reply in answer["replies"]] == ["Delivery takes three days."]
    view = client.get("/v1/conversations/c1").json()
    assert [message["author"] for message in view["messages"]] == ["customer", "assistant"]


def test_the_same_message_again_is_the_same_answer_marked_repeated(client: TestClient) -> None:
    _open(client)
    first = _post(client, "Where is my parcel?", id="m1")
    again = _post(client, "Where is my parcel?", id="m1")
    assert again.status_code == 200
    assert again.json() == {**first.json(), "repeated": True}


def test_the_idempotency_key_header_is_the_message_id(client: TestClient) -> None:
    _open(client)
    url, key = "/v1/conversations/c1/messages", {"Idempotency-Key": "k1"}
    assert client.post(url, json={"text": "one"}, headers=key).json()["message_id"] == "k1"
    assert client.post(url, json={"text": "one"}, headers=key).json()["repeated"] is True
    assert client.post(url, json={"text": "one", "id": "k2"}, headers=key).status_code == 422


def test_another_text_under_a_used_id_is_a_conflict(client: TestClient) -> None:
    _open(client)
    _post(client, "one", id="m1")
    refused = _post(client, "two", id="m1")
    assert refused.status_code == 409
    assert refused.json()["error"] == "message_conflict"


def test_a_person_claims_replies_and_resolves(client: TestClient) -> None:
    _open(client)
    assert _post(client, "human please").json()["state"] == "handed_off"
    url = "/v1/conversations/c1/acts"
    assert client.post(url, json={"event": "claimed"}, headers=AGENT).json()["state"] == "agent_verifying"
    assert client.post(url, json={"event": "agent_replied", "text": "Hello"}, headers=AGENT).status_code == 200
    done = {"event": "resolved", "text": "Done"}
    unnamed = client.post(url, json=done, headers=AGENT)
    assert (unnamed.status_code, unnamed.json()["error"]) == (409, "not_seen")
    seen = client.get("/v1/conversations/c1", headers=AGENT).json()["messages"][-1]["seq"]
    _post(client, "one more question", id="late")
    refused = client.post(url, json={**done, "seen": seen}, headers=AGENT)
    assert (refused.status_code, refused.json()["error"]) == (409, "not_seen")
    assert "'late'" in refused.json()["message"]
    assert "one more question" not in refused.text
    assert client.post(url, json={**done, "seen": 10**6}, headers=AGENT).status_code == 422
    seen = client.get("/v1/conversations/c1", headers=AGENT).json()["messages"][-1]["seq"]
    assert client.post(url, json={**done, "seen": seen}, headers=AGENT).json()["state"] == "resolved"


def test_a_refused_act_names_what_is_allowed(client: TestClient) -> None:
    _open(client)
    _post(client, "human please")
    refused = client.post("/v1/conversations/c1/acts", json={"event": "resolved", "text": "x"}, headers=AGENT)
    assert refused.status_code == 409
    assert refused.json()["error"] == "illegal_event"
    assert refused.json()["allowed"] == ["claimed", "escalated"]


def test_an_auditor_may_look_and_not_touch(client: TestClient) -> None:
    _open(client)
    _post(client, "human please")
    assert client.get("/v1/queue", headers=AUDITOR).json()[0]["conversation_id"] == "c1"
    claim = client.post("/v1/conversations/c1/acts", json={"event": "claimed"}, headers=AUDITOR)
    assert (claim.status_code, claim.json()["error"], claim.json()["allowed"]) == (403, "forbidden_role", [])
    message = client.post("/v1/conversations/c1/messages", json={"text": "hi"}, headers=AUDITOR)
    assert message.status_code == 403


def test_a_channel_sees_the_conversation_without_evidence_and_not_the_desk(client: TestClient) -> None:
    client.post("/v1/conversations", json={"id": "c1"}, headers=CHANNEL)
    client.post("/v1/conversations/c1/messages", json={"text": "human please"}, headers=CHANNEL)
    seen = client.get("/v1/conversations/c1", headers=CHANNEL).json()
    assert seen["messages"]
    assert (seen["events"], seen["handover"], seen["facts"]) == ([], None, {})
    assert client.get("/v1/queue", headers=CHANNEL).status_code == 403
    assert client.get("/v1/conversations", headers=CHANNEL).status_code == 403
    assert client.get("/v1/conversations").json()[0]["id"] == "c1"


@pytest.mark.parametrize("role", ["system", "assistant", "emperor"])
def test_nobody_calls_as_the_machine(client: TestClient, role: str) -> None:
    headers = {"X-Handrail-Role": role}
    assert client.get("/v1/queue", headers=headers).status_code == 422


def test_with_tokens_the_headers_are_not_believed(house: House) -> None:
    settings = Settings(tokens={"agent-token-0123456789": "frontline_agent/maria"})
    with house.client(settings) as client:
        assert client.get("/v1/queue").status_code == 401
        assert client.get("/v1/queue", headers=AUDITOR).json()["error"] == "unauthorised"
        wrong = client.get("/v1/queue", headers={"Authorization": "Bearer agent-token-012345678"})
        assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")
        right = {"Authorization": "Bearer agent-token-0123456789", **AUDITOR}
        assert client.get("/v1/queue", headers=right).status_code == 200
        refused = client.post("/v1/conversations", json={}, headers=right)
        assert refused.json()["message"].startswith("'frontline_agent'")


BROKEN: list[tuple[str, bytes]] = [
    ("no JSON", b"{"),
    ("a list", b"[]"),
    ("not UTF-8", b'{"text": "\xff\xfe"}'),
    ("NUL", b'{"text": "a\\u0000b"}'),
    ("raw NUL", b'{"text": "a\x00b"}'),
    ("half a surrogate pair", b'{"text": "\\ud800"}'),
    ("surrogate in a key", b'{"text": "a", "\\ud800": 1}'),
    ("a number", b'{"text": 5}'),
    ("no text", b"{}"),
    ("an unknown field", b'{"text": "a", "txet": "b"}'),
    ("nested deeply", b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ("an id with a slash", b'{"text": "a", "id": "a/b"}'),
    ("an id with a NUL", b'{"text": "a", "id": "a\\u0000"}'),
    ("nothing", b""),
]


@pytest.mark.parametrize(("name", "body"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_body_is_refused_in_words(client: TestClient, name: str, body: bytes) -> None:
    _open(client)
    refused = client.post("/v1/conversations/c1/messages", content=body, headers=JSON)
    assert refused.status_code == 422
    assert refused.json()["error"] == "bad_input"
    assert refused.json()["message"]


@pytest.mark.parametrize(
    "data", ['{"x": NaN}', '{"x": "\\u0000"}', '{"\\ud800": 1}', '{"x": ["\\udfff"]}', "[1]", '{"x": 1e999}']
)
def test_an_act_with_unstorable_data_is_refused(client: TestClient, data: str) -> None:
    _open(client)
    body = f'{{"event": "claimed", "data": {data}}}'.encode()
    refused = client.post("/v1/conversations/c1/acts", content=body, headers={**JSON, **AGENT})
    assert refused.status_code == 422


def test_a_refusal_never_repeats_what_was_sent(client: TestClient) -> None:
    _open(client)
    refused = client.post("/v1/conversations/c1/messages", json={"text": 4111_1111_1111_1111})
    assert "4111" not in refused.text


def test_a_body_over_the_limit_is_refused_unread(client: TestClient) -> None:
    _open(client)
    assert _post(client, "x" * MAX_BODY).status_code == 413

    def chunks() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(30):
            yield b"x" * 100_000
        yield b'"}'

    streamed = client.post("/v1/conversations/c1/messages", content=chunks(), headers=JSON)
    assert streamed.status_code == 413
    assert streamed.json()["error"] == "body_too_large"


def test_a_body_under_the_limit_arrives_whole(client: TestClient) -> None:
    _open(client)
    text = "delivery " * 1000
    assert _post(client, text).status_code == 200
    assert client.get("/v1/conversations/c1").json()["messages"][0]["text"] == text


@pytest.mark.parametrize("path", ["/v1/conversations/none", "/v1/nothing"])
def test_what_is_not_there_is_404_with_a_body(client: TestClient, path: str) -> None:
    missing = client.get(path)
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")


def test_odd_paths_are_refused_not_crashed(client: TestClient) -> None:
    for path in ("/v1/conversations/%00", "/v1/conversations/%ff%fe", "/v1/conversations/" + "x" * 500):
        assert client.get(path).status_code in (404, 422)


def test_an_unusable_database_is_503_and_not_ready(client: TestClient, house: House) -> None:
    house.store.fails_with = StoreUnavailable("database '/srv/handrail.db' is locked; try again")
    response = client.get("/readyz")
    assert "/srv" not in response.text
    assert (response.status_code, response.json()["error"]) == (503, "store_unavailable")
    assert response.headers["retry-after"] == "1"
    assert client.get("/healthz").status_code == 200


def test_a_bug_is_told_without_its_stack(client: TestClient, house: House) -> None:
    house.store.fails_with = RuntimeError("the secret of the house")
    response = client.get("/v1/conversations/c1")
    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:handrail:problem:internal_error", "title": "Internal Server Error", "status": 500,
        "detail": "something failed here; it was logged", "error": "internal_error",
        "message": "something failed here; it was logged",
    }  # fmt: skip


def test_the_state_table_is_the_table(client: TestClient) -> None:
    data = client.get("/v1/states").json()
    assert len(data["transitions"]) == len(TABLE)
    assert [row["state"] for row in data["states"]] == [state.value for state in State]
    queue_row = next(row for row in data["states"] if row["state"] == "handed_off")
    assert queue_row["allowed"][Role.FRONTLINE_AGENT.value] == ["claimed", "escalated", "mask_lifted"]


def test_openapi_names_every_operation_and_refusal(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    operations = [operation for path in spec["paths"].values() for operation in path.values()]
    assert {"post_message", "act", "queue", "states", "open_conversation"} <= {o["operationId"] for o in operations}
    posted = spec["paths"]["/v1/conversations/{conversation_id}/messages"]["post"]
    assert set(posted["responses"]) >= {"200", "401", "403", "404", "409", "413", "422", "503"}
    assert json.dumps(spec["components"]["schemas"]["MessageBody"]["examples"])
