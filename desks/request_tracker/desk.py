"""Request Tracker 5 over REST2, as a ticket desk.

Request Tracker answers 201 while it drops an unknown field, an illegal value or a key that is not unique, and 200
while it refuses a change. So no answer is believed further than it goes: what matters is in `expect` and comes back
by `read`.

It also carries out requests that were given up, after the retry that replaced them, when it gets round to them. The
second ticket that this makes is merged into the first: two tickets are two people who call the customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from desks.config import TICKETING, RequestTrackerConfig, known_as
from desks.kit.http import Answer, Web, settled
from desks.kit.people import People
from desks.kit.signatures import key_of, verified
from desks.port import (
    Ambiguous,
    Changes,
    Delivered,
    Hint,
    Identity,
    Job,
    JsonObject,
    Outcome,
    Request,
    Standing,
    Task,
    Ticket,
)
from desks.request_tracker.changes import SETTLING, Tail
from desks.request_tracker.requests import (
    KEY,
    NOBODY,
    PACKET,
    UNKNOWN,
    Place,
    read_key,
    request,
    stored_key,
    stored_marker,
)
from desks.request_tracker.rest import Rest
from desks.request_tracker.tickets import (
    Said,
    Texts,
    automatic_in,
    bodies,
    comments_of,
    custom_fields,
    files_in,
    is_spoken,
    key_in_packet,
    name_of,
    text_of,
    ticket_of,
)
from states.clock import Clock
from states.errors import BadSignature, DependencyFault, NotFound, SettingsError

_PASSING = ("internal error", "could not be recorded")
"""A database that failed is answered with 400, as if the request were wrong."""


MERGES_AT_ONCE = 20
"""Tickets of ours that one poll looks at; the next one goes on from there."""


@dataclass(frozen=True, kw_only=True)
class RequestTracker:
    """One queue of a Request Tracker. Made by `build`."""

    name: str
    rest: Rest = field(repr=False)
    site: str
    """Where people open tickets."""
    place: Place
    people: People = field(repr=False)
    texts: Texts = field(default_factory=Texts, repr=False)
    settling: timedelta = SETTLING

    @property
    def actor(self) -> str:
        """Our user there."""
        return self.place.actor

    @property
    def jobs(self) -> frozenset[Job]:
        """Everything that is done to tickets."""
        return frozenset(TICKETING)

    def prepare(self, task: Task, ref: str) -> Request:
        """The task in Request Tracker's words."""
        return request(task, ref, self.place)

    def send(self, request: Request) -> Outcome:
        """One attempt. Calls more only where the answer leaves open what happened: who holds the key after OPEN, and
        what to do with an owner whom Request Tracker refuses."""
        body = {name: value for name, value in request.body.items() if name != UNKNOWN}
        outcome = self._tried(request.method, request.path, body)
        if not isinstance(outcome, Answer):
            return outcome
        if request.job is Job.OPEN:
            return self._opened(request, outcome)
        if not isinstance(outcome.json, list):
            return Ambiguous(code="unreadable_answer")
        if UNKNOWN in request.body and (body["Owner"] == self.actor or _refused(outcome)):
            return self._claimed_for(request, request.body[UNKNOWN])
        return Delivered(ref=request.ref)

    def _claimed_for(self, request: Request, unknown: JsonObject) -> Outcome:
        """The note is last: who finds it knows that the owner is set."""
        for method, path, body in (
            ("PUT", request.path, {"Owner": unknown["Owner"]}),
            ("POST", f"{request.path}/comment", unknown["note"]),
        ):
            outcome = self._tried(method, path, body)
            if not isinstance(outcome, Answer):
                return outcome
        return Delivered(ref=request.ref, more={"assignee": self.actor})

    def _tried(self, method: str, path: str, body: JsonObject) -> Outcome | Answer:
        answer = self.rest.web.call(method, path, body=body)
        if isinstance(answer, Answer) and answer.status == 400 and _message(answer).endswith(_PASSING):
            return Ambiguous(code="internal_error")
        return settled(answer, self.rest.clock.now())

    def _opened(self, request: Request, answer: Answer) -> Outcome:
        """The ticket that holds the key: this one, or the first of two."""
        ref = str(answer.object.get("id", ""))
        if not ref.isdigit():
            return Ambiguous(code="unreadable_answer")
        try:
            first = self._first(request.key) or ref
        except DependencyFault:
            return Delivered(ref=ref)
        if first != ref:
            self._merge(ref, first)
        return Delivered(ref=first)

    def _first(self, key: str) -> str | None:
        """The oldest ticket with exactly this key, in whatever queue it is now."""
        stored = stored_key(key)
        query = f"CF.{{{KEY}}} = '{stored}'"
        rows, _ = self.rest.listing("/tickets", {"query": query, "fields": "CustomFields"})
        # Request Tracker folds case, and answers a key that is too long with every ticket.
        holders = [str(row["id"]) for row in rows if custom_fields(row).get(KEY) == stored]
        return min(holders, key=int, default=None)

    def _merge(self, ref: str, into: str) -> None:
        """What comes of it is seen by the next `changes`."""
        self.rest.web.call("PUT", f"/ticket/{ref}", body={"MergeInto": into})

    def find(self, request: Request) -> Delivered | None:
        """By key for OPEN. By marker for messages, which is the subject of their entry in the history: Request
        Tracker finds no text without a full-text index, and says "none" instead of "cannot". Setting an owner or a
        priority twice does no harm."""
        if request.job is Job.OPEN:
            first = self._first(request.key)
            return Delivered(ref=first) if first else None
        marker = stored_marker(request.marker)
        found = any(str(entry.get("Data", "")).strip() == marker for entry in self._history(request.ref))
        return Delivered(ref=request.ref) if found else None

    def read(self, ref: str) -> Ticket:
        """The ticket with its history. A merged ticket is read as the one that it was merged into."""
        answer = self.rest.record(f"/ticket/{ref}", {"fields[Queue]": "Name"}) if ref.isdigit() else None
        if answer is None or answer.object.get("Status") == "deleted":
            raise NotFound(f"Request Tracker has no ticket {ref!r}; it may have been deleted there")
        number = str(answer.object.get("id"))
        history = self._history(number)
        comments = comments_of(history, self._texts(number, history))
        names = {*(one.author for one in comments), name_of(answer.object.get("Owner"))} - {self.actor, NOBODY}
        return ticket_of(answer, comments, self.site, self.people.standing(sorted(names)))

    def identify(self, ref: str) -> Identity:
        """By its number and key: Request Tracker answers for a merged ticket with the other one."""
        answer = self.rest.record(f"/ticket/{ref}") if ref.isdigit() else None
        if answer is None or answer.object.get("Status") == "deleted":
            raise NotFound(f"Request Tracker has no ticket {ref!r}; it may have been deleted there")
        key = read_key(custom_fields(answer.object).get(KEY, ""))
        return Identity(ref=str(answer.object.get("id")), key=key)

    def _history(self, ref: str) -> list[JsonObject]:
        return self.rest.listing(f"/ticket/{ref}/history", {"fields": "Type,Creator,Created,Data"})[0]

    def _texts(self, ref: str, history: list[JsonObject]) -> Mapping[str, Said]:
        """What every entry says; each text is one call, the first time."""
        spoken = [str(entry["id"]) for entry in history if is_spoken(entry)]
        known = {entry: self.texts.known[entry] for entry in spoken if entry in self.texts.known}
        if len(known) < len(spoken):
            fields = {"fields": "ContentType,TransactionId,Filename,Headers"}
            rows = self.rest.listing(f"/ticket/{ref}/attachments", fields)[0]
            where, files, automatic = bodies(rows), files_in(rows), automatic_in(rows)
            read = {
                entry: Said(
                    text=self._text(*where[entry]) if entry in where else "",
                    automatic=entry in automatic,
                    files=files.get(entry, ()),
                )
                for entry in spoken
                if entry not in known and (entry in where or entry in files)
            }
            self.texts.keep(read)
            known |= read
        return known

    def _text(self, attachment: str, html: bool) -> str:
        answer = self.rest.record(f"/attachment/{attachment}")
        return "" if answer is None else text_of(answer, html)

    def changes(self, cursor: str) -> Changes:
        """Tickets that others changed. Second tickets of one key are merged on the way, a few at a time: over a bad
        network a poll of hundreds of calls would never end well, and what it has done would be done again."""
        found = Tail(rest=self.rest, actor=self.actor, settling=self.settling).since(cursor)
        for number, made in enumerate(found.made):
            if number == MERGES_AT_ONCE:
                return Changes(refs=found.refs, cursor=made.before)
            try:
                self._merge_second(made.ref)
            except DependencyFault:
                if not number:
                    raise
                return Changes(refs=found.refs, cursor=made.before)
        return Changes(refs=found.refs, cursor=found.cursor)

    def _merge_second(self, ref: str) -> None:
        answer = self.rest.record(f"/ticket/{ref}")
        if answer is None or str(answer.object.get("id")) != ref:
            return
        key = read_key(custom_fields(answer.object).get(KEY, "")) or key_in_packet(answer.object)
        first = self._first(key) if key else None
        if first and first != ref:
            self._merge(ref, first)

    def ping(self) -> str:
        """The version and the queue, with the custom fields that a handover needs."""
        version = self.rest.record("/rt")
        try:
            queue = self.rest.record(f"/queue/{quote(self.place.queue, safe='')}")
        except DependencyFault as error:
            if error.kind != "refused":
                raise
            queue = None  # 403 for a queue that is not there, too
        if version is None or queue is None:
            raise DependencyFault("missing", f"{self.actor!r} sees no queue {self.place.queue!r} in Request Tracker")
        given = queue.object.get("TicketCustomFields") or []
        missing = {KEY, PACKET} - {str(row.get("name")) for row in given}
        if missing:
            raise DependencyFault("missing", f"queue {self.place.queue!r} lacks the custom fields {sorted(missing)}")
        return f"Request Tracker {version.object.get('Version')}, queue {self.place.queue}"


