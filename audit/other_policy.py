"""Another policy for a recorded conversation: read, found safe, and lived under, turn by turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.recorded_turn import rules_of
from audit.what_if import Compared, WhatIf
from policy.linter import require_safe
from policy.loader import LoadedPolicy, load_text
from service.record import ConversationRecord

TOLD_EVERY = 5
"""Turns between two words on how far it is."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is."""

    done: int
    total: int


def policy_of_text(text: str, name: str) -> LoadedPolicy:
    """A policy somebody brings along: it may extend packs and names no file of this machine. PolicyError."""
    return load_text(text, name)


def compare(record: ConversationRecord, loaded: LoadedPolicy) -> Iterator[Progress | Sequence[Compared]]:
    """How far it is, now and then, and at last every turn. PolicyError for a policy that is not safe."""
    require_safe(loaded)
    total = len(dict.fromkeys(one.cause for one in record.events))
    turns = []
    for one in WhatIf(record, rules_of(loaded)).turns():
        turns.append(one)
        if len(turns) % TOLD_EVERY == 0:
            yield Progress(done=len(turns), total=total)
    yield turns
