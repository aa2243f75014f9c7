"""The clocks of a case with people: which run, how far each has climbed, and when each runs out next.

A clock that nothing of this run concerns keeps its due time to the second: that is why neither a customer's message nor
a notice can put a deadline off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from conversation.handover import Handover
from conversation.inbound import Kind
from conversation.run import Run
from handover.deadlines.ladder import Climb, Rung, again, begun, climbed, next_at, next_rung, pace, page_moment
from handover.packet.schema import Why
from handover.people.routing import NOBODY_ONLINE, pages_at_once, tightest
from policy.schema import Sla
from states.table import BESIDE, CLOCKS, CONSENT_CLOCK
from states.vocabulary import Clock, Event, State

LADDERS = (Clock.CLAIM, Clock.RESOLVE)
"""The clocks that climb."""
STEPS = (Event.SLA_BREACHED, Event.SLA_ENDANGERED)
"""The events by which they climb."""
_WITH_LADDERS = (State.HANDED_OFF, State.AGENT_VERIFYING, State.ESCALATED)


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """The step of a ladder that an event is about to take."""

    handover_id: str
    clock: Clock
    rung: Rung
    round: int
    pages: int | None = None
    """Which page after escalating this is; None for other steps."""

    def data(self) -> dict[str, Any]:
        """What the log says of it."""
        pages = {} if self.pages is None else {"pages": self.pages}
        return {
            "handover_id": self.handover_id, "ladder": self.clock.value, "step": self.rung.value, "round": self.round,
            **pages,
        }  # fmt: skip


def opening(run: Run, why: Why) -> Mapping[Clock, Climb]:
    """The ladders of a handover that opens now."""
    page_at = page_moment(_sla(run, why.sla_class), why.waiting_since, run.rules.policy.hours)
    return {
        Clock.CLAIM: begun(why.claim_due_at, run.now, page_at),
        Clock.RESOLVE: begun(why.resolve_due_at, run.now),
    }


def climb_of(run: Run, clock: Clock | None = None) -> Climb:
    """How far a clock has climbed: the one named, or the one that this run is about."""
    clock, handover = clock or _running_out(run), run.standing.handover
    if handover is None:
        return Climb(due_at=run.now + run.rules.policy.limits.packet.delta)
    return handover.ladders.get(clock) or Climb(due_at=_deadline(handover, clock))


def next_step(run: Run, event: Event) -> LadderStep | None:
    """The step that this event takes; None for all events but those of the ladders."""
    handover = run.standing.handover
    if event not in STEPS or run.standing.state not in _WITH_LADDERS:
        return None
    climb, rung = climb_of(run), _rung(run, event)
    return LadderStep(
        handover_id=handover.id if handover is not None else "",
        clock=_running_out(run),
        rung=rung,
        round=climb.round,
        pages=climb.pages + 1 if rung is Rung.PAGE_AGAIN else None,
    )


def take_step(run: Run, step: LadderStep, source: State) -> None:
    """Records a step that the machine has let pass, from the state in which it was taken."""
    beyond = source is State.ESCALATED and step.rung is Rung.PAGE
    _set(run, step.clock, climbed(climb_of(run, step.clock), Rung.ESCALATE if beyond else step.rung, run.now))


def wakes_somebody(run: Run, why: Why) -> bool:
    """Whether the person on call is paged now: the class cannot wait, and nobody is known to be online."""
    return (
        run.standing.state is State.HANDED_OFF
        and NOBODY_ONLINE in why.flags
        and pages_at_once(_sla(run, why.sla_class))
        and not climb_of(run, Clock.CLAIM).paged
    )


def promised_at(run: Run) -> datetime | None:
    """By when the customer may expect a person: the deadline, or the time that they were told when it had passed."""
    handover = run.standing.handover
    if handover is None:
        return None
    climb = climb_of(run, Clock.CLAIM)
    if climb.untouched:
        return handover.claim_due_at
    kept = None if run.record.opened else run.snapshot.timers.get(Clock.CLAIM.value)
    return run.record.due.get(Clock.CLAIM) or kept or handover.claim_due_at


def tighten(run: Run, why: Why) -> None:
    """New ladders for a case that has become more urgent; one that has gone beyond the frontline pages from anew."""
    claim, resolve, handover = climb_of(run, Clock.CLAIM), climb_of(run, Clock.RESOLVE), run.standing.handover
    if handover is None:
        return
    if claim.escalated:
        _set(run, Clock.CLAIM, climbed(replace(claim, round=claim.round + 1), Rung.ESCALATE, run.now))
    else:
        page_at = page_moment(_sla(run, why.sla_class), why.waiting_since, run.rules.policy.hours)
        _set(run, Clock.CLAIM, begun(handover.claim_due_at, run.now, page_at, claim.round + 1))
    if resolve.untouched:
        _set(run, Clock.RESOLVE, begun(handover.resolve_due_at, run.now, round_=resolve.round))


def running(run: Run) -> dict[Clock, tuple[Event, datetime]]:
    """The clocks that run when this run is over, with what they cause and when."""
    if run.standing.closed:
        return {}
    found = _of_state(run)
    if run.standing.consent is not None:
        found[CONSENT_CLOCK[0]] = (CONSENT_CLOCK[1], run.standing.consent.expires_at)
    return found


def _of_state(run: Run) -> dict[Clock, tuple[Event, datetime]]:
    state = run.standing.state
    clock, event = CLOCKS[state]
    if state not in _WITH_LADDERS:
        return {clock: (event, _plain_due(run, clock))}
    _follow(run)
    beside = tuple(one for one in BESIDE.get(state, ()) if _runs(run, one[0]))
    return {clock: (event, _due(run, clock)) for clock, event in ((clock, event), *beside)}


def _runs(run: Run, clock: Clock) -> bool:
    """Whether a clock that may run beside the state's own does."""
    if clock is Clock.PAGE:
        climb = climb_of(run, Clock.CLAIM)
        return climb.page_at is not None and not climb.paged
    return clock is not Clock.CLAIM or run.standing.owner_id is None


