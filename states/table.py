"""The transition table: the only place where a transition is written.

The machine, the graph, the diagrams, `docs/states.md`, the buttons of the agent desk, the SQL checks and the
role matrix are views of this table. A row reads: in `source`, when `event` is caused by one of `roles` and
`guard` holds, go to `target` and ask for `effects`.
"""

from __future__ import annotations

from dataclasses import dataclass

from states.facts import FACT_NAMES, Facts
from states.vocabulary import SENIOR, STAFF, Author, Clock, Effect, Event, Role, State, Voice


@dataclass(frozen=True)
class Guard:
    """A conjunction of facts that must have the given values; empty means always.

    A conjunction of literals, instead of a function, can be searched exhaustively and printed.
    """

    name: str
    needs: tuple[tuple[str, bool], ...] = ()

    def __post_init__(self) -> None:
        for fact, _ in self.needs:
            if fact not in FACT_NAMES:
                raise ValueError(f"guard {self.name!r} reads {fact!r}, which is no fact; add it to states.facts.Facts")

    def holds(self, facts: Facts) -> bool:
        """Whether every literal has its value in `facts`."""
        return all(getattr(facts, fact) is value for fact, value in self.needs)


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table."""

    source: State
    event: Event
    target: State
    roles: tuple[Role, ...]
    guard: Guard
    effects: tuple[Effect, ...]


S, E, R, X = State, Event, Role, Effect

ALWAYS = Guard("always")
UNLATCHED = Guard("no handover is open", (("latched", False),))
APPROVED = Guard("approved content only", (("latched", False), ("approved_content", True)))
CAUTION_OVER = Guard("enough clean turns", (("latched", False), ("caution_over", True)))
FREE = Guard("nobody owns it", (("owned", False),))
OWNER = Guard("the actor owns it", (("actor_owns", True),))
NOT_YET_OWNER = Guard("the actor does not own it yet", (("actor_owns", False),))
MAY_RETRY = Guard("the actor owns it and an attempt is left", (("actor_owns", True), ("attempts_left", True)))
NO_RETRY = Guard("the actor owns it and no attempt is left", (("actor_owns", True), ("attempts_left", False)))
DONE = Guard(
    "the actor owns it, required steps and identity are done, an outcome is written, the newest message is seen",
    (
        ("actor_owns", True),
        ("steps_done", True),
        ("identity_satisfied", True),
        ("outcome_written", True),
        ("newest_seen", True),
    ),
)
MAY_HAND_BACK = Guard(
    "the actor owns it, an outcome is written, it is no compliance case, the newest message is seen",
    (("actor_owns", True), ("outcome_written", True), ("compliance", False), ("newest_seen", True)),
)
MAY_HAND_BACK_AGREED = Guard(
    "the actor owns it, a second person has agreed to this very outcome, and the newest message is seen",
    (
        ("actor_owns", True),
        ("outcome_written", True),
        ("compliance", True),
        ("hand_back_agreed", True),
        ("newest_seen", True),
    ),
)
MAY_ASK_HAND_BACK = Guard(
    "the actor owns it, an outcome is written, it is a compliance case and nothing else waits for consent",
    (("actor_owns", True), ("outcome_written", True), ("compliance", True), ("consent_pending", False)),
)
MAY_ASK_EXCEPTION = Guard(
    "the actor owns it and nothing else waits for consent", (("actor_owns", True), ("consent_pending", False))
)
MAY_AGREE = Guard(
    "a hand-back is asked for, and the actor is a second person who decides exactly that",
    (("hand_back_asked", True), ("four_eyes", True), ("request_fits", True)),
)
MAY_DECIDE = Guard(
    "an exception is open, the policy lets the actor decide it, and the actor is a second person who decides "
    "exactly that",
    (("exception_open", True), ("four_eyes", True), ("request_fits", True), ("may_decide", True)),
)
PENDING = Guard("something waits for consent", (("consent_pending", True),))
LAPSED = Guard(
    "something waits for consent and its time is over", (("consent_pending", True), ("consent_lapsed", True))
)
PROVEN = Guard(
    "the actor owns it, a check is left and the identity is proven",
    (("actor_owns", True), ("check_allowed", True), ("identity_proven", True)),
)
MAY_SEND_CODE = Guard(
    "the actor owns it, a contact is on file and a code may be sent", (("actor_owns", True), ("code_allowed", True))
)
FREE_WORDS = Guard("the actor owns it, and it is not regulated", (("actor_owns", True), ("regulated", False)))
APPROVED_WORDS = Guard(
    "the actor owns it, it is regulated, and the words are an approved template",
    (("actor_owns", True), ("regulated", True), ("approved_content", True)),
)
TO_RENOTIFY = Guard("this clock has not re-notified", (("climb_renotified", False),))
TO_PAGE = Guard("this clock has re-notified and not paged", (("climb_renotified", True), ("climb_paged", False)))
TO_ESCALATE = Guard("this clock has re-notified and paged", (("climb_renotified", True), ("climb_paged", True)))
NOT_PAGED = Guard("nobody has been paged", (("climb_paged", False),))
REOPEN_TO_BOT = Guard("inside the window, never handed over", (("reopen_allowed", True), ("latched", False)))
REOPEN_TO_PERSON = Guard("inside the window, a person had it", (("reopen_allowed", True), ("latched", True)))
REOPEN_LATE = Guard(
    "past the window, and the message calls for a person", (("reopen_allowed", False), ("person_needed", True))
)
SURVEY_OPEN = Guard("inside the window, asked and not answered", (("reopen_allowed", True), ("survey_open", True)))
FRESH = Guard("it is no loop", (("looping", False),))
LOOPING = Guard("it fired before the last hand-back already", (("looping", True),))

SYSTEM, CUSTOMER, ASSISTANT = (R.SYSTEM,), (R.CUSTOMER,), (R.ASSISTANT,)
LOCK = (X.LOCK_BOT, X.ASSEMBLE_PACKET)
CLOSE = (X.CLEAR_OWNER, X.CLOSE_HANDOVER, X.SEND_CLOSING, X.SEND_SURVEY)
HAND_OVER = (X.OPEN_HANDOVER, X.SEND_SCRIPT, X.DELIVER_HANDOVER)
HAND_BACK = (X.CLEAR_OWNER, X.CLOSE_HANDOVER, X.UNLOCK_BOT, X.SEND_RETURNED, X.RETURN_MESSAGE)
FRONTLINE = (R.FRONTLINE_AGENT,)


def _row(
    source: State, event: Event, target: State, roles: tuple[Role, ...], *effects: Effect, guard: Guard = ALWAYS
) -> Transition:
    return Transition(source=source, event=event, target=target, roles=roles, guard=guard, effects=effects)


def _answering_rows(source: State) -> tuple[Transition, ...]:
    """Rows that both answering states share: everything that takes the bot's word away."""
    return (
        _row(source, E.CAUTION_RAISED, S.GUARDED, SYSTEM, X.SEND_CAUTION, guard=UNLATCHED),
        _row(source, E.TRIGGER_FIRED, S.TRIGGERED, (R.SYSTEM, R.ASSISTANT, *STAFF), *LOCK),
        _row(source, E.HUMAN_ACCEPTED, S.TRIGGERED, CUSTOMER, *LOCK),
        _row(source, E.FAULT, S.TRIGGERED, SYSTEM, *LOCK),
        _row(source, E.EXPIRED, S.RESOLVED, SYSTEM, X.SEND_CLOSING, X.SEND_SURVEY),
    )


