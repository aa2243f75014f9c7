"""ServiceNow's Table API as a desk: incidents, with the packet in the work notes.

ServiceNow appends a journal entry for every update that carries one, a repeated update too, and answers 201 while it
drops what a field's access rule forbids. docs/desks/servicenow.md says which facts are the vendor's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from desks.config import ServiceNowConfig, known_as
from desks.kit.http import Answer, settled
from desks.kit.marked import MarkedDesk
from desks.kit.notes import card_lines, notes, packet_in, subject
from desks.kit.people import People
from desks.kit.window import Row, changed
from desks.port import (
    Ambiguous,
    Changes,
    Comment,
    Delivered,
    Identity,
    Job,
    JsonObject,
    Outcome,
    Rejected,
    Request,
    RetryAfter,
    Standing,
    Task,
    Ticket,
)
from states.clock import Clock
from states.errors import BadInput, DependencyFault, NotFound, SettingsError

PRIORITIES = {"critical": ("1", "1"), "high": ("2", "1"), "normal": ("2", "2"), "low": ("3", "3")}
"""Impact and urgency; ServiceNow computes the priority from them."""
_WORDS = {"1": "critical", "2": "high", "3": "normal", "4": "low", "5": "low"}
"""Our word for a computed priority."""
NEW, IN_PROGRESS, RESOLVED = "1", "2", "6"
_DONE = frozenset({"6", "7", "8"})
"""Resolved, closed, cancelled."""
CANCELLED = "8"
NOTE_BYTES = 30_000
MAX_KEY = 100
"""What `correlation_id` holds."""
PAGE = 100
MAX_ENTRIES = 5_000
PLAIN = {"sysparm_display_value": "false", "sysparm_exclude_reference_link": "true"}
FIELDS = (
    "sys_id,number,correlation_id,state,assigned_to,assigned_to.user_name,assignment_group,priority,"
    "caller_id.user_name,sys_updated_on,sys_mod_count,close_code"
)
_REF = re.compile(r"[0-9a-f]{32}")
_USER = re.compile(r"[^\^\r\n]+")


class ServiceNowDesk(MarkedDesk):
    """One table of a ServiceNow instance; see `desks.port.TicketDesk`. People are their `user_name`."""

    def __init__(self, *, name: str, config: ServiceNowConfig, clock: Clock) -> None:
        super().__init__(
            name=name,
            config=config,
            clock=clock,
            base_url=config.base_url,
            auth=(config.user, config.password.get_secret_value()),
            actor=config.user,
        )
        self._config = config
        self._people = People(clock=clock, ask=self._asked)

    def prepare(self, task: Task, ref: str) -> Request:
        """The record, or the updates of a step; fields and note of a step are one update."""
        if task.job is Job.OPEN:
            return self._opening(task)
        fields, expect = self._fields(task)
        journal = "comments" if task.job is Job.REPLY else "work_notes"
        updates = [{**fields, journal: note} for note in notes(task, NOTE_BYTES)]
        path = f"{self._table}/{ref}"
        return self._step(task, ref, method="PATCH", path=path, body={"updates": updates}, expect=expect)

    def send(self, request: Request) -> Outcome:
        """One attempt. A claim first asks for the person's record; a step of several notes reads which are there."""
        if request.job is Job.OPEN:
            return self._create(request)
        return self._append(request, request.body["updates"], lambda update: self._update(request, update))

    def find(self, request: Request) -> Delivered | None:
        """By correlation id for a record, the oldest of several; by marker in the journal for what was added."""
        if request.job is not Job.OPEN:
            return self._added(request)
        query = f"correlation_id={_safe_key(request.key)}^ORDERBYsys_created_on"
        rows = self._rows(self._table, query, "sys_id,correlation_id", limit=10)
        refs = [str(row["sys_id"]) for row in rows if row.get("correlation_id") == request.key]
        return Delivered(ref=refs[0], more={"found": len(refs)}) if refs else None

    def _texts(self, ref: str) -> Sequence[str]:
        return [entry.text for entry in self._journal(ref)]

    def read(self, ref: str) -> Ticket:
        """The record with its journal."""
        found = self._record(ref)
        caller = found.get("caller_id.user_name")
        comments = tuple(replace(one, from_customer=one.author == caller) for one in self._journal(ref))
        assignee = str(found.get("assigned_to.user_name") or found.get("assigned_to") or "")
        asked = {one.author for one in comments if not one.from_customer} | {assignee}
        return Ticket(
            ref=ref,
            key=str(found.get("correlation_id") or ""),
            status=_status(found),
            assignee=assignee,
            queue=str(found.get("assignment_group") or ""),
            priority=_WORDS.get(str(found.get("priority")), ""),
            version=_version(found),
            link=f"{self._web.base_url}/nav_to.do?uri={self._config.table}.do?sys_id={ref}",
            packet=packet_in(entry.text for entry in comments if entry.author == self.actor),
            comments=comments,
            people=self._people.standing(asked - {self.actor}),
            closed_as=_closed_as(found),
        )

    def identify(self, ref: str) -> Identity:
        """By its correlation id. ServiceNow merges nothing: a duplicate is closed as one."""
        return Identity(ref=ref, key=str(self._record(ref).get("correlation_id") or ""))

    def changes(self, cursor: str) -> Changes:
        """Records with a correlation id that were updated; recent ones come twice."""
        refs, after = changed(_moment(cursor), self._clock.now(), PAGE, self._updated)
        return Changes(refs=refs, cursor=_stamp(after))

    def ping(self) -> str:
        """Checks that the user and the table can be read."""
        users = self._rows("/api/now/table/sys_user", f"user_name={self.actor}", "sys_id", limit=1)
        if not users:
            raise DependencyFault(
                "setup", f"{self.name!r} does not show us our own user; give it the role to read users"
            )
        self._rows(self._table, "", "sys_id", limit=1)
        return f"ServiceNow as {self.actor}, table {self._config.table}"

    @property
    def _table(self) -> str:
        return f"/api/now/table/{self._config.table}"

    def _opening(self, task: Task) -> Request:
        impact, urgency = PRIORITIES.get(task.card.severity, PRIORITIES["high"])
        body: JsonObject = {
            "short_description": subject(task),
            "description": card_lines(task),
            "correlation_id": _safe_key(task.key),
            "correlation_display": "Handrail",
            "impact": impact,
            "urgency": urgency,
        }
        expect = {"key": task.key, "priority": _severity(task)}
        if self._config.assignment_group:
            body["assignment_group"] = expect["queue"] = self._config.assignment_group
        return Request(job=task.job, key=task.key, marker=task.marker, path=self._table, body=body, expect=expect)

    def _fields(self, task: Task) -> tuple[JsonObject, dict[str, str]]:
        """The fields a step changes, and what must be read back; both empty for a mere note."""
        match task.job:
            case Job.URGENCY:
                impact, urgency = PRIORITIES.get(task.card.severity, PRIORITIES["high"])
                return {"impact": impact, "urgency": urgency}, {"priority": _severity(task)}
            case Job.CLAIM:
                there = known_as(self._config.agents, self.name, task.author_role, task.author)
                taken = {"assigned_to": there or self.actor, "state": IN_PROGRESS}
                return taken, {"assignee": taken["assigned_to"], "status": "claimed"}
            case Job.RELEASE:
                return {"assigned_to": "", "state": NEW}, {"assignee": "", "status": "open"}
            case Job.CLOSE:
                closing = {"state": RESOLVED, "close_code": self._config.close_code}
                return {**closing, "close_notes": "See the work notes."}, {"status": "resolved"}
            case _:
                return {}, {}

    def _create(self, request: Request) -> Outcome:
        outcome = self._call(request.method, request.path, request.body)
        if not isinstance(outcome, Answer):
            return outcome
        ref = str(_result(outcome).get("sys_id", ""))
        return Delivered(ref=ref) if _REF.fullmatch(ref) else Ambiguous(code="unreadable")

    def _update(self, request: Request, update: JsonObject) -> Outcome:
        if update.get("assigned_to"):
            try:
                update = {**update, "assigned_to": self._sys_id(update["assigned_to"])}
            except DependencyFault as fault:
                return RetryAfter(seconds=None, code=f"unread_{fault.kind}")
            if not update["assigned_to"]:
                return Rejected(code="no_such_user", field_errors={"assigned_to": "unknown"})
        outcome = self._call(request.method, request.path, update)
        if not isinstance(outcome, Answer):
            return outcome
        return Delivered(ref=request.ref) if _result(outcome).get("sys_id") else Ambiguous(code="unreadable")

    def _call(self, method: str, path: str, body: JsonObject) -> Outcome | Answer:
        answer = self._web.call(method, path, body=body, params={**PLAIN, "sysparm_fields": FIELDS})
        outcome = settled(answer, self._clock.now())
        if isinstance(outcome, RetryAfter) and outcome.seconds is None and isinstance(answer, Answer):
            return RetryAfter(seconds=_until_reset(answer, self._clock.now()), code=outcome.code)
        if isinstance(outcome, Rejected) and isinstance(answer, Answer) and _data_policy(answer):
            return Rejected(code="data_policy", field_errors={"other": "mandatory"})
        return outcome

    def _asked(self, user_name: str) -> Standing:
        """What ServiceNow says of a user: whoever has one of `agent_roles` works there, unless they are inactive.

        Where the roles may not be read nobody is known by them, and only the setting `agents` names people.
        """
        if not _USER.fullmatch(user_name):
            return Standing.OUTSIDER
        rows = self._rows("/api/now/table/sys_user", f"user_name={user_name}", "sys_id,user_name,active", limit=2)
        users = [row for row in rows if row.get("user_name") == user_name]
        if len(users) != 1:
            return Standing.OUTSIDER
        if users[0].get("active") == "false":
            return Standing.BARRED
        path, query = "/api/now/table/sys_user_has_role", f"user={users[0].get('sys_id')}"
        answer = self._web.call("GET", path, params={**PLAIN, "sysparm_query": query, "sysparm_fields": "role.name"})
        if isinstance(answer, Answer) and answer.status in (400, 401, 403, 404):
            return Standing.OUTSIDER
        found = answer.object.get("result") if isinstance(answer, Answer) and answer.status == 200 else None
        if not isinstance(found, list):
            raise DependencyFault("unreadable", f"{self.name!r} could not list the roles of a user")
        roles = {str(row.get("role.name")) for row in found if isinstance(row, dict)}
        return Standing.STAFF if roles & set(self._config.agent_roles) else Standing.OUTSIDER

    def _sys_id(self, user_name: str) -> str:
        """The record of a person; empty if there is none."""
        if not _USER.fullmatch(user_name):
            return ""
        rows = self._rows("/api/now/table/sys_user", f"user_name={user_name}", "sys_id", limit=1)
        return str(rows[0].get("sys_id", "")) if rows else ""

    def _record(self, ref: str) -> Mapping[str, Any]:
        _checked(ref)
        answer = self._web.get(f"{self._table}/{ref}", params={**PLAIN, "sysparm_fields": FIELDS})
        if answer.status == 404:
            raise NotFound(f"{self.name!r} has no record {ref!r}")
        found = _result(answer)
        if not found.get("sys_id"):
            raise DependencyFault("unreadable", f"{self.name!r} answered a read with something that is no record")
        return found

    def _journal(self, ref: str) -> list[Comment]:
        query = f"element_id={_checked(ref)}^elementINwork_notes,comments^ORDERBYsys_created_on"
        fields = "sys_id,element,value,sys_created_by,sys_created_on"
        rows = self._rows("/api/now/table/sys_journal_field", query, fields, limit=MAX_ENTRIES)
        return [_comment(row) for row in rows]

    def _updated(self, since: datetime, page: int) -> list[Row]:
        query = f"correlation_idISNOTEMPTY^sys_updated_on>={_stamp(since)}^ORDERBYsys_updated_on^ORDERBYsys_id"
        rows = self._rows(self._table, query, "sys_id,sys_updated_on", limit=PAGE, offset=page * PAGE)
        return [(str(row.get("sys_id", "")), _moment(str(row.get("sys_updated_on"))) or since) for row in rows]

    def _rows(self, path: str, query: str, fields: str, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
        params = {"sysparm_query": query, "sysparm_fields": fields, "sysparm_limit": str(limit)}
        answer = self._web.get(path, params={**PLAIN, **params, "sysparm_offset": str(offset)})
        found = answer.object.get("result")
        if not isinstance(found, list):
            # An empty list would say that nothing is there.
            raise DependencyFault("unreadable", f"{self.name!r} answered a query with something that is no list")
        return [row for row in found if isinstance(row, dict)]


def build(name: str, config: ServiceNowConfig, clock: Clock) -> ServiceNowDesk:
    """The desk of these settings. ServiceNow has no webhooks of its own."""
    if not _USER.fullmatch(config.user):
        raise SettingsError(f"the user of {name!r} has a character that ServiceNow reads as a query; use another user")
    return ServiceNowDesk(name=name, config=config, clock=clock)


def _safe_key(key: str) -> str:
    """A key that ServiceNow stores whole and that a query cannot be smuggled in; BadInput for others."""
    if not 0 < len(key) <= MAX_KEY or not _USER.fullmatch(key) or key != key.strip():
        raise BadInput(f"a handover's key has 1 to {MAX_KEY} characters for ServiceNow, without '^' and line breaks")
    return key


def _checked(ref: str) -> str:
    if not _REF.fullmatch(ref):
        raise NotFound(f"{ref!r} is no sys_id of a record")
    return ref


def _severity(task: Task) -> str:
    return task.card.severity if task.card.severity in PRIORITIES else "high"


def _status(record: Mapping[str, Any]) -> str:
    if str(record.get("state")) in _DONE:
        return "resolved"
    return "claimed" if record.get("assigned_to") else "open"


def _closed_as(record: Mapping[str, Any]) -> str:
    if str(record.get("state")) not in _DONE:
        return ""
    if str(record.get("state")) == CANCELLED:
        return "cancelled"
    return "duplicate" if "duplicate" in str(record.get("close_code") or "").lower() else ""


def _version(record: Mapping[str, Any]) -> str:
    count = str(record.get("sys_mod_count") or "0")
    return count.zfill(12)


def _comment(row: Mapping[str, Any]) -> Comment:
    return Comment(
        id=str(row.get("sys_id", "")),
        text=str(row.get("value") or ""),
        public=row.get("element") == "comments",
        author=str(row.get("sys_created_by") or ""),
        at=_moment(str(row.get("sys_created_on"))),
    )


def _result(answer: Answer) -> Mapping[str, Any]:
    found = answer.object.get("result")
    return found if isinstance(found, dict) else {}


def _data_policy(answer: Answer) -> bool:
    error = answer.object.get("error")
    return isinstance(error, dict) and "data policy" in f"{error.get('message')} {error.get('detail')}".lower()


def _until_reset(answer: Answer, now: datetime) -> float | None:
    """Seconds until `X-RateLimit-Reset`, which is a moment in seconds since 1970; None if it is not there."""
    given = answer.headers.get("x-ratelimit-reset", "").strip()
    if not (given.isascii() and given.isdigit()):
        return None
    return max(0.0, min(int(given) - now.timestamp(), 86_400.0))


def _moment(value: str) -> datetime | None:
    """A time of the Table API: UTC without saying so."""
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
