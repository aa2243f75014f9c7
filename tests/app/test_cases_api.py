"""Casework through HTTP: a review, ticks, an ending with a code, the survey."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.graph.cases import case_policy
from tests.house import House

AGENT = {"X-Handrail-Actor": "anna", "X-Handrail-Role": "frontline_agent"}
ACTS = "/v1/conversations/c1/acts"
MESSAGES = "/v1/conversations/c1/messages"
SURVEY = "/v1/conversations/c1/survey"
Served = tuple[TestClient, House]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    house = House(tmp_path, rules=case_policy())
    house.open("c1")
    yield house.client(), house
    house.close()


def _act(client: TestClient, event: str, text: str = "", **data: object) -> int:
    messages = client.get("/v1/conversations/c1", headers=AGENT).json()["messages"]
    seen = max((one["seq"] for one in messages), default=0)
    answer = client.post(ACTS, json={"event": event, "text": text, "data": data, "seen": seen}, headers=AGENT)
    return int(answer.status_code)


def _resolved(client: TestClient) -> None:
    client.post(MESSAGES, json={"text": "human please"})
    assert _act(client, "claimed") == 200
    assert _act(client, "resolved", "done", resolution="refunded") == 200


def test_an_agent_reviews_ticks_and_closes_with_a_code(served: Served) -> None:
    client, house = served
    client.post(MESSAGES, json={"text": "change my address", "attachments": [{"name": "id.png", "ref": "f1"}]})
    assert _act(client, "claimed") == 200
    field = {"field": "context.intent", "verdict": "edit", "value": "new address"}
    assert _act(client, "packet_reviewed", fields=[field]) == 200
    assert _act(client, "packet_reviewed", fields=[{**field, "field": "why.severity"}]) == 422
    assert _act(client, "step_done", step="checked") == 200
    assert _act(client, "step_done", step="checked") == 409
    assert _act(client, "identity_verified", "by phone") == 200
    assert _act(client, "resolved", "changed", resolution="nonsense") == 422
    assert _act(client, "resolved", "changed", resolution="solved") == 200
    seen = client.get("/v1/conversations/c1", headers=AGENT).json()["handover"]
    assert (seen["resolution"], seen["steps_done"], seen["steps_by"]["checked"]["by"]) == (
        "solved",
        ["checked"],
        "anna",
    )
    assert seen["packet"]["context"]["intent"] == "new address"
    assert seen["packet"]["context"]["attachments"][0]["ref"] == "f1"
    assert house.view("c1").events[-1].event == "resolved"


def test_a_score_closes_the_survey_and_the_same_answer_again_is_the_same(served: Served) -> None:
    client, house = served
    _resolved(client)
    assert client.get("/v1/conversations/c1", headers=AGENT).json()["survey"] == "person"
    first = client.post(SURVEY, json={"score": 5, "id": "s1"})
    assert (first.status_code, first.json()["state"]) == (200, "resolved")
    assert client.post(SURVEY, json={"score": 5, "id": "s1"}).json()["repeated"] is True
    assert client.post(SURVEY, json={"score": 4}).status_code == 409
    assert [one.event for one in house.view("c1").events].count("survey_answered") == 1


def test_a_comment_is_judged_like_any_other_words(served: Served) -> None:
    client, house = served
    _resolved(client)
    assert client.post(SURVEY, json={"score": 1, "comment": "I smell gas"}).json()["state"] == "handed_off"
    handover = house.view("c1").handover
    assert handover is not None
    assert handover.severity == "critical"


@pytest.mark.parametrize("score", [0, 6, "5", 4.5, True, None])
def test_a_score_that_is_none_is_refused(served: Served, score: object) -> None:
    client, _ = served
    _resolved(client)
    assert client.post(SURVEY, json={"score": score}).status_code == 422


def test_the_survey_is_for_the_channel_and_only_where_it_was_asked(served: Served) -> None:
    client, _ = served
    assert client.post(SURVEY, json={"score": 5}).status_code == 409
    _resolved(client)
    assert client.post(SURVEY, json={"score": 5}, headers=AGENT).status_code == 403
