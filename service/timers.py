"""Work that nobody waits for: messages that a crash left undecided, and clocks that have run out.

Any number of these may run, in any number of processes, over one database: a step of a clock is part of the same commit
that moves the clock on, and that commit goes through only on the version it was decided on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from conversation.inbound import Inbound, Kind
from conversation.records import Snapshot
from service.views import ActResult
from states.clock import Clock
from states.errors import Refused, StoreUnavailable
from states.vocabulary import Clock as TimerKind
from states.vocabulary import Role
from store import arrivals, queries, steps, timers
from store.connection import Connection
from store.database import Store
from store.records import DueTimer

ROUNDS = 50
"""Looks at the due clocks in one tick, as after a long outage; what is left then waits for the next."""
GLITCH = timedelta(seconds=1)
"""By so little a clock may go back without anybody having set it."""
AT_ONCE = 8
"""Conversations that are recovered side by side: each may wait for its models."""
WAITING = (TimerKind.PACKET, TimerKind.CLAIM, TimerKind.RESOLVE)
"""Clocks by which a customer waits for a person: they never stop for nothing."""

StillDue = Callable[[Connection, Snapshot], bool]
log = logging.getLogger("handrail.timers")


class Timers:
    """The clocks of one runtime. `settle` decides a stored message; `apply` an event, unless its clock was reset."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        settle: Callable[[str, str], None],
        apply: Callable[[str, Inbound, StillDue], ActResult],
        idle: Callable[[], timedelta],
        lease_s: Callable[[], float],
    ) -> None:
        self._store = store
        self._clock = clock
        self._settle = settle
        self._apply = apply
        self._idle = idle
        self._lease_s = lease_s
        self._looked_at: datetime | None = None

    def recover(self) -> int:
        """Completes messages that were stored but never decided, as after a crash; returns how many.

        Those that a live or a freshly dead worker holds by lease are left for the next call.
        """
        with self._store.read() as connection:
            left = arrivals.undecided(connection, self._clock.now(), self._lease_s())
        waiting: dict[str, list[str]] = {}
        for conversation_id, message_id in left:
            waiting.setdefault(conversation_id, []).append(message_id)
        if len(waiting) < 2:
            return sum(self._recovered(*one) for one in waiting.items())
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="handrail-recovery") as threads:
            return sum(threads.map(lambda one: self._recovered(*one), waiting.items()))

    def _recovered(self, conversation_id: str, message_ids: list[str]) -> int:
        """How many messages of one conversation could be completed, oldest first."""
        done = 0
        for message_id in message_ids:
            try:
                self._settle(conversation_id, message_id)
                done += 1
            except Exception as error:  # noqa: BLE001  safety boundary: one message must not stop all others' clocks
                log.error(
                    "message not recovered", extra={"conversation": conversation_id, "error": type(error).__name__}
                )
        return done

    def tick(self) -> int:
        """Fires the timers that are due, then completes what crashed workers left; how many."""
        return self.fire_due() + self.recover()

    def fire_due(self) -> int:
        """Fires the timers that are due; how many. It waits for no model.

        After a jump of the time over several steps, every step happens, one after the other.
        """
        self._notice_jump()
        done = 0
        for _ in range(ROUNDS):
            with self._store.read() as connection:
                due = timers.due_timers(connection, self._clock.now())
            if not due:
                break
            # Of one conversation only the longest overdue: what it does may set or stop the others.
            first = {timer.conversation_id: timer for timer in reversed(due)}
            done += sum(self.fire(timer) for timer in reversed(first.values()))
        return done

    def _notice_jump(self) -> None:
        """Where the time went back, what was set in the future keeps its length; looked for at the start too."""
        before, self._looked_at = self._looked_at, self._clock.now()
        if before is not None and before <= self._looked_at:
            return
        jump = max(before - self._looked_at - GLITCH, timedelta()) if before is not None else timedelta()
        with self._store.write() as connection:
            moved = timers.catch_up(connection, self._looked_at)
            waiting = steps.catch_up(connection, self._looked_at, jump)
        if moved or waiting:
            log.warning("the time was set back", extra={"clocks": moved, "steps": waiting})

    def fire(self, timer: DueTimer) -> bool:
        """One deadline, checked again against the state: one that no longer holds is dropped."""
        try:
            with self._store.read() as connection:
                version = queries.conversation(connection, timer.conversation_id)["version"]
            inbound = Inbound(
                kind=Kind.CLOCK,
                id=f"{timer.clock.value}:{timer.due_at.isoformat()}:{version}",
                event=timer.event,
                role=Role.SYSTEM,
                data={"clock": timer.clock.value, "due_at": timer.due_at.isoformat()},
            )
            return not self._apply(timer.conversation_id, inbound, self._holds(timer)).repeated
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  safety boundary: the clock stays due; the others fire all the same
            self._put_off(timer, error)
            return False

    def _put_off(self, timer: DueTimer, error: Exception) -> None:
        """A clock that failed is tried again later; one that is refused stops, unless a customer waits by it."""
        told = {"conversation": timer.conversation_id, "clock": timer.clock.value, "error": type(error).__name__}
        log.error("clock broke", extra=told)
        with self._store.write() as connection:
            if isinstance(error, Refused) and timer.clock not in WAITING:
                timers.stop_timer(connection, timer)
            else:
                timers.back_off(connection, timer, self._clock.now())

    def _holds(self, timer: DueTimer) -> StillDue:
        """Whether the clock still runs as it was read, and is not an idle clock to be moved on."""

        def holds(connection: Connection, snapshot: Snapshot) -> bool:
            running = queries.timers(connection, timer.conversation_id)
            return running.get(timer.clock.value) == timer.due_at and not self.rearmed(timer, snapshot.updated_at)

        return holds

    def rearmed(self, timer: DueTimer, last: datetime) -> bool:
        """Moves an idle clock on if somebody has written since it was set: answered turns do not touch it."""
        due_at, now = last + self._idle(), self._clock.now()
        if timer.clock is not TimerKind.IDLE or due_at <= now:
            return False
        with self._store.write() as connection:
            timers.move_timer(connection, timer, due_at, now)
        return True
