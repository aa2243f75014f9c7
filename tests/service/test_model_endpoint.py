"""A model behind real HTTP that misbehaves: the customer gets a person, the event says why, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistants.knowledge_base import KnowledgeBase
from assistants.openai_compatible import OpenAICompatible
from assistants.stub_endpoint import StubEndpoint
from models.port import OpenAIModel
from states.vocabulary import State
from tests.campaigns.invariants import violations
from tests.graph.example import Desk, policy
from tests.ready_databases import sqlite_url
from triggers.llm import ModelClassifier

ARTICLE = "# Delivery\n\n## How long it takes\n\nStandard delivery takes three working days.\n"
ROUTINE = "How long does standard delivery take?"


def _desk(folder: Path, url: str, *, classify: bool) -> Desk:
    articles = folder / "articles"
    articles.mkdir()
    (articles / "delivery.md").write_text(ARTICLE)
    model = OpenAIModel(base_url=url, model="stub", api_key="none")
    model.connect()  # Loading its client takes seconds, which are not the endpoint's.
    if classify:
        return Desk(sqlite_url(folder), classifier=ModelClassifier(model))
    return Desk(sqlite_url(folder), OpenAICompatible(model, KnowledgeBase(articles)))


@pytest.mark.parametrize("classify", [False, True], ids=["assistant", "classifier"])
@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("hang", "timeout"),
        ("refuse", "connection"),
        ("html", "html"),
        ("429", "rate_limited"),
        ("500", "server_error"),
        ("malformed", "malformed"),
        ("empty", "malformed"),
        ("refusal", "refused"),
    ],
)
def test_model_that_misbehaves_hands_over_and_says_why(tmp_path: Path, mode: str, kind: str, classify: bool) -> None:
    with StubEndpoint(mode=mode) as url:
        desk = _desk(tmp_path, url, classify=classify)
        if mode != "hang":
            # Only an endpoint that hangs may run into the deadline, however busy the machine is.
            desk.runtime.activate(policy(("deadline: 2s", "deadline: 30s")))
        result = desk.say(ROUTINE)
        assert result.state is State.HANDED_OFF
        assert result.decision["event"] == "fault"
        assert result.decision["fault"] == kind
        assert [one.author for one in result.replies] == ["system"]
        assert desk.view.messages[0].text == ROUTINE
        assert violations(desk.runtime.store, desk.id) == []
        desk.runtime.close()
