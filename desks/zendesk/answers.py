"""What Zendesk's answers say, in our words: tickets, comments, refusals, and the cursor of its export."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from typing import Any

from desks.kit.answers import files_of, moment_of, objects_in
from desks.kit.automatic import is_automatic
from desks.kit.http import Answer
from desks.kit.refusals import field_errors
from desks.port import Comment

PRIORITIES = {"critical": "urgent", "high": "high", "normal": "normal", "low": "low"}
MERGED = "closed_by_merge"
"""The tag of a ticket that was merged into another."""
_MERGED_INTO = re.compile(r"merged into (?:request|ticket) #?(\d{1,20})", re.IGNORECASE)


def status_of(ticket: Mapping[str, Any]) -> str:
    """Our word for its status."""
    if ticket.get("status") in ("solved", "closed"):
        return "resolved"
    return "claimed" if ticket.get("assignee_id") else "open"


def priority_word(priority: object) -> str:
    """Our word for a priority; empty for one that Zendesk has added."""
    return next((ours for ours, theirs in PRIORITIES.items() if theirs == priority), "")


def merged_into(ticket: Mapping[str, Any], comments: Sequence[Comment]) -> str:
    """The ticket that a merged one went into: Zendesk names it in the last comment only. A merge also closes."""
    tags = ticket.get("tags")
    if not isinstance(tags, list) or MERGED not in tags:
        return ""
    named = (found[1] for one in reversed(comments) if (found := _MERGED_INTO.search(one.text)))
    return next(named, "?")


def comment_of(found: Mapping[str, Any], customers: Set[object]) -> Comment:
    """One entry of the history; `customers` are the ids of whoever is the customer there."""
    author = found.get("author_id")
    return Comment(
        id=str(found.get("id", "")),
        text=str(found.get("body") or found.get("plain_body") or ""),
        public=found.get("public") is True,
        author=str(author or ""),
        from_customer=author in customers,
        automatic=is_automatic("", _sender(found)),
        files=tuple(files_of(found, "zendesk", "file_name")),
        at=moment_of(found.get("created_at")),
    )


def _sender(found: Mapping[str, Any]) -> str:
    """The address a comment was mailed from; empty for one that was not. Zendesk shows no other header."""
    via: Any = found.get("via")
    for name in ("source", "from"):
        via = via.get(name) if isinstance(via, dict) else None
    return str(via.get("address") or "") if isinstance(via, dict) else ""


def complaints(refusal: Answer, sent: Mapping[str, Any]) -> Mapping[str, str]:
    """Zendesk's `details`: a list of complaints for each field. Errors may also be plain text: then nothing."""
    details = refusal.object.get("details")
    if not isinstance(details, dict):
        return {}
    rows = ((name, complaint) for name, some in details.items() if isinstance(some, list) for complaint in some)
    return field_errors(((name, one.get("error")) for name, one in rows if isinstance(one, dict)), sent)


def export_params(cursor: str) -> dict[str, str]:
    """What a cursor of ours asks the export for."""
    kind, _, value = cursor.partition(":")
    return {"start_time" if kind == "since" else "cursor": value}


def export_cursor(params: Mapping[str, str]) -> str:
    """Our cursor for what the export is asked."""
    return f"after:{params['cursor']}" if "cursor" in params else f"since:{params['start_time']}"


def part(answer: Answer, name: str) -> Mapping[str, Any]:
    """An object within the answer; empty if there is none."""
    found = answer.object.get(name)
    return found if isinstance(found, dict) else {}


def rows_of(answer: Answer, name: str) -> list[dict[str, Any]]:
    """A list of objects of an answer; DependencyFault if there is none."""
    return objects_in(answer.object.get(name), f"has no list of {name}")
