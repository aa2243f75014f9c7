"""Tasks in Request Tracker's words: pure, so that a request can be frozen before its first attempt.

Three decisions keep the customer's data where it belongs. A ticket has no requestor, so Request Tracker mails nobody
outside. The packet is in a custom field and in an internal comment, never in the opening message, which a requestor
added later could read. The subject names the reason, not the person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from desks.port import Job, JsonObject, Request, Task
from desks.readable import packet_text, storable
from states.errors import BadInput

KEY, REASON, SLA, INTENT, PACKET = "HandoverKey", "HandoverReason", "HandoverSla", "Intent", "PacketJSON"
"""The custom fields of the queue."""
PRIORITIES = {"critical": 100, "high": 80, "normal": 50, "low": 20}
NOBODY = "Nobody"
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


def request(task: Task, ref: str, queue: str, owners: Mapping[str, str]) -> Request:
    """The task's request. `owners` maps `role/id` to Request Tracker's name of the person."""
    make = {
        Job.URGENCY: _urgency,
        Job.CLAIM: lambda task, ref: _claim(task, ref, owners),
        Job.RELEASE: _release,
        Job.CLOSE: _close,
    }.get(task.job, _addition)
    return _opening(task, queue) if task.job is Job.OPEN else make(task, ref)


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
            # ASCII only: older databases of Request Tracker hold no emoji, and none trims or folds this.
            PACKET: json.dumps(task.packet, ensure_ascii=True, separators=(",", ":")),
        },
    }
    expect = {"key": task.key, "queue": queue, "priority": severity(body["Priority"])}
    return Request(job=task.job, key=task.key, marker=task.marker, path="/ticket", body=body, expect=expect)


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
    return Request(
        job=task.job,
        key=task.key,
        marker=task.marker,
        ref=ref,
        path=f"/ticket/{ref}/{'correspond' if public else 'comment'}",
        body=_message(task, _said(task)),
        expect={"key": task.key, "public": "true" if public else "false"},
    )


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
            return "\n\n".join(filter(None, (task.text, packet_text(task.packet))))


def _urgency(task: Task, ref: str) -> Request:
    number = PRIORITIES.get(task.card.severity, PRIORITIES["high"])
    return _put(task, ref, {"Priority": number}, {"key": task.key, "priority": severity(number)})


def _claim(task: Task, ref: str, owners: Mapping[str, str]) -> Request:
    """The owner, if the settings know the person's name there; a note stands by in case Request Tracker refuses."""
    note = _message(task, f"Claimed by {task.author or 'a person'}.")
    owner = owners.get(task.author, "")
    if not owner:
        return _comment(task, ref, note)
    return _put(task, ref, {"Owner": owner, "otherwise": note}, {"key": task.key})


def _release(task: Task, ref: str) -> Request:
    note = _message(task, "Released: nobody has it now.")
    return _put(task, ref, {"Owner": NOBODY, "otherwise": note}, {"key": task.key})


def _close(task: Task, ref: str) -> Request:
    """A comment with the outcome that sets the status in the same call; unlike a reply it is mailed to no customer."""
    body = {**_message(task, task.text or "Closed."), "Status": "resolved"}
    return _comment(task, ref, body, {"key": task.key, "status": "resolved"})


def _comment(task: Task, ref: str, body: JsonObject, expect: Mapping[str, str] | None = None) -> Request:
    return Request(
        job=task.job,
        key=task.key,
        marker=task.marker,
        ref=ref,
        path=f"/ticket/{ref}/comment",
        body=body,
        expect=expect or {"key": task.key},
    )


def _put(task: Task, ref: str, body: JsonObject, expect: Mapping[str, str]) -> Request:
    return Request(
        job=task.job,
        key=task.key,
        marker=task.marker,
        ref=ref,
        method="PUT",
        path=f"/ticket/{ref}",
        body=body,
        expect=expect,
    )
