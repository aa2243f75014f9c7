"""What Handrail promises of every situation that the table can lead to, found by exhaustive search."""

from __future__ import annotations

from collections.abc import Iterator

from states.abstract import Consent, Model, Move, Owner, Situation
from states.property import MAY, E, R, S, X, bad_moves, bad_rows, bad_situations, needs, proves
from states.table import ANSWERING, CONSENT_CLOCK, LIVE, WITH_PERSON, Transition
from states.vocabulary import SENIOR, STAFF, Clock, State

_IN_HANDS = (S.HANDED_OFF, S.AGENT_VERIFYING, S.ESCALATED)
HANDOVER_WITHIN = 2
"""Events of customer and system alone after which a handover must be open, from any situation."""


@proves("from every live situation a person can come to own the conversation")
def a_person_is_reachable(model: Model) -> Iterator[str]:
    won = model.reaching(lambda situation: situation.owner is not Owner.NONE and situation.state in _IN_HANDS)
    return bad_situations(model, lambda situation: situation.state in LIVE and situation not in won)


@proves(f"customer and system alone open a handover within {HANDOVER_WITHIN} events, whatever the facts")
def a_handover_needs_no_goodwill(model: Model) -> Iterator[str]:
    won = {situation for situation in model.situations if situation.state in _IN_HANDS and situation.handover_open}
    for _ in range(HANDOVER_WITHIN):
        won |= {situation for situation in model.situations if situation not in won and _forced(model, situation, won)}
    return bad_situations(model, lambda situation: situation.state in LIVE and situation not in won)


def _forced(model: Model, situation: Situation, won: set[Situation]) -> bool:
    """Whether one event of customer or system leads into `won` under every valuation."""
    for role in (R.CUSTOMER, R.SYSTEM):
        into = {(move.row, move.role) for move in model.moves(situation) if move.target in won}
        for event in MAY[role]:
            outcomes = model.outcomes(situation, event, role)
            if all(rows and all((row, role) in into for row in rows) for rows in outcomes):
                return True
    return False


@proves("no path leads from a trigger to a word of the assistant without a person's hand-back")
def the_latch_holds(model: Model) -> Iterator[str]:
    seen = [situation for situation in model.situations if situation.state in WITH_PERSON]
    known = set(seen)
    for situation in seen:
        for move in model.moves(situation):
            if move.row.event is E.HANDED_BACK and move.role in STAFF:
                continue
            if move.target.state in ANSWERING or X.SEND_ANSWER in move.row.effects:
                yield f"{model.path_to(situation)} {move}"
            if move.target not in known:
                known.add(move.target)
                seen.append(move.target)


@proves("a conversation with a person is latched, and one with the assistant is not")
def the_latch_follows_the_states(model: Model) -> Iterator[str]:
    return bad_situations(
        model,
        lambda situation: (
            situation.state is not S.RESOLVED and situation.latched is not (situation.state in WITH_PERSON)
        ),
    )


@proves("a compliance case goes back only by two people: the owner asked, and a senior who is not the owner agreed")
def compliance_cases_go_back_by_two_people(model: Model) -> Iterator[str]:
    def bad(situation: Situation, move: Move) -> bool:
        row, consent = move.row, move.target.consent
        if row.event is E.HANDED_BACK:
            return situation.consent is not Consent.AGREED and not needs(row.guard, compliance=False)
        if consent is situation.consent or consent not in (Consent.HAND_BACK, Consent.AGREED):
            return False
        if consent is Consent.HAND_BACK:
            return row.event is not E.HAND_BACK_REQUESTED or not needs(row.guard, actor_owns=True)
        answered = row.event is E.HAND_BACK_AGREED and set(row.roles) <= set(SENIOR)
        return not (answered and needs(row.guard, hand_back_asked=True, four_eyes=True, request_fits=True))

    return bad_moves(model, bad)


