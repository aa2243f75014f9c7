"""The three-part packet as a person reads it: why and where, context, action.

Without it the agent would be handed JSON, and would ask the customer everything again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graph.views import HandoverView
from ui.render.evidence import number
from ui.render.text import (
    bullets,
    date_of,
    esc,
    items,
    left,
    moment,
    part,
    pill,
    rows,
    severity_pill,
    span,
    waited,
    words,
)

_ENTRIES = {"offered": "offered, and taken up by the customer", "forced": "forced: the bot was not asked"}
EMPTY = '<p class="hr-dim hr-pad">No handover: the packet appears here the moment a person is needed.</p>'


def packet(handover: HandoverView | None, now: datetime, *, with_steps: bool = True) -> str:
    """The whole packet as three parts, or a word where there is none; without the playbook where it is ticked off."""
    if handover is None:
        return EMPTY
    data = handover.packet
    parts = (
        ("1", "Why and where", _why(part(data, "why"), handover, now)),
        ("2", "Context", _context(part(data, "context"))),
        ("3", "Action", _action(part(data, "action"), now, with_steps)),
    )
    body = "".join(
        f'<section class="hr-part"><h4><i>{number_}</i>{esc(title)}</h4>{html}</section>'
        for number_, title, html in parts
    )
    open_ = pill("open", "hr-locked") if handover.open else pill("closed", "hr-closed")
    head = f"<header><h3>Handover packet</h3><div>{severity_pill(handover.severity)}{open_}</div></header>"
    foot = f'<p class="hr-foot">{_envelope(part(data, "envelope"), handover)}</p>'
    return f'<div class="hr-card hr-packet">{head}{body}{foot}</div>'


def raw(handover: HandoverView | None) -> str:
    """The packet as JSON text, escaped."""
    if handover is None:
        return EMPTY
    return f'<pre class="hr-raw">{esc(json.dumps(handover.packet, indent=2, ensure_ascii=False, default=str))}</pre>'


def _deadline(value: Any, now: datetime) -> str:
    at = date_of(value)
    return f"{moment(at)} {left(at, now)}" if at else ""


def _why(why: Mapping[str, Any], handover: HandoverView, now: datetime) -> str:
    since = date_of(why.get("waiting_since"))
    skills = " ".join(pill(one) for one in items(why, "skills"))
    route = f"team <b>{esc(why.get('team', handover.team))}</b> {skills}"
    claimed = f"claimed {moment(handover.claimed_at)}" if handover.claimed_at else _deadline(handover.claim_due_at, now)
    return f'<p class="hr-reason">{esc(why.get("reason", ""))}</p>' + rows(
        (
            ("Reason code", f"<code>{esc(why.get('reason_code', handover.reason_code))}</code>"),
            ("Evidence", bullets((_note(one) for one in items(why, "triggers")), "hr-notes")),
            ("Route", route),
            ("Claim by", claimed),
            ("Resolve by", _deadline(handover.resolve_due_at, now)),
            ("Waited", _waited(since, handover, now)),
            ("How", _ENTRIES.get(str(why.get("offered_or_forced", "")), "")),
            ("Also noticed", esc(", ".join(map(str, items(why, "flags"))))),
        )
    )


def _waited(since: datetime | None, handover: HandoverView, now: datetime) -> str:
    """How long until a person came, or has not come yet."""
    if since is None:
        return ""
    came = handover.claimed_at
    return f"{span((came - since).total_seconds())} until a person came" if came else waited(since, now)


def _note(one: Mapping[str, Any]) -> str:
    quote = f" <q>{esc(one['quote'])}</q>" if one.get("quote") else ""
    score, threshold = number(one.get("score"), 1.0), number(one.get("threshold"), 0.0)
    scored = f" {esc(f'{score:.2f} ≥ {threshold:.2f}')}" if threshold else ""
    return f"<code>{esc(one.get('trigger_id', ''))}</code>{quote}<small>{scored}{_cites((one.get('turn'),))}</small>"


def _context(context: Mapping[str, Any]) -> str:
    customer = part(context, "customer")
    level = str(customer.get("verification_level") or "none")
    known = "identity not verified" if level == "none" else f"identity verified: {level}"
    told = (customer.get("ref"), f"tier {customer.get('tier') or 'unknown'}", known)
    who = " · ".join(esc(one) for one in told if one)
    entities = part(context, "entities")
    return rows(
        (
            ("Customer", who),
            ("Wants", esc(context.get("intent", ""))),
            (
                "Summary",
                bullets(
                    f"{esc(one.get('claim', ''))}{_cites(items(one, 'turns'))}" for one in items(context, "summary")
                ),
            ),
            (
                "Tried",
                bullets(
                    f"{esc(one.get('action', ''))}: {esc(one.get('result', ''))}"
                    for one in items(context, "steps_tried")
                ),
            ),
            ("Open", bullets(map(esc, items(context, "open_questions")))),
            ("Named", bullets(f"{esc(name)}: {esc(', '.join(map(str, items(entities, name))))}" for name in entities)),
            ("Mood", _mood(part(context, "sentiment"))),
            (
                "Masked",
                " ".join(
                    pill(f"{one.get('entity', '')} × {one.get('count', '')}") for one in items(context, "redactions")
                ),
            ),
        )
    )


def _mood(sentiment: Mapping[str, Any]) -> str:
    now, trend = number(sentiment.get("now"), 0.0), number(sentiment.get("trend"), 0.0)
    feels = "angry" if now < -0.5 else "unhappy" if now < -0.1 else "pleased" if now > 0.1 else "neutral"
    goes = "falling" if trend < -0.05 else "rising" if trend > 0.05 else "steady"
    return f"{feels} ({now:+.1f}), {goes}"


def _action(action: Mapping[str, Any], now: datetime, with_steps: bool) -> str:
    promise, playbook = part(action, "promise"), part(action, "playbook")
    reply_by = _deadline(promise.get("reply_by"), now)
    promised = f"<q>{esc(promise['text'])}</q> <small>{reply_by}</small>" if promise.get("text") else ""
    steps = (f"{esc(one.get('text', ''))} {_required(one)}" for one in items(playbook, "steps") if with_steps)
    return rows(
        (
            ("Promised", promised),
            ("Do next", bullets(map(esc, items(action, "next_steps")))),
            ("Do not", bullets(map(esc, items(action, "do_not")), "hr-donot")),
            ("Verify first", esc(", ".join(map(str, items(action, "required_verifications"))))),
            (f"Playbook: {playbook.get('title') or playbook.get('id', '')}", bullets(steps, "hr-steps")),
            ("Hand back", bullets(map(esc, items(action, "hand_back_conditions")))),
            (
                "Compliance",
                " ".join(pill(words(str(one)), "hr-escalated") for one in items(action, "compliance_flags")),
            ),
        )
    )


def _required(step: Mapping[str, Any]) -> str:
    return pill("required", "hr-required") if step.get("required") else ""


def _cites(turns: Any) -> str:
    cited = [str(turn) for turn in turns if turn]
    return f' <sup title="message number in the transcript">[{esc(", ".join(cited))}]</sup>' if cited else ""


def _envelope(envelope: Mapping[str, Any], handover: HandoverView) -> str:
    digest = str(envelope.get("policy_hash", ""))[:12]
    known = (
        ("handover", handover.id),
        ("policy", f"{envelope.get('policy_name', '')} {digest}"),
        ("schema", envelope.get("schema_version", "")),
    )
    return " · ".join(f"{name} <code>{esc(value)}</code>" for name, value in known if str(value).strip())
