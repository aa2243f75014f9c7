"""The HTTP API: conversations, messages, acts, the queue and the state table, for programs around Handrail.

Each address is one call of the door (`service.door`), which asks for the caller's right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, Header, Path, Query, Request, Response, Security
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from app.api.access import AccessLog
from app.api.bell import Bell
from app.api.cursors import LONGEST, NEXT, PAGE, TOTAL, Cursor, Limit, page
from app.api.deliveries import deliveries
from app.api.depends import Caller, Channel, Door
from app.api.errors import install_handlers, respond
from app.api.events import events
from app.api.gate import Bodies, Callers, Streams
from app.api.gateway.routes import gateway
from app.api.hooks import hooks
from app.api.logins import WrongLogins
from app.api.models import ActBody, ErrorBody, MessageBody, Name, OpenBody, PresenceBody, SurveyBody
from app.api.originals import originals
from app.api.reference import reference
from app.api.states import StateTable, state_table
from app.api.templates import templates
from app.version import running_version
from handover.packet.attachment import Attachment
from service.cursors import change_cursor
from service.views import (
    ActResult,
    Attendance,
    ConversationView,
    NewConversation,
    PersonView,
    QueueItem,
    TurnResult,
)
from states.errors import BadInput, DependencyFault, ForbiddenRole, Refused
from states.rights import Right
from states.table import allowed_events
from states.vocabulary import Event

if TYPE_CHECKING:
    from app.settings import Settings
    from delivery.work import Delivery
    from service.door import Handrail
    from service.views import Actor

TURNS_AT_ONCE = 256
"""Messages handled at once; they have threads of their own, so that a claim never waits behind slow models.

