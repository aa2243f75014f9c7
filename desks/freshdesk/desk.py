"""Freshdesk v2 as a desk: tickets and notes by its REST API, changes by its list, webhooks by a secret in a header.

Freshdesk knows no idempotency and its search is minutes behind: a lost reply is looked up in the list of the
requester's tickets, by a custom field of ours. docs/desks/freshdesk.md says which facts are the vendor's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desks.config import FreshdeskConfig, known_as
from desks.freshdesk.answers import (
    CLOSED,
    OPEN,
    PRIORITIES,
    RESOLVED,
    as_html,
    comment_of,
    complaints,
    merged_into,
    no_such_contact,
    priority_word,
    rows_of,
    stamp,
    status_of,
    version_of,
)
from desks.freshdesk.webhooks import MIN_SECRET, verified
from desks.kit.answers import moment_of
from desks.kit.http import Answer, settled
from desks.kit.marked import MarkedDesk
from desks.kit.notes import card_lines, notes, packet_in, subject
from desks.kit.people import People
from desks.kit.requesters import requester
from desks.kit.window import Row, changed
from desks.port import (
    Ambiguous,
    Changes,
    Comment,
    Delivered,
    Hint,
    Identity,
    Job,
    JsonObject,
    Outcome,
    Request,
    RetryAfter,
    Standing,
    Task,
    Ticket,
)
from states.clock import Clock
from states.errors import BadInput, DependencyFault, NotFound, SettingsError

CHAT = 7
NOTE_BYTES = 20_000
"""Freshdesk documents no limit; as HTML a note may be three times as long."""
MAX_KEY = 200
PAGE = 100
MAX_PAGES = 30
SELF = "self"
"""Stands for our own agent in a frozen request, whose number may not be known then."""
LOOK_BACK = timedelta(days=30)
"""How old a ticket is found that was made by an attempt whose reply was lost."""
_REF = re.compile(r"[0-9]{1,20}")


class FreshdeskDesk(MarkedDesk):
    """One Freshdesk account; see `desks.port.TicketDesk`."""

    def __init__(self, *, name: str, config: FreshdeskConfig, clock: Clock) -> None:
        super().__init__(
            name=name,
            config=config,
            clock=clock,
            base_url=config.base_url,
            auth=(config.api_key.get_secret_value(), "X"),
            actor=config.actor_id,
        )
        self._config = config
        self._people = People(clock=clock, ask=self._asked)

    def prepare(self, task: Task, ref: str) -> Request:
        """The ticket, or the fields and notes of a step, as HTML in which nothing of a text is markup."""
        if task.job is Job.OPEN:
            return self._opening(task)
        fields, expect = self._fields(task)
        public = task.job is Job.REPLY
        private = {} if public else {"private": True}
        return self._step(
            task,
            ref,
            path=f"/api/v2/tickets/{ref}/{'reply' if public else 'notes'}",
            body={"fields": fields, "notes": [{"body": as_html(note), **private} for note in notes(task, NOTE_BYTES)]},
            expect=expect,
        )

    def send(self, request: Request) -> Outcome:
        """One attempt. Fields are set before the note is added: setting them again does no harm, and the note's
        marker then says that both are done."""
        if request.job is Job.OPEN:
            return self._create(request)
        outcome: Outcome = self._set(request) if request.body["fields"] else Delivered(ref=request.ref)
        if not isinstance(outcome, Delivered):
            return outcome
        return self._append(request, request.body["notes"], lambda note: self._post(request, note))

    def find(self, request: Request) -> Delivered | None:
        """By our field among the requester's tickets, since the search is behind; by marker for what was added."""
        if request.job is not Job.OPEN:
            return self._added(request)
        ids = [int(one["id"]) for one in self._of_requester(request.body["email"]) if self._key(one) == request.key]
        return Delivered(ref=str(min(ids)), more={"found": len(ids)}) if ids else None

    def _texts(self, ref: str) -> Sequence[str]:
        return [comment.text for comment in self._comments(ref)]

    def read(self, ref: str) -> Ticket:
        """The ticket with its conversations."""
        if not self._actor:
            self._me()
        found = self._ticket(ref)
        requester = str(found.get("requester_id") or "")
        comments = tuple(
            replace(one, from_customer=one.from_customer and one.author == requester) for one in self._comments(ref)
        )
        assignee = str(found.get("responder_id") or "")
        asked = {one.author for one in comments if not one.from_customer} | {assignee}
        return Ticket(
            ref=ref,
            key=self._key(found),
            status=status_of(found),
            assignee=assignee,
            queue=str(found.get("group_id") or ""),
            priority=next((word for word, number in PRIORITIES.items() if number == found.get("priority")), ""),
            version=version_of(found, len(comments)),
            link=f"{self._web.base_url}/a/tickets/{ref}",
            packet=packet_in(comment.text for comment in comments if comment.author == self._actor),
            comments=comments,
            people=self._people.standing(asked - {self._actor}),
            merged_into=merged_into(found, comments),
            closed_as="spam" if found.get("spam") is True else "",
        )

    def identify(self, ref: str) -> Identity:
        """By our field; of a closed ticket also by what its notes say, in a second call: a merge closes."""
        found = self._ticket(ref)
        comments = self._comments(ref) if found.get("status") == CLOSED else ()
        return Identity(ref=ref, key=self._key(found), merged_into=merged_into(found, comments))

    def changes(self, cursor: str) -> Changes:
        """Tickets with our field that were updated; recent ones come twice, since a second may hold two updates."""
        refs, after = changed(moment_of(cursor), self._clock.now(), PAGE, self._updated)
        return Changes(refs=refs, cursor=stamp(after))

    def ping(self) -> str:
        """Says who we are there and checks that our field and the group exist."""
        me = self._me()
        fields = rows_of(self._web.get("/api/v2/ticket_fields"))
        if not any(field.get("name") == self._config.key_field for field in fields):
            raise DependencyFault(
                "setup", f"{self.name!r} has no ticket field {self._config.key_field!r}; make it or set key_field"
            )
        if self._config.group_id is not None:
            group = self._web.get(f"/api/v2/groups/{self._config.group_id}")
            if group.status == 404:
                raise DependencyFault("setup", f"{self.name!r} has no group {self._config.group_id!r}; set group_id")
        return f"Freshdesk as agent {me}"

    def _opening(self, task: Task) -> Request:
        if not 0 < len(task.key) <= MAX_KEY:
            raise BadInput(f"a handover's key has 1 to {MAX_KEY} characters for Freshdesk, not {len(task.key)}")
        name, email = requester(task.card, self._config.requester_email_domain)
        priority = PRIORITIES.get(task.card.severity, PRIORITIES["high"])
        body: JsonObject = {
            "subject": subject(task),
            "description": as_html(card_lines(task)),
            "email": email,
            "name": name,
            "status": OPEN,
            "priority": priority,
            "source": CHAT,
            "tags": ["handrail"],
            "custom_fields": {self._config.key_field: task.key},
        }
        expect = {"key": task.key, "priority": priority_word(priority)}
        if self._config.group_id is not None:
            body["group_id"] = self._config.group_id
            expect["queue"] = str(self._config.group_id)
        path = "/api/v2/tickets"
        return Request(job=task.job, key=task.key, marker=task.marker, path=path, body=body, expect=expect)

    def _fields(self, task: Task) -> tuple[JsonObject, dict[str, str]]:
        """The fields a step changes, and what must be read back; both empty for a mere note."""
        match task.job:
            case Job.URGENCY:
                priority = PRIORITIES.get(task.card.severity, PRIORITIES["high"])
                return {"priority": priority}, {"priority": priority_word(priority)}
            case Job.CLAIM:
                there = known_as(self._config.agents, self.name, task.author_role, task.author)
                if not _REF.fullmatch(there):
                    return {"status": OPEN, "responder_id": SELF}, {"status": "claimed"}
                return {"status": OPEN, "responder_id": int(there)}, {"assignee": there, "status": "claimed"}
            case Job.RELEASE:
                return {"status": OPEN, "responder_id": None}, {"assignee": "", "status": "open"}
            case Job.CLOSE:
                return {"status": RESOLVED}, {"status": "resolved"}
            case _:
                return {}, {}

    def _create(self, request: Request) -> Outcome:
        outcome = self._call("POST", request.path, request.body)
        if not isinstance(outcome, Answer):
            return outcome
        ref = str(outcome.object.get("id", ""))
        return Delivered(ref=ref) if _REF.fullmatch(ref) else Ambiguous(code="unreadable")

    def _set(self, request: Request) -> Outcome:
        fields = dict(request.body["fields"])
        if fields.get("responder_id") == SELF:
            try:
                fields["responder_id"] = int(self._actor or self._me())
            except DependencyFault as fault:
                return RetryAfter(seconds=None, code=f"unread_{fault.kind}")
        outcome = self._call("PUT", f"/api/v2/tickets/{request.ref}", fields)
        if isinstance(outcome, Answer):
            return Delivered(ref=request.ref) if outcome.object.get("id") else Ambiguous(code="unreadable")
        # Setting a field again is harmless: whatever became of it, the same request may be sent again.
        return RetryAfter(seconds=None, code=outcome.code) if isinstance(outcome, Ambiguous) else outcome

    def _post(self, request: Request, note: JsonObject) -> Outcome:
        outcome = self._call("POST", request.path, note)
        if not isinstance(outcome, Answer):
            return outcome
        return Delivered(ref=request.ref) if outcome.object.get("id") else Ambiguous(code="unreadable")

    def _call(self, method: str, path: str, body: JsonObject) -> Outcome | Answer:
        answer = self._web.call(method, path, body=body)
        return settled(answer, self._clock.now(), lambda refusal: complaints(refusal, body))

    def _key(self, ticket: Mapping[str, Any]) -> str:
        fields = ticket.get("custom_fields")
        return str(fields.get(self._config.key_field) or "") if isinstance(fields, dict) else ""

    def _of_requester(self, email: str) -> Iterator[dict[str, Any]]:
        since = stamp(self._clock.now() - LOOK_BACK)
        for page in range(1, MAX_PAGES + 1):
            params = {"email": email, "updated_since": since, "per_page": str(PAGE), "page": str(page)}
            answer = self._web.call("GET", "/api/v2/tickets", params=params)
            if isinstance(answer, Answer) and no_such_contact(answer):
                return  # the first ticket makes the contact: where there is no contact there is no ticket
            if not isinstance(answer, Answer) or answer.status != 200:
                raise DependencyFault("unreachable", f"{self.name!r} could not list tickets")
            rows = rows_of(answer)
            yield from rows
            if len(rows) < PAGE:
                return
        raise DependencyFault("endless", f"{self.name!r} has too many tickets of one requester to look through")

    def _updated(self, since: datetime, page: int) -> list[Row]:
        params = {"updated_since": stamp(since), "order_by": "updated_at", "order_type": "asc"}
        answer = self._web.get("/api/v2/tickets", params={**params, "per_page": str(PAGE), "page": str(page + 1)})
        return [
            (str(one["id"]) if self._key(one) else "", moment_of(one.get("updated_at")) or since)
            for one in rows_of(answer)
        ]

    def _ticket(self, ref: str) -> Mapping[str, Any]:
        if not _REF.fullmatch(ref):
            raise NotFound(f"{ref!r} is no number of a Freshdesk ticket")
        answer = self._web.get(f"/api/v2/tickets/{ref}")
        if answer.status == 404 or answer.object.get("deleted"):
            raise NotFound(f"{self.name!r} has no ticket {ref!r}")
        if not answer.object.get("id"):
            raise DependencyFault("unreadable", f"{self.name!r} answered a read with something that is no ticket")
        return answer.object

    def _comments(self, ref: str) -> list[Comment]:
        if not _REF.fullmatch(ref):
            raise NotFound(f"{ref!r} is no number of a Freshdesk ticket")
        found: list[Comment] = []
        for page in range(1, MAX_PAGES + 1):
            params = {"per_page": str(PAGE), "page": str(page)}
            answer = self._web.get(f"/api/v2/tickets/{ref}/conversations", params=params)
            if answer.status == 404:
                raise NotFound(f"{self.name!r} has no ticket {ref!r}")
            rows = rows_of(answer)
            found += [comment_of(one) for one in rows]
            if len(rows) < PAGE:
                return found
        raise DependencyFault("endless", f"{self.name!r} has too many conversations at ticket {ref!r} to look through")

    def _asked(self, name: str) -> Standing:
        """What Freshdesk says of somebody: an agent, or a contact, which every agent becomes who is removed."""
        answer = self._web.get(f"/api/v2/agents/{name}") if _REF.fullmatch(name) else None
        agent = answer.object if answer is not None and answer.status != 404 else {}
        if not agent.get("id"):
            return Standing.OUTSIDER
        contact = agent.get("contact")
        inactive = isinstance(contact, dict) and contact.get("active") is False
        return Standing.BARRED if inactive or agent.get("deactivated") is True else Standing.STAFF

    def _me(self) -> str:
        me = str(self._web.get("/api/v2/agents/me").object.get("id") or "")
        if not me:
            raise DependencyFault("setup", f"{self.name!r} does not know us as an agent; check api_key")
        self._actor = self._actor or me
        return me


class HookedFreshdesk(FreshdeskDesk):
    """A Freshdesk account whose automations call us."""

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """The hint of a request that carries our secret; see `desks.port.Hooked`."""
        return verified([secret.get_secret_value() for secret in self._config.webhook_secrets], headers, body, now)


def build(name: str, config: FreshdeskConfig, clock: Clock) -> FreshdeskDesk:
    """The desk of these settings; it takes webhooks only if a secret is set, and then a long one."""
    if any(len(secret.get_secret_value()) < MIN_SECRET for secret in config.webhook_secrets):
        raise SettingsError(
            f"webhook_secrets of {name!r} need {MIN_SECRET} characters: nothing else guards the endpoint"
        )
    made = HookedFreshdesk if config.webhook_secrets else FreshdeskDesk
    return made(name=name, config=config, clock=clock)
