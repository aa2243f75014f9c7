"""The three-part packet as a person reads it: why and where, context, action."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from handover.packet.case import OtherCase
from service.views import HandoverView
from ui.render.evidence import number
from ui.render.review import Reviewing
from ui.render.text import (
    bullets,
    date_of,
    esc,
    items,
    left,
    moment,
    part,
    pill,
    severity_pill,
    span,
    waited,
    words,
)


class Line(NamedTuple):
    """One line of the packet: its name, what it says as HTML, and the fields of the packet it shows."""

    name: str
    html: str
    fields: tuple[str, ...] = ()


OTHER = "other|"
"""Begins what a button says that opens another case of the same customer."""
_ENTRIES = {"offered": "offered, and taken up by the customer", "forced": "forced: the bot was not asked"}
EMPTY = '<p class="hr-dim hr-pad">No handover: the packet appears here the moment a person is needed.</p>'


def packet(
    handover: HandoverView | None,
    now: datetime,
    *,
    with_steps: bool = True,
    with_deadlines: bool = True,
    reviewable: bool = False,
    others: Sequence[OtherCase] = (),
) -> str:
    """The whole packet as three parts, or a word where there is none; without the playbook where it is ticked off, and
    without deadlines where the one that counts now stands beside it.

    `reviewable`: with buttons to judge each field. `others` are the customer's other cases as they are now.
    """
    if handover is None:
        return EMPTY
    data = handover.packet
    review = Reviewing(data, open=reviewable)
    parts = (
        ("1", "Why and where", _why(part(data, "why"), handover, now, with_deadlines)),
        ("2", "Context", _context(part(data, "context"), handover)),
        ("3", "Action", _action(part(data, "action"), now, with_steps, with_deadlines)),
    )
    body = "".join(
        f'<section class="hr-part"><h4><i>{number_}</i>{esc(title)}</h4>{_lines(lines, review)}</section>'
        for number_, title, lines in parts
    )
    open_ = pill("open", "hr-locked") if handover.open else pill("closed", "hr-closed")
    head = f"<header><h3>Handover packet</h3><div>{severity_pill(handover.severity)}{open_}</div></header>"
    foot = f'<p class="hr-foot">{_envelope(part(data, "envelope"), handover)}</p>'
    reason = f'<p class="hr-reason">{esc(part(data, "why").get("reason", ""))}</p>'
    return f'<div class="hr-card hr-packet">{head}{reason}{_others(others, now)}{review.head()}{body}{foot}</div>'


def _others(others: Sequence[OtherCase], now: datetime) -> str:
    """The customer's other cases; each is opened by a press."""
    if not others:
        return ""
    told = "".join(_other(one, now) for one in others)
    return f'<section class="hr-part hr-others"><h4>Other cases of this customer</h4><ul>{told}</ul></section>'


def _other(one: OtherCase, now: datetime) -> str:
    stands = words(one.state) if one.open else f"ended {words(one.resolution)}".strip()
    return (
        f'<li><button type="button" class="hr-other" data-pick="{OTHER}{esc(one.conversation_id)}">'
        f"{severity_pill(one.severity)} <b>{esc(words(one.reason_code))}</b> {esc(stands)}, "
        f"{waited(one.opened_at, now)} ago <code>{esc(one.handover_id)}</code></button></li>"
    )


def _lines(lines: Iterable[Line], review: Reviewing) -> str:
    """Names beside what they say; fields without a value only where somebody should fill them in."""
    body = []
    for line in lines:
        value = line.html or " ".join(filter(None, map(review.empty, line.fields)))
        if value:
            body.append(f"<dt>{esc(line.name)}</dt><dd>{value}{review.forked(line.fields)}</dd>")
    return f'<dl class="hr-rows">{"".join(body)}</dl>' if body else ""


def raw(handover: HandoverView | None) -> str:
    """The packet as JSON text, escaped."""
    if handover is None:
        return EMPTY
    return f'<pre class="hr-raw">{esc(json.dumps(handover.packet, indent=2, ensure_ascii=False, default=str))}</pre>'


def _deadline(value: Any, now: datetime) -> str:
    at = date_of(value)
    return f"{moment(at)} {left(at, now)}" if at else ""


def _why(why: Mapping[str, Any], handover: HandoverView, now: datetime, with_deadlines: bool) -> tuple[Line, ...]:
    since = date_of(why.get("waiting_since"))
    skills = " ".join(pill(one) for one in items(why, "skills"))
    route = f"team <b>{esc(why.get('team', handover.team))}</b> {skills}"
    due = (
        (_deadline(handover.claim_due_at, now), _deadline(handover.resolve_due_at, now)) if with_deadlines else ("", "")
    )
    claimed = f"claimed {moment(handover.claimed_at)}" if handover.claimed_at else due[0]
    code = f"<code>{esc(why.get('reason_code', handover.reason_code))}</code>"
    flags = tuple(map(str, items(why, "flags")))
    evidence = bullets(
        dict.fromkeys(_note(one) for one in items(why, "triggers") if not _is_noticed(one, flags)), "hr-notes"
    )
    return (
        Line("Reason", code, ("why.reason",)),
        Line("Evidence", evidence, ("why.triggers",)),
        Line("Route", route, ("why.team",)),
        Line("Claim by", claimed, ()),
        Line("Resolve by", due[1]),
        Line("Waited", _waited(since, handover, now)),
        Line("How", _ENTRIES.get(str(why.get("offered_or_forced", "")), "")),
        Line("Also noticed", esc(", ".join(one.replace("_", " ") for one in flags)), ("why.flags",)),
    )


