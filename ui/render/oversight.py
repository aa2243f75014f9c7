"""What compliance, operators and auditors look after: consents that wait, replies to approve, what is stuck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policy.loader import LoadedPolicy
from service.views import ConversationView, HeldPage, TemplateView
from states.templates import TemplateState
from ui.render.queue import pager
from ui.render.text import card, date_of, esc, left, moment, pill, said, words

CONSENTS = "consents|"
"""Begins what a button says that turns the page of the consents; then where the page begins."""
APPROVE, RETIRE, REPLAY = "approve", "retire", "replay"
_KINDS = {TemplateState.DRAFT: "hr-escalated", TemplateState.APPROVED: "hr-person", TemplateState.RETIRED: "hr-closed"}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a button beside a template names: one version, and the words that were read."""

    act: str
    id: str
    language: str
    version: int
    hash: str


def consents_from(pick: str) -> int | None:
    """Where the page begins that a button of the list of consents turns to; None: it was another button."""
    begin = pick.removeprefix(CONSENTS)
    return int(begin) if pick.startswith(CONSENTS) and begin.isdecimal() and len(begin) < 8 else None


def consents(page: HeldPage, now: datetime) -> str:
    """Some of what waits for a second person; each line opens its case."""
    lines = "".join(_consent(view, now) for view in page.items if view.consent)
    body = (
        f'<div class="hr-queue">{lines}</div>{pager(page, CONSENTS)}'
        if lines
        else '<p class="hr-dim">Nothing waits for a second person.</p>'
    )
    return card("Waits for a second person", body)


def _consent(view: ConversationView, now: datetime) -> str:
    asked: Mapping[str, Any] = view.consent or {}
    kind = "Hand-back of a compliance case" if asked.get("kind") == "hand_back" else "Policy exception"
    until = date_of(asked.get("expires_at"))
    holds = f"holds {left(until, now)}" if until else ""
    state = pill("agreed", "hr-person") if asked.get("agreed_by") else pill("four eyes", "hr-escalated")
    return (
        f'<button type="button" class="hr-item" data-pick="{esc(view.id)}"><header>{state}<b>{kind}</b></header>'
        f"<p>{said(str(asked.get('text', '')))}</p>"
        f'<div class="hr-ends"><span>asked by {esc(asked.get("requested_by", ""))}</span><span>{holds}</span></div>'
        f'<small class="hr-dim">for exactly these words: <code>{esc(str(asked.get("hash", ""))[:16])}…</code></small>'
        "</button>"
    )


def templates(found: Sequence[TemplateView], *, keeping: bool) -> str:
    """Every version of every approved reply: drafts first, what is retired last."""
    order = {TemplateState.DRAFT: 0, TemplateState.APPROVED: 1, TemplateState.RETIRED: 2}
    rows = "".join(
        _template(one, keeping) for one in sorted(found, key=lambda one: (order[one.state], one.id, one.language))
    )
    return card("Replies", f'<div class="hr-list-of">{rows or "<p>No reply is written yet.</p>"}</div>')


def _template(one: TemplateView, keeping: bool) -> str:
    version = f"version {one.version}" if isinstance(one.version, int) else "shipped by the policy"
    people = (("written", one.author_id), ("approved", one.approved_by), ("retired", one.retired_by))
    who = esc(", ".join(f"{what} by {name}" for what, name in people if name))
    return (
        f'<article class="hr-entry"><header>{pill(one.state.value, _KINDS[one.state])}<b>{esc(one.id)}</b>'
        f"{pill(one.language)}<small>{esc(version)}</small>{_keep(one) if keeping else ''}</header>"
        f"<blockquote>{said(one.text)}</blockquote><small>{who}</small></article>"
    )


def _keep(one: TemplateView) -> str:
    if not isinstance(one.version, int) or one.state is TemplateState.RETIRED:
        return ""
    acts = ((APPROVE, "Approve"),) if one.state is TemplateState.DRAFT else ()
    named = f"{one.id}|{one.language}|{one.version}|{one.hash}"
    return "".join(_button(f"{act}|{named}", label) for act, label in (*acts, (RETIRE, "Retire")))


def _button(pick: str, label: str) -> str:
    return f'<button type="button" class="hr-mini" data-pick="{esc(pick)}">{label}</button>'


def words_of(pick: str) -> Words | None:
    """The template a button names; None if it names none."""
    act, *rest = pick.split("|")
    if act not in (APPROVE, RETIRE) or len(rest) != 4 or not rest[2].isdecimal():
        return None
    return Words(act=act, id=rest[0], language=rest[1], version=int(rest[2]), hash=rest[3])


def deliveries(fares: Sequence[Mapping[str, Any]], steps: Sequence[Mapping[str, Any]], *, replaying: bool) -> str:
    """How each destination fares, and what was given up on its way there."""
    if not fares:
        return card(
            "Deliveries",
            '<p class="hr-dim">No destination is set: handovers are in the queue of the desk. '
            "Add a table <code>[desks.NAME]</code> to <code>handrail.toml</code> to send them elsewhere too.</p>",
        )
    heads = "".join(f"<th>{name}</th>" for name in ("destination", "waits", "fails with", "given up", "last success"))
    body = "".join(_fare(one) for one in fares)
    dead = [one for one in steps if one["status"] == "dead"]
    letters = "".join(_letter(one, replaying) for one in dead)
    more = f"<h4>Given up</h4>{letters}" if letters else '<p class="hr-dim">Nothing was given up.</p>'
    return card(
        "Deliveries",
        f'<table class="hr-facts hr-fares"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}',
    )


def _fare(one: Mapping[str, Any]) -> str:
    at = date_of(one["last_success"])
    dead = pill(one["dead"], "hr-locked") if one["dead"] else "0"
    cells = (
        f"<b>{esc(one['name'])}</b> <small>{esc(one['kind'])}</small>", esc(one["pending"]), esc(one["failing"] or "–"),
        dead, moment(at) if at else "never",
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _letter(one: Mapping[str, Any], replaying: bool) -> str:
    again = _button(f"{REPLAY}|{one['id']}", "Replay") if replaying else ""
    at = date_of(one["settled_at"])
    return (
        f'<article class="hr-entry"><header>{pill(one["destination"])}<b>{esc(words(str(one["job"])))}</b>'
        f"<code>{esc(one['last_code'])}</code><small>{esc(one['attempts'])} attempts</small>{again}</header>"
        f"<small>{moment(at) if at else ''} <code>{esc(one['conversation_id'])}</code></small></article>"
    )


def step_of(pick: str) -> str | None:
    """The step that is to be replayed; None if the button is another."""
    act, _, step = pick.partition("|")
    return step if act == REPLAY and step else None


def policy(loaded: LoadedPolicy) -> str:
    """The active policy at a glance: what fires, and how fast a person comes."""
    active = loaded.policy
    classes = "".join(
        f"<tr><th>{esc(name)}</th><td>claim {esc(one.claim)}</td><td>resolve {esc(one.resolve)}</td>"
        f"<td>{esc(words(str(one.hours)))}</td></tr>"
        for name, one in active.sla.items()
    )
    teams = sorted({one.route.team for one in active.triggers if one.route})
    told = f"{len(active.triggers)} triggers to {len(teams)} teams: {', '.join(teams)}"
    return card(
        "Policy",
        f'<p><b>{esc(active.name)}</b> <code>{esc(loaded.hash[:16])}…</code></p><p class="hr-dim">{esc(told)}</p>'
        f'<table class="hr-facts"><tbody>{classes}</tbody></table>',
    )
