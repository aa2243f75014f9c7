"""What people do, and what clocks and faults cause: one event each, once per cause, decided on the newest version.

Without it an act that lost a race would be lost, or done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conversation.intake import check_id, check_role
from conversation.services import Services
from conversation.working import Inbound
from graph.decider import Decider
from service.inbound import Setting, inbound_of
from service.results import act_result
from service.templates import TemplateBook
from service.timers import StillDue
from service.views import Act, ActResult
from states.errors import BadInput, Conflict, Refused
from states.vocabulary import Event, Role
from store import queries
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


class Acts:
    """Applies events that are no messages."""

    def __init__(self, store: Store, decider: Decider, services: Callable[[], Services], book: TemplateBook) -> None:
        self._store, self._decider, self._services, self._book = store, decider, services, book

    def do(self, conversation_id: str, act: Act) -> ActResult:
        """What a person asks for, as `Runtime.act` says."""
        act_id = act.id or self._services().ids.new("act_")
        check_id(act_id, "act id")
        check_role(act.actor.id, act.actor.role, self._services().loaded.policy)
        inbound = inbound_of(act, act_id, self.setting(conversation_id), self._services(), self._book)
        if act.event in NEEDS_WORDS and not inbound.text.strip():
            raise BadInput(f"the text is empty; {NEEDS_WORDS[act.event]}")
        return self.apply(conversation_id, inbound)

    def setting(self, conversation_id: str) -> Setting:
        """What an act meets: the customer, the language and the open handover."""
        with self._store.read() as connection:
            row = queries.conversation(connection, conversation_id)
            handover = queries.newest_handover(connection, conversation_id)
        kept = dict(handover) if handover is not None and handover["open"] else {}
        return Setting(customer=row["customer"], language=row["language"], handover=kept)

    def fault(self, conversation_id: str, fault_id: str, data: Mapping[str, str]) -> bool:
        """What went wrong around a case, as `Runtime.fault` says."""
        inbound = Inbound(kind="fault", id=fault_id, event=Event.FAULT, role=Role.SYSTEM, data=dict(data))
        try:
            self.apply(conversation_id, inbound)
        except Refused:
            return False
        return True

    def apply(self, conversation_id: str, inbound: Inbound, still_due: StillDue | None = None) -> ActResult:
        """Decides and commits an act; starts over when somebody else was faster, and drops a clock that was reset."""
        for _ in range(MAX_TRIES):
            with self._store.read() as connection:
                done = queries.first_event_of(connection, conversation_id, inbound.cause)
                snapshot = queries.snapshot(connection, conversation_id)
                dropped = still_due is not None and not still_due(connection, snapshot)
            if dropped and inbound.event is not None:
                return act_result(snapshot, inbound.event, repeated=True)
            if done is not None:
                if done["data"].get("body_hash", inbound.body_hash) != inbound.body_hash:
                    raise Conflict(f"{inbound.cause!r} was another act; send a new act under a new id")
                return act_result(snapshot, Event(done["event"]), repeated=True)
            try:
                working, committed = self._decider.decide(self._services(), snapshot, inbound, None)
            except (StaleOutcome, AlreadyDone):
                continue
            return ActResult(
                conversation_id=conversation_id,
                event=working.happenings[0].event,
                state=working.state,
                version=committed.version,
            )
        raise StaleOutcome(f"conversation {conversation_id!r} changes too fast for {inbound.cause!r}; try again")
