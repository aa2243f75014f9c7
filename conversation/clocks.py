"""The clocks of a case with people: which run, how far each has climbed, and when each runs out next.

A clock that nothing of this run concerns keeps its due time to the second: that is why neither a customer's message nor
a notice can put a deadline off.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handover.deadlines.ladder import Climb, Rung, again, begun, climbed, next_at, next_rung, pace, page_moment
from handover.packet.schema import Why
from handover.people.routing import NOBODY_ONLINE, pages_at_once, tightest
from policy.schema import Sla
from states.table import BESIDE, CLOCKS
from states.vocabulary import Clock, Effect, Event, Role, State

if TYPE_CHECKING:
    from conversation.working import Working

LADDERS: dict[Clock, str] = {Clock.CLAIM: "claim_due_at", Clock.RESOLVE: "resolve_due_at"}
"""The clocks that climb, and the deadline of each in the handover's row."""
STEPS = (Event.SLA_BREACHED, Event.SLA_ENDANGERED)
"""The events by which they climb."""
_WITH_LADDERS = (State.HANDED_OFF, State.AGENT_VERIFYING, State.ESCALATED)


def opening(working: Working, why: Why) -> dict[str, Any]:
    """The ladders of a handover that opens now."""
    sla = _sla(working, why.sla_class)
    page_at = page_moment(sla, why.waiting_since, working.services.loaded.policy.hours)
    return {
        Clock.CLAIM.value: begun(why.claim_due_at, working.now, page_at).to_json(),
        Clock.RESOLVE.value: begun(why.resolve_due_at, working.now).to_json(),
    }


def climb_of(working: Working, clock: Clock | None = None) -> Climb:
    """How far a clock has climbed: the one named, or the one that this run is about."""
    clock = clock or _running_out(working)
    handover = working.handover or {}
    written = handover.get("ladders", {}).get(clock.value)
    if written:
        return Climb.from_json(written)
    deadline = handover.get(LADDERS[clock])
    return Climb(due_at=deadline or working.now + working.services.loaded.policy.limits.packet.delta)


def step_data(working: Working, event: Event) -> dict[str, Any]:
    """What the log says of the step that the event is about to take; empty for all other events."""
    if event not in STEPS or working.state not in _WITH_LADDERS:
        return {}
    climb, rung = climb_of(working), _rung(working, event)
    pages = {"pages": climb.pages + 1} if rung is Rung.PAGE_AGAIN else {}
    handover_id = (working.handover or {}).get("id")
    return {
        "handover_id": handover_id, "ladder": _running_out(working).value, "step": rung.value, "round": climb.round,
        **pages,
    }  # fmt: skip


def take_step(working: Working, data: dict[str, Any]) -> None:
    """Records the step that `step_data` announced, after the machine has let it pass."""
    if "step" not in data:
        return
    clock, rung = Clock(data["ladder"]), Rung(data["step"])
    beyond = working.happenings[-1].source is State.ESCALATED and rung is Rung.PAGE
    _set(working, clock, climbed(climb_of(working, clock), Rung.ESCALATE if beyond else rung, working.now))
    for effect in (Effect.RENOTIFY, Effect.PAGE):
        working.payloads[effect] = {"team": (working.handover or {}).get("team"), **data}


def page_if_nobody(working: Working, why: Why) -> None:
    """Pages the person on call now, where the class cannot wait and nobody is known to be online."""
    if (
        working.state is not State.HANDED_OFF
        or NOBODY_ONLINE not in why.flags
        or not pages_at_once(_sla(working, why.sla_class))
        or climb_of(working, Clock.CLAIM).paged
    ):
        return
    data = step_data(working, Event.SLA_ENDANGERED)
    working.apply(Event.SLA_ENDANGERED, Role.SYSTEM, {**data, "because": NOBODY_ONLINE})
    take_step(working, data)


def tighten(working: Working, why: Why) -> None:
    """New ladders for a case that has become more urgent; one that has gone beyond the frontline pages from anew."""
    claim, resolve = climb_of(working, Clock.CLAIM), climb_of(working, Clock.RESOLVE)
    handover = working.handover or {}
    if claim.escalated:
        _set(working, Clock.CLAIM, climbed(replace(claim, round=claim.round + 1), Rung.ESCALATE, working.now))
    else:
        page_at = page_moment(_sla(working, why.sla_class), why.waiting_since, working.services.loaded.policy.hours)
        _set(working, Clock.CLAIM, begun(handover["claim_due_at"], working.now, page_at, claim.round + 1))
    if resolve.untouched:
        _set(working, Clock.RESOLVE, begun(handover["resolve_due_at"], working.now, round_=resolve.round))


