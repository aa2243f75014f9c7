"""The agents' queue, with what one may look for in it, and the conversations the assistant is holding now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handover.people.sought import Sought, Tally, View
from service.views import ConversationView, HeldPage, QueueItem, QueuePage
from states.vocabulary import State
from ui.render.banner import kind_of
from ui.render.text import esc, left, pill, severity_pill, waited, words

PAGE = 20
"""Lines of a list that are shown, and sent, at once."""
QUEUE, HELD = "queue|", "held|"
"""Begins what a button says that turns the page of a list; then where the page begins."""
SOUGHT = "sought|"
"""Begins what the bar above the queue says: then what is looked for, as `sought_text` writes it."""


def turned(pick: str) -> dict[str, Any] | None:
    """What of `ui.seen.Seen` a press on such a button changes; None: it was another one."""
    if pick.startswith(QUEUE):
        return {"queue_at": pick.removeprefix(QUEUE)}
    if pick.startswith(SOUGHT):
        return {"sought": sought_text(sought_of(pick.removeprefix(SOUGHT))), "queue_at": ""}
    begin = pick.removeprefix(HELD)
    return {"held_at": int(begin)} if pick.startswith(HELD) and begin.isdecimal() and len(begin) < 8 else None


def sought_of(text: str) -> Sought:
    """What is looked for, as the browser says it; the whole queue where that cannot be read."""
    try:
        given = json.loads(text)
        return Sought(
            view=View(given.pop("view", View.ALL)), **{str(name): str(value) for name, value in given.items()}
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Sought()


def sought_text(sought: Sought) -> str:
    """The same as text; empty for the whole queue."""
    named = {name: value for name, value in vars(sought).items() if value != getattr(Sought(), name)}
    return json.dumps(named) if named else ""


def queue(page: QueuePage, chosen: str | None, now: datetime, sought: Sought | None = None) -> str:
    """A page of the handovers in the order given, most urgent first; each line is a button."""
    if not page.total:
        none = "No case is like that." if sought is not None and sought.narrow else "Nobody waits for a person."
        return f'<p class="hr-dim hr-pad">{none}</p>'
    pager = _pager(
        page.begin, len(page.items), page.total,
        QUEUE + page.previous if page.previous is not None else None,
        QUEUE + page.following if page.following is not None else None,
    )  # fmt: skip
    return f'<div class="hr-queue">{"".join(_line(item, chosen, now) for item in page.items)}</div>{pager}'


def tallied(tally: Tally) -> str:
    """How many cases there are, for the bar above the queue and the title of the page (`static/queue.js`)."""
    told: Mapping[str, Any] = {
        "waits": tally.claimable, "views": {view.value: many for view, many in tally.views.items()},
        "reason": _named(tally.reasons), "state": _named(tally.states), "channel": tally.channels,
        "language": tally.languages,
    }  # fmt: skip
    return f'<i hidden data-tally="{esc(json.dumps(told))}"></i>'


def _named(many: Mapping[str, int]) -> dict[str, tuple[int, str]]:
    """Code → how many, and its words."""
    return {code: (number, words(code)) for code, number in many.items()}


def _pager(begin: int, shown: int, total: int, previous: str | None, following: str | None) -> str:
    """Which lines these are, and the buttons to the pages beside; nothing where all are shown."""
    if previous is None and following is None:
        return ""

    def button(label: str, pick: str | None) -> str:
        told = f'data-pick="{esc(pick)}"' if pick is not None else "disabled"
        return f'<button type="button" class="hr-chip" {told}>{label}</button>'

    return (
        f'<div class="hr-pager" role="navigation" aria-label="Pages">{button("Previous", previous)}'
        f"<span>{begin + 1}–{begin + shown} of {total}</span>{button('Next', following)}</div>"
    )


def _line(item: QueueItem, chosen: str | None, now: datetime) -> str:
    barred = "" if item.claimable or item.owner_id or item.closed_at else " hr-barred"
    known = " · ".join(esc(one) for one in (item.customer, item.channel, item.language) if one)
    kind = f"hr-item hr-edge-{esc(item.severity)}{_chosen(item.conversation_id, chosen)}{barred}"
    return (
        f'<button type="button" class="{kind}" '
        f'data-pick="{esc(item.conversation_id)}"><header>{severity_pill(item.severity)}'
        f"<b>{esc(words(item.reason_code))}</b>{_stands(item)}</header>"
        f'<p class="hr-quote" dir="auto">{_quoted(item)}</p>{_also_open(item)}'
        f'<div class="hr-ends"><span>{known}</span><span>{_due(item, now)}</span></div></button>'
    )


def _quoted(item: QueueItem) -> str:
    """The words that called for a person, marked where they stand; the reason where no words did."""
    before, found, after = item.said.partition(item.quote) if item.quote else (item.said, "", "")
    if found:
        return f"“{esc(before)}<mark>{esc(found)}</mark>{esc(after)}”"
    if item.quote:
        return f"“<mark>{esc(item.quote)}</mark>”"
    return f"{esc(item.reason)} “{esc(item.said)}”" if item.said else esc(item.reason)


def _stands(item: QueueItem) -> str:
    """Who has it, or that whoever looks may not take it; nothing for what waits for anybody."""
    if item.closed_at:
        return pill(words(item.resolution) if item.resolution else "closed", "hr-closed")
    if item.owner_id:
        kind = "hr-escalated" if item.state is State.ESCALATED else "hr-person"
        return pill(f"owned by {item.owner_id}", kind)
    if item.state is not State.ESCALATED:
        return ""
    return pill("escalated" if item.claimable else "escalated: for specialists", "hr-escalated")


def _due(item: QueueItem, now: datetime) -> str:
    """The one deadline that counts now: until somebody has it, that it is claimed; then, that it is resolved."""
    if item.closed_at:
        return f"{waited(item.closed_at, now)} ago"
    if item.owner_id and item.resolve_due_at:
        return f"resolve {left(item.resolve_due_at, now)}"
    return f"claim {left(item.claim_due_at, now)}"


def _also_open(item: QueueItem) -> str:
    """The other open cases of the same customer, in a line."""
    if not item.also_open:
        return ""
    kinds = Counter(f"{words(one.reason_code)} ({words(one.state)})" for one in item.also_open)
    named = ", ".join(kind if number == 1 else f"{number} × {kind}" for kind, number in kinds.items())
    more = item.also_open_total - len(item.also_open)
    return f'<p class="hr-also">also open: {esc(named)}{f" and {more} more" if more else ""}</p>'


def live(page: HeldPage, chosen: str | None, now: datetime) -> str:
    """Some of the conversations a person could take over now; each line is a button."""
    if not page.total:
        return '<p class="hr-dim hr-pad">The assistant is in no conversation.</p>'
    lines = "".join(_live_line(view, chosen, now) for view in page.items)
    return f'<div class="hr-queue">{lines}</div>{pager(page, HELD)}'


def pager(page: HeldPage, kind: str) -> str:
    """The buttons to the pages beside one that is counted; `kind` begins what they say."""
    begin, shown = page.begin, len(page.items)
    previous = f"{kind}{max(0, begin - PAGE)}" if begin else None
    following = f"{kind}{begin + shown}" if begin + shown < page.total else None
    return _pager(begin, shown, page.total, previous, following)


def _live_line(view: ConversationView, chosen: str | None, now: datetime) -> str:
    who = view.customer or view.id[-6:]
    return (
        f'<button type="button" class="hr-item hr-small{_chosen(view.id, chosen)}" data-pick="{esc(view.id)}">'
        f"<header>{pill(words(view.state.value), f'hr-{kind_of(view.state)}')}<b>{esc(who)}</b>"
        f"<span>{waited(view.updated_at, now)} ago</span></header></button>"
    )


def _chosen(conversation_id: str, chosen: str | None) -> str:
    return " hr-chosen" if conversation_id == chosen else ""
