"""What Freshdesk's answers say, in our words: tickets, conversations, refusals; and texts as it wants them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from desks.kit.automatic import is_automatic
from desks.kit.http import Answer
from desks.kit.readable import plain_text
from desks.kit.refusals import field_errors
from desks.port import Comment
from handover.packet.attachment import Attachment
from states.errors import DependencyFault

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
        files=tuple(_files(found)),
        at=moment_of(found.get("created_at")),
    )


def _files(found: Mapping[str, Any]) -> Iterator[Attachment]:
    rows = found.get("attachments")
    for one in rows if isinstance(rows, list) else ():
        if isinstance(one, dict) and one.get("name"):
            size = one.get("size")
            yield Attachment(
                name=str(one["name"])[:200], media_type=str(one.get("content_type") or "")[:100],
                size=size if isinstance(size, int) else 0, ref=f"freshdesk:{one.get('id', '')}",
            )  # fmt: skip


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
    """A list of objects; DependencyFault if the answer is none: an empty list would say that nothing is there."""
    if not isinstance(answer.json, list):
        raise DependencyFault("unreadable", "the destination's answer is no list")
    return [one for one in answer.json if isinstance(one, dict)]


def moment_of(value: object) -> datetime | None:
    """A moment that Freshdesk names; None for what is none, or has no zone."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None


def stamp(at: datetime) -> str:
    """A moment as Freshdesk writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
