"""A checkpoint is what the event that was committed with it says it is; anything else is never used and never shown.

The row of an event names the hash of its checkpoint, and the hash of the event covers that (`proof.chain`). A
checkpoint that was changed, exchanged, cut short, replaced by an older one or given writes of somebody else's has
another hash.
"""

from __future__ import annotations

import hashlib
import json

from langgraph.checkpoint.base import CheckpointTuple

from proof.chain import event_hash
from states.errors import CheckpointMismatch
from store import queries
from store.connection import Connection


def checkpoint_hash(found: CheckpointTuple) -> str:
    """SHA-256 over the canonical JSON of everything that a run reads of a checkpoint, pending writes included.

    It is taken of values, not of bytes, so it is the same on every database. TypeError or ValueError for what is no
    JSON: the channels of our threads are plain values, so nothing else is one of ours.
    """
    named = found.config["configurable"]
    parent = found.parent_config["configurable"].get("checkpoint_id") if found.parent_config else None
    covered = [
        named["thread_id"], named.get("checkpoint_ns", ""), named["checkpoint_id"], parent, found.checkpoint,
        found.metadata, found.pending_writes or [],
    ]  # fmt: skip
    body = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def require_bound(connection: Connection, found: CheckpointTuple, head_hash: str | None = None) -> None:
    """CheckpointMismatch unless the checkpoint is the one that an event of its conversation names.

    `head_hash` is the hash of the newest event as the conversation's row has it: then that must be the event. A thread
    without events is no conversation, and an event that names no hash is older than the binding: both pass.
    """
    named = found.config["configurable"]
    thread, name = named["thread_id"], named["checkpoint_id"]
    event = queries.event_of_checkpoint(connection, thread, name)
    if event is None:
        if queries.has_events(connection, thread):
            raise CheckpointMismatch(f"checkpoint {name!r} of {thread!r} is named by no event of the log")
        return
    if event["hash"] != event_hash(event["prev_hash"], event) or head_hash not in (None, event["hash"]):
        raise CheckpointMismatch(f"the event of checkpoint {name!r} of {thread!r} is not what the chain says")
    expected = event["checkpoint_hash"]
    if expected is not None and checkpoint_hash(found) != expected:
        raise CheckpointMismatch(f"checkpoint {name!r} of {thread!r} is not the one that its event names")
    if named.get("checkpoint_ns", ""):
        raise CheckpointMismatch(f"checkpoint {name!r} of {thread!r} lies in a namespace that no run writes to")