def _with_person_rows(source: State) -> tuple[Transition, ...]:
    """Rows that every state under the latch shares: nothing is lost, urgency only rises."""
    return (
        _row(source, E.CUSTOMER_REPLIED, source, CUSTOMER, X.FORWARD_MESSAGE, X.SEND_NOTICE),
        _row(source, E.TRIGGER_FIRED, source, SYSTEM, X.RAISE_SEVERITY, X.SEND_NOTICE),
    )


def _casework_rows(source: State, roles: tuple[Role, ...]) -> tuple[Transition, ...]:
    """What the owner notes on the packet and the checklist, and what the system adds; none of it moves the case."""
    return (
        _row(source, E.PACKET_REVIEWED, source, roles, X.RECORD_REVIEW, guard=OWNER),
        _row(source, E.STEP_DONE, source, roles, X.RECORD_STEP, guard=OWNER),
        _row(source, E.STEP_UNDONE, source, roles, X.RECORD_STEP, guard=OWNER),
        _row(source, E.PACKET_UPDATED, source, SYSTEM, X.UPDATE_PACKET),
    )


def _ladder_rows(source: State, on_leaving: tuple[Effect, ...], told: tuple[Effect, ...]) -> tuple[Transition, ...]:
    """What a clock that runs out does, one step after the other: re-notify, page, escalate.

    `told`: what the customer is told of each.
    """
    return (
        _row(source, E.SLA_BREACHED, source, SYSTEM, X.RENOTIFY, *told, guard=TO_RENOTIFY),
        _row(source, E.SLA_BREACHED, source, SYSTEM, X.PAGE, *told, guard=TO_PAGE),
        _row(source, E.SLA_BREACHED, S.ESCALATED, SYSTEM, *on_leaving, X.PAGE, *told, guard=TO_ESCALATE),
    )


