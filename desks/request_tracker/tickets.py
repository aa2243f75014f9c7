"""Request Tracker's answers in our words: tickets, their history, and what people wrote in it.

The history says who did what; the texts lie in attachments, one call each, and never change. They are kept, or every
look at a long conversation would cost a minute.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from desks.kit.automatic import is_automatic
from desks.kit.http import Answer
from desks.kit.readable import plain_text
from desks.port import Comment, JsonObject, Standing, Ticket
from desks.request_tracker.requests import KEY, NOBODY, PACKET, read_key, severity
from handover.packet.attachment import Attachment
from states.errors import DependencyFault

SPOKEN = {"Create": True, "Correspond": True, "Comment": False}
"""Kinds of entry that carry a text, and whether a customer may see it."""
CLOSED = frozenset({"resolved", "rejected", "deleted"})
WORK_DONE = "resolved"
_KEPT = 500
"""Texts that are remembered."""
_TYPES = ("text/plain", "text/html")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an entry of the history carries."""

    text: str = ""
    automatic: bool = False
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Texts:
    """What was read once, by the number of its entry in the history."""

    known: dict[str, Said] = field(default_factory=dict)

    def keep(self, found: Mapping[str, Said]) -> None:
        """Remembers them, and forgets all when there are too many."""
        if len(self.known) + len(found) > _KEPT:
            self.known.clear()
        self.known.update(found)


def ticket_of(answer: Answer, comments: tuple[Comment, ...], site: str, people: Mapping[str, Standing]) -> Ticket:
    """The ticket of an answer to `GET /ticket/N`. What a requestor wrote who does not work there is the customer's."""
    found = answer.object
    fields = custom_fields(found)
    owner, ref = name_of(found.get("Owner")), str(found.get("id", ""))
    assignee = "" if owner == NOBODY else owner
    requestors = {name for name in names_of(found.get("Requestor")) if people.get(name) is not Standing.STAFF}
    status = "resolved" if found.get("Status") in CLOSED else "claimed" if assignee else "open"
    return Ticket(
        ref=ref,
        key=read_key(fields.get(KEY, "")),
        status=status,
        assignee=assignee,
        queue=_queue_of(found),
        priority=severity(found.get("Priority")),
        version=answer.headers.get("etag", "").removeprefix("W/").strip('"'),
        link=f"{site}/Ticket/Display.html?id={ref}",
        packet=_packet(fields.get(PACKET, "")),
        comments=tuple(replace(one, from_customer=one.author in requestors) for one in comments),
        people=people,
        closed_as=str(found["Status"]) if status == "resolved" and found["Status"] != WORK_DONE else "",
    )


def name_of(user: Any) -> str:
    """The name of a user's placeholder."""
    return str(user.get("id", "")) if isinstance(user, Mapping) else ""


def names_of(users: Any) -> tuple[str, ...]:
    """The names of a list of users' placeholders."""
    return tuple(filter(None, map(name_of, users))) if isinstance(users, list) else ()


def custom_fields(found: JsonObject) -> dict[str, str]:
    """First value of each custom field, by name."""
    given = found.get("CustomFields")
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    return {str(row.get("name")): str(row["values"][0]) for row in rows if row.get("values")}


def _queue_of(found: JsonObject) -> str:
    queue = found.get("Queue")
    return str(queue.get("Name") or queue.get("id") or "") if isinstance(queue, Mapping) else ""


def key_in_packet(found: JsonObject) -> str:
    """The handover's id as the packet says it; empty if there is no packet."""
    envelope = _packet(custom_fields(found).get(PACKET, "")).get("envelope")
    return str(envelope.get("handover_id", "")) if isinstance(envelope, dict) else ""


def _packet(text: str) -> JsonObject:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def comments_of(entries: Iterable[JsonObject], said: Mapping[str, Said]) -> tuple[Comment, ...]:
    """The history's entries that carry a text."""
    return tuple(_comment(entry, said.get(str(entry.get("id")), Said())) for entry in entries if is_spoken(entry))


def is_spoken(entry: JsonObject) -> bool:
    """Whether an entry of the history carries a text."""
    return entry.get("Type") in SPOKEN


def _comment(entry: JsonObject, said: Said) -> Comment:
    return Comment(
        id=str(entry.get("id")),
        text=said.text,
        automatic=said.automatic,
        files=said.files,
        public=SPOKEN[str(entry.get("Type"))],
        author=name_of(entry.get("Creator")),
        at=moment(entry.get("Created")),
    )


def bodies(attachments: Iterable[JsonObject]) -> dict[str, tuple[str, bool]]:
    """The attachment that is an entry's text, and whether it is HTML: plain text if there are both, and no file."""
    found: dict[str, tuple[str, bool]] = {}
    for row in attachments:
        kind, entry = row.get("ContentType"), str(row.get("TransactionId", ""))
        if kind in _TYPES and not row.get("Filename") and (entry not in found or found[entry][1]):
            found[entry] = (str(row.get("id", "")), kind == "text/html")
    return found


def files_in(attachments: Iterable[JsonObject]) -> dict[str, tuple[Attachment, ...]]:
    """The files that came with each entry, by the entry's number."""
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in attachments:
        name, entry = str(row.get("Filename") or "")[:200], str(row.get("TransactionId", ""))
        if name:
            one = Attachment(name=name, media_type=str(row.get("ContentType") or "")[:100], ref=f"rt:{row.get('id')}")
            found[entry] = (*found.get(entry, ()), one)
    return found


def automatic_in(attachments: Iterable[JsonObject]) -> frozenset[str]:
    """The numbers of entries whose mail a program wrote."""
    return frozenset(
        str(row.get("TransactionId", "")) for row in attachments if is_automatic(str(row.get("Headers") or ""))
    )


def moment(value: Any) -> datetime | None:
    """A time as Request Tracker writes it."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def text_of(answer: Answer, html: bool) -> str:
    """The text of an answer to `GET /attachment/N`. DependencyFault if it is none."""
    content = answer.object.get("Content", "")
    try:
        read = base64.b64decode(str(content or "")).decode("utf-8", "replace")
    except ValueError as error:
        raise DependencyFault("unreadable", "Request Tracker's attachment is no Base64") from error
    return plain_text(read) if html else read.strip("\n")
