"""An agent's look at the packet, field by field: what was right, what was wrong, what the customer had to say again.

A review corrects what is known about the case; it opens no gate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from handover.packet.schema import FieldReview, Packet, Verdict, completeness, dump, load
from states.errors import BadInput, Conflict

FIELDS = (
    "why.reason", "why.triggers", "why.severity", "why.sla_class", "why.team", "why.skills", "why.flags",
    "context.customer.ref", "context.customer.tier", "context.customer.verification_level", "context.intent",
    "context.entities", "context.steps_tried", "context.side_effects", "context.attachments", "context.summary",
    "context.sentiment", "context.open_questions", "context.redactions", "context.transcript_ref",
    "action.promise", "action.next_steps", "action.playbook", "action.required_verifications", "action.do_not",
    "action.hand_back_conditions", "action.compliance_flags",
)  # fmt: skip
"""What can be reviewed."""
EDITABLE = frozenset(
    {"context.intent", "context.entities", "context.steps_tried", "context.summary", "context.open_questions"}
    | {"context.customer.tier", "context.customer.ref", "action.next_steps"}
)
"""What an agent may write anew. All else decides who may do what, or says what happened; that only acts change."""
FILL_ONLY = frozenset({"context.customer.ref"})
"""Whom the case is about may be filled in where it is missing, never turned into somebody else."""
SUMMARY = "context.summary"


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A packet after a review, and what the event log keeps of it."""

    packet: Packet
    record: tuple[dict[str, Any], ...]
    """For each field: `field`, `verdict`, `old_hash`; of an edit also `old` and `value`, `filled` where a required
    field had been empty, and for the summary `claims` and `claims_wrong`."""


def review(packet: Packet, asked: Sequence[object], by: str, at: datetime) -> Reviewed:
    """The packet with the agent's verdicts: entries of `field`, `verdict`, and for an edit `value`.

    `old_hash` may say what the agent saw; Conflict if the field has changed since. BadInput names what cannot be used.
    """
    if not asked:
        raise BadInput("the review is empty; send fields: [{field, verdict: accept | edit | ask_again, value}]")
    data, record = dump(packet), []
    missing = {name for need in completeness(packet) for name in need.split("|")}
    for entry in asked:
        record.append(_reviewed(data, entry, missing))
    names = [one["field"] for one in record]
    if len(set(names)) < len(names):
        raise BadInput("a field is reviewed twice; send one verdict for each")
    newest = {one.field: one for one in packet.review} | {
        one["field"]: FieldReview(
            field=one["field"], verdict=Verdict(one["verdict"]), by=by, at=at, old_hash=one["old_hash"]
        )
        for one in record
    }
    try:
        changed = load(data).model_copy(update={"review": tuple(newest.values())})
    except ValidationError as error:
        wrong = sorted({".".join(str(part) for part in one["loc"][:3]) for one in error.errors()})
        raise BadInput(f"the value does not fit {', '.join(wrong)}; see docs/schemas/packet.schema.json") from None
    return Reviewed(packet=_flagged(changed), record=tuple(record))


def value_hash(value: object) -> str:
    """SHA-256 of a field's value as canonical JSON: how an agent names what they saw."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _reviewed(data: dict[str, Any], entry: object, missing: set[str]) -> dict[str, Any]:
    """What one entry says, checked; an edit is written into `data`."""
    if not isinstance(entry, Mapping) or not entry.keys() <= {"field", "verdict", "value", "old_hash"}:
        raise BadInput("an entry of the review has field, verdict, and for an edit value; old_hash may be given")
    name, verdict = entry.get("field"), entry.get("verdict")
    if name not in FIELDS:
        raise BadInput(f"{str(name)[:60]!r} is no field of the packet; the fields are {', '.join(FIELDS)}")
    if verdict not in tuple(Verdict):
        raise BadInput(f"{str(verdict)[:40]!r} is no verdict on {name}; write {', '.join(Verdict)}")
    place, key = _place(data, name)
    old = place[key]
    found: dict[str, Any] = {"field": name, "verdict": str(verdict), "old_hash": value_hash(old)}
    if entry.get("old_hash") not in (None, found["old_hash"]):
        raise Conflict(f"{name} has changed since you read it; read the packet again")
    if name == SUMMARY:
        found |= {"claims": len(old), "claims_wrong": 0}
    if verdict == Verdict.EDIT:
        value = _new_value(name, old, entry)
        place[key] = value
        found |= {"old": old, "value": value, "filled": name in missing and bool(value)}
        if name == SUMMARY:
            found["claims_wrong"] = sum(claim not in value for claim in old)
    elif "value" in entry:
        raise BadInput(f"{name} comes with a value but is not edited; use the verdict 'edit'")
    return found


def _new_value(name: str, old: object, entry: Mapping[Any, Any]) -> Any:
    if name not in EDITABLE:
        raise BadInput(f"{name} cannot be edited, because it says what happened or who may act; accept it or escalate")
    if "value" not in entry:
        raise BadInput(f"the edit of {name} has no value; write what is right")
    if name in FILL_ONLY and old:
        raise BadInput(f"{name} says whom the case is about and is not changed; escalate if it is somebody else")
    return entry["value"]


def _place(data: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    *path, key = name.split(".")
    for part in path:
        data = data[part]
    return data, key


def _flagged(packet: Packet) -> Packet:
    """The packet with its gaps marked anew: one that was filled is none any more."""
    kept = tuple(flag for flag in packet.why.flags if not flag.startswith("incomplete:"))
    gaps = tuple(f"incomplete:{field}" for field in completeness(packet))
    return packet.model_copy(update={"why": packet.why.model_copy(update={"flags": (*kept, *gaps)})})
