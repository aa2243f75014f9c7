"""The HTTP API of masks: the original of one, for whom the policy names and a stated reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api.depends import Caller, Door
from app.api.models import LiftBody, Name
from service.views import LiftedMask

ConversationId = Annotated[Name, Path(description="the conversation's id", examples=["cnv_1"])]
MessageId = Annotated[Name, Path(description="the message's id")]
Number = Annotated[int, Path(ge=1, le=1000, description="`number` of one of the message's `masks`")]
originals = APIRouter(prefix="/conversations/{conversation_id}/messages/{message_id}/masks", tags=["desk"])


@originals.post("/{number}/lift", operation_id="lift_mask")
def lift_mask(
    conversation_id: ConversationId,
    message_id: MessageId,
    number: Number,
    body: LiftBody,
    door: Door,
    caller: Caller,
    response: Response,
) -> LiftedMask:
    """What stands behind the mask, once it is in the log who asked and why: each request is one event."""
    lifted = door.lift(caller, conversation_id, message_id, number, body.reason)
    response.headers["Cache-Control"] = "no-store"
    return lifted
