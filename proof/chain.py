"""The chain of a conversation: each event's hash covers its content, the words it writes, and the hash before it.

Removing, reordering or editing an event breaks every later hash. What is private in an event or a message is covered
through a commitment, a hash under a salt that only the event's row has: a copy may leave it out and still be proved,
and once the salt is gone nobody can tell by trying what it was.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from proof.canonical import canonical, digest

GENESIS = "0" * 64
SALT = 16
"""Bytes of an event's salt."""

CHAINED = (
    "id", "conversation_id", "event", "source", "target", "role", "actor_id",
    "cause", "ordinal", "policy_hash", "checkpoint_id", "data", "at",
)  # fmt: skip
"""The columns that the hash covers: all but the hashes, and `seq`, which only places the event among the messages."""
LATER = ("checkpoint_hash",)
"""Columns that came later: covered where they say something, so that older events keep the hash they have."""
PRIVATE = ("actor_id", "data")
"""The columns of an event with a salt that are covered through a commitment."""
PUBLIC = (*(name for name in CHAINED if name not in PRIVATE), *LATER, "covers")
MESSAGE = ("id", "conversation_id", "author", "in_reply_to", "automatic", "late", "effect", "event_id", "at")
"""What is covered of a message in the open: columns, and the event that says it."""
WORDS = ("text", "redactions", "citations", "attachments", "body_hash")
"""The columns of a message that are covered through a commitment, together."""
WRITER = ("actor_id",)


def event_hash(prev_hash: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of what the event's row says."""
    salt = values.get("salt")
    if salt is None:
        return _hash_of_older(prev_hash, values)
    return salted_hash(prev_hash, values, event_seal(salt, values))


def event_seal(salt: str, values: Mapping[str, Any]) -> str:
    """The commitment to what is private in an event."""
    return seal(derived(salt, "event"), {name: values[name] for name in PRIVATE})


def salted_hash(prev_hash: str, values: Mapping[str, Any], sealed: str) -> str:
    """The same for an event with a salt, by what it says in the open and the commitment to the rest."""
    covered = {name: plain(values.get(name)) for name in PUBLIC}
    return hashlib.sha256(prev_hash.encode() + canonical({**covered, "private": sealed, "v": 2})).hexdigest()


def _hash_of_older(prev_hash: str, values: Mapping[str, Any]) -> str:
    """As versions before the salt made it; what they wrote is checked by it."""
    covered = {name: values[name] for name in CHAINED}
    covered |= {name: values[name] for name in LATER if values.get(name) is not None}
    covered["at"] = plain(values["at"])
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


# Commitments


def seal(salt: str, value: Any) -> str:
    """SHA-256 over a salt and the value's canonical JSON."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()


def derived(salt: str, *path: str) -> str:
    """The salt of one part of what an event covers: whoever is shown it learns nothing of the others."""
    made = hmac.new(bytes.fromhex(salt), canonical(path), hashlib.sha256)
    return made.hexdigest()[: 2 * SALT]


def plain(value: Any) -> Any:
    """An instant as text, in UTC; anything else as it is."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def words_seal(salt: str, message: Mapping[str, Any]) -> str:
    """The commitment to a message's words, under the salt of the event that covers it."""
    return seal(derived(salt, "words", message["id"]), {name: message[name] for name in WORDS})


def writer_seal(salt: str, message: Mapping[str, Any]) -> str:
    """The commitment to who wrote it."""
    return seal(derived(salt, "writer", message["id"]), {name: message[name] for name in WRITER})


def message_hash(message: Mapping[str, Any], words: str, writer: str) -> str:
    """The hash of a message by its open columns and the commitments to the others.

    A customer's message is covered with its number. What is said follows the last event of its outcome, so that its
    place in that event's list is its number.
    """
    covered = {name: plain(message[name]) for name in MESSAGE}
    if message["author"] == "customer":
        covered["seq"] = message["seq"]
    return digest({**covered, "words": words, "writer": writer})


def covered_message(salt: str, message: Mapping[str, Any]) -> list[str]:
    """A message as an event covers it: its id and its hash."""
    return [message["id"], message_hash(message, words_seal(salt, message), writer_seal(salt, message))]


def row_seal(salt: str, path: tuple[str, ...], row: Mapping[str, Any]) -> str:
    """The commitment to a row of another table, whole."""
    return seal(derived(salt, *path), {name: plain(value) for name, value in row.items()})