def _consent_rows(source: State, owners: tuple[Role, ...]) -> tuple[Transition, ...]:
    """Two people hand a compliance case back; what is asked ends with its time, or with the customer's next word."""
    return (
        _row(source, E.HAND_BACK_REQUESTED, source, owners, X.OPEN_HAND_BACK, X.RENOTIFY, guard=MAY_ASK_HAND_BACK),
        _row(source, E.HAND_BACK_AGREED, source, SENIOR, X.GIVE_CONSENT, guard=MAY_AGREE),
        _row(source, E.HAND_BACK_REFUSED, source, SENIOR, X.CLOSE_CONSENT, guard=MAY_AGREE),
        _row(source, E.CONSENT_EXPIRED, source, SYSTEM, X.CLOSE_CONSENT, guard=LAPSED),
        _row(source, E.CONSENT_VOIDED, source, SYSTEM, X.CLOSE_CONSENT, guard=PENDING),
        _row(source, E.HANDED_BACK, S.BOT_HANDLING, owners, *HAND_BACK, guard=MAY_HAND_BACK),
        _row(source, E.HANDED_BACK, S.BOT_HANDLING, owners, *HAND_BACK, guard=MAY_HAND_BACK_AGREED),
    )


def _proof_rows(source: State, owners: tuple[Role, ...]) -> tuple[Transition, ...]:
    """Steps of an identity check that end well: a code goes out to the contact on file, a level is reached."""
    return (
        _row(source, E.CODE_SENT, source, owners, X.SEND_CODE, guard=MAY_SEND_CODE),
        _row(source, E.IDENTITY_VERIFIED, source, owners, X.RECORD_VERIFICATION, guard=PROVEN),
    )


