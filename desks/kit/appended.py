"""Sending a step that is several notes, without a second copy of those that have arrived.

One note is one attempt. Of several, some may be in the ticket from an earlier attempt: only then the ticket is read
first, and only the missing ones are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from desks.kit.notes import has_marker, markers
from desks.port import Delivered, Outcome, RetryAfter
from states.errors import DependencyFault, NotFound

Part = TypeVar("Part")


def append(
    parts: Sequence[Part],
    marker: str,
    present: Callable[[], Sequence[str]],
    send: Callable[[Part], Outcome],
) -> Outcome:
    """Sends the parts in order and stops at the first that is not delivered.

    `present` reads what the ticket says now; if it cannot, nothing is sent. The last part carries the step's marker.
    """
    left = list(zip(parts, markers(marker, len(parts)), strict=True))
    if len(left) > 1:
        try:
            there = present()
        except (DependencyFault, NotFound):
            return RetryAfter(seconds=None, code="unread")
        left = [(part, mark) for part, mark in left if not has_marker(there, mark)]
    outcome: Outcome = Delivered(ref="")
    for part, _ in left:
        outcome = send(part)
        if not isinstance(outcome, Delivered):
            break
    return outcome
