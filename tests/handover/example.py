"""A small policy and a small case of our own, for tests to change one thing at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings

from handover.packet.case import Attempt, Case, CaseTurn
from policy.loader import LoadedPolicy, load_text
from policy.schema import Action
from triggers.assessment import Evidence, Fired

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: a slow machine must not decide whether a test passes."""

POLICY = """handrail: 1
name: lantern-shop
sla:
  immediate: {claim: 5m, resolve: 1h, hours: always, page_after: 3m}
  standard: {claim: 24h, resolve: 72h, hours: business}
  calendar: {claim: 24h, resolve: 72h, hours: always}
hours:
  timezone: Europe/Berlin
  open: {mon: "09:00-17:00", tue: "09:00-17:00", wed: "09:00-17:00", thu: "09:00-17:00", fri: "09:00-17:00"}
  holidays: ["12-25"]
triggers:
  - id: legal.threat
    family: legal
    reason: The customer speaks of legal steps.
    any: [{phrases: [my lawyer]}]
    severity: high
    sla: calendar
    route: {team: legal_desk, skills: [law]}
    playbook: legal_case
    compliance: true
    verify: true
    next_steps: [Acknowledge the complaint.]
    do_not: [Do not argue about liability.]
  - id: safety.gas
    family: safety
    reason: There may be danger.
    any: [{phrases: [smell gas]}]
    severity: critical
    sla: immediate
    route: {team: safety}
    playbook: safety_case
    do_not: [Do not wait.]
  - id: human.asked
    family: human_request
    reason: The customer asks for a person.
    any: [{phrases: [a person]}]
    sla: standard
    route: {team: support}
    next_steps: [Greet the customer.]
  - id: system.fault
    family: fault
    reason: A part of the system failed.
    severity: high
    sla: calendar
    route: {team: operations}
    next_steps: [Read the transcript.]
scripts:
  handover.default:
    en: "A person takes over and replies {reply_within}. Reference: {reference}."
    de: "Ein Mensch übernimmt und antwortet {reply_within}. Vorgang: {reference}."
  handover.legal:
    en: "Our {team} replies by {reply_by}. We are open {hours}. {nothing} Reference {reference}."
  chat.closing:
    en: "Goodbye, {name}."
playbooks:
  legal_case:
    title: Legal case
    steps:
      - {id: identity, text: Check who writes.}
      - {id: note, text: Write a note., required: false}
      - {id: forward, text: Forward to counsel.}
  safety_case:
    title: Danger
    steps: [{id: call, text: Call the emergency line.}]
"""
NOW = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
"""A Tuesday, noon in Berlin."""


def loaded(text: str = POLICY) -> LoadedPolicy:
    """The example policy, or another text."""
    return load_text(text, "lantern.yaml")


def fired(trigger_id: str, quote: str = "", turn: int = 1, **changes: Any) -> Fired:
    """That trigger of the example policy as fired, by a quote."""
    rule = loaded().policy.trigger(trigger_id)
    evidence = Evidence(kind="phrases", detail=quote, quote=quote, turn=turn) if quote else None
    values: dict[str, Any] = {
        "trigger_id": rule.id, "family": rule.family, "reason": rule.reason, "action": Action.HANDOVER,
        "severity": rule.severity, "sla": rule.sla, "evidence": (evidence,) if evidence else (),
    }  # fmt: skip
    return Fired(**{**values, **changes})


def turn(seq: int, author: str, text: str) -> CaseTurn:
    """One message, a minute after the one before."""
    return CaseTurn(seq=seq, author=author, text=text, at=NOW - timedelta(minutes=10 - seq))


TURNS = (
    turn(1, "customer", "Hello"),
    turn(2, "assistant", "Hello, how can I help?"),
    turn(3, "customer", "My order LM-20417 of 3 May came broken. It cost €49.90, when do I get it back?"),
    turn(4, "assistant", "You can return a lamp within 30 days. Print the label first."),
    turn(5, "customer", "The label does not print! I will ask my lawyer now."),
)


def case(**changes: Any) -> Case:
    """A complete case: a broken lamp, one answer, a legal threat."""
    values: dict[str, Any] = {
        "handover_id": "ho_000001",
        "conversation_id": "cnv_000001",
        "now": NOW,
        "customer_ref": "customer-77",
        "fired": (fired("legal.threat", "my lawyer", turn=3),),
        "turns": TURNS,
        "attempts": (Attempt(turn=4, text=TURNS[3].text, articles=("returns",), intent="return_item"),),
        "sentiment": ((1, 0.1), (3, -0.3), (5, -0.8)),
        "redactions": {"card_number": 1},
        "facts": {"conversation.turns": 3, "conversation.sentiment_trend": -0.45, "customer.tier": "gold"},
    }
    return Case(**{**values, **changes})
