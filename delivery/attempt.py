"""Trying a destination out before a case depends on it: a test ticket, read back and closed, or a test card."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from delivery.check import differences
from delivery.destinations import Destination
from delivery.words import packet_text
from desks.port import Card, Delivered, Job, Request, Task
from handover.packet.schema import dump, load
from states.errors import DependencyFault

HEADLINE = "Test from Handrail: nothing to do"


def try_out(place: Destination, key: str, now: datetime) -> Iterator[str]:
    """Does it step by step and says what worked; DependencyFault names the first thing that did not."""
    yield place.desk.ping()
    if place.tickets is not None:
        yield from _try_tickets(place, key, now)
    for job in (Job.ANNOUNCE, Job.PAGE, Job.QUIET):
        if job in place.jobs:
            _send(place, place.desk.prepare(_task(place, job, key, 1, now), ""))
            yield f"{job.value}: delivered"


def _try_tickets(place: Destination, key: str, now: datetime) -> Iterator[str]:
    desk = place.tickets
    assert desk is not None
    ref = ""
    for number, job in enumerate((Job.OPEN, Job.NOTE, Job.CLOSE), start=1):
        request = desk.prepare(_task(place, job, key, number, now), ref)
        found = _send(place, request)
        ref = ref or found.ref
        ticket = desk.read(ref)
        wrong = differences(request, ticket)
        if wrong:
            raise DependencyFault(
                "not_taken",
                f"{place.name!r} did not take {', '.join(wrong)} of ticket {ref!r}; check the fields, values and "
                "rights of its user there",
            )
        yield f"{job.value}: ticket {ref} {ticket.link}".rstrip()
    again = desk.find(desk.prepare(_task(place, Job.OPEN, key, 1, now), ""))
    if again is None:
        raise DependencyFault(
            "not_found",
            f"{place.name!r} does not find its own ticket by key; retries would double it: check the rights",
        )
    yield f"found again by its key: ticket {again.ref}"


def _send(place: Destination, request: Request) -> Delivered:
    outcome = place.desk.send(request)
    if not isinstance(outcome, Delivered):
        fields = ", ".join(getattr(outcome, "field_errors", ()))
        about = f" (fields: {fields})" if fields else ""
        raise DependencyFault(
            outcome.code,
            f"{place.name!r} answered {request.job.value!r} with {outcome.code!r}{about}; check its settings",
        )
    return outcome


def _task(place: Destination, job: Job, key: str, number: int, now: datetime) -> Task:
    team = (place.config.teams or ("frontline",))[0]
    packet = dump(load(_packet(key, team, now)))
    card = Card(
        handover_id=key, conversation_id=key, reason_code="test", severity="low", team=team, language="en",
        claim_due_at=now + timedelta(days=1), headline=HEADLINE,
    )  # fmt: skip
    text = packet_text(packet) if job is Job.NOTE else "Test done"
    return Task(
        job=job, id=f"{key}:{number}", key=key, marker=f"[{key}#{number}]", card=card, text=text, customer="test",
        packet=packet,
    )  # fmt: skip


def _packet(key: str, team: str, now: datetime) -> dict[str, Any]:
    due = (now + timedelta(days=1)).isoformat()
    return {
        "envelope": {
            "handover_id": key, "conversation_id": key, "channel": "test", "language": "en",
            "created_at": now.isoformat(), "policy_name": "test", "policy_hash": "test",
        },
        "why": {
            "reason_code": "test", "reason": HEADLINE, "triggers": [], "severity": "low", "sla_class": "test",
            "claim_due_at": due, "resolve_due_at": due, "waiting_since": now.isoformat(), "team": team,
        },
        "context": {
            "customer": {"ref": "test", "tier": "", "verification_level": "none"}, "intent": "test",
            "transcript_ref": f"handrail://conversations/{key}", "transcript_turns": 0,
        },
        "action": {"promise": {"text": "", "reply_by": due}, "next_steps": ["Nothing to do."]},
    }  # fmt: skip
