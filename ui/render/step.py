"""One step of a recorded conversation: what was said, why it was decided so, who did it, and what it was decided on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from audit.comparing import PacketAt
from audit.replay import Result
from service.record import CaseFile, RecordedEvent
from states.diagram import svg
from ui.render.banner import kind_of
from ui.render.evidence import rule
from ui.render.facts import facts_table
from ui.render.packet import packet
from ui.render.text import bullets, card, esc, on_day, pill, rows, said, words

NOTHING = (
    '<div class="hr-card hr-nothing"><p><b>Pick a conversation</b></p><p>Then step through it: every decision with the '
    "message, the evidence and the facts that it was made on.</p></div>"
)
_AUTHORS = {"customer": "Customer", "assistant": "Assistant", "system": "Notice", "agent": "Person"}
_RESULTS = {
    Result.MATCH: ("decided again: the same", "hr-person"),
    Result.MISMATCH: ("decided again: differs", "hr-locked"),
    Result.UNKNOWN: ("cannot be derived", "hr-escalated"),
}
_CHECKPOINTS = {
    "matches": "it is what the event says",
    "differs": "it is NOT what the event says",
    "missing": "it is not there any more",
    "none": "the event names none",
}
_ELSEWHERE = frozenset({"fields", "body_hash", "citations", "decision", "language", "sentiment", "model"})
"""What of an event's data stands elsewhere on the page, or tells a reader nothing."""


def case_title(case: CaseFile | None) -> str:
    """Which conversation is open; a word where none is."""
    if case is None:
        return NOTHING
    record = case.record
    whole = pill("chain whole", "hr-person") if record.broken_at is None else pill("chain broken", "hr-locked")
    return (
        f'<div class="hr-card hr-audited" data-audited="{esc(record.id)}">'
        f"<header><h3><code>{esc(record.id)}</code></h3>"
        f"<div>{pill(words(case.state.value), f'hr-{kind_of(case.state)}')}{whole}</div></header>"
        f'<p class="hr-dim">{esc(record.channel)}, customer {esc(record.customer) or "unknown"}, begun '
        f"{on_day(record.created_at)}, version {case.version}, {len(record.events)} steps</p></div>"
    )


def graph(case: CaseFile, number: int) -> str:
    """The state graph with the step lit."""
    one = case.record.events[number - 1]
    drawn = svg(present=one.target, path=((one.source, one.event, one.target),), compact=True, first=number)
    return f'<div class="hr-diagram">{drawn}</div>'


def who(case: CaseFile, step: Mapping[str, Any]) -> str:
    """What happened, by whom, when, and under which policy."""
    one = case.record.events[step["step"] - 1]
    moved = f"<code>{one.source.value}</code> → <code>{one.target.value}</code>"
    name = f"{words(one.role.value)} {one.actor_id}".strip()
    checkpoint = step["checkpoint"]
    stands = _CHECKPOINTS[checkpoint["is"]]
    body = rows(
        (
            ("Moved", moved if one.source is not one.target else f"stays in <code>{one.target.value}</code>"),
            ("By", esc(name)),
            ("At", on_day(one.at, seconds=True)),
            ("Cause", f"<code>{esc(one.cause)}</code>"),
            ("Policy", f"{_policy(case, one)} <code>{esc(one.policy_hash[:12])}…</code>"),
            *((words(name), f"<code>{esc(by)}</code>") for name, by in step["by"].items() if by),
            ("Checkpoint", f"{esc(stands)} <code>{esc(str(checkpoint['id'] or ''))}</code>"),
        )
    )
    return card(f"Step {step['step']}: {words(one.event.value)}", body, aside=_result(step), kind="hr-step-who")


def _result(step: Mapping[str, Any]) -> str:
    if "result" not in step:
        return ""
    text, kind = _RESULTS[Result(step["result"])]
    return pill(text, kind)


def _policy(case: CaseFile, one: RecordedEvent) -> str:
    text = case.record.policies.get(one.policy_hash)
    if text is None:
        return '<b class="hr-missing">not stored</b>'
    try:
        return esc(json.loads(text)["name"])
    except (ValueError, KeyError, TypeError):
        return '<b class="hr-missing">cannot be read</b>'


