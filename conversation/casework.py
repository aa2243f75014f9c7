"""What the owner of a case notes while working on it: a review of the packet, ticked steps, and how it ended."""

from __future__ import annotations

from typing import Any

from conversation.working import Working
from handover.packet.review import SUMMARY, review
from handover.packet.schema import Claim, SummaryMethod, dump, load
from handover.packet.summary import EVIDENCE_FRAME
from states.errors import BadInput, Conflict
from states.vocabulary import Effect, Event

ASSUMED = "solved"
"""What a resolution is if whoever resolves a case does not say."""


def review_packet(working: Working) -> None:
    """The packet shows the newest value with who wrote it; the event keeps what stood there before."""
    fields = working.inbound.data.get("fields")
    if not isinstance(fields, list):
        raise BadInput("a review needs data.fields: [{field, verdict: accept | edit | ask_again, value}]")
    if not _packet(working):
        raise BadInput("there is no packet to review here; a thread without rows has none")
    reviewed = review(load(_packet(working)), fields, working.inbound.actor, working.now)
    working.change_handover(packet=dump(reviewed.packet))
    working.amend(fields=list(reviewed.record))


def tick(working: Working) -> None:
    """Ticks one step of the playbook, or takes the tick back."""
    step, handover = working.inbound.data.get("step"), working.handover or {}
    if step not in playbook_steps(working):
        known = ", ".join(playbook_steps(working)) or "none"
        raise BadInput(f"{str(step)[:40]!r} is no step of this playbook; its steps are: {known}")
    done, by = set(handover.get("steps_done") or ()), dict(handover.get("steps_by") or {})
    if (step in done) is (working.inbound.event is Event.STEP_DONE):
        raise Conflict(f"the step {step!r} is {'done already' if step in done else 'not done'}; nothing to change")
    if working.inbound.event is Event.STEP_DONE:
        done, by = done | {step}, by | {step: _mark(working)}
    else:
        done, by = done - {step}, {name: mark for name, mark in by.items() if name != step}
    working.change_handover(steps_done=_in_order(working, done), steps_by=by)


def attest_steps(working: Working) -> list[str]:
    """The steps that an act of resolving says are done beside those ticked before, each recorded like a tick."""
    handover = working.handover or {}
    done, by = set(handover.get("steps_done") or ()), dict(handover.get("steps_by") or {})
    attested = {name for name in working.inbound.data.get("steps_done", ()) if name in playbook_steps(working)} - done
    if attested:
        by |= {name: _mark(working) for name in attested}
        working.change_handover(steps_done=_in_order(working, done | attested), steps_by=by)
    return _in_order(working, attested)


def resolution(working: Working) -> dict[str, Any]:
    """How the case ended, by the policy's codes, for the event; BadInput for a code that the policy does not have.

    Who resolves without a code resolves as `solved`, marked as assumed, so that callers from before the codes go on.
    Where the policy has codes but no `solved`, one must be said. A hand-back may carry one.
    """
    known, said = working.services.loaded.policy.resolutions, working.inbound.data.get("resolution")
    resolving = working.inbound.event is Event.RESOLVED
    if said is not None and said not in known:
        raise BadInput(f"{str(said)[:40]!r} is no resolution of this policy; use one of: {', '.join(known) or 'none'}")
    if said is None and resolving and known and ASSUMED not in known:
        raise BadInput(f"say how the case ended: data.resolution is one of {', '.join(known)}")
    code = said or (ASSUMED if resolving and ASSUMED in known else None)
    if code is None:
        return {}
    return {"resolution": code, **({} if said else {"resolution_assumed": True})}


def add_summary(working: Working) -> None:
    """Puts the summary that a model wrote into the packet, unless it failed or the agent has judged the one there."""
    working.change_handover(summary_due=False)
    told = {"handover_id": (working.handover or {}).get("id"), "what": "summary"}
    working.payloads[Effect.UPDATE_PACKET] = {**told, "written": False}
    claims, packet = working.inbound.data.get("claims"), load(_packet(working))
    if not claims:
        return
    if any(one.field == SUMMARY for one in packet.review):
        working.amend(kept="the summary has been reviewed already")
        return
    written = tuple(Claim(claim=one["claim"], turns=tuple(one["turns"])) for one in claims)
    # Why a person was called stands in the customer's own words, whoever sums up the rest.
    evidence = tuple(one for one in packet.context.summary if one.claim.startswith(EVIDENCE_FRAME))
    context = packet.context.model_copy(
        update={
            "summary": (*written, *evidence),
            "summary_method": SummaryMethod.MODEL,
            "summary_model": str(working.inbound.data.get("model", "")),
        }
    )
    working.change_handover(packet=dump(packet.model_copy(update={"context": context})))
    working.payloads[Effect.UPDATE_PACKET] = {**told, "written": True}


def playbook_steps(working: Working) -> tuple[str, ...]:
    """Ids of the steps of the packet's playbook, in order."""
    playbook = _packet(working).get("action", {}).get("playbook") or {}
    return tuple(step["id"] for step in playbook.get("steps", ()))


def _packet(working: Working) -> dict[str, Any]:
    packet: dict[str, Any] = (working.handover or {}).get("packet") or {}
    return packet


def _mark(working: Working) -> dict[str, str]:
    return {"by": working.inbound.actor, "at": working.now.isoformat()}


def _in_order(working: Working, steps: set[str]) -> list[str]:
    return [name for name in playbook_steps(working) if name in steps]
