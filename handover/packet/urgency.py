"""A packet that a customer's later message adds to: new duties stand beside the old ones, and none is wiped out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from handover.packet.schema import Packet, PacketPlaybook, Plan, Why


def adds_duties(old: Packet, new: Packet) -> bool:
    """Whether the new packet asks for an identity check, a second person or a step that the old one does not."""
    known = {step.id for step in old.action.playbook.steps} if old.action.playbook else set()
    steps = new.action.playbook.steps if new.action.playbook else ()
    return (
        not set(new.action.required_verifications) <= set(old.action.required_verifications)
        or not set(new.action.compliance_flags) <= set(old.action.compliance_flags)
        or any(step.required and step.id not in known for step in steps)
    )


def joined(old: Packet, new: Packet, *, rises: bool) -> Packet:
    """The old packet with what the new one adds. Where urgency `rises`, the new one says why, where and until when."""
    claim = min(old.why.claim_due_at, new.why.claim_due_at) if rises else old.why.claim_due_at
    resolve = min(old.why.resolve_due_at, new.why.resolve_due_at) if rises else old.why.resolve_due_at
    return old.model_copy(
        update={"why": _why(old.why, new.why, claim, resolve, rises), "action": _plan(old.action, new.action, rises)}
    )


def inherited(new: Packet, old: Packet) -> Packet:
    """The packet of a case that is opened again: what needed a second person before needs one still."""
    flags = _union((new.action.compliance_flags, old.action.compliance_flags))
    conditions = _union((new.action.hand_back_conditions, old.action.hand_back_conditions))
    changed = {"compliance_flags": flags, "hand_back_conditions": conditions}
    return new.model_copy(update={"action": new.action.model_copy(update=changed)})


def _why(old: Why, new: Why, claim: datetime, resolve: datetime, rises: bool) -> Why:
    first, second = (new, old) if rises else (old, new)
    return first.model_copy(
        update={
            "triggers": tuple(dict.fromkeys((*first.triggers, *second.triggers))),
            "skills": _union((first.skills, second.skills)),
            "flags": _union((first.flags, second.flags)),
            "claim_due_at": claim,
            "resolve_due_at": resolve,
            "waiting_since": min(old.waiting_since, new.waiting_since),
            "offered_or_forced": old.offered_or_forced,
        }
    )


def _plan(old: Plan, new: Plan, rises: bool) -> Plan:
    first, second = (new, old) if rises else (old, new)
    return Plan(
        promise=first.promise,
        next_steps=_union((first.next_steps, second.next_steps)),
        playbook=_playbook(first.playbook, second.playbook),
        required_verifications=_union((first.required_verifications, second.required_verifications)),
        do_not=_union((first.do_not, second.do_not)),
        hand_back_conditions=_union((first.hand_back_conditions, second.hand_back_conditions)),
        compliance_flags=_union((first.compliance_flags, second.compliance_flags)),
        resolutions={**second.resolutions, **first.resolutions},
    )


def _playbook(first: PacketPlaybook | None, second: PacketPlaybook | None) -> PacketPlaybook | None:
    """One checklist of both; a step that either requires is required."""
    if first is None or second is None or first == second:
        return first or second
    required = {step.id for step in (*first.steps, *second.steps) if step.required}
    texts = {step.id: step for step in (*second.steps, *first.steps)}
    order = dict.fromkeys(step.id for step in (*first.steps, *second.steps))
    return PacketPlaybook(
        id=first.id,
        title=" + ".join(_union(((first.title,), (second.title,)))),
        steps=tuple(texts[name].model_copy(update={"required": name in required}) for name in order),
        escalate_when=" ".join(_union(((first.escalate_when,), (second.escalate_when,)))),
        close_with=" ".join(_union(((first.close_with,), (second.close_with,)))),
        wording=tuple(dict.fromkeys((*first.wording, *second.wording))),
    )


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for lines in lists for line in lines if line))