def clocks(working: Working) -> dict[Clock, tuple[Event, datetime]]:
    """The clocks that run when this run is over, with what they cause and when."""
    clock, event = CLOCKS[working.state]
    if working.state not in _WITH_LADDERS:
        return {clock: (event, _plain_due(working, clock))}
    _follow(working)
    beside = tuple(one for one in BESIDE.get(working.state, ()) if _runs(working, one[0]))
    return {clock: (event, _due(working, clock)) for clock, event in ((clock, event), *beside)}


def _runs(working: Working, clock: Clock) -> bool:
    """Whether a clock that may run beside the state's own does."""
    if clock is Clock.PAGE:
        climb = climb_of(working, Clock.CLAIM)
        return climb.page_at is not None and not climb.paged
    return clock is not Clock.CLAIM or working.owner_id is None


def _due(working: Working, clock: Clock) -> datetime:
    kept = working.snapshot.timers.get(clock.value) if working.opened is None else None
    due = working.due.get(clock) or kept
    if due is not None:
        return due
    climb = climb_of(working, _ladder(clock))
    if clock is Clock.PAGE and climb.page_at is not None:
        return climb.page_at
    return _next_at(working, _ladder(clock), climb)


def _plain_due(working: Working, clock: Clock) -> datetime:
    kept = working.snapshot.timers.get(clock.value) if clock is Clock.REOPEN else None
    if kept is not None:
        return kept  # What a customer says in the window does not move its end.
    limits = working.services.loaded.policy.limits
    lengths = {Clock.IDLE: limits.idle, Clock.PACKET: limits.packet, Clock.REOPEN: limits.reopen_window}
    return working.now + lengths[clock].delta


def _follow(working: Working) -> None:
    """What a change of state does to the ladders: beyond the frontline pages begin; a case put back begins anew."""
    before, after = working.snapshot.state, working.state
    if after is State.ESCALATED and before is not State.ESCALATED:
        for clock in LADDERS:
            climb = climb_of(working, clock)
            if clock is Clock.CLAIM or not climb.untouched:
                _set(working, clock, climbed(climb, Rung.ESCALATE, working.now))
    elif before is State.ESCALATED and after is not State.ESCALATED:
        _restart(working, Clock.CLAIM)
        if not climb_of(working, Clock.RESOLVE).untouched:
            _restart(working, Clock.RESOLVE)
    elif before is State.AGENT_VERIFYING and after is State.HANDED_OFF:
        _restart(working, Clock.CLAIM)


def _restart(working: Working, clock: Clock) -> None:
    deadline = (working.handover or {}).get(LADDERS[clock]) or working.now
    speed = pace(_sla(working), clock, working.services.loaded.policy.hours)
    _set(working, clock, again(climb_of(working, clock), deadline, working.now, speed))


def _set(working: Working, clock: Clock, climb: Climb) -> None:
    """Writes how far a clock has climbed, and with it when it runs out next."""
    ladders = {**(working.handover or {}).get("ladders", {}), clock.value: climb.to_json()}
    working.change_handover(ladders=ladders)
    working.due[clock] = _next_at(working, clock, climb)
    if clock is Clock.CLAIM and climb.page_at is not None:
        working.due[Clock.PAGE] = climb.page_at


def _next_at(working: Working, clock: Clock, climb: Climb) -> datetime:
    return next_at(climb, pace(_sla(working), clock, working.services.loaded.policy.hours), working.now)


def _rung(working: Working, event: Event) -> Rung:
    """The step that the table's guards let pass."""
    climb = climb_of(working)
    if event is Event.SLA_ENDANGERED or (working.state is State.ESCALATED and not climb.escalated):
        return Rung.PAGE
    return next_rung(climb)


def _running_out(working: Working) -> Clock:
    """The ladder this run is about: the resolve clock's if it ran out, else the claim clock's."""
    return _ladder(Clock(working.inbound.data.get("clock", Clock.CLAIM)) if working.inbound.kind == "clock" else None)


def _ladder(clock: Clock | None) -> Clock:
    return Clock.RESOLVE if clock is Clock.RESOLVE else Clock.CLAIM


def _sla(working: Working, name: str | None = None) -> Sla:
    """The class of the case; the tightest where the policy of today has none of that name."""
    policy = working.services.loaded.policy
    wanted = name or (working.handover or {}).get("sla", "")
    return policy.sla.get(wanted) or tightest(policy)[1]
