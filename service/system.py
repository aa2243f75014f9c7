"""What Handrail does by itself, without an actor: clocks, recovery, faults, and what a ticket says a customer wrote.

`app.wiring` builds it and hands it to the worker and to delivery. Surfaces are given its `door` and nothing else; a
contract of import-linter holds them to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.door import Handrail
from service.outbox import Outbox

if TYPE_CHECKING:
    from desks.config import DeskConfig
    from handover.packet.attachment import Attachment
    from handover.people.codes import CodeMaker
    from handover.people.directory import Directory
    from policy.loader import LoadedPolicy
    from service.runtime import Runtime
    from service.views import TurnResult
    from states.clock import Clock
    from store.connection import Connection
    from store.database import Store


class System:
    """A running Handrail from the inside, with the door that everybody else goes through."""

    def __init__(self, runtime: Runtime, desks: Mapping[str, DeskConfig] | None = None) -> None:
        self._runtime = runtime
        self.door = Handrail(runtime, Outbox(runtime.store, runtime.clock, desks or {}))

    # Work that nobody waits for

    def tick(self) -> int:
        """Fires the timers that are due, then completes what crashed workers left; how many."""
        return self._runtime.tick()

    def fire_due(self) -> int:
        """Fires the timers that are due; how many. It waits for no model."""
        return self._runtime.fire_due()

    def recover(self) -> int:
        """Completes messages that were stored but never decided, as after a crash; how many."""
        return self._runtime.recover()

    def keep_log(self) -> int:
        """Takes what has grown into the log over all conversations, and signs its head; how many chains."""
        return self._runtime.log.tick()

    def head_for(self, connection: Connection, conversation_id: str) -> str:
        """The line for a ticket: the signed head of the log with this conversation in it; empty where none is made."""
        return self._runtime.log.line_for(connection, conversation_id)

    def keep_head(self) -> None:
        """Keeps the head that was signed for a ticket beside the database, once it is committed."""
        self._runtime.log.keep_signed()

    # What delivery brings home beside the acts of people

    def fault(self, conversation_id: str, fault_id: str, data: Mapping[str, str]) -> bool:
        """Records what went wrong around a case, once per id, and calls a person to it; False if no person has it."""
        return self._runtime.fault(conversation_id, fault_id, data)

    def relay(
        self, conversation_id: str, text: str, message_id: str, attachments: tuple[Attachment, ...] = ()
    ) -> TurnResult:
        """What a customer wrote in the ticket of their own case, once per id. Raises what `Handrail.post` raises."""
        return self._runtime.post(conversation_id, text, message_id=message_id, attachments=attachments)

    # Keeping it going

    def activate(self, policy: LoadedPolicy) -> None:
        """Makes another policy the one that decides from now on (`app.wiring.activate` has tried it)."""
        self._runtime.activate(policy)

    @property
    def store(self) -> Store:
        """The database, for delivery and the audit."""
        return self._runtime.store

    @property
    def clock(self) -> Clock:
        """The clock everything here runs by."""
        return self._runtime.clock

    @property
    def codes(self) -> CodeMaker:
        """What makes one-time codes, for whoever sends them."""
        return self._runtime.codes

    @property
    def directory(self) -> Directory:
        """Who is on file, for whoever sends codes."""
        return self._runtime.directory

    def close(self) -> None:
        """Lets go of threads and connections."""
        self._runtime.close()
