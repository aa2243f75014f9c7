"""What an auditor has found: conversations, each a line that opens it, with the pages beside."""

from __future__ import annotations

from service.record import FoundCase, FoundPage
from ui.render.banner import kind_of
from ui.render.text import esc, on_day, pill, words

PAGE = 25
"""Lines that are shown, and read, at once."""
CASE, NEXT, PREVIOUS = "case|", "found|next", "found|previous"
"""What the buttons of the list say."""
UNASKED = (
    '<div class="hr-card hr-nothing"><p><b>Find a conversation</b></p>'
    "<p>By words that were written, an id, or what happened in it. Nothing was asked for yet.</p></div>"
)


def found(page: FoundPage, begin: int) -> str:
    """A page of what was found, of which `begin` lines stand before; the browser marks the case that is open."""
    if not page.total:
        return (
            '<div class="hr-card hr-nothing"><p><b>Nothing was found</b></p>'
            "<p>Take a word or a filter away. Words are looked for in the masked text: numbers of cards and accounts "
            "stand in no message.</p></div>"
        )
    lines = "".join(map(_line, page.items))
    every = len(page.items) == page.total
    shown = f"{page.total} found" if every else f"{begin + 1}–{begin + len(page.items)} of {page.total}"
    return f'<div class="hr-queue">{lines}</div>{_pager(shown, begin > 0, page.following is not None)}'


def _line(one: FoundCase) -> str:
    reason = f"<b>{esc(words(one.reason_code))}</b>" if one.reason_code else '<b class="hr-dim">No handover</b>'
    late = pill("deadline missed", "hr-locked") if one.breached else ""
    ended = f"ended {esc(words(one.resolution))}" if one.resolution else esc(one.channel)
    return (
        f'<button type="button" class="hr-item" data-pick="{esc(CASE + one.id)}">'
        f"<header>{pill(words(one.state.value), f'hr-{kind_of(one.state)}')}{reason}{late}</header>"
        f'<p class="hr-last" dir="auto">“{esc(one.excerpt)}”</p>'
        f'<div class="hr-ends"><span>{on_day(one.updated_at)} · {one.steps} steps · {ended}</span>'
        f"<span><code>{esc(one.id)}</code></span></div></button>"
    )


def _pager(shown: str, before: bool, after: bool) -> str:
    def button(label: str, pick: str, there: bool) -> str:
        told = f'data-pick="{esc(pick)}"' if there else "disabled"
        return f'<button type="button" class="hr-chip" {told}>{label}</button>'

    if not before and not after:
        return f'<p class="hr-dim hr-pad" role="status">{shown}</p>'
    return (
        f'<div class="hr-pager" role="navigation" aria-label="Pages of what was found">'
        f'{button("Previous", PREVIOUS, before)}<span role="status">{shown}</span>{button("Next", NEXT, after)}</div>'
    )
