"""`POST /hooks/NAME`: what other systems call when something happened there.

A request is believed only as far as its signature over the raw bytes holds, and then only as a hint: it is kept, and
the worker looks at the ticket. Whoever cannot sign is not told which names there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from app.api.errors import BodyTooLarge
from states.errors import BadSignature, NotFound

if TYPE_CHECKING:
    from delivery.work import Delivery

MAX_BODY = 256_000
"""Bytes; a hint is small."""
hooks = APIRouter(tags=["webhooks"])


@hooks.post("/hooks/{name}", operation_id="receive_webhook", response_model=None)
async def receive_webhook(name: Annotated[str, Path(max_length=200)], request: Request) -> Response:
    """Keeps a signed webhook and answers at once; what it says is looked into later, and a repeat changes nothing."""
    body = await _read(request)
    headers = {key.lower(): value for key, value in request.headers.items()}
    delivery: Delivery = request.app.state.delivery
    try:
        new = await to_thread.run_sync(lambda: delivery.receive(name, headers, body))
    except (NotFound, BadSignature):
        raise BadSignature("the webhook is not signed as it must be, or no destination sends it") from None
    return JSONResponse({"status": "kept" if new else "known"})


async def _read(request: Request) -> bytes:
    """The raw body; BodyTooLarge as soon as it is."""
    announced = request.headers.get("content-length", "0")
    size, parts = 0, []
    if announced.isdigit() and int(announced) > MAX_BODY:
        raise BodyTooLarge(f"the body is larger than {MAX_BODY} bytes; a hint is small")
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise BodyTooLarge(f"the body is larger than {MAX_BODY} bytes; a hint is small")
        parts.append(part)
    return b"".join(parts)
