"""What threatens life is immediate, with a script of its own and whatever the facts: what a policy alone shows of it.

`triggers.vectors` tries the other part on every example, whatever fires beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from policy.schema import IMMEDIATE, Action, Policy, Severity, Trigger
from policy.sources import Place

MOST_IMMEDIATE = timedelta(minutes=15)
"""Until when somebody must have claimed what threatens life, at the latest."""

Slower = tuple[Place, str, str]
"""Where a life threat could wait, how, and the remedy."""


def slower_life_threats(policy: Policy) -> Iterator[Slower]:
    """Everything by which a case of life and death could be slower than `immediate` or without its script.

    A family with one life threat may hold no other critical trigger that is not marked as one.
    """
    families = {trigger.family for trigger in policy.triggers if trigger.life_threat}
    if families:
        yield from _class(policy)
    for index, trigger in enumerate(policy.triggers):
        place: Place = ("triggers", index)
        if trigger.life_threat:
            yield from _trigger(place, trigger)
        elif trigger.family in families and trigger.severity is Severity.CRITICAL:
            message = f"{trigger.id!r} is critical in the family {trigger.family!r}, but is not marked a life threat"
            yield (*place, "severity"), message, "write `life_threat: true`, or give it a family of its own"


def _trigger(place: Place, trigger: Trigger) -> Iterator[Slower]:
    who = f"{trigger.id!r} threatens life"
    if trigger.action is not Action.HANDOVER:
        yield (*place, "action"), f"{who}, but its action is {trigger.action.value!r}", "use `action: handover`"
    if trigger.severity is not Severity.CRITICAL:
        yield (*place, "severity"), f"{who}, but is {trigger.severity.value!r}", "use `severity: critical`"
    if trigger.sla != IMMEDIATE:
        yield (*place, "sla"), f"{who}, but its class is {trigger.sla!r}", f"use `sla: {IMMEDIATE}`"
    if trigger.script is None:
        yield place, f"{who}, but has no script of its own", "write `script: ...` with whom to call at once"
    if trigger.when is not None and trigger.any:
        yield (*place, "when"), f"{who}, but is read only while a condition holds", "remove `when`"


def _class(policy: Policy) -> Iterator[Slower]:
    sla = policy.sla.get(IMMEDIATE)
    if sla is None:
        yield ("sla",), f"there is no class {IMMEDIATE!r} for what threatens life", "define it"
        return
    place: Place = ("sla", IMMEDIATE)
    if sla.hours != "always":
        yield (*place, "hours"), f"{IMMEDIATE!r} sleeps outside business hours", "use `hours: always`"
    if sla.claim.delta > MOST_IMMEDIATE:
        minutes = int(MOST_IMMEDIATE.total_seconds() // 60)
        yield (*place, "claim"), f"{IMMEDIATE!r} is claimed later than {minutes} minutes", "make it shorter"
    for name, other in policy.sla.items():
        if other.claim.delta < sla.claim.delta or other.resolve.delta < sla.resolve.delta:
            yield (*place, "claim"), f"the class {name!r} is tighter than {IMMEDIATE!r}", "make that one longer"
