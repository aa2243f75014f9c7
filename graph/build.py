"""The LangGraph graph, generated from the table of transitions: one node per state, edges where the table has rows."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from conversation.answer import Models
from conversation.handle import handle, onward
from conversation.run import Run
from graph.steps import answering_graph
from graph.thread import Given, Thread, report, shown
from states.table import ANSWERING, TABLE, Transition
from states.vocabulary import State


class Node(Protocol):
    """A LangGraph node over our thread."""

    def __call__(self, state: Thread) -> Thread:
        """The channels that the node changes."""
        ...


class _Deciding(Protocol):
    """A node that also says where to go on."""

    def __call__(self, state: Thread) -> Command[str]:
        """The channels that the node changes, and the next node."""
        ...


def edges(table: tuple[Transition, ...] = TABLE) -> dict[State, tuple[State, ...]]:
    """For each state the states that one row leads to, itself included where a row stays."""
    return {state: tuple(dict.fromkeys(row.target for row in table if row.source is state)) for state in State}


class Detail(StrEnum):
    """How much of a run the graph shows."""

    STATES = "states"
    """One node a state: what production runs."""
    STEPS = "steps"
    """The answering states are graphs of their own (`graph.steps`): what Studio shows, and what may be traced."""


def build_graph(
    models: Models,
    saver: BaseCheckpointSaver[Any] | None = None,
    arrive: Node | None = None,
    detail: Detail = Detail.STATES,
) -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The compiled graph. One run handles one inbound event and ends; waiting for a person is a state, not a pause.

    `arrive` runs first where nobody else prepares the run, as under LangGraph's own server.
    """
    given: type[Any] = Thread if arrive is None else Given
    builder = StateGraph(Thread, input_schema=given)
    for state, targets in edges().items():
        reached = (*(target.value for target in targets if target is not state), END)
        if detail is Detail.STEPS and state in ANSWERING:
            builder.add_node(state.value, answering_graph(state, models, hidden=saver is not None))
            builder.add_conditional_edges(state.value, _after(frozenset(reached)), list(reached))
        else:
            builder.add_node(state.value, _node(state, models, frozenset(reached)), destinations=reached)
    entry = START
    if arrive is not None:
        entry = "arrive"
        builder.add_node(entry, arrive)
        builder.add_edge(START, entry)
    builder.add_conditional_edges(entry, _entry, {state.value: state.value for state in State})
    graph = builder.compile(checkpointer=saver, name="handrail")
    return graph if arrive is None else shown(graph)


def _entry(thread: Thread) -> str:
    """The node of the state the conversation is in."""
    return thread["state"]


def _after(reached: frozenset[str]) -> Callable[[Thread], str]:
    def after(thread: Thread) -> str:
        return _next(thread["run"], reached)

    return after


def _node(of: State, models: Models, reached: frozenset[str]) -> _Deciding:
    """The node of a state: handles what came in, reports where the machine now stands and goes on to one of `reached`.

    It names the next node itself: an edge that asks for it would read every channel once more.
    """

    def node(state: Thread) -> Command[str]:
        run = state["run"]
        handle(run, of, models)
        return Command(update=report(run), goto=_next(run, reached))

    return node


def _next(run: Run, reached: frozenset[str]) -> str:
    """The node that goes on; LookupError where the table has no row that leads there."""
    state = onward(run)
    name = state.value if state is not None else END
    if name not in reached:
        raise LookupError(f"no row of the table leads to {name!r} from here")
    return name
