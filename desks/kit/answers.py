"""What answers of ticket systems have in common: moments, files, and lists that must be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from handover.packet.attachment import Attachment
from states.errors import DependencyFault


def moment_of(value: object) -> datetime | None:
    """A moment in ISO 8601; None for what is none, or has no zone."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None


def files_of(found: Mapping[str, Any], system: str, name: str) -> Iterator[Attachment]:
    """The files of a comment; `name` is the key of a file's name, `system` begins the reference to it."""
    rows = found.get("attachments")
    for one in rows if isinstance(rows, list) else ():
        if isinstance(one, dict) and one.get(name):
            size = one.get("size")
            yield Attachment(
                name=str(one[name])[:200], media_type=str(one.get("content_type") or "")[:100],
                size=size if isinstance(size, int) else 0, ref=f"{system}:{one.get('id', '')}",
            )  # fmt: skip


def objects_in(rows: object, missing: str) -> list[dict[str, Any]]:
    """A list of objects; DependencyFault, in the words of `missing`, if it is none: an empty list would say that
    nothing is there."""
    if not isinstance(rows, list):
        raise DependencyFault("unreadable", f"the destination's answer {missing}")
    return [one for one in rows if isinstance(one, dict)]
