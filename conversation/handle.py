"""What each state does with what came in, and the outcome of a run. The state itself decides, not the caller."""

from __future__ import annotations

from conversation.acts import act
from conversation.answer import MISTRUSTED, Models, broken, respond
from conversation.clocks import running
from conversation.given import given_json
from conversation.hand_over import hand_over
from conversation.inbound import Kind
from conversation.latched import forward
from conversation.records import Outcome, StoredMessage
from conversation.run import Run
from conversation.step import apply
from conversation.survey import after_the_end, keep
from states.errors import IllegalEvent
from states.table import ANSWERING, WITH_PERSON
from states.vocabulary import Event, Role, State

TOLD = tuple(state for state in WITH_PERSON if state is not State.TRIGGERED)
"""The states in which a person has or awaits the case, and is paged when something around it fails."""


def handle(run: Run, state: State, models: Models) -> None:
    """One node of the graph: `state` handles the run, and `onward` says whether another state goes on with it."""
    _handle(run, state, models)
    if run.mistrusted and onward(run) is None:
        record_mistrust(run)


def _handle(run: Run, state: State, models: Models) -> None:
    if state is State.TRIGGERED and run.record.packet_due:
        return hand_over(run)
    run.record.unanswered = False
    if run.inbound.kind is Kind.RETURNED:
        run.remember(owed=())
    if run.inbound.message is None:
        return _not_a_message(run)
    if run.standing.history.asked:
        run.remember(asked=())
    if run.message.automatic and not run.broken:
        return keep(run, automatic=run.message.automatic)
    if state in ANSWERING:
        if run.broken:
            return broken(run)
        respond(run, models)
        return None
    if state is State.RESOLVED:
        return after_the_end(run)
    forward(run)


def record_mistrust(run: Run) -> None:
    """The fault of the thread stands in the log, once; whoever has or awaits the case is called to it."""
    if any(one.data.get("fault") == MISTRUSTED for one in run.record.happenings):
        return
    told = {"fault": MISTRUSTED, "detail": run.mistrusted}
    if run.standing.state in TOLD:
        apply(run, Event.FAULT, Role.SYSTEM, told)
    else:
        run.record.amend(**told)


def onward(run: Run) -> State | None:
    """The state that goes on with the run: the packet is due, or the message is still unanswered; None: it is over."""
    return run.standing.state if run.record.packet_due or run.record.unanswered else None


def run_through(run: Run, models: Models) -> Outcome:
    """The whole run without a graph, for judging policies and for proving the program."""
    handle(run, run.standing.state, models)
    while (state := onward(run)) is not None:
        handle(run, state, models)
    return outcome_of(run)


def outcome_of(run: Run) -> Outcome:
    """Everything that a run led to, ready to be committed."""
    clocks = running(run)  # may move a ladder, so it comes before the handover is read
    snapshot, standing, record, loaded = run.snapshot, run.standing, run.record, run.rules.loaded
    record.decided_on(given_json(run))
    return Outcome(
        conversation_id=snapshot.id,
        expected_version=snapshot.version,
        cause=run.inbound.cause,
        message_id=run.inbound.message.id if run.inbound.message else None,
        happenings=tuple(record.happenings),
        utterances=tuple(record.utterances),
        state=standing.state,
        language=standing.language,
        latched=standing.latched,
        owner_id=standing.owner_id,
        owner_role=standing.owner_role,
        history=standing.history.to_json(),
        pending_consent=standing.consent.to_json() if standing.consent else None,
        closed=standing.closed,
        prev_hash=snapshot.head_hash,
        policy_name=loaded.policy.name,
        policy_hash=loaded.hash,
        at=run.now,
        timers=clocks,
        handover=standing.handover,
        handover_before=None if record.opened else snapshot.handover,
        outbound=tuple(record.outbound),
        masked=record.masked,
        touched=_touched(run),
        opening=snapshot.opening,
        template=run.inbound.template,
        returned_message=record.returned_message,
        attempts=record.attempts,
        expected_seq=snapshot.next_seq if _lets_go(run) else None,
    )


def _touched(run: Run) -> tuple[StoredMessage, ...]:
    """The messages that are decided or masked, as the snapshot has them."""
    mine = run.inbound.message
    masked = (one for one in run.snapshot.window if one.id in run.record.masked)
    return tuple(one for one in (*masked, mine) if one is not None)


def _lets_go(run: Run) -> bool:
    """Whether a person lets go of the conversation for good: then nothing may have come in meanwhile."""
    before = run.snapshot.state in WITH_PERSON
    return run.inbound.kind is Kind.ACT and before and run.standing.state not in WITH_PERSON


def _not_a_message(run: Run) -> None:
    """An act, a clock or a fault. A fault needs a person who has or awaits the case."""
    if run.inbound.kind is Kind.FAULT and run.standing.state not in TOLD:
        where = run.standing.state.value
        raise IllegalEvent(f"no person has or awaits this case in state {where!r}; nobody is to be told")
    act(run)
