"""`POST /v1/chat/completions` and `GET /v1/models`: an assistant is put behind the policy by its base URL.

Nothing of an answer goes out before its turn is decided and committed, so that no word can be taken back too late.
"""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from app.api.depends import Channel, Door
from app.api.gateway.answering import Answer, Key, take
from app.api.gateway.body import ChatBody
from app.api.gateway.reading import read
from app.api.gateway.wording import completion, events
from app.api.models import Name
from states.rights import Right

OWN_MODEL = "handrail"
"""What our own assistant is called where no upstream is set."""
gateway = APIRouter(tags=["gateway"])
Conversation = Annotated[
    Name | None, Header(alias="Handrail-Conversation", description="the id of the conversation; new ones may be named")
]
TurnKey = Annotated[Name | None, Header(alias="Idempotency-Key", description="the newest message's id: it is one turn")]


@gateway.post("/chat/completions", operation_id="chat_completion", response_model=None)
async def chat_completion(
    body: ChatBody,
    request: Request,
    door: Door,
    caller: Channel,
    conversation: Conversation = None,
    idempotency_key: TurnKey = None,
) -> Response:
    """The customer's newest words through their turn; what may be said to them comes back, whole or as a stream.

    The conversation is named by `Handrail-Conversation`, `metadata.conversation` or `user`; without one a new one
    begins, whose id is in the answer's header and in `handrail.conversation`. The history that the client sends is
    not read: the rows are.
    """

    def turn() -> Answer:
        door.admit(caller, Right.WRITE_AS_CUSTOMER)
        key = Key(conversation=conversation or body.conversation, user=body.user, turn=idempotency_key)
        return take(door, caller, read(body), key)

    answer = await to_thread.run_sync(turn, limiter=request.app.state.turns)
    model, created = body.model or OWN_MODEL, int(door.now().timestamp())
    if not body.stream:
        return JSONResponse(completion(answer, model, created), headers=answer.headers())
    usage = body.stream_options is not None and body.stream_options.include_usage
    told = events(answer, model, created, usage=usage)
    return StreamingResponse(told, headers=answer.headers(), media_type="text/event-stream")


@gateway.get("/models", operation_id="list_models")
async def list_models(request: Request, door: Door, caller: Channel) -> dict[str, Any]:
    """What may be named as `model`."""
    door.admit(caller, Right.READ_RULES)
    name = request.app.state.settings.gateway.model or OWN_MODEL
    return {"object": "list", "data": [{"id": name, "object": "model", "created": 0, "owned_by": "handrail"}]}
