"""The graph that shows how a message is decided says and does the same as the one that production runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from conversation.answer import Direct
from graph.build import Detail, build_graph
from graph.steps import NODES
from graph.studio import make_graph, studio_graph
from states.errors import DependencyFault
from states.table import ANSWERING
from states.vocabulary import Event
from tests.graph.example import Desk, knows
from tests.ready_databases import sqlite_url
from triggers.llm import TopicScore, TopicVerdict

STORY = (
    "how long is delivery", "thanks", "something unheard of", "yes please", "I smell gas", "this is annoying",
    "my card is 4111 1111 1111 1111", "no thanks", "human please", "broken", "how is delivery",
)  # fmt: skip


def _answers(question: Question) -> Draft | DependencyFault:
    return DependencyFault("timeout", "too late") if "broken" in question.text else knows(question)


class Topics:
    """Finds self-harm in what is unheard of, and breaks where the text says so."""

    name = "topics"

    def classify(self, text: str, window: Any, topics: Any, seconds: float) -> TopicVerdict:
        if "annoying" in text:
            raise DependencyFault("refused", "the classifier refused")
        score = 0.9 if "unheard" in text else 0.0
        return TopicVerdict(scores=(TopicScore(topic="self_harm", score=score, quote=""),), model="test")


def _told(folder: Path, detail: Detail, classifier: Any = None) -> list[tuple[Any, ...]]:
    found = []
    for number, text in enumerate(STORY):
        place = folder / f"{detail}{number}"
        place.mkdir()
        desk = Desk(sqlite_url(place), ScriptedAssistant(_answers), classifier=classifier, detail=detail)
        for said in ("how long is delivery", text, "how long is delivery"):
            result = desk.say(said)
            decision = {name: value for name, value in result.decision.items() if name != "micros"}
            found.append((said, result.state, [one.text[:40] for one in result.replies], decision))
        desk.runtime.close()
    return found


@pytest.mark.parametrize("classifier", [None, Topics()])
def test_both_graphs_decide_alike(tmp_path: Path, classifier: Any) -> None:
    one = _told(tmp_path, Detail.STATES, classifier)
    other = _told(tmp_path, Detail.STEPS, classifier)
    assert one == other
    assert {Event.TRIGGER_FIRED, Event.FAULT, Event.MESSAGE_ANSWERED} <= {decision["event"] for *_, decision in one}


def test_the_steps_are_drawn() -> None:
    def nobody(question: Question) -> Draft:
        raise AssertionError(f"no model is asked while a graph is drawn: {question.text!r}")

    drawn = build_graph(Direct(nobody), detail=Detail.STEPS).get_graph(xray=True)
    for state in ANSWERING:
        assert {f"{state.value}:{node}" for node in NODES} <= set(drawn.nodes)
    moves = {(one.source.rpartition(":")[2], one.target.rpartition(":")[2]) for one in drawn.edges}
    wanted = {
        ("rules", "classify"),
        ("rules", "draft"),
        ("classify", "screen"),
        ("draft", "screen"),
        ("rules", "decide"),
    }
    assert wanted | {("screen", "decide")} <= moves
    assert "classify" in drawn.draw_mermaid()


def test_a_stream_shows_each_step_of_a_decision() -> None:
    graph = studio_graph()
    inbound = {"inbound": {"kind": "message", "text": "How long does delivery take?"}}
    seen = [name for _, update in graph.stream(inbound, stream_mode="updates", subgraphs=True) for name in update]
    assert [name for name in seen if name in NODES] in (
        ["rules", "classify", "draft", "screen", "decide"],
        ["rules", "draft", "classify", "screen", "decide"],
    )
    urgent = {"inbound": {"kind": "message", "text": "I can smell gas in my kitchen"}}
    steps = [name for _, update in graph.stream(urgent, stream_mode="updates", subgraphs=True) for name in update]
    assert [name for name in steps if name in NODES] == ["rules", "decide"]


def test_the_graph_of_langgraph_json_shows_its_steps() -> None:
    served = asyncio.run(make_graph())
    assert any(node.endswith(":screen") for node in served.get_graph(xray=True).nodes)
    assert asyncio.run(make_graph()) is served
