"""The HTTP API of what happens: the log page by page, by long poll, and as a stream of server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import StreamingResponse

from app.api.bell import Bell
from app.api.cursors import PAGE, Limit
from app.api.depends import Channel, Door
from app.api.models import Name
from service.feed_views import FeedEvent, FeedPage, MessagesPage
from states.errors import HandrailError
from states.vocabulary import Role

LONGEST_WAIT_S = 60.0
AT_ONCE = 100
"""Events that a stream reads at once."""
RETRY_MS = 1000

events = APIRouter(tags=["events"])
ConversationId = Annotated[Name, Path(description="the conversation's id", examples=["cnv_1"])]
After = Annotated[
    str | None,
    Query(max_length=2000, description="`next` of the page before, an event's `cursor`, or `beginning`; none: now"),
]
AfterNumber = Annotated[int, Query(ge=0, lt=2**31, description="`next` of the page before, or an event's `seq`")]
Wait = Annotated[
    float, Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False, description="seconds to wait while there is nothing")
]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=2000)]
Read = Callable[[str | None], FeedPage]


@events.get("/events", operation_id="list_events")
async def list_events(
    request: Request, door: Door, caller: Channel, after: After = None, wait: Wait = 0.0, limit: Limit = PAGE
) -> FeedPage:
    """What happens in all conversations, for a channel in its own, in the order of commits, each once. `next` is what
    to send as `after`; with `wait` the answer comes with the first event, or empty after so many seconds."""
    return await _page(request, lambda place: door.events(caller, place, limit), after, wait, _channel(caller))


@events.get("/events/stream", operation_id="stream_events", response_class=StreamingResponse)
async def stream_events(
    request: Request, door: Door, caller: Channel, after: After = None, last_event_id: LastEventId = None
) -> StreamingResponse:
    """The same as server-sent events, whose `id` is the cursor: a client that comes back with `Last-Event-ID` goes on
    from there."""
    read = partial(door.events, caller, limit=AT_ONCE)
    bell: Bell = request.app.state.bell
    first = await to_thread.run_sync(read, last_event_id or after, limiter=bell.readers)
    told = _told(bell, read, first, _channel(caller))
    return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@events.get("/conversations/{conversation_id}/events", operation_id="list_events_of")
async def list_events_of(
    conversation_id: ConversationId,
    request: Request,
    door: Door,
    caller: Channel,
    after: AfterNumber = 0,
    wait: Wait = 0.0,
    limit: Limit = PAGE,
) -> FeedPage:
    """What happens in one conversation; `after` is a number of its own, 0 is its beginning."""

    def read(place: str | None) -> FeedPage:
        return door.events_of(caller, conversation_id, int(place or 0), limit)

    return await _page(request, read, str(after), wait, _channel(caller))


@events.get("/conversations/{conversation_id}/messages", operation_id="list_messages")
def list_messages(
    conversation_id: ConversationId, door: Door, caller: Channel, after: AfterNumber = 0, limit: Limit = PAGE
) -> MessagesPage:
    """The transcript page by page, oldest first; `after` is the `seq` of a message, 0 is the beginning."""
    return door.messages(caller, conversation_id, after, limit)


def _channel(caller: Channel) -> str | None:
    return caller.id if caller.role is Role.CUSTOMER else None


async def _page(request: Request, read: Read, after: str | None, wait: float, channel: str | None) -> FeedPage:
    """A page at once, or as soon as there is something on it; what was passed over is not read again."""
    bell: Bell = request.app.state.bell
    now = asyncio.get_running_loop().time
    ends = now() + wait
    async with bell.listen(channel) as listening:
        page = await to_thread.run_sync(read, after, limiter=bell.readers)
        while not page.events and not page.more and now() < ends:
            if await listening.news(ends - now()):
                page = await to_thread.run_sync(read, page.next, limiter=bell.readers)
    return page


async def _told(bell: Bell, read: Read, page: FeedPage, channel: str | None) -> AsyncIterator[bytes]:
    """The events as they come, until the client goes or the log cannot be read: it comes back with its last id."""
    caught_up = False  # What came between the first page and listening rings for nobody.
    async with bell.listen(channel) as listening:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while True:
            for one in page.events:
                yield _event(one)
            if caught_up and not await listening.news(bell.heartbeat_s):
                # With an id of its own: who comes back after a quiet time need not read what was passed over.
                yield f": quiet\nid: {page.next}\n\n".encode()
            try:
                page = await to_thread.run_sync(read, page.next, limiter=bell.readers)
            except HandrailError:
                return
            caught_up = not page.more


def _event(one: FeedEvent) -> bytes:
    told: dict[str, Any] = jsonable_encoder(one)
    data = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return f"id: {one.cursor}\nevent: {one.event}\ndata: {data}\n\n".encode()
