"""A trigger that fires, with its evidence, and what the triggers that fired decide together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from policy.schema import Action, Severity, Trigger
from triggers.assessment import Decision, Evidence, Fired, Scores
from triggers.rules import Rule

ACTIONS = (Action.HANDOVER, Action.GUARD, Action.FLAG)
"""The strongest first."""
_DECISIONS = {Action.HANDOVER: Decision.HANDOVER, Action.GUARD: Decision.GUARD, Action.FLAG: Decision.FLAG}


def moved(fired: Fired, offset: int) -> Fired:
    """The same with its quotes so many characters further on."""
    placed = (replace(one, start=one.start + offset, end=one.end + offset) for one in fired.evidence if one.start >= 0)
    return replace(fired, evidence=(*placed, *(one for one in fired.evidence if one.start < 0)))


def scored(rule: Rule, scores: Scores, turn: int) -> list[Evidence]:
    """Topics and meanings at or above their threshold; a score that is no number counts as one."""
    asked = (("topic", rule.topics, scores.topics), ("recognised", rule.recognised, scores.recognised))
    given = (
        (kind, name, found[name], least) for kind, wanted, found in asked for name, least in wanted if name in found
    )
    return [
        Evidence(kind=kind, detail=name, score=score if score == score else 1.0, threshold=least, turn=turn)
        for kind, name, score, least in given
        if not score < least
    ]


def conditional(when: str, turn: int) -> Evidence:
    """The evidence of a condition that holds."""
    return Evidence(kind="when", detail=when, turn=turn)


def fire(trigger: Trigger, evidence: Iterable[Evidence]) -> Fired:
    """The trigger, fired by this evidence."""
    return Fired(
        trigger_id=trigger.id,
        family=trigger.family,
        reason=trigger.reason,
        action=trigger.action,
        severity=trigger.severity,
        sla=trigger.sla,
        evidence=tuple(evidence),
    )


def fault_fired(detail: str) -> Fired:
    """What stands for an answer that nobody could judge: it goes to a person."""
    return Fired(
        trigger_id="system.fault",
        family="fault",
        reason="The answer could not be judged.",
        action=Action.HANDOVER,
        severity=Severity.HIGH,
        sla=None,
        evidence=(Evidence(kind="fault", detail=detail),),
    )


def decision_of(fired: Iterable[Fired]) -> Decision:
    """What they ask for together: the strongest of their actions."""
    actions = {one.action for one in fired}
    return next((_DECISIONS[action] for action in ACTIONS if action in actions), Decision.CLEAR)
