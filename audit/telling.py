"""A record as people and machines read it: one value a step, with what was said, found and kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.replay import Verification
from conversation.given import GUARDS
from service.record import ConversationRecord, RecordedEvent

Told = dict[str, Any]
_SHOWN_ELSEWHERE = frozenset({"fired", "facts", "micros"})


def told(record: ConversationRecord, checked: Verification | None = None) -> list[Told]:
    """Each step of a conversation as plain JSON, numbered from 1; with its result where it was decided again."""
    steps = [_told(record, number, one) for number, one in enumerate(record.events, 1)]
    for step, found in zip(steps, checked.steps if checked is not None else (), strict=False):
        step |= {"result": found.result.value, "why": list(found.why)}
    return steps


def _told(record: ConversationRecord, number: int, one: RecordedEvent) -> Told:
    message = record.message(one.message_id) if one.ordinal == 0 else None
    return {
        "step": number,
        "at": one.at.isoformat(),
        "event": one.event.value,
        "from": one.source.value,
        "to": one.target.value,
        "actor": f"{one.role.value}{f' {one.actor_id}' if one.actor_id else ''}",
        "cause": one.cause,
        "message": None if message is None else {"id": message.id, "seq": message.seq, "text": message.text},
        "said": [{"author": said.author, "text": said.text} for said in record.said_by(one)],
        "evidence": [dict(fired) for fired in one.data.get("fired", ())],
        "facts": dict(one.data.get("facts", {})),
        "data": {name: value for name, value in one.data.items() if name not in _SHOWN_ELSEWHERE},
        "given": {name: value for name, value in one.given.items() if name != GUARDS},
        "guards": list(one.given.get(GUARDS, ())),
        "policy": one.policy_hash,
        "by": dict(_fingerprints(one)),
        "checkpoint": {"id": one.checkpoint_id, "is": one.checkpoint.value},
    }


def _fingerprints(one: RecordedEvent) -> Iterator[tuple[str, str]]:
    """What judged, by name: the recogniser, the model or index of the draft, the classifier with its prompt."""
    for name, key in (("recogniser", "recognised"), ("classifier", "topics")):
        if key in one.given:
            yield name, str(one.given[key].get("by", ""))
    if "draft" in one.given:
        yield "draft", str(one.given["draft"].get("model", ""))


def lines(step: Told) -> Iterator[tuple[str, str]]:
    """The lines of a step for a terminal: who speaks or what it is, and the text."""
    yield (
        "step",
        f"{step['step']}  {step['at'][:19]}  {step['event']}: {step['from']} → {step['to']}  by {step['actor']}",
    )
    if step["message"] is not None:
        yield "customer", step["message"]["text"]
    for fired in step["evidence"]:
        yield "evidence", f"{fired['trigger_id']} ({fired['family']}, {fired['severity']}): {fired['reason']}"
        for found in fired["evidence"]:
            quote = f" “{found['quote']}”" if found["quote"] else ""
            threshold = f" from {found['threshold']:g}" if found.get("threshold") is not None else ""
            yield "", f"{found['kind']} {found['detail']}{quote}, score {found['score']:g}{threshold}"
    if step["facts"]:
        yield "facts", ", ".join(f"{name} = {value!r}" for name, value in sorted(step["facts"].items()))
    for name, value in sorted(step["data"].items()):
        if value not in ("", None, [], {}):
            yield "", f"{name}: {value}"
    for said in step["said"]:
        yield said["author"], said["text"]
    by = "".join(f", {name} {value}" for name, value in step["by"].items() if value)
    yield "by", f"policy {step['policy'][:12]}{by}"
    named = step["checkpoint"]
    yield "checkpoint", f"{named['id']}: {named['is']}" if named["id"] else "none"
    if "result" in step:
        yield step["result"], "; ".join(step["why"]) or "decided again, and it is the same"