def _is_noticed(note: Mapping[str, Any], flags: tuple[str, ...]) -> bool:
    """Whether a condition that quotes nothing is told under what was also noticed: it calls for nobody by itself."""
    return not note.get("quote") and str(note.get("trigger_id", "")).rpartition(".")[2] in flags


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


def _context(context: Mapping[str, Any], handover: HandoverView) -> tuple[Line, ...]:
    entities = part(context, "entities")
    claims = (f"{esc(one.get('claim', ''))}{_cites(items(one, 'turns'))}" for one in items(context, "summary"))
    tried = (
        f"{esc(one.get('action', ''))}: {esc(one.get('result', ''))}{_cites((one.get('turn'),))}"
        for one in items(context, "steps_tried")
    )
    changed = (
        f"<b>{esc(one.get('tool', ''))}</b>: {esc(one.get('result', ''))} <small>do not do it again</small>"
        for one in items(context, "side_effects")
    )
    files = (f"{esc(one.get('name', ''))} <small>{esc(one.get('media_type', ''))}</small>{_cites((one.get('turn'),))}"
             for one in items(context, "attachments"))  # fmt: skip
    masked = (pill(f"{one.get('entity', '')} × {one.get('count', '')}") for one in items(context, "redactions"))
    named = (f"{esc(name)}: {esc(', '.join(map(str, items(entities, name))))}" for name in entities)
    return (
        *_customer(part(context, "customer"), handover),
        Line("Wants", esc(context.get("intent", "")), ("context.intent",)),
        Line("Summary", bullets(claims), ("context.summary",)),
        Line("Tried", bullets(tried), ("context.steps_tried",)),
        Line("Changed", bullets(changed), ("context.side_effects",)),
        Line("Open", bullets(map(esc, items(context, "open_questions"))), ("context.open_questions",)),
        Line("Named", bullets(named), ("context.entities",)),
        Line("Files", bullets(files), ("context.attachments",)),
        Line("Mood", _mood(part(context, "sentiment")), ("context.sentiment",)),
        Line("Masked", " ".join(masked), ("context.redactions",)),
    )


def _customer(customer: Mapping[str, Any], handover: HandoverView) -> tuple[Line, ...]:
    """Who it is; the identity as it is proven now, which may be more than when the packet was made."""
    level = (
        handover.verified_level if handover.verified_level != "none" else customer.get("verification_level") or "none"
    )
    known = "not verified" if level == "none" else f"verified: {level}"
    return (
        Line("Customer", esc(customer.get("ref", "")), ("context.customer.ref",)),
        Line("Tier", esc(customer.get("tier", "")), ("context.customer.tier",)),
        Line("Identity", esc(known), ("context.customer.verification_level",)),
    )


def _mood(sentiment: Mapping[str, Any]) -> str:
    now, trend = number(sentiment.get("now"), 0.0), number(sentiment.get("trend"), 0.0)
    feels = "angry" if now < -0.5 else "unhappy" if now < -0.1 else "pleased" if now > 0.1 else "neutral"
    goes = "falling" if trend < -0.05 else "rising" if trend > 0.05 else "steady"
    return f"{feels} ({now:+.1f}), {goes}"


def _action(action: Mapping[str, Any], now: datetime, with_steps: bool, with_deadlines: bool) -> tuple[Line, ...]:
    promise, playbook = part(action, "promise"), part(action, "playbook")
    reply_by = _deadline(promise.get("reply_by"), now) if with_deadlines else ""
    promised = f"<q>{esc(promise['text'])}</q> <small>{reply_by}</small>" if promise.get("text") else ""
    steps = (f"{esc(one.get('text', ''))} {_required(one)}" for one in items(playbook, "steps") if with_steps)
    verify = esc(", ".join(map(str, items(action, "required_verifications"))))
    flags = (pill(words(str(one)), "hr-escalated") for one in items(action, "compliance_flags"))
    return (
        Line("Promised", promised, ("action.promise",)),
        Line("Do next", bullets(map(esc, items(action, "next_steps"))), ("action.next_steps",)),
        Line("Do not", bullets(map(esc, items(action, "do_not")), "hr-donot"), ("action.do_not",)),
        Line("Verify first", verify, ("action.required_verifications",)),
        Line(f"Playbook: {playbook.get('title') or playbook.get('id', '')}", bullets(steps, "hr-steps")),
        Line("Hand back", bullets(map(esc, items(action, "hand_back_conditions"))), ("action.hand_back_conditions",)),
        Line("Compliance", " ".join(flags), ("action.compliance_flags",)),
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
