"""The chain of events: each event's hash covers its content and the hash before it.

Removing, reordering or editing an event breaks every later hash of its conversation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = "0" * 64

CHAINED = (
    "id", "conversation_id", "event", "source", "target", "role", "actor_id",
    "cause", "ordinal", "policy_hash", "checkpoint_id", "data", "at",
)  # fmt: skip
"""The columns that the hash covers: all but the hashes, and `seq`, which only places the event among the messages."""
LATER = ("checkpoint_hash",)
"""Columns that came later: covered where they say something, so that older events keep the hash they have."""


def event_hash(prev_hash: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the chained columns."""
    covered = {name: values[name] for name in CHAINED}
    covered |= {name: values[name] for name in LATER if values.get(name) is not None}
    covered["at"] = values["at"].isoformat()
    body = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(prev_hash.encode() + body.encode("utf-8", "surrogatepass")).hexdigest()


def first_break(events: Iterable[Mapping[str, Any]]) -> str | None:
    """The id of the first event, in order, whose hash or link is wrong; None if the chain holds."""
    prev = GENESIS
    for values in events:
        if values["prev_hash"] != prev or values["hash"] != event_hash(prev, values):
            return str(values["id"])
        prev = values["hash"]
    return None
