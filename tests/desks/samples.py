"""Tasks as the engine gives them, for tests of destinations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from desks.port import Card, Job, Task

KEY = "ho_01kb2rm6y0v6ykp1q1zp3rv8ga"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
CANARY = "4111111111111111"
"""Stands in the customer's words; it has no business in a subject or a card."""


def card(**changes: Any) -> Card:
    """A card of an immediate handover."""
    fields: dict[str, Any] = {
        "handover_id": KEY,
        "conversation_id": "cnv_000001",
        "reason_code": "safety.gas",
        "severity": "critical",
        "team": "safety",
        "language": "en",
        "claim_due_at": NOW,
        "headline": "New handover",
        "link": "",
    }
    return Card(**{**fields, **changes})


def packet(length: int = 0) -> dict[str, Any]:
    """A packet with what breaks transports: markup, spaces, line breaks, brackets, emoji, and `length` more letters."""
    words = 'My kitchen smells of <b>gas</b>  &amp; "eggs"\n\tcall me 😀 [code]x[/code] ' + CANARY
    return {
        "envelope": {"schema_version": "1.0", "handover_id": KEY},
        "why": {"reason_code": "safety.gas", "triggers": [{"quote": words, "turn": 3}]},
        "context": {"summary": [{"claim": "é" * length, "turns": [1, 2]}], "open_questions": []},
    }


def task(job: Job, number: int = 1, *, key: str = KEY, packet: Mapping[str, Any] | None = None, **changes: Any) -> Task:
    """Step `number` of a handover."""
    fields: dict[str, Any] = {"text": "", "author": "", "card": card()}
    return Task(
        job=job,
        id=f"evt_{number}:0",
        key=key,
        marker=f"[{key}#{number}]",
        packet=packet or {},
        **{**fields, **changes},
    )
