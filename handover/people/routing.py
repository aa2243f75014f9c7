"""Which fired trigger decides reason, deadline and team, with a last resort for everything a policy may lack; and which
person should take a case, or which case a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from handover.deadlines.sla import due, is_open
from handover.deadlines.urgency import Waiting, severity_rank
from handover.packet.case import Case
from handover.people.presence import Person, Staffing, in_team, is_online, staffing
from policy.durations import Duration
from policy.schema import Action, Policy, Route, Severity, Sla, Trigger
from states.table import allowed_events
from states.vocabulary import Event, State
from triggers.assessment import Fired

FAULT_TRIGGER = "system.fault"
FAULT_REASON = "fault"
LAST_SLA_CLASS = "built_in"
LAST_SLA = Sla(claim=Duration("1h"), resolve=Duration("8h"), hours="always")
LAST_ROUTE = Route(team="support")
LOOP = "loop"
"""The flag of a case that came back from the assistant for the same reason."""


OUT_OF_HOURS, FALLBACK, NOBODY_ONLINE = "routed:out_of_hours", "routed:fallback", "nobody_online"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What the hour and the people at the desk made of a route."""

    flags: tuple[str, ...] = ()
    """For the packet: `routed:out_of_hours`, `routed:fallback`, `nobody_online`."""
    attended: bool | None = None
    """Whether somebody of the team is online; None where nobody knows."""


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
    placed: Placed = field(default_factory=lambda: Placed())

    @property
    def rule(self) -> Trigger | None:
        """The head's rule, if the policy has it."""
        return self.rules[0] if self.rules and self.rules[0].id == self.head.trigger_id else None


def routing(case: Case, policy: Policy) -> Routing:
    """Where the case goes. Total: a missing trigger, class or route has a substitute that is not slower."""
    fired = tuple(sorted(_with_fault(case, policy), key=_weight))
    rules = tuple(rule for one in fired if (rule := rule_of(policy, one.trigger_id)))
    sla_class, sla = _tightened(case, policy, fired[0], *_sla(fired, rules, policy))
    route, placed = _placed(case, policy, _route(rules, policy, looping=LOOP in case.flags))
    return Routing(
        head=fired[0],
        fired=fired,
        rules=rules,
        sla_class=sla_class,
        sla=sla,
        route=route,
        playbook_id=next((rule.playbook for rule in rules if rule.playbook), None),
        placed=placed,
    )


def called_for(fired: Iterable[Fired], policy: Policy) -> tuple[str, Route]:
    """The class of deadlines and the route by what fired alone: apart from the hour, who is there, and who asks."""
    ordered = sorted(fired, key=_weight)
    rules = tuple(rule for one in ordered if (rule := rule_of(policy, one.trigger_id)))
    return _sla(ordered, rules, policy)[0], _route(rules, policy, looping=False)


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


def _sla(fired: Iterable[Fired], rules: Iterable[Trigger], policy: Policy) -> tuple[str, Sla]:
    """The tightest class of all triggers that ask for a person; one that names none has the tightest there is."""
    own = {rule.id: rule.sla for rule in rules}
    asking = [one for one in fired if one.action is Action.HANDOVER]
    names = [one.sla or own.get(one.trigger_id) for one in asking]
    classes = [(name, policy.sla[name]) for name in names if name is not None and name in policy.sla]
    if len(classes) < len(names) or not classes:
        return tightest(policy)
    return min(classes, key=lambda entry: entry[1].claim.delta)


def _route(rules: Iterable[Trigger], policy: Policy, *, looping: bool) -> Route:
    """The first route there is; a loop goes where the policy sends loops, with the skills that the case needs."""
    if looping and policy.escalation:
        needed = (skill for rule in rules if rule.route for skill in rule.route.skills)
        return Route(team=policy.escalation.team, skills=tuple(dict.fromkeys((*policy.escalation.skills, *needed))))
    fallback = rule_of(policy, FAULT_TRIGGER)
    routes = (*(rule.route for rule in rules), fallback.route if fallback else None)
    return next((route for route in routes if route), LAST_ROUTE)


