"""One step of the machine in a run: the event is recorded, and every effect that its row asks for is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.doing import Doing, Matter
from conversation.effects import EFFECTS
from conversation.facts import guard_facts
from conversation.given import GUARDS, guards_json
from conversation.records import Happening
from conversation.run import Run
from states.machine import Step
from states.vocabulary import Event, Role

NOTHING = Matter()


def apply(
    run: Run,
    event: Event,
    role: Role,
    data: Mapping[str, Any] | None = None,
    *,
    actor: str = "",
    approved: bool = False,
    matter: Matter = NOTHING,
) -> Step:
    """Steps the machine. Raises Refused if no row of the table lets the event pass; nothing has changed then.

    `data` is what the log keeps, `matter` what the effects need; `approved`: the words are approved content.
    """
    facts = guard_facts(run, actor, role, approved=approved)
    step = run.rules.machine.step(run.standing.state, event, role, facts)
    happening = Happening(
        id=run.rules.ids.new("evt_"),
        event=event,
        source=step.source,
        target=step.target,
        role=role,
        actor_id=actor,
        effects=step.effects,
        data=data or {},
        given={GUARDS: guards_json(facts)},
    )
    run.record.happenings.append(happening)
    run.stand(state=step.target)
    for number, effect in enumerate(step.effects):
        doing = Doing(
            run=run, effect=effect, number=number, event_id=happening.id, step=step, actor=actor, matter=matter
        )
        EFFECTS[effect](doing)
    return step
