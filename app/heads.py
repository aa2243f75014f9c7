"""Connections that never finish asking: the head of a request has a time limit, and only so many may be waited for.

The server bounds a kept connection between two requests, and `app.api.gate` a body; nobody else bounds a connection
that sends half a line of its headers and stays.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S = 10.0
"""From the connection, or from the first byte of a further request, to the end of its headers."""
MOST_WAITING = 512
"""Connections without a request that are kept; of more, those that came first go."""


def protocol(within_s: float = HEAD_WITHIN_S, most: int = MOST_WAITING) -> type[H11Protocol]:
    """The HTTP protocol of one server, with these bounds over all its connections."""
    waiting: dict[H11Protocol, TimerHandle] = {}

    class Heads(H11Protocol):
        """One connection."""

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._asks():
                self._done()
            elif self not in waiting:
                self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._done()
            super().connection_lost(exc)

        def _asks(self) -> bool:
            """Whether the connection has said what it wants, or another protocol has taken it over."""
            return self not in self.connections or (self.cycle is not None and not self.cycle.response_complete)

        def _wait(self) -> None:
            waiting[self] = self.loop.call_later(within_s, self._give_up)
            while len(waiting) > most:
                next(iter(waiting))._give_up()  # type: ignore[attr-defined]

        def _done(self) -> None:
            timer = waiting.pop(self, None)
            if timer is not None:
                timer.cancel()

        def _give_up(self) -> None:
            self._done()
            if not self._asks() and not self.transport.is_closing():
                self.transport.close()

    return Heads
