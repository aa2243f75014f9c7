"""Zendesk Support v2 as a desk: tickets by its REST API, changes by the incremental export, signed webhooks.

Zendesk keeps the visibility of a ticket's first comment for later ones, forgets an idempotency key after hours, and
lets the last of two writers win; each of these would show a packet to a customer or double or undo a claim.
docs/desks/zendesk.md says which facts are the vendor's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from desks.config import ZendeskConfig, known_as
from desks.kit.answers import moment_of
from desks.kit.http import Answer, settled
from desks.kit.marked import MarkedDesk
from desks.kit.notes import card_lines, notes, packet_in, subject
from desks.kit.people import People
from desks.kit.requesters import requester
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
    Rejected,
    Request,
    RetryAfter,
    Standing,
    Task,
    Ticket,
)
from desks.zendesk.answers import (
    PRIORITIES,
    comment_of,
    complaints,
    export_cursor,
    export_params,
    merged_into,
    part,
    priority_word,
    rows_of,
    status_of,
)
from desks.zendesk.webhooks import verified
from states.clock import Clock
from states.errors import BadInput, DependencyFault, NotFound

NOTE_BYTES = 60_000
"""Zendesk cuts comments at 64 kB."""
MAX_KEY = 255
EXPORT_DELAY = timedelta(seconds=61)
"""The export may not be asked about the last minute."""
MAX_PAGES = 50
SELF = "self"
"""Stands for our own agent in a frozen request, whose number may not be known then."""
_REF = re.compile(r"[0-9]{1,20}")


class ZendeskDesk(MarkedDesk):
    """One Zendesk account; see `desks.port.TicketDesk`."""

    def __init__(self, *, name: str, config: ZendeskConfig, clock: Clock) -> None:
        super().__init__(
            name=name,
            config=config,
            clock=clock,
            base_url=config.base_url,
            auth=(f"{config.user}/token", config.token.get_secret_value()),
            actor=config.actor_id,
        )
        self._config = config
        self._people = People(clock=clock, ask=self._asked)

    def prepare(self, task: Task, ref: str) -> Request:
        """The ticket, or the updates of a step; every comment says whether it is public."""
        if task.job is Job.OPEN:
            return self._opening(task)
        fields, expect = self._fields(task)
        public = task.job is Job.REPLY
        said = [{"body": note, "public": public} for note in notes(task, NOTE_BYTES)]
        updates = [{"ticket": {"comment": comment, **fields}} for comment in said]
        path = f"/api/v2/tickets/{ref}.json"
        return self._step(task, ref, method="PUT", path=path, body={"updates": updates}, expect=expect)

    def send(self, request: Request) -> Outcome:
        """One attempt. A change of fields first reads the ticket's stamp, so that it cannot undo what somebody just
        did; a step of several comments reads which of them are there."""
        if request.job is Job.OPEN:
            return self._create(request)
        return self._append(request, request.body["updates"], lambda update: self._update(request, update))

    def find(self, request: Request) -> Delivered | None:
        """By external id for a ticket, which outlives the idempotency key; by marker for what was added to one."""
        if request.job is not Job.OPEN:
            return self._added(request)
        found = self._web.get("/api/v2/tickets.json", params={"external_id": request.key})
        tickets = rows_of(found, "tickets")
        ids = [int(one["id"]) for one in tickets if one.get("external_id") == request.key and "id" in one]
        return Delivered(ref=str(min(ids)), more={"found": len(ids)}) if ids else None

    def _texts(self, ref: str) -> Sequence[str]:
        return [comment.text for comment in self._comments(ref)]

    def read(self, ref: str) -> Ticket:
        """The ticket with its comments."""
        self._learn_actor()
        found = self._ticket(ref)
        comments = tuple(self._comments(ref, found.get("requester_id")))
        assignee = str(found.get("assignee_id") or "")
        asked = {one.author for one in comments if not one.from_customer} | {assignee}
        ours = (comment.text for comment in comments if comment.author == self._actor)
        return Ticket(
            ref=ref,
            key=str(found.get("external_id") or ""),
            status=status_of(found),
            assignee=assignee,
            queue=str(found.get("group_id") or ""),
            priority=priority_word(found.get("priority")),
            version=self._version(ref, found),
            link=f"{self._web.base_url}/agent/tickets/{ref}",
            packet=packet_in(ours),
            comments=comments,
            people=self._people.standing(asked - {self._actor}),
            merged_into=merged_into(found, comments),
        )

    def identify(self, ref: str) -> Identity:
        """By its external id, and the tag of those that were merged."""
        found = self._ticket(ref)
        return Identity(ref=ref, key=str(found.get("external_id") or ""), merged_into=merged_into(found, ()))

    def changes(self, cursor: str) -> Changes:
        """Tickets with an external id that changed, by the incremental export; it is a minute behind."""
        params = export_params(cursor or f"since:{int((self._clock.now() - EXPORT_DELAY).timestamp())}")
        refs: dict[str, None] = {}
        for _ in range(MAX_PAGES):
            page = self._web.get("/api/v2/incremental/tickets/cursor.json", params=params)
            mine = (one for one in rows_of(page, "tickets") if one.get("external_id"))
            refs |= {str(one["id"]): None for one in mine if one.get("status") != "deleted"}
            after = page.object.get("after_cursor")
            params = {"cursor": str(after)} if after else params
            if page.object.get("end_of_stream", True) or not after:
                break
        return Changes(refs=tuple(refs), cursor=export_cursor(params))

    def ping(self) -> str:
        """Says who we are there and checks that the group exists."""
        me = self._me()
        if self._config.group_id is not None:
            group = self._web.get(f"/api/v2/groups/{self._config.group_id}.json")
            if group.status == 404:
                raise DependencyFault("setup", f"{self.name!r} has no group {self._config.group_id!r}; set group_id")
        return f"Zendesk as {me.get('role', 'agent')} {self._actor}"

    def _opening(self, task: Task) -> Request:
        if not 0 < len(task.key) <= MAX_KEY:
            raise BadInput(f"a handover's key has 1 to {MAX_KEY} characters for Zendesk, not {len(task.key)}")
        priority = PRIORITIES.get(task.card.severity, "high")
        name, email = requester(task.card, self._config.requester_email_domain)
        ticket: JsonObject = {
            "subject": subject(task),
            "comment": {"body": card_lines(task), "public": False},
            "requester": {"name": name, "email": email},
            "priority": priority,
            "external_id": task.key,
            "tags": ["handrail"],
        }
        expect = {"key": task.key, "priority": priority_word(priority), "public": "false"}
        if self._config.group_id is not None:
            ticket["group_id"] = self._config.group_id
            expect["queue"] = str(self._config.group_id)
        path = "/api/v2/tickets.json"
        body = {"ticket": ticket}
        return Request(job=task.job, key=task.key, marker=task.marker, path=path, body=body, expect=expect)

    def _fields(self, task: Task) -> tuple[JsonObject, dict[str, str]]:
        """The fields a step changes, and what must be read back; both empty for a mere comment."""
        match task.job:
            case Job.URGENCY:
                priority = PRIORITIES.get(task.card.severity, "high")
                return {"priority": priority, "safe_update": True}, {"priority": priority_word(priority)}
            case Job.CLAIM:
                there = known_as(self._config.agents, self.name, task.author_role, task.author)
                taken: JsonObject = {"status": "open", "assignee_id": SELF, "safe_update": True}
                if not _REF.fullmatch(there):
                    return taken, {"status": "claimed"}
                return {**taken, "assignee_id": int(there)}, {"assignee": there, "status": "claimed"}
            case Job.RELEASE:
                free = {"status": "open", "assignee_id": None, "safe_update": True}
                return free, {"assignee": "", "status": "open"}
            case Job.CLOSE:
                return {"status": "solved", "safe_update": True}, {"status": "resolved"}
            case _:
                return {}, {}

    def _create(self, request: Request) -> Outcome:
        answer = self._web.call(
            request.method, request.path, body=request.body, headers={"idempotency-key": request.key}
        )
        if isinstance(answer, Answer) and answer.object.get("error") == "IdempotentRequestError":
            # A ticket was made under this key with another body: the look-up by external id finds it.
            return Ambiguous(code="idempotency_conflict")
        outcome = settled(answer, self._clock.now(), lambda refusal: complaints(refusal, request.body))
        if not isinstance(outcome, Answer):
            return outcome
        ref = str(part(outcome, "ticket").get("id", ""))
        if not _REF.fullmatch(ref):
            return Ambiguous(code="unreadable")
        return Delivered(ref=ref, more={"idempotency": outcome.headers.get("x-idempotency-lookup", "")})

    def _update(self, request: Request, update: JsonObject) -> Outcome:
        ticket = dict(update["ticket"])
        if ticket.get("safe_update"):
            try:
                found = self._ticket(request.ref)
                ticket |= self._assignable(ticket, found)
            except NotFound:
                return Rejected(code="no_ticket")
            except DependencyFault as fault:
                return RetryAfter(seconds=None, code=f"unread_{fault.kind}")
            ticket["updated_stamp"] = found.get("updated_at")
        answer = self._web.call(request.method, request.path, body={"ticket": ticket})
        if isinstance(answer, Answer) and answer.status == 409:
            return RetryAfter(seconds=None, code="conflict")
        outcome = settled(answer, self._clock.now(), lambda refusal: complaints(refusal, update))
        if not isinstance(outcome, Answer):
            return outcome
        return Delivered(ref=request.ref) if part(outcome, "ticket") else Ambiguous(code="unreadable")

    def _assignable(self, ticket: Mapping[str, Any], found: Mapping[str, Any]) -> JsonObject:
        """Our own agent, for a person whom Zendesk does not know and for a ticket that is solved while nobody has it:
        Zendesk refuses that."""
        unowned = ticket.get("status") == "solved" and not found.get("assignee_id")
        if not unowned and ticket.get("assignee_id") != SELF:
            return {}
        self._learn_actor()
        return {"assignee_id": self._as_number()}

    def _ticket(self, ref: str) -> Mapping[str, Any]:
        if not _REF.fullmatch(ref):
            raise NotFound(f"{ref!r} is no number of a Zendesk ticket")
        answer = self._web.get(f"/api/v2/tickets/{ref}.json")
        found = part(answer, "ticket")
        if answer.status == 404 or found.get("status") == "deleted":
            raise NotFound(f"{self.name!r} has no ticket {ref!r}")
        if not found:
            raise DependencyFault("unreadable", f"{self.name!r} answered a read with something that is no ticket")
        return found

    def _comments(self, ref: str, asker: object = None) -> Iterator[Comment]:
        if not _REF.fullmatch(ref):
            raise NotFound(f"{ref!r} is no number of a Zendesk ticket")
        params = {"page[size]": "100"}
        for _ in range(MAX_PAGES):
            page = self._web.get(f"/api/v2/tickets/{ref}/comments.json", params=params)
            if page.status == 404:
                raise NotFound(f"{self.name!r} has no ticket {ref!r}")
            for one in rows_of(page, "comments"):
                yield comment_of(one, {asker} - {None, self._as_number()})
            meta = part(page, "meta")
            if not meta.get("has_more"):
                return
            params |= {"page[after]": str(meta.get("after_cursor", ""))}
        raise DependencyFault("endless", f"{self.name!r} has more comments at ticket {ref!r} than Zendesk allows")

    def _asked(self, name: str) -> Standing:
        """What Zendesk says of a user: agents and admins work there, unless they are suspended or deleted."""
        answer = self._web.get(f"/api/v2/users/{name}.json") if _REF.fullmatch(name) else None
        user = part(answer, "user") if answer is not None and answer.status != 404 else {}
        if user.get("suspended") is True or user.get("active") is False:
            return Standing.BARRED
        return Standing.STAFF if user.get("role") in ("agent", "admin") else Standing.OUTSIDER

    def _version(self, ref: str, found: Mapping[str, Any]) -> str:
        """Second of the last update and number of updates: two within one second have different versions."""
        audits = self._web.get(f"/api/v2/tickets/{ref}/audits.json", params={"per_page": "1"}).object.get("count")
        at = moment_of(found.get("updated_at"))
        return f"{int(at.timestamp()) if at else 0:012d}.{audits if isinstance(audits, int) else 0:06d}"

    def _as_number(self) -> int | None:
        return int(self._actor) if _REF.fullmatch(self._actor) else None

    def _learn_actor(self) -> None:
        if not self._actor:
            self._me()

    def _me(self) -> Mapping[str, Any]:
        """Ourselves. Zendesk answers 200 with an anonymous user to wrong credentials."""
        me = part(self._web.get("/api/v2/users/me.json"), "user")
        if not me.get("id") or me.get("role") == "end-user":
            raise DependencyFault("setup", f"{self.name!r} does not know us as an agent; check user and token")
        self._actor = self._actor or str(me["id"])
        return me


class HookedZendesk(ZendeskDesk):
    """A Zendesk account that calls us."""

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """The hint of a signed request; see `desks.port.Hooked`."""
        return verified([secret.get_secret_value() for secret in self._config.webhook_secrets], headers, body, now)


def build(name: str, config: ZendeskConfig, clock: Clock) -> ZendeskDesk:
    """The desk of these settings; it takes webhooks only if a secret is set."""
    made = HookedZendesk if config.webhook_secrets else ZendeskDesk
    return made(name=name, config=config, clock=clock)
