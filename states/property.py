"""How a property is written down: a search for counterexamples, registered with the sentence it proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from states.abstract import Model, Move, Situation
from states.table import Guard, Transition
from states.vocabulary import Effect, Event, Role, State

S, E, R, X = State, Event, Role, Effect

_CASEWORK = frozenset({
    E.TRIGGER_FIRED, E.CLAIMED, E.RELEASED, E.AGENT_REPLIED, E.IDENTITY_VERIFIED, E.VERIFICATION_FAILED, E.ESCALATED,
    E.EXCEPTION_REQUESTED, E.RESOLVED, E.HANDED_BACK, E.HAND_BACK_REQUESTED, E.CODE_SENT, E.PACKET_REVIEWED,
    E.STEP_DONE, E.STEP_UNDONE, E.MASK_LIFTED,
})  # fmt: skip
_CONSENT = frozenset({E.EXCEPTION_APPROVED, E.EXCEPTION_DENIED, E.HAND_BACK_AGREED, E.HAND_BACK_REFUSED})
MAY: Mapping[Role, frozenset[Event]] = {
    R.CUSTOMER: frozenset({E.HUMAN_ACCEPTED, E.CUSTOMER_REPLIED, E.REOPENED, E.SURVEY_ANSWERED}),
    R.ASSISTANT: frozenset({E.MESSAGE_ANSWERED, E.TRIGGER_FIRED}),
    R.FRONTLINE_AGENT: _CASEWORK,
    R.ESCALATION_SPECIALIST: _CASEWORK | _CONSENT,
    R.COMPLIANCE_OFFICER: _CASEWORK | _CONSENT,
    R.AUDITOR: frozenset(),
    R.ADMIN: frozenset({E.RELEASED, E.ESCALATED}),
    R.SYSTEM: frozenset({
        E.CAUTION_RAISED, E.CAUTION_CLEARED, E.TRIGGER_FIRED, E.FAULT, E.PACKET_READY, E.PACKET_UPDATED,
        E.SLA_ENDANGERED, E.SLA_BREACHED, E.EXPIRED, E.MESSAGE_KEPT,
        E.CONSENT_EXPIRED, E.CONSENT_VOIDED,
    }),
}  # fmt: skip
"""The most that each role may ever cause: written here a second time on purpose, so that a widened row is noticed."""

Check = Callable[[Model], Iterator[str]]
REGISTERED: list[tuple[str, str, Check]] = []
"""Name, statement and search of each property, in the order they were read."""


def proves(statement: str) -> Callable[[Check], Check]:
    """Registers a check; it yields counterexamples, and none means that the statement holds."""

    def register(check: Check) -> Check:
        REGISTERED.append((check.__name__, statement, check))
        return check

    return register


def row_text(row: Transition) -> str:
    roles = ", ".join(role.value for role in row.roles) or "nobody"
    return f"{row.source.value} —{row.event.value} by {roles}, if {row.guard.name}→ {row.target.value}"


def bad_rows(model: Model, bad: Callable[[Transition], bool]) -> Iterator[str]:
    return (row_text(row) for row in model.table if bad(row))


def bad_situations(model: Model, bad: Callable[[Situation], bool]) -> Iterator[str]:
    return (model.path_to(situation) for situation in model.situations if bad(situation))


def bad_moves(model: Model, bad: Callable[[Situation, Move], bool]) -> Iterator[str]:
    return (
        f"{model.path_to(situation)} {move}"
        for situation in model.situations
        for move in model.moves(situation)
        if bad(situation, move)
    )


def needs(guard: Guard, **facts: bool) -> bool:
    return set(facts.items()) <= set(guard.needs)