def _tightened(case: Case, policy: Policy, head: Fired, name: str, sla: Sla) -> tuple[str, Sla]:
    """The class, or the one that the severity or the tier asks for, where neither of its clocks is slower."""
    by = policy.tighten
    wanted = (by.severity.get(head.severity), by.tier.get(str(case.fact("customer.tier"))))
    classes = [(other, policy.sla[other]) for other in wanted if other in policy.sla]
    if not classes:
        return name, sla
    hours = case.hours or policy.hours

    best, ends = (name, sla), due(sla, case.since, hours)
    for entry in classes:
        found = due(entry[1], case.since, hours)
        if found.claim_due_at <= ends.claim_due_at and found.resolve_due_at <= ends.resolve_due_at:
            best, ends = entry, found
    return best


def _placed(case: Case, policy: Policy, route: Route) -> tuple[Route, Placed]:
    """The route at this hour, with these people: never to a team that is known to be empty while another is not."""
    flags: list[str] = []
    if route.out_of_hours is not None and not is_open(case.hours or policy.hours, case.now):
        route = Route(team=route.out_of_hours.team, skills=route.out_of_hours.skills)
        flags.append(OUT_OF_HOURS)
    within = policy.presence.seen_within.delta
    found = staffing(case.people, route.team, case.now, within)
    fallback = policy.presence.fallback_team
    if found is Staffing.NOBODY and fallback:
        other = staffing(case.people, fallback, case.now, within)
        if other is not Staffing.NOBODY:
            flags.append(FALLBACK)
            route, found = Route(team=fallback), other
    if found is Staffing.NOBODY or (FALLBACK in flags and found is Staffing.UNKNOWN):
        flags.append(NOBODY_ONLINE)
    attended = None if found is Staffing.UNKNOWN else found is Staffing.ONLINE
    return route, Placed(flags=tuple(flags), attended=attended)


def pages_at_once(sla: Sla) -> bool:
    """Whether somebody is paged as soon as nobody is online: a class that runs around the clock and pages early."""
    return sla.page_after is not None and sla.hours == "always"


# Which person for a case, which case for a person


class Queued(Waiting, Protocol):
    """What routing needs to know of a handover in the queue."""

    @property
    def state(self) -> State:
        """Where its conversation is."""
        ...

    @property
    def team(self) -> str:
        """Which team it was routed to."""
        ...

    @property
    def skills(self) -> tuple[str, ...]:
        """What whoever takes it must know."""
        ...

    @property
    def language(self) -> str:
        """Of the conversation, ISO 639-1."""
        ...

    @property
    def owner_id(self) -> str | None:
        """Who has it."""
        ...


Item = TypeVar("Item", bound=Queued)


def may_take(person: Person, item: Queued) -> bool:
    """Whether the person may and can take it: free, claimable by the role, of the team, with the skills."""
    return item.owner_id is None and barred(person, item.state, item.team, item.skills) is None


class Bar(StrEnum):
    """Why somebody may not take a case that waits for a person."""

    STATE = "state"
    """Their role may not claim it where it stands."""
    TEAM = "team"
    SKILLS = "skills"


def barred(person: Person, state: State, team: str, skills: Iterable[str]) -> Bar | None:
    """The first thing that keeps the person from a case that nobody has; None: nothing does."""
    if Event.CLAIMED not in allowed_events(state, person.role):
        return Bar.STATE
    if not in_team(person, team):
        return Bar.TEAM
    return None if set(skills) <= set(person.skills) else Bar.SKILLS


def ranked(person: Person, waiting: Iterable[Item]) -> tuple[Item, ...]:
    """What the person may take, what to take first in front: by severity, then one's own languages, then deadlines."""
    return tuple(sorted((item for item in waiting if may_take(person, item)), key=lambda item: _order(person, item)))


def suggest(item: Queued, people: Iterable[Person], now: datetime, within: timedelta) -> Person | None:
    """Who should take it: online, with room, who may; the customer's language first, then the least loaded.

    A suggestion only: it is computed when somebody looks, and stored nowhere.
    """
    fit = (one for one in people if is_online(one, now, within) and one.free and may_take(one, item))
    return min(fit, key=lambda one: (not _speaks(one, item), one.workload / max(one.capacity, 1), one.id), default=None)


def _order(person: Person, item: Queued) -> tuple[int, bool, datetime, datetime]:
    return severity_rank(item.severity), not _speaks(person, item), item.claim_due_at, item.waiting_since


def _speaks(person: Person, item: Queued) -> bool:
    return not person.languages or item.language in person.languages
