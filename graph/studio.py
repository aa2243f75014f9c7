"""The same graph under LangGraph's own server and Studio, which bring their own persistence.

There is no store here: the thread itself remembers the state, the latch, the owner and the bounded history. Input is
`{"inbound": {"kind": "message", "text": "..."}}`, or `{"inbound": {"kind": "act", "event": "claimed", "role":
"frontline_agent", "actor": "anna", "text": ""}}`. For looking at and for tuning; production runs on `service.runtime`.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

import assistants
from assistants.knowledge_base import KnowledgeBase
from conversation.answer import Direct
from conversation.inbound import Inbound, Kind
from conversation.records import Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Run
from graph.build import Detail, Node, build_graph
from graph.thread import Thread
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import load_pack
from states.clock import Clock, SystemClock, SystemIds
from states.errors import BadInput
from states.table import INITIAL, WITH_PERSON
from states.vocabulary import Event, Role, State
from store.ledger import GENESIS
from triggers.engine import compile_policy


def make_graph() -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The graph with the default pack and the shop's articles; named in `langgraph.json`."""
    return studio_graph()


def studio_graph(saver: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The same with a saver of the caller's; LangGraph's server brings its own."""
    loaded = load_pack("default")
    knowledge = Path(assistants.__file__).parent / "knowledge" / "shop"
    assistant = KnowledgeBase(knowledge, answer_from=loaded.policy.answers.confidence)
    rules = Rules(
        loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=CodeMaker(secrets.token_bytes(MIN_KEY))
    )
    return build_graph(Direct(assistant.draft), saver, _arrival(rules, SystemClock()), Detail.STEPS)


def _arrival(rules: Rules, clock: Clock) -> Node:
    """The node that prepares a run from what the thread remembers."""

    def arrive(state: Thread) -> Thread:
        now = clock.now()
        snapshot = _snapshot(state, rules, now)
        inbound = _inbound(state.get("inbound", {}), rules, now)
        run = Run.begin(snapshot, inbound, rules, now)
        return Thread(state=snapshot.state.value, inbound=inbound.to_json(), trail=[], said=[], run=run)

    return arrive


def _snapshot(thread: Thread, rules: Rules, now: datetime) -> Snapshot:
    memory = thread.get("memory", {})
    state = State(thread.get("state", INITIAL.value))
    owner = memory.get("owner") or {}
    return Snapshot(
        id="studio", state=state, version=0, channel="studio", language="en", customer="", channel_facts={},
        history=memory.get("history", {}), latched=memory.get("latched", state in WITH_PERSON),
        owner_id=owner.get("id"), owner_role=Role(owner["role"]) if owner else None, pending_consent=None,
        policy_name=rules.policy.name, policy_hash=rules.loaded.hash, head_hash=GENESIS, checkpoint_id=None,
        closed=False, created_at=now, updated_at=now,
    )  # fmt: skip


def _inbound(given: dict[str, Any], rules: Rules, now: datetime) -> Inbound:
    text = rules.redacted(str(given.get("text", "")))
    if given.get("kind", Kind.MESSAGE) == Kind.MESSAGE:
        if not text.strip():
            raise BadInput('the input is empty; send {"inbound": {"kind": "message", "text": "..."}}')
        message_id = rules.ids.new("msg_")
        message = StoredMessage(id=message_id, seq=1, author="customer", actor_id="", text=text, at=now)
        return Inbound(kind=Kind.MESSAGE, id=message_id, message=message, text=text)
    return Inbound(
        kind=Kind.ACT,
        id=rules.ids.new("act_"),
        event=Event(given["event"]),
        role=Role(given["role"]),
        actor=str(given.get("actor", "")),
        text=text,
    )
