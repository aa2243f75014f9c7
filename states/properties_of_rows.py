"""What Handrail promises of every single row of the table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, product

from states.abstract import Model
from states.facts import FACT_NAMES
from states.property import MAY, E, R, S, X, bad_rows, needs, proves, row_text
from states.table import ANSWERING, CONSENT_CLOCK, WITH_PERSON, Transition
from states.vocabulary import SENIOR, STAFF, Clock, Effect, Event, State, Voice

_RANK = {state: rank for rank, state in enumerate((*ANSWERING, *WITH_PERSON))}
_IN_HANDS = (S.HANDED_OFF, S.AGENT_VERIFYING, S.ESCALATED)
_STEPS = frozenset({X.RENOTIFY, X.PAGE})


@proves("only people of the staff hand back, and nothing else clears the latch")
def only_people_clear_the_latch(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        clears = X.UNLOCK_BOT in row.effects or row.event is E.HANDED_BACK
        return clears and (row.event is not E.HANDED_BACK or not set(row.roles) <= set(STAFF))

    return bad_rows(model, bad)


@proves("handing back needs the owner, a written outcome and the consent that compliance cases ask for")
def hand_back_is_guarded(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        owned = needs(row.guard, actor_owns=True, outcome_written=True)
        consent = needs(row.guard, compliance=False) or needs(row.guard, compliance=True, hand_back_agreed=True)
        return row.event is E.HANDED_BACK and not (owned and consent)

    return bad_rows(model, bad)


@proves("a clock re-notifies once, pages once and then escalates: within three breaches, each with exactly one step")
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


@proves("who waits for a person and hears nothing in the time they were told is told so, and only then")
def missed_promises_are_told(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        waits = row.event is E.SLA_BREACHED and row.source in (S.HANDED_OFF, S.ESCALATED)
        told = row.effects[-2:] in ((X.RENOTIFY, X.SEND_DELAY), (X.PAGE, X.SEND_DELAY))  # the step sets the new time
        return waits is not told

    return bad_rows(model, bad)


@proves("a fault ends with a person and never leads back toward the assistant")
def faults_lead_to_a_person(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        return row.event is E.FAULT and (
            row.target not in WITH_PERSON or _RANK[row.target] < _RANK.get(row.source, 0) or row.roles != (R.SYSTEM,)
        )

    return bad_rows(model, bad)


@proves("under the latch neither clock nor customer nor assistant moves a case toward the assistant")
def urgency_only_rises(model: Model) -> Iterator[str]:
    people = {*STAFF, R.ADMIN}

    def bad(row: Transition) -> bool:
        lowers = row.source in WITH_PERSON and _RANK.get(row.target, -1) < _RANK[row.source]
        return lowers and not set(row.roles) <= people

    return bad_rows(model, bad)


@proves("every row names its roles, and no role causes more than it ever may; an auditor causes nothing")
def roles_keep_to_their_part(model: Model) -> Iterator[str]:
    return bad_rows(model, lambda row: not row.roles or any(row.event not in MAY[role] for role in row.roles))


@proves("beyond the frontline only seniors act on a case")
def the_frontline_stays_out_of_escalated_cases(model: Model) -> Iterator[str]:
    return bad_rows(model, lambda row: row.source is S.ESCALATED and R.FRONTLINE_AGENT in row.roles)


@proves("never are two rows possible for one event, role and set of facts")
def the_table_is_deterministic(model: Model) -> Iterator[str]:
    for one, two in combinations(model.table, 2):
        same = one.source is two.source and one.event is two.event and set(one.roles) & set(two.roles)
        if same and not any((fact, not value) in two.guard.needs for fact, value in one.guard.needs):
            yield f"{row_text(one)} and {row_text(two)}"


@proves("a promise, its handover and its delivery are made together, the handover first")
def no_promise_without_a_handover(model: Model) -> Iterator[str]:
    order = (X.OPEN_HANDOVER, X.SEND_SCRIPT, X.DELIVER_HANDOVER)

    def bad(row: Transition) -> bool:
        made = tuple(effect for effect in row.effects if effect in order)
        return made not in ((), order)

    return bad_rows(model, bad)


@proves("only a case that nobody owns is taken from the queue, and only the owner speaks, verifies and closes")
def owners_are_respected(model: Model) -> Iterator[str]:
    own = {
        E.AGENT_REPLIED, E.IDENTITY_VERIFIED, E.VERIFICATION_FAILED, E.EXCEPTION_REQUESTED, E.RESOLVED, E.HANDED_BACK,
        E.PACKET_REVIEWED, E.STEP_DONE, E.STEP_UNDONE,
        E.HAND_BACK_REQUESTED, E.CODE_SENT,
    }  # fmt: skip

    def bad(row: Transition) -> bool:
        taken = row.event is E.CLAIMED and row.source is S.HANDED_OFF and not needs(row.guard, owned=False)
        unowned = row.event in own and not needs(row.guard, actor_owns=True)
        pulled = row.source is S.AGENT_VERIFYING and row.event in (E.ESCALATED, E.RELEASED) and R.ADMIN not in row.roles
        return taken or unowned or (pulled and not needs(row.guard, actor_owns=True))

    return bad_rows(model, bad)


@proves("a case is resolved only with steps done, identity verified and an outcome written")
def resolving_is_guarded(model: Model) -> Iterator[str]:
    asked = {"steps_done": True, "identity_satisfied": True, "outcome_written": True}
    return bad_rows(model, lambda row: row.event is E.RESOLVED and not needs(row.guard, **asked))


@proves("no person lets go of a conversation without the newest message of the customer")
def nobody_ends_what_they_have_not_seen(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        ends = row.source in WITH_PERSON and row.target not in WITH_PERSON
        return ends and not needs(row.guard, newest_seen=True)

    return bad_rows(model, bad)


@proves("what nobody answered goes to the assistant with the conversation, and never else")
def unanswered_messages_are_returned(model: Model) -> Iterator[str]:
    return bad_rows(model, lambda row: (X.UNLOCK_BOT in row.effects) is not (X.RETURN_MESSAGE in row.effects))


@proves("reviews, ticked steps and added summaries are recorded where the case stands, and do nothing else")
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

    return bad_rows(model, bad)


@proves("a lifted mask is recorded where the conversation stands, is caused by people alone, and does nothing else")
def a_lifted_mask_moves_nothing(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        stays = row.target is row.source and row.effects == () and set(row.roles) <= set(STAFF)
        return row.event is E.MASK_LIFTED and not stays

    return bad_rows(model, bad)


@proves("an answer to the survey is recorded once, by the customer, and does nothing else")
def a_survey_answer_moves_nothing(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        if row.event is not E.SURVEY_ANSWERED:
            return X.RECORD_SURVEY in row.effects
        stays = row.source is row.target is S.RESOLVED and row.effects == (X.RECORD_SURVEY, X.SEND_NOTICE)
        return not (stays and row.roles == (R.CUSTOMER,) and needs(row.guard, survey_open=True, reopen_allowed=True))

    return bad_rows(model, bad)


@proves("a loop goes to seniors at once, and the customer is told when the assistant is back")
def loops_go_to_seniors(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        if row.event is E.PACKET_READY:
            return row.target is not S.ESCALATED and not needs(row.guard, looping=False)
        return (row.event is E.HANDED_BACK) is not (X.SEND_RETURNED in row.effects)

    return bad_rows(model, bad)


@proves("exceptions are decided by seniors whom the policy names, on an open request, as a second person, once")
def exceptions_need_four_eyes(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        asked = needs(row.guard, exception_open=True, four_eyes=True, request_fits=True, may_decide=True)
        kept = set(row.roles) <= set(SENIOR) and asked and X.CLOSE_CONSENT in row.effects
        return row.event in (E.EXCEPTION_APPROVED, E.EXCEPTION_DENIED) and not kept

    return bad_rows(model, bad)


@proves("in a regulated case the frontline says approved words only")
def regulated_words_are_approved(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        free = not (needs(row.guard, regulated=False) or needs(row.guard, approved_content=True))
        return X.SEND_AGENT_MESSAGE in row.effects and R.FRONTLINE_AGENT in row.roles and free

    return bad_rows(model, bad)


@proves(
    "an identity counts as verified only when it is proven while a check is left, and a code needs a contact on file"
)
def identities_are_proven(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        unproven = row.event is E.IDENTITY_VERIFIED and not needs(row.guard, check_allowed=True, identity_proven=True)
        sends = X.SEND_CODE in row.effects and not needs(row.guard, actor_owns=True, code_allowed=True)
        return unproven or sends

    return bad_rows(model, bad)


@proves("the assistant speaks only in its own states, unlatched, and in guarded only approved content")
def the_assistant_keeps_to_its_states(model: Model) -> Iterator[str]:
    def bad(row: Transition) -> bool:
        if X.SEND_ANSWER in row.effects:
            approved = row.source is not S.GUARDED or needs(row.guard, approved_content=True)
            inside = row.source in ANSWERING and row.target in ANSWERING and row.roles == (R.ASSISTANT,)
            return not (inside and approved and needs(row.guard, latched=False))
        return X.SEND_CAUTION in row.effects and not (row.target is S.GUARDED and needs(row.guard, latched=False))

    return bad_rows(model, bad)


@proves("the voices agree with who may send messages in each state")
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


@proves("every word of the vocabulary is used by the table")
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
