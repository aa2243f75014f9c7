"""Zendesk Support v2 as documented, with its refusals: what a handover in Zendesk can meet, without an account.

Left out: triggers, views, custom statuses, attachments, anything a handover does not touch.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from desks.zendesk.webhooks import SIGNATURE, TIMESTAMP, signature
from states.clock import Clock

Row = dict[str, Any]
USER, TOKEN, ACTOR = "handrail@desk.example", "zendesk-token", 9000
AGENTS = {9001: "Ann", 9002: "Ben"}
GROUPS = {77: "Handovers"}
COMMENT_BYTES = 65_535
MAX_COMMENTS = 5_000
IDEMPOTENCY = timedelta(hours=2)
EXPORT_DELAY = timedelta(seconds=60)
UPDATES, UPDATES_IN = 30, timedelta(minutes=10)
STATUSES = ("new", "open", "pending", "hold", "solved")
PRIORITIES = ("urgent", "high", "normal", "low", None)


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, error: str, details: Mapping[str, str] | None = None, after: int = 0) -> None:
        super().__init__(error)
        self.status, self.error, self.details, self.after = status, error, details or {}, after

    def response(self) -> Response:
        """As Zendesk writes it."""
        details = {name: [{"description": f"{name}: is refused", "error": code}] for name, code in self.details.items()}
        body: Row = {"error": self.error, "description": f"{self.error} occurred"}
        if details:
            body["details"] = details
        return JSONResponse(body, self.status, {"retry-after": str(self.after)} if self.after else None)


@dataclass
class Shelf:
    """What the account holds."""

    tickets: dict[int, Row] = field(default_factory=dict)
    comments: dict[int, list[Row]] = field(default_factory=dict)
    changed: dict[int, tuple[datetime, int]] = field(default_factory=dict)
    """Moment and sequence number of each ticket's last update."""
    updates: dict[int, list[datetime]] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    keys: dict[str, tuple[datetime, bytes, int]] = field(default_factory=dict)
    """Idempotency key → when, body, ticket."""
    people: dict[int, Row] = field(default_factory=dict)
    """What is special about a user: `role`, `suspended`, `active`."""
    sequence: int = 0


