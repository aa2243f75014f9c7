"""Rings when something has happened: one look at the log for however many connections wait for news."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread

from app.logging import get_logger
from states.errors import HandrailError

if TYPE_CHECKING:
    from service.door import Handrail

LOOKS_EVERY_S = 0.1
"""While anybody waits. What was committed is told within 0.3 s."""
AFTER_FAULT_S = 1.0
HEARTBEAT_S = 15.0
"""A stream says something at least this often: proxies let go of what is silent, and who has gone is noticed."""
READERS = 4
"""Reads of the log at once; they have threads of their own, so that no claim waits behind them."""


@dataclass
class _Waiting:
    """A connection that waits."""

    channel: str | None
    """Whose conversations it is about; None: all."""
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def hears(self, channels: frozenset[str] | None) -> bool:
        """Whether it is about conversations of these channels; None: of any."""
        if channels is None or self.channel is None:
            return channels is None or bool(channels)
        return self.channel in channels


class Bell:
    """Of one API. Nothing is looked at while nobody waits."""

    def __init__(self, door: Handrail, *, every_s: float = LOOKS_EVERY_S, heartbeat_s: float = HEARTBEAT_S) -> None:
        self.readers, self.heartbeat_s = CapacityLimiter(READERS), heartbeat_s
        self._door, self._every_s = door, every_s
        self._waiting: list[_Waiting] = []
        self._looking: asyncio.Task[None] | None = None

    def listen(self, channel: str | None) -> Listening:
        """For news of a channel's conversations, or of all; from the moment it is entered none is missed."""
        return Listening(self, _Waiting(channel=channel))

    def enter(self, waiting: _Waiting) -> None:
        """One more waits."""
        self._waiting.append(waiting)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    def leave(self, waiting: _Waiting) -> None:
        """One fewer waits; nobody looks for nobody."""
        self._waiting.remove(waiting)
        if not self._waiting and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        place: str | None = None
        while True:
            try:
                moved = await to_thread.run_sync(self._door.moved, place, limiter=self.readers)
            except HandrailError as error:
                # Whoever waits reads again, and is told what is wrong.
                get_logger("handrail.api").warning("log_not_read", error=type(error).__name__)
                place, pause, channels = None, AFTER_FAULT_S, None
            else:
                place, pause, channels = moved.place, self._every_s, moved.channels
            for one in self._waiting:
                if one.hears(channels):
                    one.rung.set()
            await asyncio.sleep(pause)


class Listening:
    """One connection that waits for news; an async context manager."""

    def __init__(self, bell: Bell, waiting: _Waiting) -> None:
        self._bell, self._waiting = bell, waiting

    async def __aenter__(self) -> Listening:
        self._bell.enter(self._waiting)
        return self

    async def __aexit__(self, *what: object) -> None:
        self._bell.leave(self._waiting)

    async def news(self, within_s: float) -> bool:
        """Waits until something may have happened since the last call, or since it was entered; False: nothing has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._waiting.rung.wait()
        happened = self._waiting.rung.is_set()
        self._waiting.rung.clear()
        return happened
