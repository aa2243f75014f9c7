"""Reads the log for whoever follows it: each event once, in the order of commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from service.cursors import mark_cursor, mark_of
from service.feed_views import BEGINNING, FeedEvent, FeedPage, MessagesPage, Moved, message_for_channel
from service.rows_as_views import event_view, message_view, transcript_views
from service.views import MessageView
from states.errors import BadInput
from store import feed, queries
from store.connection import Connection, RowMapping
from store.database import Store

LOOKS = 20
"""Times that one page looks at the log, LOOKED_AT rows each: what is not the caller's is passed over."""


class Feed:
    """The log of one database, page by page."""

    def __init__(self, store: Store, *, looked_at: int = feed.LOOKED_AT, looks: int = LOOKS) -> None:
        self._store, self._looked_at, self._looks = store, looked_at, looks

    def page(self, after: str | None, most: int, channel: str | None) -> FeedPage:
        """The events behind the cursor; without one none, and where now is. With `channel` its own alone. BadInput."""
        with self._store.read() as connection:
            mark = _begin(connection, after)
            found: list[RowMapping] = []
            for _ in range(self._looks):
                looked = feed.after(connection, mark, self._looked_at)
                mine = [row for row in looked if channel is None or row["opened_by"] == channel]
                found += mine[: most - len(found)]
                if len(found) == most:
                    mark = feed.mark_of(found[-1])
                    break
                mark = feed.mark_of(looked[-1]) if looked else mark
                if len(looked) < self._looked_at:
                    return _page(connection, found, mark_cursor(mark), channel, more=False)
            return _page(connection, found, mark_cursor(mark), channel, more=True)

    def of_conversation(self, conversation_id: str, after: int, most: int, channel: str | None) -> FeedPage:
        """The events of one conversation behind a number of its own. NotFound."""
        with self._store.read() as connection:
            queries.conversation(connection, conversation_id)
            rows = feed.of_conversation(connection, conversation_id, after, most)
            place = str(rows[-1]["seq"] if rows else after)
            return _page(connection, rows, place, channel, more=len(rows) == most)

    def messages(self, conversation_id: str, after: int, most: int, channel: str | None) -> MessagesPage:
        """The messages of one conversation behind a number of its own. NotFound."""
        with self._store.read() as connection:
            queries.conversation(connection, conversation_id)
            found = feed.messages_after(connection, conversation_id, after, most)
            views = transcript_views(connection, conversation_id, found)
        if channel is not None:
            views = tuple(map(message_for_channel, views))
        return MessagesPage(messages=views, next=found[-1].seq if found else after, more=len(found) == most)

    def moved(self, place: str | None) -> Moved:
        """Where the log ends now, and whose conversations have moved since a place: cheap while nothing happens."""
        with self._store.read() as connection:
            now = feed.newest(connection)
            before = mark_of(place) if place is not None else None
            if before == now:
                return Moved(place=mark_cursor(now), channels=frozenset())
            known = before is not None and feed.stands(connection, before)
            rows = feed.after(connection, before, self._looked_at) if known and before is not None else None
            if rows is None or len(rows) == self._looked_at:
                return Moved(place=mark_cursor(now), channels=None)
            return Moved(place=mark_cursor(now), channels=frozenset(row["opened_by"] for row in rows))


def _begin(connection: Connection, after: str | None) -> feed.Mark:
    if not after:
        return feed.newest(connection)
    mark = feed.Mark() if after == BEGINNING else mark_of(after)
    if not feed.stands(connection, mark):
        raise BadInput(
            "the cursor is of another database, or of one that a copy was played back over; begin with "
            f"after={BEGINNING}, or without `after` for what comes"
        )
    return mark


def _page(
    connection: Connection, rows: Sequence[RowMapping], place: str, channel: str | None, *, more: bool
) -> FeedPage:
    events = tuple(_events(connection, rows))
    if channel is not None:
        events = tuple(one.for_channel() for one in events if one.concerns_channel)
    return FeedPage(events=events, next=place, more=more)


def _events(connection: Connection, rows: Sequence[RowMapping]) -> Iterator[FeedEvent]:
    seqs: dict[str, list[int]] = {}
    for row in rows:
        seqs.setdefault(row["conversation_id"], []).append(row["seq"])
    said = {name: _said(connection, name, numbers) for name, numbers in seqs.items()}
    for row in rows:
        event, name = event_view(row), row["conversation_id"]
        kind, _, cause = row["cause"].partition(":")
        decided = {"message": cause, "returned": cause.rpartition(":")[0]}.get(kind)
        yield FeedEvent(
            cursor=mark_cursor(feed.mark_of(row)) if "number" in row else str(event.seq),
            id=event.id, conversation_id=name, seq=event.seq, event=event.event, source=event.source,
            state=event.target, role=event.role, actor_id=event.actor_id, at=event.at, message_id=decided,
            messages=said[name].get(event.seq, ()), data=event.data,
        )  # fmt: skip


def _said(connection: Connection, name: str, seqs: Collection[int]) -> dict[int, tuple[MessageView, ...]]:
    words = feed.said_by(connection, name, list(seqs))
    return {seq: tuple(map(message_view, messages)) for seq, messages in words.items()}
