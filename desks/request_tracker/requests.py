"""Tasks in Request Tracker's words: pure, so that a request can be frozen before its first attempt.

Three decisions keep the customer's data where it belongs. A ticket has no requestor, so Request Tracker mails nobody
outside. The packet is in a custom field and in an internal comment, never in the opening message, which a requestor
added later could read. The subject names the reason, not the person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from desks.kit.readable import packet_text, storable
from desks.port import Job, JsonObject, Request, Task
from states.errors import BadInput

KEY, REASON, SLA, INTENT, PACKET = "HandoverKey", "HandoverReason", "HandoverSla", "Intent", "PacketJSON"
"""The custom fields of the queue."""
PRIORITIES = {"critical": 100, "high": 80, "normal": 50, "low": 20}
NOBODY = "Nobody"
UNKNOWN = "unknown"
"""The part of a claim that is not sent at first."""
MAX_KEY = 200
"""Request Tracker compares at most 255 characters of a custom field, and finds every ticket by a longer one."""
_MAX_SUBJECT = 190


def stored_key(key: str) -> str:
    """The key as it stands in the custom field: without quotes, spaces or line breaks, so that Request Tracker
    neither trims it nor reads it as a query. Ordinary ids stay as they are."""
    stored = quote(key, safe=":@/+=,")
    if not key or len(stored) > MAX_KEY:
        raise BadInput(f"a handover's key has 1 to {MAX_KEY} characters for Request Tracker, not {len(stored)}")
    return stored


def read_key(stored: str) -> str:
    """The key that `stored_key` stored."""
    return unquote(stored)


def stored_marker(marker: str) -> str:
    """The marker as the subject of a message: Request Tracker keeps it in the transaction, where it is found
    without reading any message."""
    return quote(marker, safe="[]#:@/+=,")[:_MAX_SUBJECT]


def severity(priority: object) -> str:
    """Our word for a number, the nearest one; people set others."""
    try:
        number = int(str(priority))
    except ValueError:
        return ""
    return min(PRIORITIES, key=lambda word: abs(PRIORITIES[word] - number))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where requests go, and who is who there."""

    queue: str
    actor: str
    """Our user."""
    known_as: Callable[[str, str], str]
    """Request Tracker's name of a role and id here; empty if it knows none."""


def request(task: Task, ref: str, place: Place) -> Request:
    """The task's request."""
    match task.job:
        case Job.OPEN:
            return _opening(task, place.queue)
        case Job.URGENCY:
            return _urgency(task, ref)
        case Job.CLAIM:
            return _claim(task, ref, place)
        case Job.RELEASE:
            return _put(task, ref, {"Owner": NOBODY, "Status": "open"}, {"status": "open"})
        case Job.CLOSE:
            return _close(task, ref)
        case _:
            return _addition(task, ref)


def _opening(task: Task, queue: str) -> Request:
    why = _part(task.packet, "why")
    body = {
        "Queue": queue,
        "Subject": _subject(task),
        "Content": storable(_card_text(task)),
        "ContentType": "text/plain",
        "Priority": PRIORITIES.get(task.card.severity, PRIORITIES["high"]),
        "CustomFields": {
            KEY: stored_key(task.key),
            REASON: storable(task.card.reason_code),
            SLA: str(why.get("sla_class", "")),
            INTENT: storable(str(_part(task.packet, "context").get("intent", "")))[:200],
            PACKET: _data(task.packet),
        },
    }
    expect = {"key": task.key, "queue": queue, "priority": severity(body["Priority"])}
    return Request(job=task.job, key=task.key, marker=task.marker, path="/ticket", body=body, expect=expect)


def _data(packet: Mapping[str, Any]) -> str:
    """ASCII only: older databases of Request Tracker hold no emoji, and none trims or folds this."""
    return json.dumps(packet, ensure_ascii=True, separators=(",", ":"))


def _part(packet: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = packet.get(name)
    return found if isinstance(found, Mapping) else {}


def _subject(task: Task) -> str:
    line = f"{task.card.headline}: {task.card.reason_code} ({task.card.severity}, {task.card.language})"
    return " ".join(storable(line).split())[:_MAX_SUBJECT]


def _card_text(task: Task) -> str:
    card = task.card
    rows = (
        ("What", card.headline),
        ("Reason", card.reason_code),
        ("Severity", card.severity),
        ("Team", card.team),
        ("Language", card.language),
        ("Claim by", card.claim_due_at.isoformat(timespec="minutes")),
        ("Case", card.link),
    )
    return "\n".join(f"{name}: {value}" for name, value in rows if value) + f"\n\n{task.marker}"


def _addition(task: Task, ref: str) -> Request:
    public = task.job is Job.REPLY
    way = "correspond" if public else "comment"
    body = _message(task, _said(task))
    if task.packet and task.job is Job.NOTE:
        body["CustomFields"] = {PACKET: _data(task.packet)}  # a packet that came later replaces the first one
    return _to(task, ref, f"/ticket/{ref}/{way}", body, {"public": str(public).lower()})


def _message(task: Task, text: str) -> JsonObject:
    return {
        "Subject": stored_marker(task.marker),
        "Content": f"{storable(text)}\n\n{storable(task.marker)}",
        "ContentType": "text/plain",
    }


def _said(task: Task) -> str:
    match task.job:
        case Job.CUSTOMER_MESSAGE:
            quoted = "\n".join(f"> {line}" for line in storable(task.text).split("\n"))
            return f"The customer wrote:\n\n{quoted}"
        case Job.REPLY:
            return f"{task.author or 'A person'} wrote to the customer:\n\n{task.text}"
        case _:
            return task.text or packet_text(task.packet)


def _urgency(task: Task, ref: str) -> Request:
    number = PRIORITIES.get(task.card.severity, PRIORITIES["high"])
    return _put(task, ref, {"Priority": number}, {"priority": severity(number)})


def _claim(task: Task, ref: str, place: Place) -> Request:
    """The owner there, or our own user with a word on who it is, if Request Tracker does not know the person.

    `unknown` is what is done if it refuses the owner.
    """
    note = _message(task, f"Claimed by {task.author or 'a person'} outside Request Tracker.")
    owner = place.known_as(task.author_role, task.author) or place.actor
    body = {"Owner": owner, "Status": "open", UNKNOWN: {"Owner": place.actor, "note": note}}
    return _put(task, ref, body, {"status": "claimed"})


def _close(task: Task, ref: str) -> Request:
    """A comment with the outcome that sets the status in the same call; unlike a reply it is mailed to no customer."""
    body = {**_message(task, task.text or "Closed."), "Status": "resolved"}
    return _to(task, ref, f"/ticket/{ref}/comment", body, {"status": "resolved"})


def _put(task: Task, ref: str, body: JsonObject, expect: Mapping[str, str]) -> Request:
    return _to(task, ref, f"/ticket/{ref}", body, expect, method="PUT")


def _to(
    task: Task, ref: str, path: str, body: JsonObject, expect: Mapping[str, str], *, method: str = "POST"
) -> Request:
    return Request(
        job=task.job,
        key=task.key,
        marker=task.marker,
        ref=ref,
        method=method,
        path=path,
        body=body,
        expect={"key": task.key, **expect},
    )