TABLE: tuple[Transition, ...] = (
    # The assistant speaks.
    _row(S.BOT_HANDLING, E.MESSAGE_ANSWERED, S.BOT_HANDLING, ASSISTANT, X.SEND_ANSWER, guard=UNLATCHED),
    *_answering_rows(S.BOT_HANDLING),
    _row(S.GUARDED, E.MESSAGE_ANSWERED, S.GUARDED, ASSISTANT, X.SEND_ANSWER, guard=APPROVED),
    _row(S.GUARDED, E.CAUTION_CLEARED, S.BOT_HANDLING, SYSTEM, guard=CAUTION_OVER),
    *_answering_rows(S.GUARDED),
    # The bot is locked out; the packet is being assembled. A packet that fails or is late is delivered as it is.
    _row(S.TRIGGERED, E.PACKET_READY, S.HANDED_OFF, SYSTEM, *HAND_OVER, guard=FRESH),
    _row(S.TRIGGERED, E.PACKET_READY, S.ESCALATED, SYSTEM, *HAND_OVER, X.PAGE, guard=LOOPING),
    _row(S.TRIGGERED, E.FAULT, S.HANDED_OFF, SYSTEM, *HAND_OVER, X.PAGE),
    _row(S.TRIGGERED, E.SLA_BREACHED, S.ESCALATED, SYSTEM, *HAND_OVER, X.PAGE),
    *_with_person_rows(S.TRIGGERED),
    # In the queue.
    _row(S.HANDED_OFF, E.CLAIMED, S.AGENT_VERIFYING, STAFF, X.ASSIGN_OWNER, X.NOTIFY_CLAIMED, guard=FREE),
    _row(S.HANDED_OFF, E.SLA_ENDANGERED, S.HANDED_OFF, SYSTEM, X.PAGE, guard=NOT_PAGED),
    *_ladder_rows(S.HANDED_OFF, on_leaving=(), told=(X.SEND_DELAY,)),
    _row(S.HANDED_OFF, E.ESCALATED, S.ESCALATED, (*STAFF, R.ADMIN), X.PAGE),
    _row(S.HANDED_OFF, E.FAULT, S.HANDED_OFF, SYSTEM, X.PAGE),
    _row(S.HANDED_OFF, E.PACKET_UPDATED, S.HANDED_OFF, SYSTEM, X.UPDATE_PACKET),
    *_with_person_rows(S.HANDED_OFF),
    # A person works on it.
    _row(S.AGENT_VERIFYING, E.AGENT_REPLIED, S.AGENT_VERIFYING, FRONTLINE, X.SEND_AGENT_MESSAGE, guard=FREE_WORDS),
    _row(S.AGENT_VERIFYING, E.AGENT_REPLIED, S.AGENT_VERIFYING, FRONTLINE, X.SEND_AGENT_MESSAGE, guard=APPROVED_WORDS),
    _row(S.AGENT_VERIFYING, E.AGENT_REPLIED, S.AGENT_VERIFYING, SENIOR, X.SEND_AGENT_MESSAGE, guard=OWNER),
    *_proof_rows(S.AGENT_VERIFYING, STAFF),
    _row(S.AGENT_VERIFYING, E.VERIFICATION_FAILED, S.AGENT_VERIFYING, STAFF, X.RECORD_VERIFICATION, guard=MAY_RETRY),
    _row(
        S.AGENT_VERIFYING,
        E.VERIFICATION_FAILED,
        S.ESCALATED,
        STAFF,
        X.RECORD_VERIFICATION,
        X.CLEAR_OWNER,
        X.PAGE,
        guard=NO_RETRY,
    ),
    _row(
        S.AGENT_VERIFYING, E.EXCEPTION_REQUESTED, S.ESCALATED, STAFF, X.OPEN_EXCEPTION, X.PAGE, guard=MAY_ASK_EXCEPTION
    ),
    _row(S.AGENT_VERIFYING, E.ESCALATED, S.ESCALATED, STAFF, X.CLEAR_OWNER, X.PAGE, guard=OWNER),
    _row(S.AGENT_VERIFYING, E.RELEASED, S.HANDED_OFF, STAFF, X.CLEAR_OWNER, X.RENOTIFY, guard=OWNER),
    _row(S.AGENT_VERIFYING, E.RELEASED, S.HANDED_OFF, (R.ADMIN,), X.CLEAR_OWNER, X.RENOTIFY),
    _row(S.AGENT_VERIFYING, E.RESOLVED, S.RESOLVED, STAFF, *CLOSE, guard=DONE),
    *_consent_rows(S.AGENT_VERIFYING, STAFF),
    *_ladder_rows(S.AGENT_VERIFYING, on_leaving=(X.CLEAR_OWNER,), told=()),
    _row(S.AGENT_VERIFYING, E.FAULT, S.AGENT_VERIFYING, SYSTEM, X.PAGE),
    *_casework_rows(S.AGENT_VERIFYING, STAFF),
    *_with_person_rows(S.AGENT_VERIFYING),
    # Beyond the frontline. A senior may take it over from whoever holds it, also from the requester of an exception.
    _row(S.ESCALATED, E.CLAIMED, S.ESCALATED, SENIOR, X.ASSIGN_OWNER, X.NOTIFY_CLAIMED, guard=NOT_YET_OWNER),
    _row(S.ESCALATED, E.AGENT_REPLIED, S.ESCALATED, SENIOR, X.SEND_AGENT_MESSAGE, guard=OWNER),
    *_proof_rows(S.ESCALATED, SENIOR),
    _row(S.ESCALATED, E.VERIFICATION_FAILED, S.ESCALATED, SENIOR, X.RECORD_VERIFICATION, guard=OWNER),
    _row(
        S.ESCALATED,
        E.EXCEPTION_REQUESTED,
        S.ESCALATED,
        (R.ESCALATION_SPECIALIST,),
        X.OPEN_EXCEPTION,
        X.PAGE,
        guard=MAY_ASK_EXCEPTION,
    ),
    # A decided exception goes back to the person who works on the case.
    _row(S.ESCALATED, E.EXCEPTION_APPROVED, S.AGENT_VERIFYING, SENIOR, X.CLOSE_CONSENT, guard=MAY_DECIDE),
    _row(S.ESCALATED, E.EXCEPTION_DENIED, S.AGENT_VERIFYING, SENIOR, X.CLOSE_CONSENT, guard=MAY_DECIDE),
    _row(S.ESCALATED, E.RELEASED, S.HANDED_OFF, (*SENIOR, R.ADMIN), X.CLEAR_OWNER, X.RENOTIFY),
    _row(S.ESCALATED, E.RESOLVED, S.RESOLVED, SENIOR, *CLOSE, guard=DONE),
    *_consent_rows(S.ESCALATED, SENIOR),
    _row(S.ESCALATED, E.SLA_BREACHED, S.ESCALATED, SYSTEM, X.PAGE, X.SEND_DELAY),
    _row(S.ESCALATED, E.FAULT, S.ESCALATED, SYSTEM, X.PAGE),
    *_casework_rows(S.ESCALATED, SENIOR),
    *_with_person_rows(S.ESCALATED),
    # Closed, with a window in which the customer may come back: to a person, if a person had it.
    _row(S.RESOLVED, E.REOPENED, S.BOT_HANDLING, CUSTOMER, guard=REOPEN_TO_BOT),
    _row(S.RESOLVED, E.REOPENED, S.HANDED_OFF, CUSTOMER, *HAND_OVER, guard=REOPEN_TO_PERSON),
    # Past the window only what calls for a person opens it: whoever had it, a person has it now.
    _row(S.RESOLVED, E.REOPENED, S.HANDED_OFF, CUSTOMER, X.LOCK_BOT, *HAND_OVER, guard=REOPEN_LATE),
    _row(S.RESOLVED, E.SURVEY_ANSWERED, S.RESOLVED, CUSTOMER, X.RECORD_SURVEY, X.SEND_NOTICE, guard=SURVEY_OPEN),
    _row(S.RESOLVED, E.EXPIRED, S.RESOLVED, SYSTEM, X.CLOSE_CONVERSATION),
    # What no person wrote, and thanks for what is over, is kept and changes nothing.
    *(_row(state, E.MESSAGE_KEPT, state, SYSTEM) for state in S),
    # A person has been shown the original of a mask: it is recorded and moves nothing.
    *(_row(state, E.MASK_LIFTED, state, SENIOR if state is S.ESCALATED else STAFF) for state in S),
)

