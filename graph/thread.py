"""The state of a LangGraph thread: plain JSON values that are checkpointed, and the run that is not."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict, TypeVar

from langgraph.channels import UntrackedValue
from langgraph.graph.state import CompiledStateGraph

from conversation.run import Run

Graph = TypeVar("Graph", bound=CompiledStateGraph[Any, Any, Any, Any])


class Step(TypedDict):
    """One transition of a run, as the checkpoint keeps it."""

    event: str
    role: str
    source: str
    target: str


class Thread(TypedDict, total=False):
    """Channels of a thread (thread id = conversation id). Constant in size: the transcript lives in rows."""

    state: str
    version: int
    inbound: dict[str, Any]
    """`kind` (message, act, clock), `id`, `event`, `role`, `actor`: what this run was about, without texts."""
    memory: dict[str, Any]
    """The bounded history, the latch and the owner after the run: what the row says, for whoever reads the thread."""
    trail: list[Step]
    said: Annotated[list[dict[str, str]], UntrackedValue]
    """`author` and `text` of what the run would say; the transcript lives in rows, so it is not checkpointed."""
    run: Annotated[Run, UntrackedValue]
    """The run itself; never checkpointed, gone when it ends."""


class Given(TypedDict):
    """What a caller of LangGraph's server may put into a thread: nothing that the thread remembers."""

    inbound: dict[str, Any]


def shown(graph: Graph) -> Graph:
    """The graph, whose streams and results tell of everything but the run: that holds the policy and its engine."""
    told = [name for name in graph.stream_channels_list if name != "run"]
    graph.stream_channels = graph.output_channels = told
    return graph


def report(run: Run) -> Thread:
    """What a node tells of a run: where it stands, how it got there, what it would say."""
    trail = [
        Step(event=one.event.value, role=one.role.value, source=one.source.value, target=one.target.value)
        for one in run.record.happenings
    ]
    said = [{"author": one.author.value, "text": one.text} for one in run.record.utterances]
    return Thread(state=run.standing.state.value, trail=trail, memory=memory_of(run), said=said, run=run)


def memory_of(run: Run) -> dict[str, Any]:
    """What a thread remembers of a run, as plain JSON."""
    standing = run.standing
    owner = {"id": standing.owner_id, "role": standing.owner_role.value} if standing.owner_role else None
    return {"history": standing.history.to_json(), "latched": standing.latched, "owner": owner}
