"""A task with secrets planted in every place that a card must not show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from desks.kit.http import Web
from desks.port import Card, Job, Task
from states.clock import FrozenClock

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
CLOCK = FrozenClock(NOW)
KEY = "ho_01jdh3v9c2"
CANARIES = (
    "4111 1111 1111 1111", "4111111111111111", "maria.keller@example.org", "Maria Keller", "+49 30 901820",
    "https://hooks.canary.example/workflows/SECRETPATH", "sk-canary-0123456789", "my husband died last week",
)  # fmt: skip
"""Card numbers, addresses, a webhook's URL, a key, and a customer's words."""
PLANTED = " / ".join(CANARIES)


def card(**changes: Any) -> Card:
    """A card as the engine makes them."""
    made = Card(
        handover_id=KEY,
        conversation_id="cnv_01jdh3v8aa",
        reason_code="safety.self_harm",
        severity="critical",
        team="care",
        language="de",
        claim_due_at=datetime(2026, 11, 25, 9, 35, tzinfo=UTC),
        headline="New handover",
        link="https://desk.example/ui/cases/ho_01jdh3v9c2",
    )
    return replace(made, **changes)


def task(job: Job = Job.ANNOUNCE, n: int = 0, **changes: Any) -> Task:
    """A task whose texts, customer and packet are full of what must not get out."""
    made = Task(
        job=job,
        id=f"evt_1:{n}",
        key=KEY,
        marker=f"[{KEY}#{n}]",
        card=changes.pop("card", card()),
        text=PLANTED,
        author="",
        customer=PLANTED,
        packet={"context": {"summary": PLANTED, "customer": {"email": CANARIES[2]}}},
        at=NOW,
    )
    return replace(made, **changes)


def shows(text: str) -> list[str]:
    """The planted secrets that a text shows."""
    return [canary for canary in CANARIES if canary in text]


T = TypeVar("T")
OPENED: list[Any] = []


def opened(desk: T) -> T:
    """The destination, whose connections end with the test."""
    web = getattr(desk, "web", None)
    if isinstance(web, Web):
        OPENED.append(web.client)
    return desk