class ZendeskFake:
    """An account. `app` answers the API; the methods after `People` are people at work."""

    def __init__(self, clock: Clock, *, search_lag: timedelta = timedelta(minutes=2), export_page: int = 1000) -> None:
        self._clock = clock
        self._search_lag = search_lag
        self._export_page = export_page
        self._lock = threading.RLock()
        self.shelf = Shelf()
        self.before_update: Callable[[], None] = lambda: None
        """Called once an update has been read and before it is applied: the moment of a collision."""
        self.app = Starlette(
            routes=[
                Route("/api/v2/users/me.json", self._answered(self._me, known=False)),
                Route("/api/v2/groups/{id:int}.json", self._answered(self._group)),
                Route("/api/v2/tickets.json", self._answered(self._create), methods=["POST"]),
                Route("/api/v2/tickets.json", self._answered(self._list), methods=["GET"]),
                Route("/api/v2/tickets/{id:int}.json", self._answered(self._update), methods=["PUT"]),
                Route("/api/v2/tickets/{id:int}.json", self._answered(self._show), methods=["GET"]),
                Route("/api/v2/tickets/{id:int}/comments.json", self._answered(self._show_comments)),
                Route("/api/v2/tickets/{id:int}/audits.json", self._answered(self._show_audits)),
                Route("/api/v2/users/{id:int}.json", self._answered(self._user)),
                Route("/api/v2/search.json", self._answered(self._search)),
                Route("/api/v2/incremental/tickets/cursor.json", self._answered(self._export)),
            ]
        )

    def _answered(self, handler: Callable[[Request, bytes], Response], *, known: bool = True) -> Any:
        async def answer(request: Request) -> Response:
            body = await request.body()
            if known and not _signed_in(request):
                return JSONResponse({"error": "Couldn't authenticate you"}, 401)
            if body and request.headers.get("content-type") != "application/json":
                return PlainTextResponse("Unsupported media type", 415)
            try:
                with self._lock:
                    return handler(request, body)
            except Refusal as refusal:
                return refusal.response()
            except json.JSONDecodeError:
                return PlainTextResponse("Invalid JSON", 400)

        return answer

    # The API

    def _me(self, request: Request, body: bytes) -> Response:
        if not _signed_in(request):
            return JSONResponse({"user": {"id": None, "name": "Anonymous user", "role": "end-user"}})
        return JSONResponse({"user": {"id": ACTOR, "name": "Handrail", "role": "admin"}})

    def _user(self, request: Request, body: bytes) -> Response:
        number = request.path_params["id"]
        if number not in (ACTOR, *AGENTS, *self.shelf.users.values()):
            raise Refusal(404, "RecordNotFound")
        role = "agent" if number in (ACTOR, *AGENTS) else "end-user"
        about = {"id": number, "role": role, "active": True, "suspended": False}
        return JSONResponse({"user": {**about, **self.shelf.people.get(number, {})}})

    def _group(self, request: Request, body: bytes) -> Response:
        number = request.path_params["id"]
        if number not in GROUPS:
            raise Refusal(404, "RecordNotFound")
        return JSONResponse({"group": {"id": number, "name": GROUPS[number]}})

    def _create(self, request: Request, body: bytes) -> Response:
        key = request.headers.get("idempotency-key", "")
        now = self._clock.now()
        kept = self.shelf.keys.get(key)
        if kept and now - kept[0] < IDEMPOTENCY:
            if kept[1] != body:
                raise Refusal(400, "IdempotentRequestError")
            return JSONResponse({"ticket": self.shelf.tickets[kept[2]]}, 201, {"x-idempotency-lookup": "hit"})
        ticket = self._new(_ticket_of(body))
        if key:
            self.shelf.keys[key] = (now, body, ticket["id"])
        return JSONResponse({"ticket": ticket}, 201, {"x-idempotency-lookup": "miss"} if key else None)

    def _new(self, given: Row) -> Row:
        comment = given.get("comment") or {}
        if not str(comment.get("body", "")).strip():
            raise Refusal(422, "RecordInvalid", {"base": "BlankValue"})
        email = (given.get("requester") or {}).get("email", USER)
        if "@" not in email:
            raise Refusal(422, "RecordInvalid", {"requester": "InvalidFormat"})
        _check(given)
        number = len(self.shelf.tickets) + 1
        made = _stamp(self._clock.now())
        self.shelf.tickets[number] = {
            "id": number,
            "status": "new",
            "priority": None,
            "assignee_id": None,
            "group_id": None,
            "external_id": None,
            "created_at": made,
            "requester_id": self.shelf.users.setdefault(email, 50_000 + len(self.shelf.users)),
            **{name: given[name] for name in _WRITABLE if name in given},
        }
        self.shelf.comments[number] = []
        self._change(number, {}, comment, ACTOR, public_default=True)
        return self.shelf.tickets[number]

    def _update(self, request: Request, body: bytes) -> Response:
        given = _ticket_of(body)
        number = self._number(request)
        self.before_update()
        ticket = self.shelf.tickets[number]
        if ticket["status"] == "closed":
            raise Refusal(422, "RecordInvalid", {"status": "InvalidValue"})
        if given.get("safe_update") and given.get("updated_stamp") != ticket["updated_at"]:
            raise Refusal(409, "UpdateConflict")
        _check(given)
        self._count_update(number)
        if given.get("status") == "solved" and not given.get("assignee_id", ticket["assignee_id"]):
            raise Refusal(422, "RecordInvalid", {"base": "BlankValue"})
        fields = {name: given[name] for name in _WRITABLE if name in given}
        self._change(number, fields, given.get("comment"), ACTOR)
        return JSONResponse({"ticket": self.shelf.tickets[number], "audit": {"ticket_id": number}})

    def _list(self, request: Request, body: bytes) -> Response:
        wanted = request.query_params.get("external_id")
        found = [one for one in self.shelf.tickets.values() if wanted is None or one["external_id"] == wanted]
        return JSONResponse({"tickets": found, "count": len(found), "next_page": None})

    def _show(self, request: Request, body: bytes) -> Response:
        return JSONResponse({"ticket": self.shelf.tickets[self._number(request)]})

    def _show_comments(self, request: Request, body: bytes) -> Response:
        rows = self.shelf.comments[self._number(request)]
        size = int(request.query_params.get("page[size]", "100"))
        begin = int(request.query_params.get("page[after]", "0"))
        more = len(rows) > begin + size
        meta = {"has_more": more, "after_cursor": str(begin + size) if more else None}
        page = rows[begin : begin + size]
        known = (ACTOR, *AGENTS)
        users = [{"id": one, "role": "agent" if one in known else "end-user"} for one in {r["author_id"] for r in page}]
        shown = {"comments": page, "meta": meta}
        return JSONResponse({**shown, "users": users} if request.query_params.get("include") == "users" else shown)

    def _show_audits(self, request: Request, body: bytes) -> Response:
        number = self._number(request)
        return JSONResponse({"audits": [], "count": len(self.shelf.updates[number]), "next_page": None})

    def _search(self, request: Request, body: bytes) -> Response:
        """The index is behind: only what rests for a while is found."""
        wanted = request.query_params.get("query", "").removeprefix("external_id:")
        seen = self._clock.now() - self._search_lag
        found = [
            one
            for number, one in self.shelf.tickets.items()
            if one["external_id"] == wanted and self.shelf.changed[number][0] <= seen
        ]
        return JSONResponse({"results": found, "count": len(found)})

    def _export(self, request: Request, body: bytes) -> Response:
        now = self._clock.now()
        start, cursor = request.query_params.get("start_time"), request.query_params.get("cursor")
        if cursor is None and (start is None or int(start) > (now - EXPORT_DELAY).timestamp()):
            raise Refusal(422, "StartTimeTooRecent")
        after = json.loads(base64.b64decode(cursor)) if cursor else [float(start or 0) - 0.5, 0]
        rows = sorted(
            ([at.timestamp(), sequence], number)
            for number, (at, sequence) in self.shelf.changed.items()
            if [at.timestamp(), sequence] > after and at <= now - EXPORT_DELAY
        )
        page = rows[: self._export_page]
        last = page[-1][0] if page else after
        return JSONResponse(
            {
                "tickets": [self.shelf.tickets[number] for _, number in page],
                "after_cursor": base64.b64encode(json.dumps(last).encode()).decode(),
                "end_of_stream": len(page) == len(rows),
            }
        )

    # Inside

    def _number(self, request: Request) -> int:
        number: int = request.path_params["id"]
        if number not in self.shelf.tickets:
            raise Refusal(404, "RecordNotFound")
        return number

    def _count_update(self, number: int) -> None:
        since = self._clock.now() - UPDATES_IN
        if sum(at > since for at in self.shelf.updates[number]) >= UPDATES:
            raise Refusal(429, "TooManyUpdates", after=60)

    def _change(
        self, number: int, fields: Row, comment: Row | None, author: int, *, public_default: bool | None = None
    ) -> None:
        """Applies an update. A comment that says nothing of its visibility has that of the first one."""
        now = self._clock.now()
        rows = self.shelf.comments[number]
        if comment:
            if len(rows) >= MAX_COMMENTS:
                raise Refusal(422, "RecordInvalid", {"comment": "TooMany"})
            default = rows[0]["public"] if rows else public_default
            self.shelf.sequence += 1
            rows.append(
                {
                    "id": 700_000 + self.shelf.sequence,
                    "type": "Comment",
                    "body": str(comment.get("body", "")).encode()[:COMMENT_BYTES].decode(errors="ignore").strip(),
                    "public": comment.get("public", default),
                    "author_id": comment.get("author_id", author),
                    "created_at": _stamp(now),
                    "attachments": comment.get("attachments", []),
                    "via": comment.get("via", {"channel": "api"}),
                }
            )
        self.shelf.sequence += 1
        self.shelf.changed[number] = (now, self.shelf.sequence)
        self.shelf.updates.setdefault(number, []).append(now)
        self.shelf.tickets[number] |= {**fields, "updated_at": _stamp(now)}

    # People

    def assign(self, ref: str, agent: int | None) -> None:
        """Somebody takes the ticket, or is given it; None: nobody has it."""
        with self._lock:
            self._change(int(ref), {"assignee_id": agent, "status": "open"}, None, agent or ACTOR)

    def reply(self, ref: str, agent: int, text: str) -> None:
        """An agent writes to the customer."""
        with self._lock:
            self._change(int(ref), {}, {"body": text, "public": True}, agent)

    def note(self, ref: str, agent: int, text: str) -> None:
        """An agent writes an internal note."""
        with self._lock:
            self._change(int(ref), {}, {"body": text, "public": False}, agent)

    def write_in(self, ref: str, text: str) -> None:
        """The requester writes to the ticket."""
        with self._lock:
            asker = self.shelf.tickets[int(ref)]["requester_id"]
            self._change(int(ref), {"status": "open"}, {"body": text, "public": True}, asker)

    def mail_in(self, ref: str, address: str, text: str, *, files: tuple[str, ...] = (), **about: Any) -> int:
        """Somebody writes to the ticket's address by mail; their user's number. `about`: what Zendesk knows of them."""
        with self._lock:
            user = self.shelf.users.setdefault(address, 50_000 + len(self.shelf.users))
            self.shelf.people.setdefault(user, {}).update(about)
            via = {"channel": "email", "source": {"from": {"address": address}}}
            rows = [{"id": 1 + at, "file_name": name, "content_type": "", "size": 9} for at, name in enumerate(files)]
            self._change(int(ref), {}, {"body": text, "public": True, "via": via, "attachments": rows}, user)
            return user

    def merge(self, ref: str, into: str) -> None:
        """Somebody merges the ticket into another: it is closed, tagged, and says where it went."""
        with self._lock:
            said = {"body": f"This request was closed and merged into request #{into}.", "public": False}
            tags = [*self.shelf.tickets[int(ref)].get("tags", ()), "closed_by_merge"]
            self._change(int(ref), {"status": "closed", "tags": tags}, said, next(iter(AGENTS)))

    def set_status(self, ref: str, status: str) -> None:
        """Somebody solves, closes or reopens it."""
        with self._lock:
            self._change(int(ref), {"status": status}, None, next(iter(AGENTS)))

    def webhook(self, ref: str, actor: int, secret: str, event_id: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of a signed call about the ticket."""
        stamp = _stamp(self._clock.now())
        event = {
            "id": event_id,
            "type": "zen:event-type:ticket.status_changed",
            "time": stamp,
            "detail": {"id": ref, "actor_id": str(actor)},
        }
        body = json.dumps(event).encode()
        return {TIMESTAMP: stamp, SIGNATURE: signature(secret, stamp, body)}, body


_WRITABLE = ("subject", "priority", "status", "assignee_id", "group_id", "external_id", "tags", "type")


def _check(given: Row) -> None:
    complaints = {}
    if given.get("priority") not in PRIORITIES:
        complaints["priority"] = "InvalidValue"
    if given.get("status", "new") not in STATUSES:
        complaints["status"] = "InvalidValue"
    if given.get("assignee_id") not in (None, ACTOR, *AGENTS):
        complaints["assignee_id"] = "InvalidValue"
    if given.get("group_id") not in (None, *GROUPS):
        complaints["group_id"] = "InvalidValue"
    if complaints:
        raise Refusal(422, "RecordInvalid", complaints)


def _ticket_of(body: bytes) -> Row:
    given = json.loads(body)
    ticket = given.get("ticket") if isinstance(given, dict) else None
    if not isinstance(ticket, dict):
        raise Refusal(400, "InvalidParameter")
    return ticket


def _signed_in(request: Request) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme == "Basic" and given == base64.b64encode(f"{USER}/token:{TOKEN}".encode()).decode()


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
