"""Delivery at work: effects become steps, steps are performed, changes elsewhere are followed.

Destinations are called in threads of their own, so that a slow one holds up neither the clocks nor the others.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from delivery.destinations import Destination
from delivery.expand import Expansion
from delivery.inbound import Inbound
from delivery.perform import Performer
from delivery.undeliverable import warn_of_gaps
from service.system import System

AT_ONCE = 4
"""Calls to one destination at once."""
IN_A_ROW = 100
"""Steps that a thread performs before it looks whether it is still wanted."""

log = logging.getLogger("handrail.delivery")


class Delivery:
    """Everything between the outbox and the destinations. Any number may run on the same database.

    With `threads`, `tick` starts the work and returns at once; without, it does the work itself, as tests want.
    """

    def __init__(
        self,
        system: System,
        destinations: Sequence[Destination] = (),
        *,
        dice: random.Random | None = None,
        link: str = "",
        threads: bool = False,
        look: bool = True,
    ) -> None:
        self._system, self._link = system, link
        self._places: Mapping[str, Destination] = {one.name: one for one in destinations}
        self._performer = Performer(system, self._places, dice=dice or random.Random(), link=link, look=look)
        self._expand = Expansion(system, self._places, link)
        self._inbound = Inbound(system, self._places, link)
        width = max(1, len(self._places)) * (AT_ONCE + 1)
        self._pool = ThreadPoolExecutor(width, thread_name_prefix="handrail-desk") if threads else None
        warn_of_gaps(_teams(system), tuple(self._places.values()))
        self._running: dict[tuple[str, int], Future[int]] = {}
        self._stopped = False

    @property
    def destinations(self) -> Mapping[str, Destination]:
        """By name."""
        return self._places

    def tick(self) -> int:
        """Expands effects and gets destinations to work; how much was done since the last tick."""
        done = self._expand()
        self._inbound.watch()
        for place in self._places.values():
            if self._pool is None:
                done += self._follow(place) + self._perform(place)
            else:
                if self._inbound.has_work(place):
                    done += self._start(place, 0, self._follow)
                if self._performer.has_work(place):
                    done += sum(self._start(place, number, self._perform) for number in range(1, AT_ONCE + 1))
        return done

    def _start(self, place: Destination, number: int, work: Callable[[Destination], int]) -> int:
        """Starts one thread's work unless it still runs; what the last run did."""
        key = (place.name, number)
        last = self._running.get(key)
        if self._pool is None or (last is not None and not last.done()):
            return 0
        self._running[key] = self._pool.submit(self._guarded, place, work)
        return last.result() if last is not None else 0

    def _guarded(self, place: Destination, work: Callable[[Destination], int]) -> int:
        try:
            return work(place)
        except Exception as error:  # noqa: BLE001  safety boundary: what is leased comes back; the next tick goes on
            log.error("destination's work broke", extra={"destination": place.name, "error": type(error).__name__})
            return 0

    def _perform(self, place: Destination) -> int:
        return self._repeat(lambda: self._performer.perform_next(place))

    def _follow(self, place: Destination) -> int:
        polled = self._inbound.poll(place)
        return polled + self._repeat(lambda: self._inbound.follow_next(place))

    def _repeat(self, once: Callable[[], bool]) -> int:
        done = 0
        while done < IN_A_ROW and not self._stopped and once():
            done += 1
        return done

    # From outside

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Keeps the hint of a webhook; False for a repeat. NotFound or BadSignature refuse it."""
        return self._inbound.receive(name, headers, body)

    def close(self) -> None:
        """Lets the steps under way end; what waits stays in its rows."""
        self._stopped = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _teams(system: System) -> set[str]:
    """Teams to which the policy in force sends cases."""
    return {trigger.route.team for trigger in system.door.policy.policy.triggers if trigger.route}
