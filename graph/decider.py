"""Deciding one inbound event: a graph run that writes nothing, then commit 2 with everything it led to."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from langgraph.types import Command

from conversation.answer import Models
from conversation.handle import outcome_of
from conversation.inbound import Inbound
from conversation.records import Snapshot
from conversation.rules import Rules
from conversation.run import Material, Run
from graph.buffer import Buffer
from graph.build import Detail, build_graph
from graph.saver import TurnSaver
from graph.thread import Thread
from states.errors import CheckpointMismatch, Conflict, StoreError
from store import joined, presence, queries
from store.database import Store
from store.work import Committed, UnitOfWork

MATERIAL = 200
"""Messages and events from which a packet is made."""

SUPERSTEPS = 16
"""More than a run has: so many channel versions are set aside for each version of a conversation."""

log = logging.getLogger("handrail.deciding")


class Decider:
    """The graph over a store. Holds no conversation; safe to call from any thread."""

    def __init__(
        self,
        store: Store,
        models: Models,
        unit_of_work: UnitOfWork | None = None,
        detail: Detail = Detail.STATES,
    ) -> None:
        self._store = store
        self._saver = TurnSaver(store)
        self._graph = build_graph(models, self._saver, detail=detail)
        # One thing at a time: without a number LangGraph would size a pool by the machine's processors in every run.
        self._at_once = 1 if detail is Detail.STATES else 2
        self._work = unit_of_work or UnitOfWork(store)

    def decide(
        self, rules: Rules, snapshot: Snapshot, inbound: Inbound, now: datetime, lease: str | None
    ) -> tuple[Run, Committed | None]:
        """One graph run and commit 2; no commit where the assistant wants tools run first.

        A message whose run breaks is decided again as a fault: toward a person. Raises Refused if the machine says no,
        StaleOutcome or AlreadyDone if somebody else was faster.
        """
        try:
            return self._attempt(rules, snapshot, inbound, now, lease)
        except (Conflict, StoreError):
            raise
        except Exception as error:
            if inbound.message is None:
                raise
            log.error("run broke", extra={"conversation": snapshot.id, "error": type(error).__name__})
            return self._attempt(rules, snapshot, inbound, now, lease, broken=type(error).__name__)

    def _attempt(
        self,
        rules: Rules,
        snapshot: Snapshot,
        inbound: Inbound,
        now: datetime,
        lease: str | None,
        broken: str | None = None,
    ) -> tuple[Run, Committed | None]:
        run = Run.begin(snapshot, inbound, rules, now, lambda: self._material(snapshot.id), broken)
        buffer = self._invoke(run)
        if run.record.asks:
            return run, None
        done = self._work.commit(
            outcome_of(run), lambda connection: self._saver.flush(buffer, connection), buffer.bound, lease
        )
        return run, done

    def _invoke(self, run: Run) -> Buffer:
        """The graph run; its checkpoint waits in the buffer."""
        snapshot = run.snapshot
        config: Any = {"configurable": {"thread_id": snapshot.id}, "max_concurrency": self._at_once}
        start = Thread(
            state=snapshot.state.value, version=snapshot.version, inbound=run.inbound.to_json(), trail=[], run=run
        )
        with self._saver.buffered(snapshot.checkpoint_id, snapshot.head_hash) as buffer:
            # What the run led to is in `run`: one key, in the format that streams nothing beside it.
            self._graph.invoke(
                self._entered(start, config, buffer), config, durability="exit", output_keys="state", version="v2"
            )
        return buffer

    def _entered(self, start: Thread, config: Any, buffer: Buffer) -> Thread | Command[str]:
        """The input of a run: a thread that has a checkpoint goes straight to its state's node, a superstep less.

        LangGraph takes a `goto` only for a thread that it knows; a new one enters through the graph's entry, and so
        does one whose checkpoint is not what the log says: it goes on from the row, and the run records the fault.
        """
        try:
            known = self._saver.get_tuple(config) is not None
        except CheckpointMismatch as mismatch:
            run = start["run"]
            log.error("checkpoint refused", extra={"conversation": run.snapshot.id, "error": type(mismatch).__name__})
            run.mistrusted = str(mismatch)
            buffer.begin_anew((run.snapshot.version + 1) * SUPERSTEPS)
            known = False
        return Command(goto=start["state"], update=start) if known else start

    def _material(self, conversation_id: str) -> Material:
        with self._store.read() as connection:
            messages = queries.transcript(connection, conversation_id, MATERIAL)
            total = queries.length(connection, conversation_id)
            answers = {
                row["cause"].removeprefix("message:"): row["data"]
                for row in queries.events(connection, conversation_id, MATERIAL)
                if row["ordinal"] == 0 and row["cause"].startswith("message:")
            }
            people = tuple(map(presence.person_of, presence.people(connection)))
            others = joined.other_cases(connection, conversation_id)
        decided = tuple(one for one in messages if one.author != "customer" or one.outcome_event_id)
        return Material(messages=decided, total=total, answers=answers, people=people, others=others)
