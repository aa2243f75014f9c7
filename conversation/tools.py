"""What the assistant asked of tools for a message that waits for them, kept in its conversation's row.

The program that runs them brings the calls back with their results: it is believed about the results, and not about
what was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assistants.request import Request, ToolCall


def with_asked(history: Mapping[str, Any], message_id: str, calls: Iterable[ToolCall]) -> dict[str, Any]:
    """The row's history, with what has been asked for this message from now on."""
    return {**history, "asked": [message_id, *_asked(history, message_id), *(one.mark for one in calls)]}


def unasked(history: Mapping[str, Any], message_id: str, request: Request | None) -> tuple[str, ...]:
    """The ids of calls that the program has results of and that nobody asked for, for this message and so."""
    known = set(_asked(history, message_id))
    return tuple(run.call.id for run in request.runs if run.call.mark not in known) if request is not None else ()


def _asked(history: Mapping[str, Any], message_id: str) -> list[str]:
    name, *marks = history.get("asked") or ("",)
    return marks if name == message_id else []
