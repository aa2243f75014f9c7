"""The whole way from a customer's message to a real Request Tracker: runtime, delivery, desk, and a network between."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from assistants.scripted import ScriptedAssistant
from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.request_tracker.desk import RequestTracker
from service.runtime import Runtime
from service.system import System
from service.views import HandoverView, NewConversation
from states.clock import Clock, SystemIds
from store import progress
from store.database import open_store
from tests.counterparts.request_tracker import Tracker
from tests.graph.example import knows, policy

NAME = "rt"
MESSAGES = ("I smell gas", "change my address", "human please")
"""They hand over, with severity critical, high and normal."""


_STEPS = text("SELECT status, count(*) FROM outbox WHERE destination <> '' GROUP BY status")


class HurriedClock:
    """Runs faster than the wall, so that hours of retries pass in minutes against a system that keeps its own pace."""

    def __init__(self, factor: float) -> None:
        self._factor, self._began = factor, time.monotonic()
        self._start = datetime.now(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._factor)


class TrackerOffice:
    """A runtime with a Request Tracker, and with `others` where something else is told too."""

    def __init__(
        self,
        url: str,
        desk: RequestTracker,
        tracker: Tracker,
        clock: Clock,
        *,
        others: Sequence[Destination] = (),
        **config: Any,
    ) -> None:
        look = config.pop("look", True)
        self.desk = desk
        self.runtime = Runtime(
            store=open_store(url),
            # In a hurry five minutes are over before a slow system has answered twice.
            policy=policy(
                ("claim: 5m, resolve: 1h", "claim: 50h, resolve: 90h"),
                ("claim: 1h, resolve: 8h", "claim: 50h, resolve: 90h"),
                (", page_after: 3m", ""),
                ("playbooks:\n", "survey: {person: true}\nplaybooks:\n"),
            ),
            assistant=ScriptedAssistant(knows),
            clock=clock,
            ids=SystemIds(),
        )
        made = tracker.config(**{"per_minute": 10_000, "updates_per_ticket": 1000, **config})
        place = Destination(desk=desk, config=made, gate=Gate(made.per_minute, clock))
        self.delivery = Delivery(System(self.runtime), [place, *others], dice=random.Random(1), threads=True, look=look)

    def hand_over(self, conversation: str, words: str) -> HandoverView:
        """A customer's message that calls a person."""
        self.runtime.open(NewConversation(id=conversation, customer="cus-1"))
        self.runtime.post(conversation, words)
        return self.handover(conversation)

    def handover(self, conversation: str) -> HandoverView:
        """As it is now."""
        found = self.runtime.view(conversation).handover
        assert found is not None
        return found

    def is_delivered(self, conversation: str) -> bool:
        """Whether everything has arrived."""
        found = self.handover(conversation).deliveries
        return bool(found) and all(one.ref and not one.pending for one in found)

    def ref(self, conversation: str) -> str:
        """The ticket."""
        (found,) = (one for one in self.handover(conversation).deliveries if one.destination == NAME)
        return found.ref

    def delivered_steps(self) -> int:
        """Steps that are done, if none is left to do; cheap enough to ask often."""
        with self.runtime.store.read() as connection:
            rows = {str(row[0]): int(row[1]) for row in connection.execute(_STEPS)}
        return 0 if set(rows) - {"done"} else rows.get("done", 0)

    def dead(self) -> int:
        """Steps that were given up."""
        with self.runtime.store.read() as connection:
            return progress.totals(connection, NAME)[1]

    def work_until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Works as a worker does, until something is so; False if it is not so in time."""
        end, next_look = time.monotonic() + seconds, 0.0
        while time.monotonic() < end:
            self.runtime.tick()
            self.delivery.tick()
            if time.monotonic() > next_look:
                if done():
                    return True
                next_look = time.monotonic() + 0.5
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Lets go."""
        self.delivery.close()
        self.runtime.close()
