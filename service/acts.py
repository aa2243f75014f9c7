"""What people do, and what clocks and faults cause: one event each, once per cause, decided on the newest version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conversation.act_data import require_known
from conversation.inbound import Inbound, Kind
from conversation.intake import check_id, check_role, storable
from conversation.possible import Possible, possible
from conversation.records import Snapshot
from conversation.run import Run
from graph.decider import Decider
from service.inbound import hiding, inbound_of
from service.parts import Parts
from service.results import act_result
from service.templates import TemplateBook
from service.timers import StillDue
from service.views import Act, Actor, ActResult
from states.errors import BadInput, Conflict, IllegalEvent, Refused
from states.table import ENDING
from states.vocabulary import Event, Role
from store import queries
from store.connection import Connection
from store.database import Store
from store.work import AlreadyDone, StaleOutcome

MAX_TRIES = 50
NEEDS_WORDS = {
    Event.AGENT_REPLIED: "write what the customer shall read",
    Event.EXCEPTION_REQUESTED: "write which exception is asked for, and why",
    Event.EXCEPTION_DENIED: "write why the exception is denied",
    Event.HAND_BACK_REFUSED: "write why the case shall not go back",
}
"""Acts that say nothing without words, and what to write."""


MakeInbound = Callable[[Connection, Snapshot], Inbound]
"""What comes in, made fit for the conversation as it was just read."""


class Acts:
    """Applies events that are no messages."""

    def __init__(self, store: Store, decider: Decider, parts: Callable[[], Parts], book: TemplateBook) -> None:
        self._store, self._decider, self._parts, self._book = store, decider, parts, book

    def do(self, conversation_id: str, act: Act) -> ActResult:
        """What a person asks for, as `Runtime.act` says."""
        if act.event is Event.MASK_LIFTED:
            raise IllegalEvent("a mask is lifted by asking for its original (`Handrail.lift`), and not by an act")
        act_id = act.id or self._parts().rules.ids.new("act_")
        check_id(act_id, "act id")
        check_role(act.actor.id, act.actor.role, self._parts().rules.policy)
        require_known(act.event, act.data)

        def inbound(connection: Connection, snapshot: Snapshot) -> Inbound:
            made = inbound_of(act, act_id, snapshot, self._parts(), self._book, connection)
            if act.event in NEEDS_WORDS and not made.text.strip():
                raise BadInput(f"the text is empty; {NEEDS_WORDS[act.event]}")
            if act.event not in ENDING:
                return made
            if act.seen is not None and not 0 <= act.seen < snapshot.next_seq:
                raise BadInput(f"seen is {act.seen}, and there is no message of that number; send the newest one's seq")
            unseen = queries.written_after(connection, conversation_id, act.seen or 0)
            return replace(made, seen=act.seen, unseen=unseen)

        return self._apply(conversation_id, inbound)

    def possible(self, conversation_id: str, actor: Actor) -> tuple[Possible, ...]:
        """What the person may do now, as `conversation.possible` says; nothing is written."""
        parts = self._parts()
        with self._store.read() as connection:
            snapshot = queries.snapshot(connection, conversation_id)
            words = str((snapshot.pending_consent or {}).get("text", ""))

            def run_of(event: Event) -> Run:
                act = Act(event=event, actor=actor, text=words)
                inbound = inbound_of(act, "possible", snapshot, parts, self._book, connection)
                return Run.begin(snapshot, inbound, parts.rules, parts.clock.now())

            return possible(snapshot.state, actor.id, actor.role, run_of)

    def lifted(self, conversation_id: str, actor: Actor, reason: str, about: Mapping[str, Any]) -> int:
        """Records that somebody is about to be shown an original, and why; the version that makes. Each time anew."""

        def inbound(connection: Connection, snapshot: Snapshot) -> Inbound:
            hide, act_id = hiding(snapshot, self._parts().rules), self._parts().rules.ids.new("act_")
            return Inbound(
                kind=Kind.ACT, id=act_id, event=Event.MASK_LIFTED, role=actor.role, actor=actor.id,
                text=hide(storable(reason)), data=dict(about),
            )  # fmt: skip

        return self._apply(conversation_id, inbound).version

    def fault(self, conversation_id: str, fault_id: str, data: Mapping[str, str]) -> bool:
        """What went wrong around a case, as `Runtime.fault` says."""
        inbound = Inbound(kind=Kind.FAULT, id=fault_id, event=Event.FAULT, role=Role.SYSTEM, data=dict(data))
        try:
            self.apply(conversation_id, inbound)
        except Refused:
            return False
        return True

    def apply(self, conversation_id: str, inbound: Inbound, still_due: StillDue | None = None) -> ActResult:
        """Decides and commits an event; drops a clock that was reset meanwhile."""
        return self._apply(conversation_id, lambda connection, snapshot: inbound, still_due)

    def _apply(self, conversation_id: str, make: MakeInbound, still_due: StillDue | None = None) -> ActResult:
        """One read and one commit; both again when somebody else was faster."""
        for _ in range(MAX_TRIES):
            with self._store.read() as connection:
                snapshot = queries.snapshot(connection, conversation_id)
                inbound = make(connection, snapshot)
                done = queries.first_event_of(connection, conversation_id, inbound.cause)
                dropped = still_due is not None and not still_due(connection, snapshot)
            if dropped and inbound.event is not None:
                return act_result(snapshot, inbound.event, repeated=True)
            if done is not None:
                if done["data"].get("body_hash", inbound.body_hash) != inbound.body_hash:
                    raise Conflict(f"{inbound.cause!r} was another act; send a new act under a new id")
                return act_result(snapshot, Event(done["event"]), repeated=True)
            parts = self._parts()
            try:
                run, committed = self._decider.decide(parts.rules, snapshot, inbound, parts.clock.now(), None)
            except (StaleOutcome, AlreadyDone):
                continue
            if committed is None:
                raise LookupError("only a message can wait for tools")
            return ActResult(
                conversation_id=conversation_id,
                event=run.record.happenings[0].event,
                state=run.standing.state,
                version=committed.version,
            )
        raise StaleOutcome(f"conversation {conversation_id!r} changes too fast; try again")