@dataclass(frozen=True, kw_only=True)
class HookedRequestTracker(RequestTracker):
    """A Request Tracker that calls us when something happens; only with a secret."""

    secrets: tuple[str, ...] = field(repr=False)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """The ticket of a signed call. BadSignature for every other, and for a signed one that names no ticket."""
        delivery_id = verified(self.secrets, headers, body, now)
        said = Answer(status=200, headers={}, body=body).object
        ref = str(said.get("ticket", ""))
        if not (ref.isascii() and ref.isdigit()):
            raise BadSignature("the webhook is signed but names no ticket; see the scrip in the documentation")
        return Hint(delivery_id=delivery_id, ref=ref, actor=str(said.get("actor") or ""))


def build(name: str, config: RequestTrackerConfig, clock: Clock) -> RequestTracker:
    """The desk of these settings. SettingsError if they cannot work."""
    if (config.password is None) == (config.token is None):
        raise SettingsError(f"desk {name!r}: set either password or token for Request Tracker")
    site = config.base_url.rstrip("/")
    rest = Rest(web=_web(site, config), clock=clock)
    common: dict[str, Any] = {
        "name": name,
        "rest": rest,
        "people": People(clock=clock, ask=partial(_standing, rest)),
        "site": site,
        "place": Place(queue=config.queue, actor=config.user, known_as=partial(known_as, config.agents, name)),
    }
    secrets = tuple(secret.get_secret_value() for secret in config.webhook_secrets)
    if not all(_usable(secret) for secret in secrets):
        raise SettingsError(f"desk {name!r}: a webhook secret is empty or, after whsec_, no Base64")
    return HookedRequestTracker(**common, secrets=secrets) if secrets else RequestTracker(**common)


