"""Freshdesk v2 as documented, with its refusals: what a handover in Freshdesk can meet, without an account.

Left out: automations, portals, attachments, anything a handover does not touch.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from desks.kit.readable import plain_text
from states.clock import Clock

Row = dict[str, Any]
API_KEY, ACTOR, KEY_FIELD = "freshdesk-key", 4000, "cf_handover_key"
AGENTS = {4001: "Ann", 4002: "Ben"}
GROUPS = {88: "Handovers"}
LISTED = timedelta(days=30)
"""How far the list reaches back where it is not told otherwise."""
NOTE_CHARS = 65_535
_FIELDS = frozenset(
    {
        "subject", "description", "email", "name", "status", "priority", "source", "tags", "custom_fields", "group_id",
        "responder_id", "requester_id", "phone", "unique_external_id", "type", "due_by", "fr_due_by",
    }
)  # fmt: skip
_ASKERS = ("requester_id", "email", "phone", "unique_external_id")


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, errors: dict[str, str]) -> None:
        super().__init__(f"refused with {status}")
        self.status, self.errors = status, errors

    def response(self) -> Response:
        """As Freshdesk writes it; 404 has no body."""
        if self.status == 404:
            return Response(status_code=404)
        rows = [{"field": name, "message": f"{name} was refused", "code": code} for name, code in self.errors.items()]
        return JSONResponse({"description": "Validation failed", "errors": rows}, self.status)


@dataclass
class Shelf:
    """What the account holds."""

    tickets: dict[int, Row] = field(default_factory=dict)
    conversations: dict[int, list[Row]] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    agents: dict[int, Row] = field(default_factory=dict)
    """Agents beside the usual ones, and what is special about one."""
    sequence: int = 0


class FreshdeskFake:
    """An account. `app` answers the API; the methods after `People` are people at work."""

    def __init__(self, clock: Clock, *, search_lag: timedelta = timedelta(minutes=5)) -> None:
        self._clock = clock
        self._search_lag = search_lag
        self._lock = threading.RLock()
        self.shelf = Shelf()
        self.app = Starlette(
            routes=[
                Route("/api/v2/agents/{id:int}", self._answered(self._agent)),
                Route("/api/v2/agents/me", self._answered(self._me)),
                Route("/api/v2/ticket_fields", self._answered(self._ticket_fields)),
                Route("/api/v2/groups/{id:int}", self._answered(self._group)),
                Route("/api/v2/tickets", self._answered(self._create), methods=["POST"]),
                Route("/api/v2/tickets", self._answered(self._list), methods=["GET"]),
                Route("/api/v2/search/tickets", self._answered(self._search)),
                Route("/api/v2/tickets/{id:int}", self._answered(self._update), methods=["PUT"]),
                Route("/api/v2/tickets/{id:int}", self._answered(self._show), methods=["GET"]),
                Route("/api/v2/tickets/{id:int}/conversations", self._answered(self._conversations)),
                Route("/api/v2/tickets/{id:int}/notes", self._answered(self._note), methods=["POST"]),
                Route("/api/v2/tickets/{id:int}/reply", self._answered(self._reply), methods=["POST"]),
            ]
        )

    def _answered(self, handler: Callable[[Request, bytes], Response]) -> Any:
        async def answer(request: Request) -> Response:
            body = await request.body()
            if request.headers.get("authorization") != f"Basic {base64.b64encode(f'{API_KEY}:X'.encode()).decode()}":
                words = "You have to be logged in to perform this action."
                return JSONResponse({"code": "invalid_credentials", "message": words}, 401)
            if body and request.headers.get("content-type") != "application/json":
                return PlainTextResponse("Unsupported media type", 415)
            try:
                with self._lock:
                    return handler(request, body)
            except Refusal as refusal:
                return refusal.response()
            except json.JSONDecodeError:
                return JSONResponse({"code": "invalid_json", "message": "Request body has invalid json format"}, 400)

        return answer

    # The API

    def _me(self, request: Request, body: bytes) -> Response:
        return JSONResponse({"id": ACTOR, "contact": {"name": "Handrail"}})

    def _agent(self, request: Request, body: bytes) -> Response:
        number = request.path_params["id"]
        if number not in (ACTOR, *AGENTS) and number not in self.shelf.agents:
            raise Refusal(404, {})
        return JSONResponse({"id": number, "contact": {"active": True}, **self.shelf.agents.get(number, {})})

    def _ticket_fields(self, request: Request, body: bytes) -> Response:
        return JSONResponse([{"id": 1, "name": "subject"}, {"id": 2, "name": KEY_FIELD}])

    def _group(self, request: Request, body: bytes) -> Response:
        if request.path_params["id"] not in GROUPS:
            raise Refusal(404, {})
        return JSONResponse({"id": request.path_params["id"]})

    def _create(self, request: Request, body: bytes) -> Response:
        given = json.loads(body)
        needed = {
            name: "missing_field" for name in ("subject", "description", "status", "priority") if name not in given
        }
        if not any(given.get(name) for name in _ASKERS):
            needed["email"] = "missing_field"
        _check(given, needed)
        number = len(self.shelf.tickets) + 1
        now = _stamp(self._clock.now())
        asker = self.shelf.contacts.setdefault(given["email"], 60_000 + len(self.shelf.contacts))
        kept = {name: value for name, value in given.items() if name not in ("email", "name", "custom_fields")}
        fields = {KEY_FIELD: None, **given.get("custom_fields", {})}
        self.shelf.tickets[number] = {
            "id": number,
            "responder_id": None,
            "group_id": None,
            "requester_id": asker,
            **kept,
            "custom_fields": fields,
            "created_at": now,
            "updated_at": now,
        }
        self.shelf.conversations[number] = []
        return JSONResponse(self.shelf.tickets[number], 201)

    def _update(self, request: Request, body: bytes) -> Response:
        given = json.loads(body)
        number = self._number(request)
        _check(given, {})
        self._change(number, given)
        return JSONResponse(self.shelf.tickets[number])

    def _note(self, request: Request, body: bytes) -> Response:
        return self._said(request, json.loads(body), {"body", "private", "user_id", "notify_emails", "incoming"}, True)

    def _reply(self, request: Request, body: bytes) -> Response:
        return self._said(
            request, json.loads(body), {"body", "from_email", "user_id", "cc_emails", "bcc_emails"}, False
        )

    def _said(self, request: Request, given: Row, known: set[str], private: bool) -> Response:
        number = self._number(request)
        complaints = {name: "invalid_field" for name in given if name not in known}
        if not str(given.get("body", "")).strip():
            complaints["body"] = "missing_field"
        if not isinstance(given.get("private", private), bool):
            complaints["private"] = "datatype_mismatch"
        if complaints:
            raise Refusal(400, complaints)
        return JSONResponse(self._add(number, given["body"], given.get("private", private), ACTOR), 201)

    def _show(self, request: Request, body: bytes) -> Response:
        return JSONResponse(self.shelf.tickets[self._number(request)])

    def _conversations(self, request: Request, body: bytes) -> Response:
        return JSONResponse(_page(request, self.shelf.conversations[self._number(request)]))

    def _list(self, request: Request, body: bytes) -> Response:
        asked = request.query_params
        rows = list(self.shelf.tickets.values())
        if "email" in asked:
            if asked["email"] not in self.shelf.contacts:
                raise Refusal(400, {"email": "invalid_value"})
            rows = [one for one in rows if one["requester_id"] == self.shelf.contacts[asked["email"]]]
        if "updated_since" in asked:
            since = datetime.fromisoformat(asked["updated_since"])
            rows = [one for one in rows if datetime.fromisoformat(one["updated_at"]) >= since]
        else:
            since = self._clock.now() - LISTED
            rows = [one for one in rows if datetime.fromisoformat(one["created_at"]) >= since]
        order = asked.get("order_by", "created_at")
        rows.sort(key=lambda one: (one[order], one["id"]), reverse=asked.get("order_type", "desc") == "desc")
        return JSONResponse(_page(request, rows))

    def _search(self, request: Request, body: bytes) -> Response:
        """The index is minutes behind."""
        wanted = request.query_params["query"].strip('"').removeprefix(f"{KEY_FIELD}:").strip("'")
        seen = _stamp(self._clock.now() - self._search_lag)
        rows = [one for one in self.shelf.tickets.values() if one["custom_fields"][KEY_FIELD] == wanted]
        found = [one for one in rows if one["updated_at"] <= seen]
        return JSONResponse({"total": len(found), "results": found})

    # Inside

    def _number(self, request: Request) -> int:
        number: int = request.path_params["id"]
        if number not in self.shelf.tickets:
            raise Refusal(404, {})
        return number

    def _change(self, number: int, fields: Row) -> None:
        self.shelf.tickets[number] |= {**fields, "updated_at": _stamp(self._clock.now())}

    def _add(self, number: int, body: str, private: bool, author: int, *, incoming: bool = False, **more: Any) -> Row:
        self.shelf.sequence += 1
        row = {
            "id": 800_000 + self.shelf.sequence,
            "body": body[:NOTE_CHARS],
            "body_text": plain_text(body[:NOTE_CHARS]),
            "private": private,
            "incoming": incoming,
            "user_id": author,
            "ticket_id": number,
            "created_at": _stamp(self._clock.now()),
            "attachments": [],
            **more,
        }
        self.shelf.conversations[number].append(row)
        self._change(number, {})
        return row

    # People

    def assign(self, ref: str, agent: int | None) -> None:
        """Somebody takes the ticket, or is given it; None: nobody has it."""
        with self._lock:
            self._change(int(ref), {"responder_id": agent, "status": 2})

    def reply(self, ref: str, agent: int, text: str) -> None:
        """An agent writes to the customer."""
        with self._lock:
            self._add(int(ref), f"<div>{text}</div>", False, agent)

    def note(self, ref: str, agent: int, text: str) -> None:
        """An agent writes an internal note."""
        with self._lock:
            self._add(int(ref), f"<div>{text}</div>", True, agent)

    def write_in(self, ref: str, text: str) -> None:
        """The requester writes to the ticket."""
        with self._lock:
            self._add(
                int(ref), f"<div>{text}</div>", False, self.shelf.tickets[int(ref)]["requester_id"], incoming=True
            )

    def mail_in(self, ref: str, address: str, text: str, *, files: tuple[str, ...] = (), **about: Any) -> int:
        """Somebody writes to the ticket's address by mail; their number. `about`: what is known of them as an agent."""
        with self._lock:
            user = self.shelf.contacts.setdefault(address, 60_000 + len(self.shelf.contacts))
            if about:
                self.shelf.agents[user] = about
            rows = [{"id": 1 + at, "name": name, "size": 9} for at, name in enumerate(files)]
            body = f"<div>{text}</div>" if text else ""
            self._add(int(ref), body, False, user, incoming=True, from_email=address, attachments=rows)
            return user

    def merge(self, ref: str, into: str) -> None:
        """Somebody merges the ticket into another: it is closed with a note that says where it went."""
        with self._lock:
            said = f"This ticket is closed and merged into ticket {into}"
            self._add(int(ref), f"<div>{said}</div>", True, next(iter(AGENTS)))
            self._change(int(ref), {"status": 5})

    def set_status(self, ref: str, status: int) -> None:
        """Somebody resolves (4), closes (5) or reopens (2) it."""
        with self._lock:
            self._change(int(ref), {"status": status})


def _check(given: Row, complaints: dict[str, str]) -> None:
    """Freshdesk names every field that it does not take, known or not."""
    complaints |= {name: "invalid_field" for name in given if name not in _FIELDS}
    complaints |= {name: "invalid_field" for name in given.get("custom_fields", {}) if name != KEY_FIELD}
    allowed: dict[str, tuple[object, ...]] = {
        "status": (2, 3, 4, 5),
        "priority": (1, 2, 3, 4),
        "source": (1, 2, 3, 5, 6, 7, 9, 11, 100),
        "group_id": (None, *GROUPS),
        "responder_id": (None, ACTOR, *AGENTS),
    }
    complaints |= {
        name: "invalid_value" for name, values in allowed.items() if name in given and given[name] not in values
    }
    if "email" in given and "@" not in str(given["email"]):
        complaints["email"] = "invalid_value"
    if complaints:
        raise Refusal(400, complaints)


def _page(request: Request, rows: list[Row]) -> list[Row]:
    size, page = int(request.query_params.get("per_page", "30")), int(request.query_params.get("page", "1"))
    if not 1 <= size <= 100:
        raise Refusal(400, {"per_page": "invalid_value"})
    return rows[(page - 1) * size : page * size]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
