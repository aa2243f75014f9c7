"""The answering part of a run as a graph of its own: rules, classify beside draft, screen, decide.

The nodes are the parts of `conversation.answer.respond`, so that Studio, `draw_mermaid`, traces and streams show how a
message is decided. `docs/decisions/0009-inner-graph.md` says what it costs and where it is used.
"""

from __future__ import annotations

from typing import Annotated, Literal

from langgraph.channels import UntrackedValue
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from assistants.port import Draft
from conversation.answer import MODELS, Models, carry_out, failed, judge, question_of, settle
from conversation.decide import Verdict
from conversation.handle import handle
from conversation.run import Consulted
from graph.thread import Thread, report, shown
from states.errors import DependencyFault
from states.vocabulary import State
from triggers.llm import TopicVerdict

NODES = ("rules", "classify", "draft", "screen", "decide", "event")
"""`event` takes what is no message: acts, clocks, faults; and a message whose run broke before."""


class Answering(Thread, total=False):
    """A thread while a message is decided; nothing of this is checkpointed."""

    verdict: Annotated[Verdict | None, UntrackedValue]
    topics: Annotated[TopicVerdict | None, UntrackedValue]
    drafted: Annotated[Draft | None, UntrackedValue]
    draft_fault: Annotated[DependencyFault | None, UntrackedValue]
    topics_fault: Annotated[DependencyFault | None, UntrackedValue]


def answering_graph(
    of: State, models: Models, *, hidden: bool
) -> CompiledStateGraph[Answering, None, Answering, Answering]:
    """The graph of one answering state.

    `hidden` keeps it from writing checkpoints of its own, as production wants; LangGraph then does not draw it either.
    """

    def rules(state: Answering) -> Answering:
        return Answering(verdict=judge(state["run"]))

    def classify(state: Answering) -> Answering:
        try:
            return Answering(topics=models.classify(question_of(state["run"])))
        except DependencyFault as fault:
            return Answering(topics_fault=fault)

    def draft(state: Answering) -> Answering:
        try:
            return Answering(drafted=models.draft(question_of(state["run"])))
        except DependencyFault as fault:
            return Answering(draft_fault=fault)

    def screen(state: Answering) -> Answering:
        run, drafted = state["run"], state.get("drafted")
        fault = state.get("topics_fault") or state.get("draft_fault")
        if fault is not None or drafted is None:
            kind, detail = (fault.kind, str(fault)) if fault is not None else ("broken", "there is no draft")
            return Answering(verdict=failed(run, kind, detail, by=MODELS))
        return Answering(verdict=settle(run, Consulted(draft=drafted, topics=state.get("topics"))))

    def decide(state: Answering) -> Answering:
        verdict = state.get("verdict")
        if verdict is not None:
            carry_out(state["run"], verdict)
        elif not state["run"].record.asks:
            raise LookupError("nothing has been decided")
        return report(state["run"])  # type: ignore[return-value]  # every channel of a thread is one of ours

    def event(state: Answering) -> Answering:
        handle(state["run"], of, models)
        return report(state["run"])  # type: ignore[return-value]  # as above

    builder = StateGraph(Answering)
    for node in (rules, classify, draft, screen, decide, event):
        builder.add_node(node.__name__, node)
    builder.add_conditional_edges(START, _arrived, ["rules", "event"])
    builder.add_conditional_edges("rules", _judged, ["classify", "draft", "decide"])
    builder.add_edge(["classify", "draft"], "screen")
    builder.add_edge("screen", "decide")
    builder.add_edge("decide", END)
    builder.add_edge("event", END)
    graph = builder.compile(checkpointer=False if hidden else None, name=f"answer in {of.value}")
    if hidden:
        return graph
    # What comes in holds the run, which no saver can keep: LangGraph would write it with the first checkpoint.
    graph.channels[START] = UntrackedValue(Answering)
    return shown(graph)


def _arrived(state: Answering) -> Literal["rules", "event"]:
    run = state["run"]
    run.record.unanswered = False
    return "event" if run.inbound.message is None or run.broken else "rules"


def _judged(state: Answering) -> list[str]:
    """On to the models, side by side; or straight to the end where the rules have decided."""
    return ["decide"] if state.get("verdict") is not None else ["classify", "draft"]