@proves("in every state a clock runs, and what it causes is accepted from the system whatever the facts")
def every_state_has_a_clock(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        clock = model.clocks.get(situation.state)
        return clock is None or not model.always(situation, clock[1], R.SYSTEM)

    return bad_situations(model, bad)


@proves("a clock that runs beside another is heard: the page clock until somebody has been paged, the others always")
def clocks_beside_are_heard(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        return any(
            not model.always(situation, event, R.SYSTEM, {"climb_paged": False} if clock is Clock.PAGE else None)
            for clock, event in model.beside.get(situation.state, ())
        )

    return bad_situations(model, bad)


@proves("every live state accepts a fault from the system whatever the facts")
def faults_are_accepted(model: Model) -> Iterator[str]:
    return bad_situations(
        model, lambda situation: situation.state in LIVE and not model.always(situation, E.FAULT, R.SYSTEM)
    )


@proves("every row is possible in some situation")
def no_row_is_dead(model: Model) -> Iterator[str]:
    taken = {id(move.row) for situation in model.situations for move in model.moves(situation)}
    return bad_rows(model, lambda row: id(row) not in taken)


@proves("a case that waits for or has a person always has an open handover")
def a_waiting_case_has_a_handover(model: Model) -> Iterator[str]:
    return bad_situations(model, lambda situation: situation.state in _IN_HANDS and not situation.handover_open)


@proves("a case that an agent works on has an owner")
def agent_verifying_is_owned(model: Model) -> Iterator[str]:
    return bad_situations(
        model, lambda situation: situation.state is S.AGENT_VERIFYING and situation.owner is Owner.NONE
    )


@proves("a resolved conversation has neither an owner nor an open handover")
def resolved_is_tidy(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        return situation.state is S.RESOLVED and (situation.handover_open or situation.owner is not Owner.NONE)

    return bad_situations(model, bad)


@proves("every state can be reached")
def every_state_is_reachable(model: Model) -> Iterator[str]:
    reached = {situation.state for situation in model.situations}
    return (f"no path leads to {state.value}" for state in State if state not in reached)


@proves("from every situation the conversation can be resolved")
def every_case_can_end(model: Model) -> Iterator[str]:
    won = model.reaching(lambda situation: situation.state is S.RESOLVED)
    return bad_situations(model, lambda situation: situation not in won)


@proves("no customer message is ignored: answered, held back, forwarded, or reopening the case, late ones in need too")
def no_message_is_ignored(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        if situation.state in ANSWERING:
            may = any(model.outcomes(situation, E.MESSAGE_ANSWERED, R.ASSISTANT))
            held = all(model.always(situation, event, R.SYSTEM) for event in (E.CAUTION_RAISED, E.TRIGGER_FIRED))
            return not (may and held)
        if situation.state is S.RESOLVED:
            in_time, late = {"reopen_allowed": True}, {"reopen_allowed": False, "person_needed": True}
            opens = all(model.always(situation, E.REOPENED, R.CUSTOMER, given) for given in (in_time, late))
            return not (opens and model.always(situation, E.MESSAGE_KEPT, R.SYSTEM))
        forwards = list(model.outcomes(situation, E.CUSTOMER_REPLIED, R.CUSTOMER))
        return not all(rows and X.FORWARD_MESSAGE in rows[0].effects for rows in forwards)

    return bad_situations(model, bad)


@proves("a customer who asks for a person gets past the assistant whatever the facts")
def an_accepted_offer_is_kept(model: Model) -> Iterator[str]:
    return bad_situations(
        model,
        lambda situation: situation.state in ANSWERING and not model.always(situation, E.HUMAN_ACCEPTED, R.CUSTOMER),
    )


@proves("what waits for consent has the owner who works on the case, is alone, and ends by events made for that")
def consents_are_asked_for_once(model: Model) -> Iterator[str]:
    ends = {E.EXCEPTION_APPROVED, E.EXCEPTION_DENIED, E.HAND_BACK_REFUSED, E.CONSENT_EXPIRED, E.CONSENT_VOIDED}

    def bad(row: Transition) -> bool:
        opens = X.OPEN_EXCEPTION in row.effects or X.OPEN_HAND_BACK in row.effects
        unasked = opens and not needs(row.guard, actor_owns=True, consent_pending=False)
        return unasked or (X.CLOSE_CONSENT in row.effects) is not (row.event in ends)

    yield from bad_rows(model, bad)
    yield from bad_situations(model, lambda one: one.consent is not Consent.NONE and one.owner is Owner.NONE)


@proves("what waits for consent runs out by its clock and is voided by the system, whatever the facts")
def consents_end(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        if situation.consent is Consent.NONE:
            return False
        expires = model.always(situation, CONSENT_CLOCK[1], R.SYSTEM, {"consent_lapsed": True})
        return not (expires and model.always(situation, E.CONSENT_VOIDED, R.SYSTEM))

    return bad_situations(model, bad)
