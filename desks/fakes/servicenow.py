"""ServiceNow's Table API as documented, with its refusals: what a handover in ServiceNow can meet, without an instance.

Left out: everything but incidents, users and the journal; business rules but the two that a handover meets.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desks.fakes.servicenow_queries import selected
from states.clock import Clock

Row = dict[str, str]
USER, PASSWORD = "handrail.integration", "servicenow-password"
JOURNALS = ("work_notes", "comments")
REFERENCES = {"assigned_to": "sys_user", "caller_id": "sys_user", "assignment_group": "sys_user_group"}
JOURNAL_CHARS = 32_000
MAX_CORRELATION = 100
_MATRIX = {"11": "1", "12": "2", "21": "2", "13": "3", "22": "3", "31": "3", "23": "4", "32": "4", "33": "5"}


def sys_id(name: str) -> str:
    """A record's id: 32 hexadecimal digits, the same for the same name."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


GROUP = sys_id("group handovers")


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, detail: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.detail = status, message, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> Response:
        """As ServiceNow writes it."""
        error = {"message": self.message, "detail": self.detail or None}
        return JSONResponse({"error": error, "status": "failure"}, self.status, self.headers)


class ServiceNowFake:
    """An instance. `app` answers the Table API; the methods after `People` are people at work."""

    def __init__(self, clock: Clock, *, hourly: int = 100_000) -> None:
        self._clock = clock
        self._hourly = hourly
        self._calls: list[datetime] = []
        self._lock = threading.RLock()
        self.forbidden: set[str] = set()
        """Fields that an access rule forbids us to write: they are dropped, and the answer is a success."""
        self._made = 0
        people = (USER, "ann", "ben", "carla.caller")
        self.tables: dict[str, dict[str, Row]] = {
            "incident": {},
            "sys_journal_field": {},
            "sys_user": {sys_id(name): _user(name) for name in people},
            "sys_user_has_role": {
                sys_id(f"role of {name}"): {"user": sys_id(name), "role": "itil"} for name in (USER, "ann", "ben")
            },
            "sys_user_group": {GROUP: {"sys_id": GROUP, "name": "Handovers"}},
        }
        table = "/api/now/table/{table}"
        self.app = Starlette(
            routes=[
                Route(table, self._answered(self._list), methods=["GET"]),
                Route(table, self._answered(self._create), methods=["POST"]),
                Route(f"{table}/{{id}}", self._answered(self._show), methods=["GET"]),
                Route(f"{table}/{{id}}", self._answered(self._update), methods=["PATCH", "PUT"]),
                Route(f"{table}/{{id}}", self._answered(self._delete), methods=["DELETE"]),
            ]
        )

    def _answered(self, handler: Callable[[Request, bytes], Response]) -> Any:
        async def answer(request: Request) -> Response:
            body = await request.body()
            try:
                _sign_in(request)
                with self._lock:
                    self._count_call()
                    if request.path_params["table"] not in self.tables:
                        raise Refusal(400, f"Invalid table {request.path_params['table']}")
                    return handler(request, body)
            except Refusal as refusal:
                return refusal.response()
            except json.JSONDecodeError:
                return Refusal(400, "Exception while reading request", "Invalid JSON").response()

        return answer

    # The API

    def _list(self, request: Request, body: bytes) -> Response:
        asked = request.query_params
        rows = list(self.tables[request.path_params["table"]].values())
        found = selected(rows, asked.get("sysparm_query", ""))
        begin, size = int(asked.get("sysparm_offset") or 0), int(asked.get("sysparm_limit") or 10_000)
        page = [self._shown(row, request) for row in found[begin : begin + size]]
        return JSONResponse({"result": page}, headers={"x-total-count": str(len(found))})

    def _create(self, request: Request, body: bytes) -> Response:
        given = _object(body)
        self._made += 1
        made = sys_id(f"incident {self._made}")
        now = _stamp(self._clock.now())
        self.tables["incident"][made] = {
            "sys_id": made,
            "number": f"INC{10_000 + self._made:07d}",
            "state": "1",
            "impact": "3",
            "urgency": "3",
            "assigned_to": "",
            "assignment_group": "",
            "caller_id": "",
            "correlation_id": "",
            "work_notes": "",
            "comments": "",
            "sys_created_on": now,
            "sys_created_by": USER,
            "sys_mod_count": "-1",
        }
        self._write(made, given, USER)
        return JSONResponse({"result": self._shown(self.tables["incident"][made], request)}, 201)

    def _show(self, request: Request, body: bytes) -> Response:
        return JSONResponse({"result": self._shown(self._row(request), request)})

    def _update(self, request: Request, body: bytes) -> Response:
        row = self._row(request)
        self._write(row["sys_id"], _object(body), USER)
        return JSONResponse({"result": self._shown(row, request)})

    def _delete(self, request: Request, body: bytes) -> Response:
        del self.tables[request.path_params["table"]][self._row(request)["sys_id"]]
        return Response(status_code=204)

    # Inside

    def _row(self, request: Request) -> Row:
        row = self.tables[request.path_params["table"]].get(request.path_params["id"])
        if row is None:
            raise Refusal(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
        return row

    def _count_call(self) -> None:
        now = self._clock.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        self._calls = [at for at in self._calls if at >= hour]
        if len(self._calls) >= self._hourly:
            reset = str(int(hour.timestamp()) + 3600)
            raise Refusal(429, "Rate limit exceeded", x_ratelimit_limit=str(self._hourly), x_ratelimit_reset=reset)
        self._calls.append(now)

    def _write(self, made: str, given: Row, author: str) -> None:
        row = self.tables["incident"][made]
        allowed = {name: str(value) for name, value in given.items() if author != USER or name not in self.forbidden}
        after = {**row, **allowed}
        if after["state"] == "6" and not (after.get("close_code") and after.get("close_notes")):
            raise Refusal(
                403, "Operation Failed", "Data Policy Exception: Resolution code, Resolution notes are mandatory"
            )
        for journal in JOURNALS:
            if allowed.get(journal):
                self._append(made, journal, allowed[journal], author)
        row |= {name: value for name, value in allowed.items() if name not in JOURNALS}
        row |= {"correlation_id": row["correlation_id"][:MAX_CORRELATION], "sys_updated_on": _stamp(self._clock.now())}
        row |= {"priority": _MATRIX.get(row["impact"] + row["urgency"], "5"), "sys_updated_by": author}
        row["sys_mod_count"] = str(int(row["sys_mod_count"]) + 1)

    def _append(self, made: str, element: str, text: str, author: str) -> None:
        entry = sys_id(f"journal {len(self.tables['sys_journal_field'])}")
        self.tables["sys_journal_field"][entry] = {
            "sys_id": entry,
            "element": element,
            "element_id": made,
            "name": "incident",
            "value": text[:JOURNAL_CHARS],
            "sys_created_by": author,
            "sys_created_on": _stamp(self._clock.now()),
        }

    def _shown(self, row: Row, request: Request) -> dict[str, Any]:
        asked = request.query_params
        names = [name for name in asked.get("sysparm_fields", "").split(",") if name] or list(row)
        shown = asked.get("sysparm_display_value", "false")
        links = asked.get("sysparm_exclude_reference_link", "false") != "true"
        return {name: self._value(row, name, shown, links) for name in names if name.partition(".")[0] in row}

    def _value(self, row: Row, name: str, shown: str, links: bool) -> Any:
        own, _, far = name.partition(".")
        value = row[own]
        target = self.tables[REFERENCES[own]].get(value, {}) if own in REFERENCES else {}
        if own == "role":
            return value
        if far:
            return target.get(far, "")
        display = target.get("name", value)
        if shown == "all":
            return {"value": value, "display_value": display}
        if shown == "true":
            return display
        return {"value": value, "link": f"table/{REFERENCES[own]}/{value}"} if target and links else value

    # People

    def assign(self, ref: str, agent: str) -> None:
        """Somebody takes the incident, or is given it; empty: nobody has it."""
        with self._lock:
            given = {"assigned_to": sys_id(agent) if agent else "", "state": "2" if agent else "1"}
            self._write(ref, given, agent or "ann")

    def reply(self, ref: str, agent: str, text: str) -> None:
        """An agent writes to the customer."""
        with self._lock:
            self._write(ref, {"comments": text}, agent)

    def note(self, ref: str, agent: str, text: str) -> None:
        """An agent writes a work note."""
        with self._lock:
            self._write(ref, {"work_notes": text}, agent)

    def write_in(self, ref: str, text: str) -> None:
        """The caller writes to the incident."""
        with self._lock:
            self._write(ref, {"caller_id": sys_id("carla.caller"), "comments": text}, "carla.caller")

    def mail_in(self, ref: str, user_name: str, text: str, *, role: str = "", active: str = "true") -> str:
        """Somebody on the watch list comments; their name. `role`: what they may do there."""
        with self._lock:
            self.tables["sys_user"][sys_id(user_name)] = {**_user(user_name), "active": active}
            if role:
                given = {"user": sys_id(user_name), "role": role}
                self.tables["sys_user_has_role"][sys_id(f"role of {user_name}")] = given
            self._write(ref, {"comments": text}, user_name)
            return user_name

    def set_status(self, ref: str, state: str, code: str = "Solution provided") -> None:
        """Somebody resolves (6), closes (7), cancels (8) or reopens (2) it."""
        with self._lock:
            self._write(ref, {"state": state, "close_code": code, "close_notes": "Done."}, "ann")


def _user(name: str) -> Row:
    return {"sys_id": sys_id(name), "user_name": name, "name": name, "active": "true"}


def _sign_in(request: Request) -> None:
    right = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {right}":
        raise Refusal(401, "User Not Authenticated", "Required to provide Auth information")


def _object(body: bytes) -> Row:
    given = json.loads(body)
    if not isinstance(given, dict):
        raise Refusal(400, "Exception while reading request", "The payload is not valid JSON.")
    return {name: "" if value is None else str(value) for name, value in given.items()}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
