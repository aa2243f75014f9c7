"""Tasks and a packet for tests of destinations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from desks.port import Card, Job, Task

DUE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SECRET_WORDS = "My name is Ada Lovelace, 4111 1111 1111 1111"


def packet(key: str, **context: Any) -> dict[str, Any]:
    """A packet with what a desk looks at, and words of the customer's."""
    return {
        "envelope": {"handover_id": key, "schema_version": "1.0"},
        "why": {"reason": "Smell of gas", "sla_class": "immediate", "triggers": [{"quote": SECRET_WORDS}]},
        "context": {"intent": "emergency", "summary": ["gas in the kitchen"], **context},
    }


def task(job: Job, key: str, number: int = 0, *, severity: str = "critical", **given: Any) -> Task:
    """A task of a handover."""
    card = Card(
        handover_id=key,
        conversation_id="cnv_1",
        reason_code="safety.gas",
        severity=severity,
        team="emergency",
        language="en",
        claim_due_at=DUE,
        headline=given.pop("headline", "New handover"),
        link="https://handrail.example/case",
    )
    return Task(job=job, id=f"{key}-{number}", key=key, marker=f"[{key}#{number}]", card=card, **given)
