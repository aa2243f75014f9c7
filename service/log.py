"""The log over all conversations at work: it takes in what has grown, signs its head and keeps the head elsewhere.

The turn waits for none of this: the worker does it, every minute and for every ticket.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from proof.heads import Signer, TreeHead
from proof.merkle import Frontier
from service.anchor import Anchor
from states.clock import Clock
from states.errors import HandrailError
from store import feed, log
from store.connection import Connection
from store.database import Store

EVERY = timedelta(seconds=60)
_AT_ONCE = 500
_SLACK = timedelta(minutes=5)
"""How much longer than since its last look a process looks back for entries of journals, whose clocks may differ."""
_logger = logging.getLogger("handrail.log")


class Log:
    """The log of one database. Any number of processes may keep it; each appends what it finds."""

    def __init__(self, store: Store, signer: Signer, clock: Clock, anchors: Sequence[Anchor] = ()) -> None:
        self._store, self._clock, self._anchors = store, clock, anchors
        self.signer = signer
        self._seen: tuple[Frontier, str] = (Frontier(), "")
        """What this process knows of the log, with its last leaf: used only where that leaf still stands."""
        self._signed: TreeHead | None = None
        self._mark: feed.Mark | None = None
        self._looked_at: datetime | None = None

    def tick(self) -> int:
        """Once a minute: takes in every chain that has grown, and signs; how many were taken in."""
        now = self._clock.now()
        if self._looked_at is not None and timedelta() <= now - self._looked_at < EVERY:
            return 0
        mark, chains = self._grown()
        added, head = 0, None
        for begin in range(0, len(chains), _AT_ONCE):
            with self._store.write() as connection:
                added += log.take_in(connection, chains[begin : begin + _AT_ONCE])
        if added or self._looked_at is None:
            with self._store.write() as connection:
                head = self.sign(connection)
        self._keep(head)
        self._mark, self._looked_at = mark, now
        return added

    def _grown(self) -> tuple[feed.Mark, tuple[str, ...]]:
        """What may have grown since the last look, and where this look ended."""
        with self._store.read() as connection:
            if self._mark is None or self._looked_at is None or not feed.stands(connection, self._mark):
                mark = feed.newest(connection)
                return mark, log.all_chains(connection)
            mark, found = self._mark, {log.HOUSE} | set(log.journaled_since(connection, self._looked_at - _SLACK))
            while rows := feed.after(connection, mark, feed.LOOKED_AT):
                found |= {row["conversation_id"] for row in rows}
                mark = feed.mark_of(rows[-1])
            return mark, tuple(sorted(found))

    def head_with(self, chains: Iterable[str]) -> TreeHead:
        """A signed head of the log with these chains as they are now."""
        with self._store.write() as connection:
            log.take_in(connection, chains)
            head = self.sign(connection)
        self._keep(head)
        return head

    def line_for(self, connection: Connection, conversation_id: str) -> str:
        """The line for a ticket, in the transaction that files it; empty where none can be made."""
        point = connection.begin_nested()
        try:
            log.take_in(connection, (conversation_id,))
            self._signed = self.sign(connection)
        except Exception as error:  # noqa: BLE001  # safety boundary: the handover goes out, with or without the line
            point.rollback()
            _logger.error("no head could be signed for a ticket", extra={"error": type(error).__name__})
            return ""
        point.commit()
        return self._signed.line()

    def keep_signed(self) -> None:
        """Keeps what `line_for` has signed since, once its transaction is committed; the next tick would, too."""
        head, self._signed = self._signed, None
        try:
            self._keep(head)
        except HandrailError as error:
            _logger.error("the head of a ticket was not kept", extra={"error": type(error).__name__})

    def sign(self, connection: Connection) -> TreeHead:
        """The signed head of the log as it is; the newest one where nothing was added."""
        log.hold(connection)
        frontier = self._caught_up(connection)
        newest = log.newest_head(connection)
        if newest is not None and (newest.size, newest.root) == (frontier.size, frontier.root().hex()):
            return newest
        milliseconds = int(self._clock.now().astimezone(UTC).timestamp() * 1000)
        head = self.signer.head(frontier.size, milliseconds, frontier.root().hex())
        log.add_head(connection, head, self.signer.public.hex())
        return head

    def _caught_up(self, connection: Connection) -> Frontier:
        """The frontier over all leaves; what this process knew of them is used where it is still so."""
        frontier, last = self._seen
        if frontier.size:
            found = log.leaf_at(connection, frontier.size - 1)
            if found is None or found.hash != last:
                frontier = Frontier()
        leaves = [one.hash for one in log.leaves(connection, frontier.size)]
        self._seen = (frontier.after(map(bytes.fromhex, leaves)), leaves[-1] if leaves else last)
        return self._seen[0]

    def _keep(self, head: TreeHead | None) -> None:
        if head is not None:
            for anchor in self._anchors:
                anchor.keep(head)