SPEECH: dict[Effect, Author] = {
    X.SEND_ANSWER: Author.ASSISTANT,
    X.SEND_CAUTION: Author.ASSISTANT,
    X.SEND_AGENT_MESSAGE: Author.AGENT,
    X.SEND_SCRIPT: Author.SYSTEM,
    X.SEND_NOTICE: Author.SYSTEM,
    X.SEND_DELAY: Author.SYSTEM,
    X.NOTIFY_CLAIMED: Author.SYSTEM,
    X.SEND_CLOSING: Author.SYSTEM,
    X.SEND_RETURNED: Author.SYSTEM,
    X.SEND_SURVEY: Author.SYSTEM,
}
"""The effects that may say something to the customer, and in whose name; nothing else may."""

VOICES: dict[State, Voice] = {
    S.BOT_HANDLING: Voice.ASSISTANT,
    S.GUARDED: Voice.APPROVED_ONLY,
    S.TRIGGERED: Voice.SCRIPT_ONLY,
    S.HANDED_OFF: Voice.NOTICES_ONLY,
    S.AGENT_VERIFYING: Voice.AGENT,
    S.ESCALATED: Voice.SPECIALIST,
    S.RESOLVED: Voice.SURVEY_ONLY,
}

CLOCKS: dict[State, tuple[Clock, Event]] = {
    S.BOT_HANDLING: (Clock.IDLE, E.EXPIRED),
    S.GUARDED: (Clock.IDLE, E.EXPIRED),
    S.TRIGGERED: (Clock.PACKET, E.SLA_BREACHED),
    S.HANDED_OFF: (Clock.CLAIM, E.SLA_BREACHED),
    S.AGENT_VERIFYING: (Clock.RESOLVE, E.SLA_BREACHED),
    S.ESCALATED: (Clock.RESOLVE, E.SLA_BREACHED),
    S.RESOLVED: (Clock.REOPEN, E.EXPIRED),
}
"""Which clock always runs in each state, and the event it causes when it runs out."""

