"""What Freshdesk's answers say, in our words: tickets, conversations, refusals; and texts as it wants them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from desks.kit.answers import files_of, moment_of, objects_in
from desks.kit.automatic import is_automatic
from desks.kit.http import Answer
from desks.kit.readable import plain_text
from desks.kit.refusals import field_errors
from desks.port import Comment

PRIORITIES = {"critical": 4, "high": 3, "normal": 2, "low": 1}
OPEN, RESOLVED, CLOSED = 2, 4, 5
_MERGED_INTO = re.compile(r"closed and merged into (?:ticket|request) #?(\d{1,20})", re.IGNORECASE)


def as_html(text: str) -> str:
    """Plain text as HTML; indents stay."""
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        lines.append("&nbsp;" * (len(line) - len(bare)) + html.escape(bare))
    return "<div>" + "<br>".join(lines) + "</div>"


def status_of(ticket: Mapping[str, Any]) -> str:
    """Our word for its status."""
    if ticket.get("status") in (RESOLVED, CLOSED):
        return "resolved"
    return "claimed" if ticket.get("responder_id") else "open"


def priority_word(priority: int) -> str:
    """Our word for a priority."""
    return next(word for word, number in PRIORITIES.items() if number == priority)


def version_of(ticket: Mapping[str, Any], conversations: int) -> str:
    """Second of the last update and number of conversations. Other changes within one second have one version, so
    `changes` names a ticket again when the second is over."""
    at = moment_of(ticket.get("updated_at"))
    return f"{int(at.timestamp()) if at else 0:012d}.{conversations:06d}"


def comment_of(found: Mapping[str, Any]) -> Comment:
    """One entry of the history."""
    return Comment(
        id=str(found.get("id", "")),
        text=plain_text(str(found.get("body") or "")) or str(found.get("body_text") or ""),
        public=found.get("private") is False,
        author=str(found.get("user_id") or ""),
        from_customer=found.get("incoming") is True,
        automatic=is_automatic("", str(found.get("from_email") or "")),
        files=tuple(files_of(found, "freshdesk", "name")),
        at=moment_of(found.get("created_at")),
    )


def merged_into(ticket: Mapping[str, Any], comments: Sequence[Comment]) -> str:
    """Where a merged ticket went: Freshdesk closes it with a private note that says so, and with no field."""
    if ticket.get("status") != CLOSED:
        return ""
    named = (found[1] for one in reversed(comments) if not one.public and (found := _MERGED_INTO.search(one.text)))
    return next(named, "")


def complaints(refusal: Answer, sent: Mapping[str, Any]) -> Mapping[str, str]:
    """Freshdesk's `errors`: field, prose and code of each complaint."""
    errors = refusal.object.get("errors")
    rows = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return field_errors(((one.get("field"), one.get("code")) for one in rows), sent)


def no_such_contact(answer: Answer) -> bool:
    """Whether it refuses because the requester is none of its contacts."""
    return answer.status == 400 and complaints(answer, {"email": ""}).get("email") == "invalid_value"


def rows_of(answer: Answer) -> list[dict[str, Any]]:
    """The objects of an answer that is a list; DependencyFault if it is none."""
    return objects_in(answer.json, "is no list")


def stamp(at: datetime) -> str:
    """A moment as Freshdesk writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
