"""The LangGraph graph, generated from the table of transitions: one node per state, edges where the table has rows."""

from __future__ import annotations

from typing import Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from conversation.acts import act
from conversation.answer import answer, fault
from conversation.hand_over import forward, hand_over
from conversation.survey import after_the_end
from conversation.working import Working
from graph.thread import Step, Thread
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


def build_graph(
    saver: BaseCheckpointSaver[Any] | None = None, arrive: Node | None = None
) -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The compiled graph. One run handles one inbound event and ends; waiting for a person is a state, not a pause.

    `arrive` runs first where nobody else prepares the working copy, as under LangGraph's own server.
    """
    builder = StateGraph(Thread)
    for state, targets in edges().items():
        onward = (*(target.value for target in targets if target is not state), END)
        builder.add_node(state.value, _node(state, frozenset(onward)), destinations=onward)
    entry = START
    if arrive is not None:
        entry = "arrive"
        builder.add_node(entry, arrive)
        builder.add_edge(START, entry)
    builder.add_conditional_edges(entry, _entry, {state.value: state.value for state in State})
    return builder.compile(checkpointer=saver, name="handrail")


def _entry(thread: Thread) -> str:
    """The node of the state the conversation is in."""
    return thread["state"]


def _node(node_state: State, targets: frozenset[str]) -> _Deciding:
    """The node of a state: handles what came in, reports where the machine now stands and goes on to one of `targets`.

    It names the next node itself: an edge that asks for it would read every channel once more.
    """

    def run(state: Thread) -> Command[str]:
        working = state["working"]
        before = len(working.happenings)
        _handle(node_state, working)
        trail: list[Step] = [*state.get("trail", ())]
        trail += [
            Step(event=one.event.value, role=one.role.value, source=one.source.value, target=one.target.value)
            for one in working.happenings[before:]
        ]
        said = [{"author": one.author, "text": one.text} for one in working.utterances]
        return Command(
            update=Thread(
                state=working.state.value, trail=trail, memory=memory_of(working), said=said, working=working
            ),
            goto=_onward(working, targets),
        )

    return run


def _onward(working: Working, targets: frozenset[str]) -> str:
    """On to the node of the new state while the turn is not over; LookupError where the table has no row for it."""
    onward = working.state.value if working.more else END
    if onward not in targets:
        raise LookupError(f"no row of the table leads to {onward!r} from here")
    return onward


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