def _standing(rest: Rest, name: str) -> Standing:
    """What Request Tracker says of a user: who is privileged works there. It makes a user of everybody who mails.

    A name of digits, or with a slash, would be read as another record's.
    """
    answer = None if name.isdigit() or "/" in name else rest.record(f"/user/{quote(name, safe='')}")
    user = answer.object if answer is not None else {}
    if user.get("Name", name) != name:
        return Standing.OUTSIDER
    if str(user.get("Disabled", "0")) == "1":
        return Standing.BARRED
    return Standing.STAFF if str(user.get("Privileged", "0")) == "1" else Standing.OUTSIDER


def _web(site: str, config: RequestTrackerConfig) -> Web:
    headers = {"authorization": f"token {config.token.get_secret_value()}"} if config.token else {}
    auth = (config.user, config.password.get_secret_value()) if config.password else None
    return Web(base_url=f"{site}/REST/2.0", headers=headers, auth=auth, deadline_s=config.deadline_s)


def _usable(secret: str) -> bool:
    try:
        return bool(key_of(secret))
    except ValueError:
        return False


def _message(answer: Answer) -> str:
    return str(answer.object.get("message", "")).rstrip(". ")


def _refused(answer: Answer) -> bool:
    """Whether a change was not made: every line that tells of one says from what to what it changed."""
    return not all("changed from" in str(line) for line in answer.json)
