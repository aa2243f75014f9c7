"""The LangGraph graph is a view of the table, runs under other savers too, and checkpoints stay small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph
from sqlalchemy import text

from assistants.port import Draft, Question
from conversation.answer import Direct
from graph.build import build_graph, edges
from graph.studio import studio_graph
from graph.studio_input import RefusedHere, Unusable
from states.table import TABLE
from states.vocabulary import State
from tests.campaigns.invariants import violations
from tests.graph.example import Desk
from tests.ready_databases import sqlite_url

ROOT = Path(__file__).parent.parent.parent


def _nobody(question: Question) -> Draft:
    raise AssertionError(f"no model is asked while a graph is drawn: {question.text!r}")


def test_nodes_and_edges_are_those_of_the_table() -> None:
    drawn = build_graph(Direct(_nobody)).get_graph()
    states = {state.value for state in State}
    assert set(drawn.nodes) == states | {"__start__", "__end__"}
    moves = {(one.source, one.target) for one in drawn.edges if one.source in states and one.target in states}
    assert moves == {(row.source.value, row.target.value) for row in TABLE if row.source is not row.target}
    assert {one.target for one in drawn.edges if one.source == "__start__"} == states


def test_row_that_leaves_the_table_leaves_the_graph() -> None:
    fewer = tuple(row for row in TABLE if row.target is not State.GUARDED)
    assert State.GUARDED not in edges(fewer)[State.BOT_HANDLING]


@pytest.fixture(scope="module")
def studio() -> CompiledStateGraph[Any, Any, Any, Any]:
    named = json.loads((ROOT / "langgraph.json").read_text())["graphs"]["handrail"]
    assert named == "./graph/studio.py:make_graph"
    return studio_graph(InMemorySaver())


def _send(graph: CompiledStateGraph[Any, Any, Any, Any], thread: str, **inbound: str) -> dict[str, Any]:
    found: dict[str, Any] = graph.invoke({"inbound": inbound}, {"configurable": {"thread_id": thread}})
    return found


def test_graph_of_langgraph_json_remembers_the_handover_in_its_thread(studio: Any) -> None:
    answered = _send(studio, "a", kind="message", text="How long does delivery take?")
    assert answered["state"] == "bot_handling"
    assert answered["said"][0]["author"] == "assistant"
    assert _send(studio, "a", kind="message", text="I can smell gas in my kitchen")["state"] == "handed_off"
    silent = _send(studio, "a", kind="message", text="How long does delivery take?")
    assert silent["state"] == "handed_off"
    assert all(one["author"] != "assistant" for one in silent["said"])


def test_graph_of_langgraph_json_takes_acts_by_role(studio: Any) -> None:
    _send(studio, "b", kind="message", text="Can I speak to a human?")
    with pytest.raises(RefusedHere, match=r"ForbiddenRole.*allowed roles: frontline_agent"):
        _send(studio, "b", kind="act", event="claimed", role="assistant")
    claimed = _send(studio, "b", kind="act", event="claimed", role="frontline_agent", actor="anna")
    assert claimed["state"] == "agent_verifying"
    assert claimed["memory"]["owner"] == {"id": "anna", "role": "frontline_agent"}


@pytest.mark.parametrize(
    ("inbound", "lacks"),
    [
        ({"kind": "message"}, "text Field required"),
        ({"kind": "message", "text": " \n"}, "text says nothing"),
        ({"kind": "message", "text": 5}, "text Input should be a valid string"),
        ({"kind": "message", "text": "x" * 100_001}, "text String should have at most"),
        ({"kind": "act"}, "event Field required; role Field required"),
        ({"kind": "act", "event": "claim", "role": "frontline_agent"}, "event Input should be"),
        ({"kind": "act", "event": "claimed", "role": "boss"}, "role Input should be"),
        ({"kind": "act", "event": "claimed", "role": "frontline_agent", "data": {}}, "data Extra inputs"),
        ({"kind": "clock"}, "kind"),
        ({}, "text Field required"),
        ("hello", "should be"),
        (None, "should be"),
    ],
)
def test_graph_of_langgraph_json_names_what_an_input_lacks(studio: Any, inbound: Any, lacks: str) -> None:
    with pytest.raises(Unusable, match=lacks) as told:
        studio.invoke({"inbound": inbound}, {"configurable": {"thread_id": "c"}})
    assert isinstance(told.value, ValueError), "LangGraph's server hides the words of errors that are not Python's own"
    assert '{"inbound": {"kind": "message", "text": "..."}}' in str(told.value)


def test_a_caller_of_langgraph_json_cannot_set_what_the_thread_remembers(studio: Any) -> None:
    config = {"configurable": {"thread_id": "d"}}
    _send(studio, "d", kind="message", text="Can I speak to a human?")
    asked = {"inbound": {"text": "How long does delivery take?"}, "state": "bot_handling", "memory": {}, "run": {}}
    after = studio.invoke(asked, config)
    assert after["state"] == "handed_off"
    assert after["memory"]["latched"]


def test_checkpoints_hold_no_text_and_do_not_grow(desk: Desk) -> None:
    def newest() -> bytes:
        with desk.runtime.store.read() as connection:
            found = connection.execute(text("SELECT checkpoint FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1"))
            blob: bytes = found.scalar_one()
        return blob

    sizes = []
    for number in range(30):
        desk.say(f"Do you deliver lamp number {number} to {'abcdefghij'[number % 10] * 3} town?")
        sizes.append(len(newest()))
    assert b"deliver lamp number" not in newest()
    assert sizes[-1] <= 1.1 * sizes[9]


def test_each_inbound_event_leaves_one_checkpoint(desk: Desk) -> None:
    desk.say("Do you deliver?")
    desk.say("I smell gas")
    with desk.runtime.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM checkpoints")).scalar_one() == 2
    named = {event.id: event for event in desk.view.events}
    assert len(named) == 3


def test_process_that_does_not_know_the_thread_goes_on_with_it(tmp_path: Path) -> None:
    first = Desk(sqlite_url(tmp_path))
    first.say("Do you deliver?")
    second = Desk(sqlite_url(tmp_path))
    assert len(second.say("Do you deliver lamps to Cork?").replies) == 1
    assert second.events == ["message_answered", "message_answered"]
    assert second.say("I smell gas").state is State.HANDED_OFF
    assert violations(second.runtime.store, second.id) == []
