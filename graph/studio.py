"""The same graph under LangGraph's own server and Studio, which bring their own persistence.

There is no store here: the thread itself remembers the state, the latch, the owner and the bounded history. Input is
`{"inbound": {"kind": "message", "text": "..."}}`, or `{"inbound": {"kind": "act", "event": "claimed", "role":
"frontline_agent", "actor": "anna", "text": ""}}`. For looking at and for tuning; production runs on `service.runtime`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

import assistants
from assistants.knowledge_base import KnowledgeBase
from conversation.records import Snapshot, StoredMessage
from conversation.services import Services
from conversation.working import Inbound, Working
from graph.build import Node, build_graph
from graph.thread import Thread
from policy.loader import load_pack
from states.clock import SystemClock, SystemIds
from states.errors import BadInput
from states.table import INITIAL, WITH_PERSON
from states.vocabulary import Event, Role, State
from store.ledger import GENESIS
from triggers.engine import compile_policy


def make_graph(saver: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The graph with the default pack and the shop's articles; named in `langgraph.json`."""
    loaded = load_pack("default")
    knowledge = Path(assistants.__file__).parent / "knowledge" / "shop"
    services = Services(
        loaded=loaded,
        engine=compile_policy(loaded),
        assistant=KnowledgeBase(knowledge, answer_from=loaded.policy.answers.confidence),
        clock=SystemClock(),
        ids=SystemIds(),
    )
    return build_graph(saver, _arrival(services))


def _arrival(services: Services) -> Node:
    """The node that prepares a working copy from what the thread remembers."""

    def run(state: Thread) -> Thread:
        snapshot = _snapshot(state, services)
        inbound = _inbound(state.get("inbound", {}), snapshot, services)
        working = Working.begin(snapshot, inbound, services)
        return Thread(state=snapshot.state.value, inbound=inbound.to_json(), trail=[], said=[], working=working)

    return run


def _snapshot(thread: Thread, services: Services) -> Snapshot:
    memory, now = thread.get("memory", {}), services.clock.now()
    state = State(thread.get("state", INITIAL.value))
    owner = memory.get("owner") or {}
    return Snapshot(
        id="studio", state=state, version=0, channel="studio", language="en", customer="", channel_facts={},
        history=memory.get("history", {}), latched=memory.get("latched", state in WITH_PERSON),
        owner_id=owner.get("id"), owner_role=Role(owner["role"]) if owner else None, pending_consent=None,
        policy_name=services.loaded.policy.name, policy_hash=services.loaded.hash, head_hash=GENESIS,
        checkpoint_id=None, closed=False, created_at=now, updated_at=now,
    )  # fmt: skip


def _inbound(given: dict[str, Any], snapshot: Snapshot, services: Services) -> Inbound:
    text, _ = services.engine.redact(str(given.get("text", "")))
    if given.get("kind", "message") == "message":
        if not text.strip():
            raise BadInput('the input is empty; send {"inbound": {"kind": "message", "text": "..."}}')
        message_id = services.ids.new("msg_")
        message = StoredMessage(
            id=message_id, seq=1, author="customer", actor_id="", text=text, at=services.clock.now()
        )
        return Inbound(kind="message", id=message_id, message=message, text=text)
    return Inbound(
        kind="act",
        id=services.ids.new("act_"),
        event=Event(given["event"]),
        role=Role(given["role"]),
        actor=str(given.get("actor", "")),
        text=text,
    )