BESIDE: dict[State, tuple[tuple[Clock, Event], ...]] = {
    S.HANDED_OFF: ((Clock.PAGE, E.SLA_ENDANGERED), (Clock.RESOLVE, E.SLA_BREACHED)),
    S.ESCALATED: ((Clock.CLAIM, E.SLA_BREACHED),),
}
"""Clocks that may run beside it: the page clock until somebody is paged, the claim clock while nobody owns the case."""

CONSENT_CLOCK: tuple[Clock, Event] = (Clock.CONSENT, E.CONSENT_EXPIRED)
"""Runs beside the state's clock while something waits for a second person's consent."""

INITIAL = S.BOT_HANDLING
ANSWERING = (S.BOT_HANDLING, S.GUARDED)
"""The states in which the assistant may speak."""
WITH_PERSON = (S.TRIGGERED, S.HANDED_OFF, S.AGENT_VERIFYING, S.ESCALATED)
"""The states under the latch: only a person's `handed_back` leads from here to the assistant."""
LIVE = (*ANSWERING, *WITH_PERSON)
ENDING = frozenset(
    row.event
    for row in TABLE
    if row.source in WITH_PERSON and row.target not in WITH_PERSON and {*STAFF, R.ADMIN} & {*row.roles}
)
"""The acts by which people let go of a conversation for good: afterwards no person owns it and none is awaited."""


def allowed_events(state: State, role: Role, table: tuple[Transition, ...] = TABLE) -> tuple[Event, ...]:
    """The events this role may cause in this state, guards aside: the desk's buttons and the errors' remedies."""
    return tuple(dict.fromkeys(row.event for row in table if row.source is state and role in row.roles))


def allowed_roles(state: State, event: Event, table: tuple[Transition, ...] = TABLE) -> tuple[Role, ...]:
    """The roles that may cause this event in this state, guards aside."""
    return tuple(
        dict.fromkeys(role for row in table if row.source is state and row.event is event for role in row.roles)
    )