def happened(case: CaseFile, step: Mapping[str, Any]) -> str:
    """What was written and said, and the evidence."""
    words_ = (
        [_message("customer", step["message"]["text"], f"message {step['message']['seq']}")] if step["message"] else []
    )
    words_ += [_message(one["author"], one["text"], "") for one in step["said"]]
    written = tuple(one.text for one in case.record.messages if one.author == "customer")
    fired = "".join(rule(written, one) for one in step["evidence"])
    why = f"<h4>Evidence</h4>{fired}" if fired else ""
    differs = f"<h4>Decided again</h4>{bullets(map(esc, step['why']))}" if step.get("why") else ""
    body = "".join(words_) or '<p class="hr-dim">Nobody wrote or said anything in this step.</p>'
    return card("What was said and why", f"{body}{why}{_told(step)}{differs}", kind="hr-step-said")


def _message(author: str, text: str, aside: str) -> str:
    note = f"<small>{esc(aside)}</small>" if aside else ""
    return (
        f'<div class="hr-line hr-by-{esc(author)}"><b>{esc(_AUTHORS.get(author, author))}</b>{note}'
        f"<p>{said(text)}</p></div>"
    )


def _told(step: Mapping[str, Any]) -> str:
    """What else the event says, in a line each."""
    shown = {
        name: value
        for name, value in step["data"].items()
        if name not in _ELSEWHERE and value not in ("", None, [], {}, False)
    }
    pairs = [(words(name), _value(value)) for name, value in sorted(shown.items())]
    pairs += [(f"{words(str(one['field']))}", _edited(one)) for one in step["data"].get("fields", ())]
    return rows(pairs)


def _value(value: Any) -> str:
    if isinstance(value, str | int | float):
        return said(f"{value:.4g}" if isinstance(value, float) else str(value))
    return f"<code>{esc(json.dumps(value, ensure_ascii=False))}</code>"


def _edited(one: Mapping[str, Any]) -> str:
    if "old" not in one:
        return pill(str(one.get("verdict", "")))
    return f"{pill('edit')} <del>{_value(one['old'])}</del> → <ins>{_value(one.get('value'))}</ins>"


def facts_judged(step: Mapping[str, Any]) -> str:
    """The facts and guards that the step was decided on."""
    guards = ", ".join(words(str(one)) for one in step["guards"])
    asked = f'<p class="hr-dim">True when the machine was asked: {esc(guards)}.</p>' if guards else ""
    if not step["facts"]:
        return f'<p class="hr-dim">No message was judged in this step.</p>{asked}'
    return f"{facts_table(step['facts'])}{asked}"


def packet_then(found: PacketAt | None, at: Any) -> str:
    """The packet as it stood at the step."""
    if found is None:
        return '<p class="hr-dim hr-pad">There was no packet yet: no person had been called.</p>'
    note = ""
    if found.uncertain:
        steps = ", ".join(map(str, found.uncertain))
        note = (
            f'<p class="hr-dim hr-pad">Corrections that people made later are taken back here. Later steps that may '
            f"have added to it ({esc(steps)}) are not: the log does not keep what they added.</p>"
        )
    return f"{note}{packet(found.handover, at)}"


def checkpoint_then(case: CaseFile, number: int, kept: Mapping[str, Any] | None) -> str:
    """What LangGraph kept with a step, as JSON: one checkpoint for all steps of one cause."""
    if kept is None:
        return '<p class="hr-dim hr-pad">There is no checkpoint that could be shown.</p>'
    name = case.record.events[number - 1].checkpoint_id
    shared = [place for place, one in enumerate(case.record.events, 1) if one.checkpoint_id == name]
    told = f"steps {shared[0]} to {shared[-1]}" if len(shared) > 1 else f"step {number}"
    text = json.dumps(kept, indent=2, ensure_ascii=False, default=str)
    return (
        f'<p class="hr-dim hr-pad">Kept once for each message or act: this is how things stood after {told}.</p>'
        f'<pre class="hr-raw" tabindex="0">{esc(text)}</pre>'
    )
