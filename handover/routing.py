"""Which fired trigger decides reason, deadline and team, with a last resort for everything a policy may lack.

Without it a case with two reasons would go to whichever came first, and one without a route nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handover.case import Case
from handover.queue import severity_rank
from policy.durations import Duration
from policy.schema import Action, Policy, Route, Severity, Sla, Trigger
from triggers.assessment import Fired

FAULT_TRIGGER = "system.fault"
FAULT_REASON = "fault"
LAST_SLA_CLASS = "built_in"
LAST_SLA = Sla(claim=Duration("1h"), resolve=Duration("8h"), hours="always")
LAST_ROUTE = Route(team="support")
LOOP = "loop"
"""The flag of a case that came back from the assistant for the same reason."""


@dataclass(frozen=True, kw_only=True)
class Routing:
    """What the fired triggers come to."""

    head: Fired
    """The most severe trigger that asks for a handover: it decides."""
    fired: tuple[Fired, ...]
    """All, the head first."""
    rules: tuple[Trigger, ...]
    """What the policy says about them, in the same order; triggers it does not know are left out."""
    sla_class: str
    sla: Sla
    route: Route
    playbook_id: str | None

    @property
    def rule(self) -> Trigger | None:
        """The head's rule, if the policy has it."""
        return self.rules[0] if self.rules and self.rules[0].id == self.head.trigger_id else None


def routing(case: Case, policy: Policy) -> Routing:
    """Where the case goes. Total: a missing trigger, class or route has a substitute that is not slower."""
    fired = tuple(sorted(_with_fault(case, policy), key=_weight))
    rules = tuple(rule for one in fired if (rule := rule_of(policy, one.trigger_id)))
    sla_class, sla = _sla(fired[0], rules, policy)
    return Routing(
        head=fired[0],
        fired=fired,
        rules=rules,
        sla_class=sla_class,
        sla=sla,
        route=_route(rules, policy, looping=LOOP in case.flags),
        playbook_id=next((rule.playbook for rule in rules if rule.playbook), None),
    )


def rule_of(policy: Policy, trigger_id: str) -> Trigger | None:
    """The policy's trigger of that id, if it has one."""
    return next((trigger for trigger in policy.triggers if trigger.id == trigger_id), None)


def fault_fired(fault: str | None, rule: Trigger | None) -> Fired:
    """The trigger `system.fault` as fired, for a case that has no other; `rule` is the policy's, if it has one."""
    return Fired(
        trigger_id=FAULT_TRIGGER,
        family=rule.family if rule else FAULT_REASON,
        reason=f"{rule.reason if rule else 'Something failed.'} ({fault or 'no trigger was recorded'})",
        action=Action.HANDOVER,
        severity=rule.severity if rule else Severity.HIGH,
        sla=rule.sla if rule else None,
        evidence=(),
    )


def last_routing(fault: str) -> Routing:
    """Where a case goes when the policy cannot be read at all."""
    head = fault_fired(fault, None)
    return Routing(
        head=head, fired=(head,), rules=(), sla_class=LAST_SLA_CLASS, sla=LAST_SLA, route=LAST_ROUTE, playbook_id=None
    )


def tightest(policy: Policy) -> tuple[str, Sla]:
    """The class with the shortest claim deadline, for triggers that name none."""
    classes = policy.sla.items()
    return min(classes, key=lambda entry: entry[1].claim.delta, default=(LAST_SLA_CLASS, LAST_SLA))


def _with_fault(case: Case, policy: Policy) -> tuple[Fired, ...]:
    """What fired, and the fault where nothing that fired asks for a person by itself."""
    if any(fired.action is Action.HANDOVER for fired in case.fired):
        return case.fired
    return (*case.fired, fault_fired(case.fault, rule_of(policy, FAULT_TRIGGER)))


def _weight(fired: Fired) -> tuple[bool, int]:
    return fired.action is not Action.HANDOVER, severity_rank(fired.severity.value)


def _sla(head: Fired, rules: Iterable[Trigger], policy: Policy) -> tuple[str, Sla]:
    own = next((rule.sla for rule in rules if rule.id == head.trigger_id), None)
    named = head.sla or own
    sla = policy.sla.get(named) if named else None
    return (named, sla) if named and sla else tightest(policy)


def _route(rules: Iterable[Trigger], policy: Policy, *, looping: bool) -> Route:
    """The first route there is; a loop goes where the policy sends loops, with the skills that the case needs."""
    if looping and policy.escalation:
        needed = (skill for rule in rules if rule.route for skill in rule.route.skills)
        return Route(team=policy.escalation.team, skills=tuple(dict.fromkeys((*policy.escalation.skills, *needed))))
    fallback = rule_of(policy, FAULT_TRIGGER)
    routes = (*(rule.route for rule in rules), fallback.route if fallback else None)
    return next((route for route in routes if route), LAST_ROUTE)
