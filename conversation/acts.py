"""What people, clocks and faults do to a conversation: one event each, with what the log keeps of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversation.answer import pulled
from conversation.clocks import LadderStep, next_step
from conversation.consents import about
from conversation.doing import Matter
from conversation.facts import guard_facts
from conversation.inbound import Inbound, Kind, Method
from conversation.run import Run
from conversation.seen import require_seen
from conversation.step import apply
from conversation.verification import check_data, proven
from handover.people.consent import Consent
from states.table import ANSWERING
from states.vocabulary import Event


def act(run: Run) -> None:
    """Applies the event that a person, a clock or a fault asks for."""
    inbound = run.inbound
    event = outcome_of_check(run)
    if event is Event.TRIGGER_FIRED and run.standing.state in ANSWERING:
        return pulled(run, inbound.text or "an agent took the conversation over", _own(inbound))
    require_seen(run, event)
    before, ladder = run.standing.consent, next_step(run, event)
    logged = {**inbound.data, **_noted(inbound), **check_data(run, event), **_own(inbound), **_climbs(ladder)}
    apply(
        run, event, inbound.role, logged, actor=inbound.actor, approved=inbound.approved,
        matter=Matter(ladder=ladder, payload=_failed(inbound)),
    )  # fmt: skip
    _tell_consent(run, before)


def outcome_of_check(run: Run) -> Event:
    """The event that comes of what is asked: a check that proves nothing is a failed attempt, not a refusal."""
    inbound = run.inbound
    if inbound.event is None:
        raise ValueError("an act names the event it asks for")
    if inbound.event is not Event.IDENTITY_VERIFIED or inbound.method is Method.ATTESTATION:
        return inbound.event
    facts = replace(guard_facts(run, inbound.actor, inbound.role), identity_proven=True)
    if not run.rules.machine.allows(run.standing.state, Event.IDENTITY_VERIFIED, inbound.role, facts):
        # Who may not check learns nothing: a right code and a wrong one are refused in the same words.
        return Event.IDENTITY_VERIFIED
    return Event.IDENTITY_VERIFIED if proven(run, inbound.role) else Event.VERIFICATION_FAILED


def _noted(inbound: Inbound) -> dict[str, Any]:
    """The words of an act as a note, where they are not said to the customer."""
    return {"note": inbound.text} if inbound.text and inbound.event is not Event.AGENT_REPLIED else {}


def _own(inbound: Inbound) -> dict[str, Any]:
    """What we say ourselves of an act, which nothing that came in can replace."""
    via = {"via": inbound.origin} if inbound.origin else {}
    seen = {"seen": inbound.seen} if inbound.seen is not None else {}
    return {**via, **seen, **({"body_hash": inbound.body_hash} if inbound.kind is Kind.ACT else {})}


def _climbs(ladder: LadderStep | None) -> dict[str, Any]:
    return ladder.data() if ladder is not None else {}


def _failed(inbound: Inbound) -> dict[str, Any]:
    """The destination that failed, which need not be told so."""
    return {"failed": str(inbound.data.get("destination", ""))} if inbound.kind is Kind.FAULT else {}


def _tell_consent(run: Run, before: Consent | None) -> None:
    """Adds to the event which request it opened, answered or ended."""
    if run.standing.consent != before:
        run.record.amend(**about(before or run.standing.consent))
