"""The LangGraph graph, generated from the table of transitions: one node per state, edges where the table has rows."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graph.acting import act
from graph.answering import answer, fault
from graph.handing_over import forward, hand_over
from graph.surveying import after_the_end
from graph.thread import Step, Thread
from graph.working import Working
from states.table import ANSWERING, TABLE, Transition
from states.vocabulary import State


class Node(Protocol):
    """A LangGraph node over our thread."""

    def __call__(self, state: Thread) -> Thread:
        """The channels that the node changes."""
        ...


def edges(table: tuple[Transition, ...] = TABLE) -> dict[State, tuple[State, ...]]:
    """For each state the states that one row leads to, itself included where a row stays."""
    return {state: tuple(dict.fromkeys(row.target for row in table if row.source is state)) for state in State}


def build_graph(
    saver: BaseCheckpointSaver[Any] | None = None, arrive: Node | None = None
) -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The compiled graph. One run handles one inbound event and ends; waiting for a person is a state, not a pause.

    `arrive` runs first where nobody else prepares the working copy, as under LangGraph's own server.
    """
    builder = StateGraph(Thread)
    for state in State:
        builder.add_node(state.value, _node(state))
    entry = START
    if arrive is not None:
        entry = "arrive"
        builder.add_node(entry, arrive)
        builder.add_edge(START, entry)
    builder.add_conditional_edges(entry, _entry, {state.value: state.value for state in State})
    for state, targets in edges().items():
        onward: dict[Hashable, str] = {target.value: target.value for target in targets if target is not state}
        builder.add_conditional_edges(state.value, _onward, onward | {END: END})
    return builder.compile(checkpointer=saver, name="handrail")


def _entry(thread: Thread) -> str:
    """The node of the state the conversation is in."""
    return thread["state"]


def _onward(thread: Thread) -> str:
    """On to the node of the new state while the turn is not over."""
    return thread["state"] if thread["working"].more else END


def _node(node_state: State) -> Node:
    """The node of a state: handles what came in and reports where the machine now stands."""

    def run(state: Thread) -> Thread:
        working = state["working"]
        before = len(working.happenings)
        _handle(node_state, working)
        trail: list[Step] = [*state.get("trail", ())]
        trail += [
            Step(event=one.event.value, role=one.role.value, source=one.source.value, target=one.target.value)
            for one in working.happenings[before:]
        ]
        said = [{"author": one.author, "text": one.text} for one in working.utterances]
        return Thread(state=working.state.value, trail=trail, memory=memory_of(working), said=said, working=working)

    return run


def memory_of(working: Working) -> dict[str, Any]:
    """What a thread remembers of a run, as plain JSON."""
    owner = {"id": working.owner_id, "role": working.owner_role.value} if working.owner_role else None
    return {"history": working.history.to_json(), "latched": working.latched, "owner": owner}


def _handle(state: State, working: Working) -> None:
    """What each state does with what came in. The state itself decides, not the caller."""
    if state is State.TRIGGERED and working.more:
        return hand_over(working)
    working.more = False
    message = working.inbound.message
    if message is None:
        return act(working)
    if state in ANSWERING:
        return fault(working, "run_broken", working.broken) if working.broken else answer(working, message)
    if state is State.RESOLVED:
        return after_the_end(working)
    forward(working)
