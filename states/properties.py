"""What Handrail promises, each promise as a search for a counterexample in the table's state space.

Without these a changed row could let the bot speak over a person, and only a customer would notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, combinations, product

from states.abstract import Consent, Model, Move, Owner, Situation
from states.facts import FACT_NAMES
from states.table import ANSWERING, CONSENT_CLOCK, LIVE, WITH_PERSON, Guard, Transition
from states.vocabulary import SENIOR, STAFF, Clock, Effect, Event, Role, State, Voice

HANDOVER_WITHIN = 2
"""Events of customer and system alone after which a handover must be open, from any situation."""

S, E, R, X = State, Event, Role, Effect

_RANK = {state: rank for rank, state in enumerate((*ANSWERING, *WITH_PERSON))}
_IN_HANDS = (S.HANDED_OFF, S.AGENT_VERIFYING, S.ESCALATED)
_STEPS = frozenset({X.RENOTIFY, X.PAGE})
_CASEWORK = frozenset({
    E.TRIGGER_FIRED, E.CLAIMED, E.RELEASED, E.AGENT_REPLIED, E.IDENTITY_VERIFIED, E.VERIFICATION_FAILED, E.ESCALATED,
    E.EXCEPTION_REQUESTED, E.RESOLVED, E.HANDED_BACK, E.HAND_BACK_REQUESTED, E.CODE_SENT, E.PACKET_REVIEWED,
    E.STEP_DONE, E.STEP_UNDONE,
})  # fmt: skip
_CONSENT = frozenset({E.EXCEPTION_APPROVED, E.EXCEPTION_DENIED, E.HAND_BACK_AGREED, E.HAND_BACK_REFUSED})
_MAY: Mapping[Role, frozenset[Event]] = {
    R.CUSTOMER: frozenset({E.HUMAN_ACCEPTED, E.CUSTOMER_REPLIED, E.REOPENED, E.SURVEY_ANSWERED}),
    R.ASSISTANT: frozenset({E.MESSAGE_ANSWERED, E.TRIGGER_FIRED}),
    R.FRONTLINE_AGENT: _CASEWORK,
    R.ESCALATION_SPECIALIST: _CASEWORK | _CONSENT,
    R.COMPLIANCE_OFFICER: _CASEWORK | _CONSENT,
    R.AUDITOR: frozenset(),
    R.ADMIN: frozenset({E.RELEASED, E.ESCALATED}),
    R.SYSTEM: frozenset({
        E.CAUTION_RAISED, E.CAUTION_CLEARED, E.TRIGGER_FIRED, E.FAULT, E.PACKET_READY, E.PACKET_UPDATED,
        E.SLA_ENDANGERED, E.SLA_BREACHED, E.EXPIRED,
        E.CONSENT_EXPIRED, E.CONSENT_VOIDED,
    }),
}  # fmt: skip
"""The most that each role may ever cause: written here a second time on purpose, so that a widened row is noticed."""

Check = Callable[[Model], Iterator[str]]
CHECKS: list[tuple[str, str, Check]] = []


def _proves(statement: str) -> Callable[[Check], Check]:
    """Registers a check; it yields counterexamples, and none means that the statement holds."""

    def register(check: Check) -> Check:
        CHECKS.append((check.__name__, statement, check))
        return check

    return register


def _row_text(row: Transition) -> str:
    roles = ", ".join(role.value for role in row.roles) or "nobody"
    return f"{row.source.value} —{row.event.value} by {roles}, if {row.guard.name}→ {row.target.value}"


def _rows(model: Model, bad: Callable[[Transition], bool]) -> Iterator[str]:
    return (_row_text(row) for row in model.table if bad(row))


def _situations(model: Model, bad: Callable[[Situation], bool]) -> Iterator[str]:
    return (model.path_to(situation) for situation in model.situations if bad(situation))


def _moves(model: Model, bad: Callable[[Situation, Move], bool]) -> Iterator[str]:
    return (
        f"{model.path_to(situation)} {move}"
        for situation in model.situations
        for move in model.moves(situation)
        if bad(situation, move)
    )


def _needs(guard: Guard, **facts: bool) -> bool:
    return set(facts.items()) <= set(guard.needs)


@_proves("from every live situation a person can come to own the conversation")
def a_person_is_reachable(model: Model) -> Iterator[str]:
    won = model.reaching(lambda situation: situation.owner is not Owner.NONE and situation.state in _IN_HANDS)
    return _situations(model, lambda situation: situation.state in LIVE and situation not in won)


@_proves(f"customer and system alone open a handover within {HANDOVER_WITHIN} events, whatever the facts")
def a_handover_needs_no_goodwill(model: Model) -> Iterator[str]:
    won = {situation for situation in model.situations if situation.state in _IN_HANDS and situation.handover_open}
    for _ in range(HANDOVER_WITHIN):
        won |= {situation for situation in model.situations if situation not in won and _forced(model, situation, won)}
    return _situations(model, lambda situation: situation.state in LIVE and situation not in won)


def _forced(model: Model, situation: Situation, won: set[Situation]) -> bool:
    """Whether one event of customer or system leads into `won` under every valuation."""
    for role in (R.CUSTOMER, R.SYSTEM):
        into = {(move.row, move.role) for move in model.moves(situation) if move.target in won}
        for event in _MAY[role]:
            outcomes = model.outcomes(situation, event, role)
            if all(rows and all((row, role) in into for row in rows) for rows in outcomes):
                return True
    return False


@_proves("no path leads from a trigger to a word of the assistant without a person's hand-back")
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


@_proves("a conversation with a person is latched, and one with the assistant is not")
def the_latch_follows_the_states(model: Model) -> Iterator[str]:
    return _situations(
        model,
        lambda situation: (
            situation.state is not S.RESOLVED and situation.latched is not (situation.state in WITH_PERSON)
        ),
    )


@_proves("only people of the staff hand back, and nothing else clears the latch")
def only_people_clear_the_latch(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        clears = X.UNLOCK_BOT in row.effects or row.event is E.HANDED_BACK
        return clears and (row.event is not E.HANDED_BACK or not set(row.roles) <= set(STAFF))

    return _rows(model, bad)


@_proves("handing back needs the owner, a written outcome and the consent that compliance cases ask for")
def hand_back_is_guarded(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        owned = _needs(row.guard, actor_owns=True, outcome_written=True)
        consent = _needs(row.guard, compliance=False) or _needs(row.guard, compliance=True, hand_back_agreed=True)
        return row.event is E.HANDED_BACK and not (owned and consent)

    return _rows(model, bad)


@_proves("a compliance case goes back only by two people: the owner asked, and a senior who is not the owner agreed")
def compliance_cases_go_back_by_two_people(model: Model) -> Iterator[str]:
    def bad(situation: Situation, move: Move) -> bool:
        row, consent = move.row, move.target.consent
        if row.event is E.HANDED_BACK:
            return situation.consent is not Consent.AGREED and not _needs(row.guard, compliance=False)
        if consent is situation.consent or consent not in (Consent.HAND_BACK, Consent.AGREED):
            return False
        if consent is Consent.HAND_BACK:
            return row.event is not E.HAND_BACK_REQUESTED or not _needs(row.guard, actor_owns=True)
        answered = row.event is E.HAND_BACK_AGREED and set(row.roles) <= set(SENIOR)
        return not (answered and _needs(row.guard, hand_back_asked=True, four_eyes=True, request_fits=True))

    return _moves(model, bad)


@_proves("in every state a clock runs, and what it causes is accepted from the system whatever the facts")
def every_state_has_a_clock(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        clock = model.clocks.get(situation.state)
        return clock is None or not model.always(situation, clock[1], R.SYSTEM)

    return _situations(model, bad)


@_proves("a clock that runs beside another is heard: the page clock until somebody has been paged, the others always")
def clocks_beside_are_heard(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        return any(
            not model.always(situation, event, R.SYSTEM, {"climb_paged": False} if clock is Clock.PAGE else None)
            for clock, event in model.beside.get(situation.state, ())
        )

    return _situations(model, bad)


@_proves("a clock re-notifies once, pages once and then escalates: within three breaches, each with exactly one step")
def an_ignored_clock_climbs(model: Model) -> Iterator[str]:
    for state, taken in product((S.HANDED_OFF, S.AGENT_VERIFYING), (set(), {X.PAGE}, {X.RENOTIFY, X.PAGE})):
        found = _climb(model, state, frozenset(taken))
        if found:
            yield found


def _climb(model: Model, state: State, taken: frozenset[Effect]) -> str:
    """What is wrong with breach after breach of a clock that has taken those steps already; empty if nothing is."""
    path = f"{state.value}, done: {', '.join(sorted(taken)) or 'nothing'}"
    for _ in range(len(_STEPS - taken) + 1):
        known = {"climb_renotified": X.RENOTIFY in taken, "climb_paged": X.PAGE in taken}
        rows = [
            row
            for row in model.rows(state, E.SLA_BREACHED, R.SYSTEM)
            if all(known.get(fact) is value for fact, value in row.guard.needs)
        ]
        if len(rows) != 1:
            return f"{path}: {len(rows)} rows for the next breach"
        steps = _STEPS & set(rows[0].effects)
        path += f" —{E.SLA_BREACHED.value}→ {rows[0].target.value} ({', '.join(sorted(steps))})"
        if rows[0].target is S.ESCALATED:
            # Beyond the frontline somebody is paged anew; before that no step may have been left out.
            return "" if X.PAGE in steps and taken == _STEPS else f"{path}: too early, or without a page"
        if len(steps) != 1 or steps & taken or rows[0].target is not state:
            return f"{path}: not exactly one new step"
        taken |= steps
    return f"{path}: never escalates"


@_proves("every live state accepts a fault from the system whatever the facts")
def faults_are_accepted(model: Model) -> Iterator[str]:
    return _situations(
        model, lambda situation: situation.state in LIVE and not model.always(situation, E.FAULT, R.SYSTEM)
    )


@_proves("a fault ends with a person and never leads back toward the assistant")
def faults_lead_to_a_person(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        return row.event is E.FAULT and (
            row.target not in WITH_PERSON or _RANK[row.target] < _RANK.get(row.source, 0) or row.roles != (R.SYSTEM,)
        )

    return _rows(model, bad)


@_proves("under the latch neither clock nor customer nor assistant moves a case toward the assistant")
def urgency_only_rises(model: Model) -> Iterator[str]:
    people = {*STAFF, R.ADMIN}

    def bad(row: Transition) -> bool:
        lowers = row.source in WITH_PERSON and _RANK.get(row.target, -1) < _RANK[row.source]
        return lowers and not set(row.roles) <= people

    return _rows(model, bad)


@_proves("every row names its roles, and no role causes more than it ever may; an auditor causes nothing")
def roles_keep_to_their_part(model: Model) -> Iterator[str]:
    return _rows(model, lambda row: not row.roles or any(row.event not in _MAY[role] for role in row.roles))


@_proves("beyond the frontline only seniors act on a case")
def the_frontline_stays_out_of_escalated_cases(model: Model) -> Iterator[str]:
    return _rows(model, lambda row: row.source is S.ESCALATED and R.FRONTLINE_AGENT in row.roles)


@_proves("never are two rows possible for one event, role and set of facts")
def the_table_is_deterministic(model: Model) -> Iterator[str]:
    for one, two in combinations(model.table, 2):
        same = one.source is two.source and one.event is two.event and set(one.roles) & set(two.roles)
        if same and not any((fact, not value) in two.guard.needs for fact, value in one.guard.needs):
            yield f"{_row_text(one)} and {_row_text(two)}"


@_proves("every row is possible in some situation")
def no_row_is_dead(model: Model) -> Iterator[str]:
    taken = {id(move.row) for situation in model.situations for move in model.moves(situation)}
    return _rows(model, lambda row: id(row) not in taken)


@_proves("a case that waits for or has a person always has an open handover")
def a_waiting_case_has_a_handover(model: Model) -> Iterator[str]:
    return _situations(model, lambda situation: situation.state in _IN_HANDS and not situation.handover_open)


@_proves("a promise, its handover and its delivery are made together, the handover first")
def no_promise_without_a_handover(model: Model) -> Iterator[str]:
    order = (X.OPEN_HANDOVER, X.SEND_SCRIPT, X.DELIVER_HANDOVER)

    def bad(row: Transition) -> bool:
        made = tuple(effect for effect in row.effects if effect in order)
        return made not in ((), order)

    return _rows(model, bad)


@_proves("a case that an agent works on has an owner")
def agent_verifying_is_owned(model: Model) -> Iterator[str]:
    return _situations(model, lambda situation: situation.state is S.AGENT_VERIFYING and situation.owner is Owner.NONE)


@_proves("only a case that nobody owns is taken from the queue, and only the owner speaks, verifies and closes")
def owners_are_respected(model: Model) -> Iterator[str]:
    own = {
        E.AGENT_REPLIED, E.IDENTITY_VERIFIED, E.VERIFICATION_FAILED, E.EXCEPTION_REQUESTED, E.RESOLVED, E.HANDED_BACK,
        E.PACKET_REVIEWED, E.STEP_DONE, E.STEP_UNDONE,
        E.HAND_BACK_REQUESTED, E.CODE_SENT,
    }  # fmt: skip

    def bad(row: Transition) -> bool:
        taken = row.event is E.CLAIMED and row.source is S.HANDED_OFF and not _needs(row.guard, owned=False)
        unowned = row.event in own and not _needs(row.guard, actor_owns=True)
        pulled = row.source is S.AGENT_VERIFYING and row.event in (E.ESCALATED, E.RELEASED) and R.ADMIN not in row.roles
        return taken or unowned or (pulled and not _needs(row.guard, actor_owns=True))

    return _rows(model, bad)


@_proves("a case is resolved only with steps done, identity verified and an outcome written")
def resolving_is_guarded(model: Model) -> Iterator[str]:
    asked = {"steps_done": True, "identity_satisfied": True, "outcome_written": True}
    return _rows(model, lambda row: row.event is E.RESOLVED and not _needs(row.guard, **asked))


@_proves("reviews, ticked steps and added summaries are recorded where the case stands, and do nothing else")
def notes_move_nothing(model: Model) -> Iterator[str]:
    record = {
        E.PACKET_REVIEWED: X.RECORD_REVIEW,
        E.STEP_DONE: X.RECORD_STEP,
        E.STEP_UNDONE: X.RECORD_STEP,
        E.PACKET_UPDATED: X.UPDATE_PACKET,
    }

    def bad(row: Transition) -> bool:
        effect = record.get(row.event)
        if effect is None:
            return not set(record.values()).isdisjoint(row.effects)
        return row.effects != (effect,) or row.target is not row.source or row.source not in _IN_HANDS

    return _rows(model, bad)


@_proves("an answer to the survey is recorded once, by the customer, and does nothing else")
def a_survey_answer_moves_nothing(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        if row.event is not E.SURVEY_ANSWERED:
            return X.RECORD_SURVEY in row.effects
        stays = row.source is row.target is S.RESOLVED and row.effects == (X.RECORD_SURVEY,)
        return not (stays and row.roles == (R.CUSTOMER,) and _needs(row.guard, survey_open=True, reopen_allowed=True))

    return _rows(model, bad)


@_proves("a loop goes to seniors at once, and the customer is told when the assistant is back")
def loops_go_to_seniors(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        if row.event is E.PACKET_READY:
            return row.target is not S.ESCALATED and not _needs(row.guard, looping=False)
        return (row.event is E.HANDED_BACK) is not (X.SEND_RETURNED in row.effects)

    return _rows(model, bad)


@_proves("a resolved conversation has neither an owner nor an open handover")
def resolved_is_tidy(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        return situation.state is S.RESOLVED and (situation.handover_open or situation.owner is not Owner.NONE)

    return _situations(model, bad)


@_proves("every state can be reached")
def every_state_is_reachable(model: Model) -> Iterator[str]:
    reached = {situation.state for situation in model.situations}
    return (f"no path leads to {state.value}" for state in State if state not in reached)


@_proves("from every situation the conversation can be resolved")
def every_case_can_end(model: Model) -> Iterator[str]:
    won = model.reaching(lambda situation: situation.state is S.RESOLVED)
    return _situations(model, lambda situation: situation not in won)


@_proves("no customer message is ignored: answered, held back, forwarded, or reopening the case")
def no_message_is_ignored(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        if situation.state in ANSWERING:
            may = any(model.outcomes(situation, E.MESSAGE_ANSWERED, R.ASSISTANT))
            held = all(model.always(situation, event, R.SYSTEM) for event in (E.CAUTION_RAISED, E.TRIGGER_FIRED))
            return not (may and held)
        if situation.state is S.RESOLVED:
            return not model.always(situation, E.REOPENED, R.CUSTOMER, {"reopen_allowed": True})
        forwards = list(model.outcomes(situation, E.CUSTOMER_REPLIED, R.CUSTOMER))
        return not all(rows and X.FORWARD_MESSAGE in rows[0].effects for rows in forwards)

    return _situations(model, bad)


@_proves("a customer who asks for a person gets past the assistant whatever the facts")
def an_accepted_offer_is_kept(model: Model) -> Iterator[str]:
    return _situations(
        model,
        lambda situation: situation.state in ANSWERING and not model.always(situation, E.HUMAN_ACCEPTED, R.CUSTOMER),
    )


@_proves("exceptions are decided by seniors whom the policy names, on an open request, as a second person, once")
def exceptions_need_four_eyes(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        asked = _needs(row.guard, exception_open=True, four_eyes=True, request_fits=True, may_decide=True)
        kept = set(row.roles) <= set(SENIOR) and asked and X.CLOSE_CONSENT in row.effects
        return row.event in (E.EXCEPTION_APPROVED, E.EXCEPTION_DENIED) and not kept

    return _rows(model, bad)


@_proves("what waits for consent has the owner who works on the case, is alone, and ends by events made for that")
def consents_are_asked_for_once(model: Model) -> Iterator[str]:
    ends = {E.EXCEPTION_APPROVED, E.EXCEPTION_DENIED, E.HAND_BACK_REFUSED, E.CONSENT_EXPIRED, E.CONSENT_VOIDED}

    def bad(row: Transition) -> bool:
        opens = X.OPEN_EXCEPTION in row.effects or X.OPEN_HAND_BACK in row.effects
        unasked = opens and not _needs(row.guard, actor_owns=True, consent_pending=False)
        return unasked or (X.CLOSE_CONSENT in row.effects) is not (row.event in ends)

    yield from _rows(model, bad)
    yield from _situations(model, lambda one: one.consent is not Consent.NONE and one.owner is Owner.NONE)


@_proves("what waits for consent runs out by its clock and is voided by the system, whatever the facts")
def consents_end(model: Model) -> Iterator[str]:
    def bad(situation: Situation) -> bool:
        if situation.consent is Consent.NONE:
            return False
        expires = model.always(situation, CONSENT_CLOCK[1], R.SYSTEM, {"consent_lapsed": True})
        return not (expires and model.always(situation, E.CONSENT_VOIDED, R.SYSTEM))

    return _situations(model, bad)


@_proves("in a regulated case the frontline says approved words only")
def regulated_words_are_approved(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        free = not (_needs(row.guard, regulated=False) or _needs(row.guard, approved_content=True))
        return X.SEND_AGENT_MESSAGE in row.effects and R.FRONTLINE_AGENT in row.roles and free

    return _rows(model, bad)


@_proves("an identity counts as verified only when it is proven, and a code goes out only where a contact is on file")
def identities_are_proven(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        unproven = row.event is E.IDENTITY_VERIFIED and not _needs(row.guard, identity_proven=True)
        sends = X.SEND_CODE in row.effects and not _needs(row.guard, actor_owns=True, code_allowed=True)
        return unproven or sends

    return _rows(model, bad)


@_proves("the assistant speaks only in its own states, unlatched, and in guarded only approved content")
def the_assistant_keeps_to_its_states(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        if X.SEND_ANSWER in row.effects:
            approved = row.source is not S.GUARDED or _needs(row.guard, approved_content=True)
            inside = row.source in ANSWERING and row.target in ANSWERING and row.roles == (R.ASSISTANT,)
            return not (inside and approved and _needs(row.guard, latched=False))
        return X.SEND_CAUTION in row.effects and not (row.target is S.GUARDED and _needs(row.guard, latched=False))

    return _rows(model, bad)


@_proves("the voices agree with who may send messages in each state")
def voices_agree_with_effects(model: Model) -> Iterator[str]:
    speaking = {
        X.SEND_ANSWER: (Voice.ASSISTANT, Voice.APPROVED_ONLY),
        X.SEND_AGENT_MESSAGE: (Voice.AGENT, Voice.SPECIALIST),
    }
    for effect, voices in speaking.items():
        sources = {row.source for row in model.table if effect in row.effects}
        spoken = {state for state in State if model.voices.get(state) in voices}
        for state in sorted(sources ^ spoken):
            yield f"in {state.value} the voice is {model.voices.get(state)!s:.40}, against the rows with {effect.value}"


@_proves("every word of the vocabulary is used by the table")
def every_word_is_used(model: Model) -> Iterator[str]:
    words: tuple[tuple[str, set[str], set[str]], ...] = (
        ("event", {*Event}, {row.event for row in model.table}),
        ("effect", {*Effect}, {effect for row in model.table for effect in row.effects}),
        (
            "clock",
            {*Clock},
            {clock for clock, _ in (*model.clocks.values(), *chain(*model.beside.values()), CONSENT_CLOCK)},
        ),
        ("fact", {*FACT_NAMES}, {fact for row in model.table for fact, _ in row.guard.needs}),
    )
    return (f"the {kind} {word!s} is used by no row" for kind, known, used in words for word in sorted(known - used))
