"""One line for each request, without anything of anybody; one for each fault, with what failed."""

from __future__ import annotations

import http.client
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api.access import NOWHERE, REQUEST
from app.logging import configure
from app.settings import Settings
from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from states.errors import DependencyFault, StoreUnavailable
from states.vocabulary import State
from tests.house import House
from tests.served import serving

NAMES = "jane.doe@example.com", "+44 20 7946 0958", "Jane Doe", "4111111111111111"
TOKEN = "a-token-of-the-shop"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    configure("info", as_json=True, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(log: io.StringIO, event: str = "request") -> list[dict[str, Any]]:
    return [one for line in log.getvalue().splitlines() if (one := json.loads(line))["event"] == event]


@pytest.mark.parametrize("name", NAMES)
def test_a_line_says_what_was_asked_for_and_nothing_of_anybody(house: House, log: io.StringIO, name: str) -> None:
    with house.client() as client:
        headers = {"X-Handrail-Actor": name, "X-Handrail-Role": "customer"}
        client.post("/v1/conversations", json={"id": name, "customer": name}, headers=headers)
        client.post(f"/v1/conversations/{name}/messages", json={"text": f"I am {name}"}, headers=headers)
        answer = client.get(f"/v1/conversations/{name}?by={name}", headers=headers)
        client.get(f"/v1/nothing/{name}", headers=headers)
    found = lines(log)
    assert [(one["method"], one["operation"], one["status"]) for one in found] == [
        ("POST", "open_conversation", 201),
        ("POST", "post_message", 200),
        ("GET", "view_conversation", 200),
        ("GET", NOWHERE, 404),
    ]
    assert found[2]["bytes"] == len(answer.content)
    assert all(one["ms"] >= 0 for one in found)
    assert name not in log.getvalue()


def test_what_is_refused_before_it_is_read_has_a_line_too(house: House, log: io.StringIO) -> None:
    with house.client(Settings(tokens={TOKEN: "customer/web"})) as client:
        client.get("/v1/states")
        client.post("/v1/conversations", content=b"\xff", headers={"Authorization": f"Bearer {TOKEN}"})
    assert [one["status"] for one in lines(log)] == [401, 422]
    assert TOKEN not in log.getvalue()


def test_a_bug_has_its_line_and_both_have_one_name(house: House, log: io.StringIO) -> None:
    house.open("c1")
    house.store.fails_with = RuntimeError("a bug")
    with house.client() as client:
        answer = client.get("/v1/conversations/c1")
        house.store.fails_with = StoreUnavailable("gone")
        away = client.get("/v1/conversations/c1")
    assert [one["status"] for one in lines(log)] == [500, 503]
    assert answer.status_code == 500
    (failed,) = lines(log, "request_failed")
    assert failed["request"] == away.headers[REQUEST]


def test_names_of_requests_differ_and_lines_can_be_turned_off(house: House, log: io.StringIO) -> None:
    with house.client() as client:
        names = {client.get("/v1/states").headers[REQUEST] for _ in range(5)}
        client.get("/healthz")
    assert {one["request"] for one in lines(log)} == names
    assert len(names) == 5
    quiet = house.settings.model_copy(update={"access_log": False})
    with house.client(quiet) as client:
        assert REQUEST not in client.get("/v1/states").headers
    assert len(lines(log)) == 5


def test_a_stream_has_its_line_when_it_has_ended(house: House, log: io.StringIO) -> None:
    with serving(house, house.door) as base:
        host, port = base.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port))
        connection.request("GET", "/v1/events/stream")
        response = connection.getresponse()
        response.readline()
        assert lines(log) == []
        response.close()
        connection.close()
    (line,) = lines(log)
    assert (line["operation"], line["status"]) == ("stream_events", 200)


class Failing(ScriptedAssistant):
    """A model that says, in its failure, what the customer wrote."""

    def draft(self, question: Question) -> Draft:
        raise DependencyFault("timeout", f"no answer to {question.text!r}")


def test_a_fault_of_a_model_has_one_line_with_its_kind_and_without_words(tmp_path: Path, log: io.StringIO) -> None:
    house = House(tmp_path, Failing(lambda text: None))  # type: ignore[arg-type, return-value]  # it is never asked
    try:
        house.open("c1")
        assert house.say("c1", "How long does the unusual delivery take?").state is State.HANDED_OFF
        house.say("c1", "And now?")
    finally:
        house.close()
    (line,) = lines(log, "fault")
    assert (line["conversation"], line["kind"], line["level"]) == ("c1", "timeout", "warning")
    assert "unusual" not in log.getvalue()


def test_a_turn_without_a_fault_has_no_such_line(house: House, log: io.StringIO) -> None:
    house.open("c1")
    house.say("c1", "How long does delivery take?")
    house.say("c1", "human please")
    assert lines(log, "fault") == []
