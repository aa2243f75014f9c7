"""What notes and cards say, in words of ours. Cards and headlines never carry the customer's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conversation.handover import Handover
from handover.packet.attachment import Attachment
from states.vocabulary import Event

NEW = "New handover"
MORE_URGENT = "More urgent now"
UPDATED = "The packet has a better summary"
CLAIMED = "Claimed"
CLOSED = "Closed"
_AGAIN = {Event.RELEASED.value: "Given back: waits for somebody again"}
_WAITS = "Nobody has claimed it yet"
_LATE = "Claimed, but its deadline has passed"
_PAGES = {
    Event.SLA_BREACHED.value: "A deadline was missed: a person is needed now",
    Event.ESCALATED.value: "Escalated",
    Event.EXCEPTION_REQUESTED.value: "A policy exception waits for a decision",
    Event.VERIFICATION_FAILED.value: "The identity could not be verified: escalated",
    Event.FAULT.value: "Something around this case failed: look after it by hand",
}


YOURS = "You have it now. Open the case to begin."
NOT_NAMED = "You may not claim here; an operator can add you to this destination's agents."
NOT_OPEN = "It does not wait for anybody any more."


def refused(owner: str, clicker: str) -> str:
    """Why a click did not claim, for whoever clicked."""
    if not owner:
        return "It is not for your role to claim."
    return "You have it already." if owner == clicker else "Somebody else has it already."


def with_files(text: str, files: Iterable[Attachment]) -> str:
    """What a customer wrote, and the files that came with it, by name and the channel's reference."""
    lines = [f"- {one.name}" + (f" ({one.ref})" if one.ref else "") for one in files]
    return "\n".join(filter(None, (text, *(("Files:", *lines) if lines else ()))))


def stranger(name: str, what: str, said: str = "") -> str:
    """The note on somebody whom neither the settings nor the system itself calls an agent."""
    quoted = "".join(f"\n> {line}" for line in said.splitlines())
    return (
        f"{name or 'Somebody'} {what}, and is no agent here: neither the settings nor this system say so. Nothing was "
        f"claimed and nothing was passed on. An operator can add them to `agents`.{quoted}"
    )


QUOTED_WITHIN = (
    "Handrail could not pass this reply on: it has words in it that Handrail wrote for this desk only. Please write it "
    "again without the quotation."
)
NOBODY_WROTE = (
    "Handrail did not pass this on: it reads as an automatic reply. If you wrote it yourself, please write it again in "
    "other words."
)
LEFT_OUT = "Handrail left lines out of this reply that it had written itself, for this desk only."


def not_carried(names: str) -> str:
    """The note on files that an agent sent."""
    return f"Handrail carries no files: the customer did not get {names}. Send a link, or use another way."


def closing(handover: Handover) -> str:
    """How a case ended, for its ticket."""
    return handover.outcome or CLOSED


def waits(event: str, *, owned: bool) -> str:
    """The headline of a reminder."""
    return _AGAIN.get(event, _LATE if owned else _WAITS)


def page(event: str) -> str:
    """The headline of a page."""
    return _PAGES.get(event, "A person is needed now")


def packet_text(packet: Mapping[str, Any]) -> str:
    """The packet for people to read, in the order in which they need it."""
    return "\n".join(_lines(packet))


def with_head(text: str, head: str) -> str:
    """A note with the line by which anybody can tell later whether the log was changed."""
    return f"{text}\nSigned head of the log, to be kept: {head}" if head else text


def _lines(packet: Mapping[str, Any]) -> Iterator[str]:
    why, context, action = (packet.get(part) or {} for part in ("why", "context", "action"))
    yield f"HANDOVER {packet.get('envelope', {}).get('handover_id', '')}"
    yield f"Why: {why.get('reason', '')} ({why.get('reason_code', '')}, {why.get('severity', '')})"
    yield f"Claim by {why.get('claim_due_at', '')}, resolve by {why.get('resolve_due_at', '')}"
    yield from _listed("Evidence", (f"{one['trigger_id']}: “{one['quote']}”" for one in why.get("triggers", ())))
    customer = context.get("customer") or {}
    yield f"Customer: {customer.get('ref', '')}, identity {customer.get('verification_level', '')}"
    yield from _listed("Summary", (one["claim"] for one in context.get("summary", ())))
    yield from _listed("Tried", (f"{one['action']} → {one['result']}" for one in context.get("steps_tried", ())))
    yield from _listed("Open questions", context.get("open_questions", ()))
    yield f"Promised: {(action.get('promise') or {}).get('text', '')}"
    yield from _listed("Next steps", action.get("next_steps", ()))
    playbook = action.get("playbook") or {}
    steps = (one["text"] + (" (required)" if one["required"] else "") for one in playbook.get("steps", ()))
    yield from _listed(f"Playbook: {playbook.get('title', '')}", steps)
    yield from _listed("Verify first", action.get("required_verifications", ()))
    yield from _listed("Do not", action.get("do_not", ()))
    yield f"Transcript: {context.get('transcript_ref', '')}"


def _listed(title: str, entries: Iterable[str]) -> Iterator[str]:
    lines = [f"- {one}" for one in entries]
    if lines:
        yield f"{title}:"
        yield from lines
