"""What the owner of a case notes while working on it: a review of the packet, ticked steps, and how it ended."""

from __future__ import annotations

from typing import Any

from conversation.handover import Handover
from conversation.run import Run
from handover.packet.review import SUMMARY, review
from handover.packet.schema import Claim, Packet, SummaryMethod
from handover.packet.summary import EVIDENCE_FRAME
from states.errors import BadInput, Conflict
from states.vocabulary import Event

ASSUMED = "solved"
"""What a resolution is if whoever resolves a case does not say."""


def review_packet(run: Run) -> None:
    """The packet shows the newest value with who wrote it; the event keeps what stood there before."""
    fields = run.inbound.data.get("fields")
    if not isinstance(fields, list):
        raise BadInput("a review needs data.fields: [{field, verdict: accept | edit | ask_again, value}]")
    reviewed = review(_handover(run).packet, fields, run.inbound.actor, run.now)
    run.change(lambda handover: handover.with_packet(reviewed.packet))
    run.record.amend(fields=list(reviewed.record))


def tick(run: Run) -> None:
    """Ticks one step of the playbook, or takes the tick back."""
    handover, step = _handover(run), run.inbound.data.get("step")
    known = [one.id for one in handover.steps]
    if not isinstance(step, str) or step not in known:
        names = ", ".join(known) or "none"
        raise BadInput(f"{str(step)[:40]!r} is no step of this playbook; its steps are: {names}")
    ticking = run.inbound.event is Event.STEP_DONE
    if (step in handover.steps_done) is ticking:
        raise Conflict(f"the step {step!r} is {'done already' if ticking else 'not done'}; nothing to change")
    if ticking:
        return run.change(lambda before: before.ticked(step, run.inbound.actor, run.now))
    run.change(lambda before: before.unticked(step))


def attest_steps(run: Run) -> tuple[str, ...]:
    """Records the steps that an act of resolving says are done beside those ticked before; which."""
    handover, said = run.standing.handover, run.inbound.data.get("steps_done", ())
    if handover is None or not said:
        return ()
    attested = tuple(one.id for one in handover.steps if one.id in said and one.id not in handover.steps_done)
    run.change(lambda before: before.attested(attested, run.inbound.actor, run.now))
    return attested


def resolution(run: Run) -> dict[str, Any]:
    """How the case ended, by the policy's codes, for the event; BadInput for a code that the policy does not have.

    Who resolves without a code resolves as `solved`, marked as assumed, so that callers from before the codes go on.
    Where the policy has codes but no `solved`, one must be said. A hand-back may carry one.
    """
    known, said = run.rules.policy.resolutions, run.inbound.data.get("resolution")
    resolving = run.inbound.event is Event.RESOLVED
    if said is not None and (not isinstance(said, str) or said not in known):
        raise BadInput(f"{str(said)[:40]!r} is no resolution of this policy; use one of: {', '.join(known) or 'none'}")
    if said is None and resolving and known and ASSUMED not in known:
        raise BadInput(f"say how the case ended: data.resolution is one of {', '.join(known)}")
    code = said or (ASSUMED if resolving and ASSUMED in known else None)
    if code is None:
        return {}
    return {"resolution": code, **({} if said else {"resolution_assumed": True})}


def add_summary(run: Run) -> bool:
    """Puts the summary that a model wrote into the packet; False if it failed or the agent has judged the one there."""
    run.change(Handover.summarised)
    claims, packet = run.inbound.data.get("claims"), _handover(run).packet
    if not claims:
        return False
    if any(one.field == SUMMARY for one in packet.review):
        run.record.amend(kept="the summary has been reviewed already")
        return False
    written = tuple(Claim(claim=one["claim"], turns=tuple(one["turns"])) for one in claims)
    run.change(lambda handover: handover.with_packet(_with_summary(packet, written, run.inbound.data.get("model", ""))))
    return True


def _with_summary(packet: Packet, written: tuple[Claim, ...], model: object) -> Packet:
    # Why a person was called stands in the customer's own words, whoever sums up the rest.
    evidence = tuple(one for one in packet.context.summary if one.claim.startswith(EVIDENCE_FRAME))
    changed = {
        "summary": (*written, *evidence), "summary_method": SummaryMethod.MODEL, "summary_model": str(model),
    }  # fmt: skip
    return packet.model_copy(update={"context": packet.context.model_copy(update=changed)})


def _handover(run: Run) -> Handover:
    """The open handover. BadInput in a thread without rows."""
    if run.standing.handover is None:
        raise BadInput("there is no packet to work on here; a thread without rows has none")
    return run.standing.handover
