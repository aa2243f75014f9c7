"""The same graph under LangGraph's own server and Studio, which bring their own persistence.

There is no store here: the thread itself remembers the state, the latch, the owner and the bounded history. Input is
`{"inbound": {"kind": "message", "text": "..."}}`, or `{"inbound": {"kind": "act", "event": "claimed", "role":
"frontline_agent", "actor": "anna", "text": ""}}` (`graph.studio_input`). For looking at and for tuning; production runs
on `service.runtime`.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

import assistants
from assistants.knowledge_base import KnowledgeBase
from assistants.port import Draft, Question
from conversation.answer import Direct
from conversation.handle import handle
from conversation.inbound import Inbound, Kind
from conversation.records import Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Run
from graph.build import Detail, Node, build_graph
from graph.studio_input import ActGiven, MessageGiven, RefusedHere, read_given
from graph.thread import Thread
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import load_pack
from proof.chain import GENESIS
from recognition import replies
from recognition.recogniser import shipped
from states.clock import Clock, SystemClock, SystemIds
from states.errors import BadInput, Refused
from states.table import INITIAL, WITH_PERSON
from states.vocabulary import Role, State
from triggers.engine import compile_policy


async def make_graph() -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The graph with the default pack and the shop's articles; named in `langgraph.json`.

    It takes no parameter: LangGraph's server would fill it with the configuration of the run. The server calls it on
    its event loop, and for each request: what reads files runs in a thread, and once.
    """
    return await asyncio.to_thread(_served)


@cache
def _served() -> CompiledStateGraph[Thread, None, Thread, Thread]:
    return studio_graph()


def studio_graph(saver: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[Thread, None, Thread, Thread]:
    """The same with a saver of the caller's; LangGraph's server brings its own."""
    loaded = load_pack("default")
    knowledge = Path(assistants.__file__).parent / "knowledge" / "shop"
    assistant = KnowledgeBase(knowledge, answer_from=loaded.policy.answers.confidence)
    assistant.load()
    rules = Rules(
        loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=CodeMaker(secrets.token_bytes(MIN_KEY)),
        recogniser=shipped(), replies=replies.shipped(),
    )  # fmt: skip
    return build_graph(Direct(assistant.draft), saver, _arrival(rules, SystemClock()), Detail.STEPS)


def _arrival(rules: Rules, clock: Clock) -> Node:
    """The node that prepares a run from what the thread remembers."""

    def arrive(state: Thread) -> Thread:
        now = clock.now()
        inbound = _inbound(read_given(state.get("inbound")), rules, now)
        snapshot = _snapshot(state, rules, now)
        _require_allowed(snapshot, inbound, rules, now)
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


def _inbound(given: MessageGiven | ActGiven, rules: Rules, now: datetime) -> Inbound:
    text = rules.redacted(given.text)
    if isinstance(given, MessageGiven):
        message_id = rules.ids.new("msg_")
        message = StoredMessage(id=message_id, seq=1, author="customer", actor_id="", text=text, at=now)
        return Inbound(kind=Kind.MESSAGE, id=message_id, message=message, text=text)
    return Inbound(
        kind=Kind.ACT, id=rules.ids.new("act_"), event=given.event, role=given.role, actor=given.actor, text=text
    )


def _require_allowed(snapshot: Snapshot, inbound: Inbound, rules: Rules, now: datetime) -> None:
    """RefusedHere for an act that the machine refuses: found on a run that is thrown away, before the real one."""
    if inbound.kind is Kind.ACT:
        try:
            handle(Run.begin(snapshot, inbound, rules, now), snapshot.state, Direct(_nobody))
        except (Refused, BadInput) as refusal:
            raise RefusedHere(f"{type(refusal).__name__}: {refusal}") from refusal


def _nobody(question: Question) -> Draft:
    raise LookupError(f"no act asks the assistant: {question.text!r}")
