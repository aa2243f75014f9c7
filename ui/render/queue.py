"""The agents' queue and the conversations the assistant is holding now."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from service.views import ConversationView, HeldPage, QueueItem, QueuePage
from ui.render.banner import kind_of
from ui.render.text import esc, left, pill, severity_pill, waited, words

PAGE = 25
"""Lines of a list that are shown, and sent, at once."""
QUEUE, HELD = "queue|", "held|"
"""Begins what a button says that turns the page of a list; then where the page begins."""


def turned(pick: str) -> dict[str, Any] | None:
    """What of `ui.seen.Seen` a press on such a button changes; None: it was another one."""
    if pick.startswith(QUEUE):
        return {"queue_at": pick.removeprefix(QUEUE)}
    begin = pick.removeprefix(HELD)
    return {"held_at": int(begin)} if pick.startswith(HELD) and begin.isdecimal() and len(begin) < 8 else None


def queue(page: QueuePage, chosen: str | None, now: datetime) -> str:
    """A page of the open handovers in the order given, most urgent first; each line is a button."""
    if not page.total:
        return '<p class="hr-dim hr-pad">Nobody waits for a person.</p>'
    pager = _pager(
        page.begin, len(page.items), page.total,
        QUEUE + page.previous if page.previous is not None else None,
        QUEUE + page.following if page.following is not None else None,
    )  # fmt: skip
    return f'<div class="hr-queue">{"".join(_line(item, chosen, now) for item in page.items)}</div>{pager}'


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
    due = pill(f"owned by {item.owner_id}", "hr-person") if item.owner_id else f"claim {left(item.claim_due_at, now)}"
    return (
        f'<button type="button" class="hr-item hr-edge-{esc(item.severity)}{_chosen(item.conversation_id, chosen)}" '
        f'data-pick="{esc(item.conversation_id)}"><header>{severity_pill(item.severity)}'
        f"<b>{esc(words(item.reason_code))}</b></header><p>{esc(item.reason)}</p>"
        f'<p class="hr-last" dir="auto">“{esc(item.last_message)}”</p>'
        f"{_also_open(item)}"
        f'<div class="hr-ends"><span>waiting {waited(item.waiting_since, now)}</span><span>{due}</span></div></button>'
    )


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