def _due(run: Run, clock: Clock) -> datetime:
    kept = None if run.record.opened else run.snapshot.timers.get(clock.value)
    due = run.record.due.get(clock) or kept
    if due is not None:
        return due
    climb = climb_of(run, _ladder(clock))
    if clock is Clock.PAGE and climb.page_at is not None:
        return climb.page_at
    return _next_at(run, _ladder(clock), climb)


def _plain_due(run: Run, clock: Clock) -> datetime:
    kept = run.snapshot.timers.get(clock.value) if clock is Clock.REOPEN else None
    if kept is not None:
        return kept  # What a customer says in the window does not move its end.
    limits = run.rules.policy.limits
    lengths = {Clock.IDLE: limits.idle, Clock.PACKET: limits.packet, Clock.REOPEN: limits.reopen_window}
    return run.now + lengths[clock].delta


def _follow(run: Run) -> None:
    """What a change of state does to the ladders: beyond the frontline pages begin; a case put back begins anew."""
    before, after = run.snapshot.state, run.standing.state
    if after is State.ESCALATED and before is not State.ESCALATED:
        for clock in LADDERS:
            climb = climb_of(run, clock)
            if clock is Clock.CLAIM or not climb.untouched:
                _set(run, clock, climbed(climb, Rung.ESCALATE, run.now))
    elif before is State.ESCALATED and after is not State.ESCALATED:
        _restart(run, Clock.CLAIM)
        if not climb_of(run, Clock.RESOLVE).untouched:
            _restart(run, Clock.RESOLVE)
    elif before is State.AGENT_VERIFYING and after is State.HANDED_OFF:
        _restart(run, Clock.CLAIM)


def _restart(run: Run, clock: Clock) -> None:
    handover = run.standing.handover
    deadline = _deadline(handover, clock) if handover is not None else run.now
    speed = pace(_sla(run), clock, run.rules.policy.hours)
    _set(run, clock, again(climb_of(run, clock), deadline, run.now, speed))


def _set(run: Run, clock: Clock, climb: Climb) -> None:
    """Writes how far a clock has climbed, and with it when it runs out next."""
    run.change(lambda handover: handover.climbing(clock, climb))
    run.record.due[clock] = _next_at(run, clock, climb)
    if clock is Clock.CLAIM and climb.page_at is not None:
        run.record.due[Clock.PAGE] = climb.page_at


def _next_at(run: Run, clock: Clock, climb: Climb) -> datetime:
    return next_at(climb, pace(_sla(run), clock, run.rules.policy.hours), run.now)


def _rung(run: Run, event: Event) -> Rung:
    """The step that the table's guards let pass."""
    climb = climb_of(run)
    if event is Event.SLA_ENDANGERED or (run.standing.state is State.ESCALATED and not climb.escalated):
        return Rung.PAGE
    return next_rung(climb)


def _running_out(run: Run) -> Clock:
    """The ladder this run is about: the resolve clock's if it ran out, else the claim clock's."""
    inbound = run.inbound
    return _ladder(Clock(inbound.data.get("clock", Clock.CLAIM)) if inbound.kind is Kind.CLOCK else None)


def _ladder(clock: Clock | None) -> Clock:
    return Clock.RESOLVE if clock is Clock.RESOLVE else Clock.CLAIM


def _deadline(handover: Handover, clock: Clock) -> datetime:
    return handover.resolve_due_at if clock is Clock.RESOLVE else handover.claim_due_at


def _sla(run: Run, name: str | None = None) -> Sla:
    """The class of the case; the tightest where the policy of today has none of that name."""
    policy, handover = run.rules.policy, run.standing.handover
    wanted = name or (handover.sla if handover is not None else "")
    return policy.sla.get(wanted) or tightest(policy)[1]