More than may wait for models (`service.models.MOST_ASKED`): rules read every message before a model is asked, so an
emergency never waits behind turns whose models hang.
"""
PINGS_AT_ONCE = 2
"""Looks at the database for `/readyz`; threads of their own, so that health answers while all others stall."""
REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "no known token"},
    403: {"model": ErrorBody, "description": "not for this role"},
    404: {"model": ErrorBody, "description": "no such conversation"},
    409: {"model": ErrorBody, "description": "not in this state, or the id was used for something else"},
    408: {"model": ErrorBody, "description": "the body came too slowly"},
    413: {"model": ErrorBody, "description": "too large"},
    422: {"model": ErrorBody, "description": "cannot be read"},
    429: {"model": ErrorBody, "description": "too many wrong logins from this address; `Retry-After` says when"},
    503: {"model": ErrorBody, "description": "the database cannot be used now; try again"},
}
DESCRIPTION = (
    "A fail-safe human handover for support assistants. Post what customers write; the reply is what may be said "
    "to them, and nothing is said by a machine once a person owns the conversation."
)


ConversationId = Annotated[Name, Path(description="the conversation's id", examples=["cnv_1"])]
BEARER = HTTPBearer(auto_error=False, description="a token of the setting [tokens]; not needed in demo mode")
"""Only described here; `actor_of` is what checks it."""
RequestKey = Annotated[Name | None, Header(alias="Idempotency-Key", description="the same as the body's `id`")]
router = APIRouter(prefix="/v1", responses=REFUSALS, dependencies=[Security(BEARER)])
health = APIRouter(tags=["health"])


@router.post("/conversations", status_code=201, tags=["conversations"], operation_id="open_conversation")
def open_conversation(
    body: OpenBody, door: Door, caller: Channel, idempotency_key: RequestKey = None
) -> ConversationView:
    """Begins a conversation; under an id that exists it is that one."""
    new = NewConversation(
        id=_one_id(body.id, idempotency_key),
        channel=body.channel,
        language=body.language,
        customer=body.customer,
        follows=body.follows,
        facts=body.facts,
    )
    return door.open(caller, new)


@router.get("/conversations", tags=["conversations"], operation_id="list_conversations")
def list_conversations(
    door: Door, caller: Caller, response: Response, limit: Limit = PAGE, cursor: Cursor = None
) -> list[dict[str, Any]]:
    """The newest conversations, in short, page by page: `Handrail-Next-Cursor` is what to ask on with."""
    found = door.conversations(caller, limit + 1, cursor or "")
    shown = found[:limit]
    if len(found) > limit:
        response.headers[NEXT] = change_cursor(shown[-1].updated_at, shown[-1].id)
    return [jsonable_encoder(summary) for summary in shown]


@router.get("/conversations/{conversation_id}", tags=["conversations"], operation_id="view_conversation")
def view_conversation(conversation_id: ConversationId, door: Door, caller: Caller) -> ConversationView:
    """The conversation as it is now. A channel sees what the customer may see; staff also the evidence and packet."""
    return door.view(caller, conversation_id)


@router.post("/conversations/{conversation_id}/messages", tags=["conversations"], operation_id="post_message")
async def post_message(
    conversation_id: ConversationId,
    body: MessageBody,
    request: Request,
    door: Door,
    caller: Channel,
    idempotency_key: RequestKey = None,
) -> TurnResult:
    """Handles one customer message. The same id and text again gives the same answer, `repeated`; other text is 409."""
    message_id = _one_id(body.id, idempotency_key)

    def post() -> TurnResult:
        return door.post(
            caller, conversation_id, body.text, message_id=message_id, attachments=_files(body), headers=body.headers,
            automatic=body.automatic,
        )  # fmt: skip

    return await to_thread.run_sync(post, limiter=request.app.state.turns)


@router.post("/conversations/{conversation_id}/survey", tags=["conversations"], operation_id="answer_survey")
async def answer_survey(
    conversation_id: ConversationId,
    body: SurveyBody,
    request: Request,
    door: Door,
    caller: Channel,
    idempotency_key: RequestKey = None,
) -> TurnResult:
    """Answers the survey as the customer would by message. 409 if no question is open."""
    message_id = _one_id(body.id, idempotency_key)

    def rate() -> TurnResult:
        return door.rate(caller, conversation_id, body.score, body.comment, message_id=message_id)

    return await to_thread.run_sync(rate, limiter=request.app.state.turns)


@router.post("/conversations/{conversation_id}/acts", tags=["desk"], operation_id="act", response_model=ActResult)
def act(
    conversation_id: ConversationId,
    body: ActBody,
    door: Door,
    caller: Caller,
    idempotency_key: RequestKey = None,
) -> ActResult | JSONResponse:
    """What a person does: claim, reply, verify, escalate, resolve, hand back. A refusal says what is allowed."""
    act_id = _one_id(body.id, idempotency_key)
    try:
        return door.act(
            caller, conversation_id, body.event, text=body.text, data=body.data, act_id=act_id, seen=body.seen
        )
    except Refused as refusal:
        return respond(refusal, _allowed(door, caller, conversation_id))


def _allowed(door: Handrail, caller: Actor, conversation_id: str) -> tuple[str, ...] | None:
    """What the caller could do instead; None for whoever may not read cases."""
    try:
        door.admit(caller, Right.READ_CASES)
    except ForbiddenRole:
        return None
    events = allowed_events(door.view(caller, conversation_id).state, caller.role)
    return tuple(event.value for event in events if event is not Event.MASK_LIFTED)


@router.get("/queue", tags=["desk"], operation_id="queue")
def queue(
    door: Door,
    caller: Caller,
    response: Response,
    whose: Annotated[
        Literal["me"] | None, Query(alias="for", description="`me`: what the caller may take, in the order they should")
    ] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> list[QueueItem]:
    """Conversations that wait for a person or are with one, most urgent first, page by page."""
    found = door.queue_page(caller, limit, cursor or "", mine=whose is not None)
    response.headers[TOTAL] = str(found.total)
    if found.following is not None:
        response.headers[NEXT] = found.following
    return list(found.items)


@router.post("/queue/next", tags=["desk"], operation_id="take_next")
def take_next(door: Door, caller: Caller, idempotency_key: RequestKey = None) -> ActResult:
    """Claims the most urgent case that fits the caller; 404 when nothing does. The same key gives the same case."""
    return door.take_next(caller, idempotency_key)


@router.put("/presence", tags=["desk"], operation_id="attend")
def attend(body: PresenceBody, door: Door, caller: Caller) -> PersonView:
    """The caller is at the desk. An empty body is a heartbeat; send one at least every 60 seconds."""
    return door.attend(caller, Attendance(**body.model_dump()))


@router.get("/presence", tags=["desk"], operation_id="people")
def people(
    door: Door, caller: Caller, response: Response, limit: Limit = LONGEST, cursor: Cursor = None
) -> list[PersonView]:
    """Everybody who has come to the desk: who is online, for which teams, with how much in hand."""
    return page(door.people(caller), limit, cursor, lambda one: one.id, response)


@router.get("/states", tags=["desk"], operation_id="states")
def states(door: Door, caller: Caller) -> StateTable:
    """The machine as data: states, clocks, transitions, and what each role may do in each state."""
    door.admit(caller, Right.READ_RULES)
    return state_table()


@router.get("/usage", tags=["models"], operation_id="usage")
def usage(door: Door, caller: Caller) -> dict[str, dict[str, Any]]:
    """What language models were asked since this process began, by what for: calls, answers from memory, failures by
    kind, tokens, and the cost where prices are set and every answer said what it took."""
    return door.usage(caller)


router.include_router(templates)
router.include_router(deliveries)
router.include_router(originals)
router.include_router(gateway)
router.include_router(events)


@health.get("/healthz", operation_id="healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok", "version": running_version()}


@health.get("/readyz", operation_id="readyz", responses={503: REFUSALS[503]})
async def readyz(request: Request, door: Door) -> dict[str, str]:
    """The database answers. An assistant that fails does not count: its conversations go to people. Nor does what
    cannot be delivered: the cases are in our own queue, and `delivery` says what goes to nobody."""
    known = hasattr(request.app.state, "delivery")
    about = {"delivery": await to_thread.run_sync(door.delivery_line)} if known else {}
    try:
        await to_thread.run_sync(door.ping, limiter=request.app.state.pings)
    except DependencyFault as fault:
        about = {"assistant": f"not available ({fault.kind}): every message goes to a person", **about}
        return {"status": "ready", **about}
    return {"status": "ready", "assistant": "ready", **about}


def _included(*routers: APIRouter) -> APIRouter:
    """Routes that all APIs of this process share, with what FastAPI derives from them at the first request (0.15 s)."""
    shared = APIRouter()
    for one in routers:
        shared.include_router(one)
    return shared


_ROUTES, _HOOKS = _included(router, health, reference), _included(hooks)


def build_api(
    door: Handrail, settings: Settings, delivery: Delivery | None = None, logins: WrongLogins | None = None
) -> FastAPI:
    """The API around a running Handrail; with a delivery also the webhooks of its destinations."""
    app = FastAPI(title="Handrail", version=running_version(), description=DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.door = door
    app.state.settings = settings
    app.state.turns = CapacityLimiter(TURNS_AT_ONCE)
    app.state.bell = Bell(door)
    app.state.pings = CapacityLimiter(PINGS_AT_ONCE)
    app.router.routes += _ROUTES.routes
    if delivery is not None:
        app.state.delivery = delivery
        app.router.routes += _HOOKS.routes
    install_handlers(app)
    app.add_middleware(Streams)
    app.add_middleware(Bodies)
    app.add_middleware(Callers, settings=settings, logins=logins)
    if settings.access_log:
        app.add_middleware(AccessLog)  # added last, it comes first
    return app


def _files(body: MessageBody) -> tuple[Attachment, ...]:
    return tuple(Attachment(**one.model_dump()) for one in body.attachments)


def _one_id(in_body: str | None, in_header: str | None) -> str | None:
    """The id under which a request happens once; BadInput when two different ones came."""
    if in_body and in_header and in_body != in_header:
        raise BadInput("the body's id and Idempotency-Key differ; send one of them")
    return in_body or in_header
