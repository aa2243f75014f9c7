"""What the guards of the table may read, for one actor, now."""

from __future__ import annotations

from conversation.clocks import climb_of
from conversation.consents import consent_facts
from conversation.run import Run
from conversation.verification import verification_facts
from policy.persons import same_person
from states.facts import Facts
from states.vocabulary import Role


def person_needed(run: Run) -> bool:
    """Whether the message of this run calls for a person by the rules; what could not be judged does."""
    found = run.judgement.assessment
    return found is not None and found.decision.needs_person


def guard_facts(run: Run, actor: str = "", role: Role = Role.SYSTEM, *, approved: bool = False) -> Facts:
    """The facts of this moment. `approved`: what is about to be said is approved content."""
    standing, handover = run.standing, run.standing.handover
    climb = climb_of(run) if handover is not None else None
    return Facts(
        latched=standing.latched,
        approved_content=approved,
        caution_over=standing.history.clean_turns >= run.rules.policy.guard.clear_after,
        owned=standing.owner_id is not None,
        actor_owns=standing.owner_id is not None
        and same_person(standing.owner_id, actor)
        and standing.owner_role is role,
        steps_done=handover is None or not handover.open_steps(run.inbound.data.get("steps_done", ())),
        outcome_written=bool(run.inbound.text.strip()),
        newest_seen=run.inbound.newest_seen,
        regulated=handover is not None and handover.regulated,
        compliance=handover is not None and handover.compliance,
        **consent_facts(run, actor, role),
        **verification_facts(run, role),
        climb_renotified=climb is not None and climb.renotified,
        climb_paged=climb is not None and climb.paged,
        reopen_allowed=not standing.closed,
        person_needed=person_needed(run),
        survey_open=bool(standing.history.survey),
        looping=run.judgement.looping,
    )
