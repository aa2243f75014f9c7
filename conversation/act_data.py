"""What an act may bring beside its words: a closed list of keys for each event, so nothing of ours can be forged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from states.errors import BadInput
from states.vocabulary import Event

_HASH = frozenset({"request_hash"})
KEYS: Mapping[Event, frozenset[str]] = {
    Event.RESOLVED: frozenset({"resolution", "steps_done"}),
    Event.HANDED_BACK: frozenset({"resolution"}),
    Event.PACKET_REVIEWED: frozenset({"fields"}),
    Event.STEP_DONE: frozenset({"step"}),
    Event.STEP_UNDONE: frozenset({"step"}),
    Event.AGENT_REPLIED: frozenset({"template"}),
    Event.CODE_SENT: frozenset({"contact"}),
    Event.IDENTITY_VERIFIED: frozenset({"method", "question", "answer", "code", "from_chat"}),
    Event.VERIFICATION_FAILED: frozenset({"method", "question"}),
    Event.EXCEPTION_REQUESTED: frozenset({"kind", "amount"}),
    Event.EXCEPTION_APPROVED: _HASH,
    Event.EXCEPTION_DENIED: _HASH,
    Event.HAND_BACK_AGREED: _HASH,
    Event.HAND_BACK_REFUSED: _HASH,
}
"""Event → the keys that an act may bring; none for all others."""


def require_known(event: Event, data: Mapping[str, Any]) -> None:
    """BadInput for a key that the event does not know."""
    known = KEYS.get(event, frozenset())
    for name in data:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "nothing; write it as the act's text"
            raise BadInput(f"data.{str(name)[:40]!r} is not known for {event.value!r}; it may bring: {allowed}")
