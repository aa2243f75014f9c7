"""Evidence as plain JSON for the event log, and the circumstances a message is judged under."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from conversation.run import Run
from policy.facts import Scalar
from policy.schema import Action, Policy, Severity
from states.vocabulary import State
from triggers.assessment import Circumstances, Evidence, Fired


def fired_json(fired: tuple[Fired, ...]) -> list[dict[str, Any]]:
    """What fired, with its evidence, as the event log keeps it."""
    return [
        {
            "trigger_id": one.trigger_id,
            "family": one.family,
            "reason": one.reason,
            "action": one.action.value,
            "severity": one.severity.value,
            "evidence": [
                {
                    "kind": found.kind,
                    "detail": found.detail,
                    "quote": found.quote,
                    "score": round(found.score, 4),
                    "threshold": found.threshold,
                    "turn": found.turn,
                    **({"places": [asdict(place) for place in found.places]} if found.places else {}),
                }
                for found in one.evidence
            ],
        }
        for one in fired
    ]


def facts_of(run: Run, **answer: Scalar) -> dict[str, Scalar]:
    """The documented facts of this moment, by full name; `answer` holds `answer.*` values by short name."""
    snapshot, standing = run.snapshot, run.standing
    handover = standing.handover
    minutes = (run.now - snapshot.created_at).total_seconds() / 60
    text = run.inbound.message.text if run.inbound.message else ""
    return {
        **snapshot.channel_facts,
        **standing.history.facts(),
        "conversation.minutes": round(minutes, 2),
        "conversation.guarded": standing.state is State.GUARDED,
        # An identity is verified for one handover; the next one asks again.
        "customer.verified": handover is not None and handover.open and handover.verified,
        "channel.name": snapshot.channel,
        "hours.open": run.hours_open,
        "message.length": len(text),
        "message.language": standing.language,
        **{f"answer.{name}": value for name, value in answer.items()},
    }


def circumstances(run: Run, **answer: Scalar) -> Circumstances:
    """The facts and what is disarmed, for the engine."""
    return Circumstances(facts=facts_of(run, **answer), disarmed=frozenset(run.standing.history.disarmed))


def raised(policy: Policy, turn: int, trigger_id: str, kind: str, detail: str, quote: str = "") -> Fired:
    """A trigger that the machine itself raises, with its route from the policy."""
    evidence = Evidence(kind=kind, detail=detail, quote=quote, turn=turn)
    known = {one.id: one for one in policy.triggers}
    trigger = known.get(trigger_id) or known.get("system.fault")
    if trigger is None:
        # A policy that nobody linted must not keep a person away: the packet finds a route for an unknown trigger.
        return Fired(
            trigger_id=trigger_id,
            family="fault",
            reason="The assistant could not go on.",
            action=Action.HANDOVER,
            severity=Severity.HIGH,
            sla=None,
            evidence=(evidence,),
        )
    return Fired(
        trigger_id=trigger.id,
        family=trigger.family,
        reason=trigger.reason,
        action=Action.HANDOVER,
        severity=trigger.severity,
        sla=trigger.sla,
        evidence=(evidence,),
    )
