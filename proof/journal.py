"""The chain of a journal: what happened around a conversation and is no event of the machine.

Receipts of deliveries, signed webhooks, looks and exports of auditors: each entry's hash covers the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from proof.canonical import canonical
from proof.chain import GENESIS, plain, seal

COVERED = ("chain", "number", "kind", "at")
ERASED = "erased"
"""Kind of the entry that tells that words were erased."""


def entry_hash(prev_hash: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the entry, whose data stands behind a commitment."""
    covered = {name: plain(values[name]) for name in COVERED}
    covered["data"] = values["withheld"] if "withheld" in values else seal(values["salt"], values["data"])
    return hashlib.sha256(prev_hash.encode() + canonical(covered)).hexdigest()


def without_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """An entry that tells that something happened and not what, and can still be checked."""
    kept = {name: value for name, value in values.items() if name not in ("salt", "data")}
    return kept if "withheld" in values else {**kept, "withheld": seal(values["salt"], values["data"])}


def first_break(entries: Iterable[Mapping[str, Any]]) -> int | None:
    """The number of the first entry, in order, whose place, hash or link is wrong; None if the chain holds."""
    prev = GENESIS
    for place, values in enumerate(entries, 1):
        linked = values["number"] == place and values["prev_hash"] == prev
        if not linked or values["hash"] != entry_hash(prev, values):
            return int(values["number"])
        prev = values["hash"]
    return None
