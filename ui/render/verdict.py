"""What deciding a case again has shown, in words; another policy beside what was done; differences; who has looked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from audit.comparing import Difference
from audit.export import figures
from audit.replay import Result, Step, Verification
from audit.what_if import Compared, Course, Turn
from service.record import Look
from ui.render.text import bullets, card, esc, on_day, pill, said, words

MOST = 200
"""Differences that are listed."""
TURNS = {
    Turn.SAME: ("same", "hr-person"),
    Turn.OTHER: ("other", "hr-locked"),
    Turn.REFUSED: ("refused", "hr-locked"),
    Turn.UNKNOWN: ("not known", "hr-escalated"),
    Turn.CLOCK: ("clock", ""),
}
_CAUSES = {
    "act": "a person acted", "clock": "a clock ran out", "fault": "something failed",
    "summary": "a summary was written", "returned": "a message was left to the assistant",
}  # fmt: skip
STEP = "step|"
"""Begins what a button says that leads to a step."""


def busy(text: str) -> str:
    """Something takes a moment."""
    return f'<div class="hr-card hr-busy" role="status"><span class="hr-spin"></span>{esc(text)}</div>'


def refused(text: str) -> str:
    """Why something was not done."""
    return card("Refused", f'<p class="hr-pre">{esc(text)}</p>', kind="hr-refusal")


# Decided again


def verdict(checked: Verification) -> str:
    """Whether the record would be decided so again; each difference, and what cannot be derived."""
    counted = figures([checked])
    name, kind = ("It holds", "hr-person") if checked.holds else ("It does not hold", "hr-locked")
    rate = counted["match_rate"]
    told = (
        "No step could be derived." if rate is None else f"{_percent(rate)} of the steps that could be derived match."
    )
    body = (
        f"<p>{pill(name, kind)} <b>{esc(told)}</b></p>"
        f'<p class="hr-dim">{counted["steps"]} steps: {counted["match"]} decided again the same, {counted["mismatch"]} '
        f"differ, {counted['unknown']} cannot be derived. No model, no recogniser and no network was asked.</p>"
        f"{_listed('What is wrong with the record as a whole', checked.at_large)}"
        f"{_steps('Steps that differ', checked.of(Result.MISMATCH))}"
        f"{_steps('Steps that cannot be derived', checked.of(Result.UNKNOWN))}"
    )
    return card("Decided again, from the record alone", body, kind="hr-verdicts")


def _percent(rate: float) -> str:
    """Never rounded up to all of them."""
    return "100 %" if rate == 1 else f"{min(rate * 100, 99.99):.2f} %"


def _listed(title: str, lines: Sequence[str]) -> str:
    return f"<h4>{esc(title)}</h4>{bullets(map(esc, lines))}" if lines else ""


def _steps(title: str, steps: Sequence[Step]) -> str:
    shown = steps[:MOST]
    more = f'<p class="hr-dim">and {len(steps) - MOST} more</p>' if len(steps) > MOST else ""
    body = "".join(
        f"<dt>{to_step(one.number, words(one.event.event.value))}</dt><dd>{bullets(map(esc, one.why))}</dd>"
        for one in shown
    )
    return f'<h4>{esc(title)}</h4><dl class="hr-rows">{body}</dl>{more}' if steps else ""


def to_step(number: int, label: str = "") -> str:
    """A button that leads to a step."""
    return (
        f'<button type="button" class="hr-mini" data-pick="{STEP}{number}" title="Show this step">{number}'
        f"{f' {esc(label)}' if label else ''}</button>"
    )


def step_of(pick: str) -> int | None:
    """The step a button leads to; None if it was another button."""
    number = pick.removeprefix(STEP)
    return int(number) if pick.startswith(STEP) and number.isdecimal() and len(number) < 8 else None


# Another policy


def comparison(turns: Sequence[Compared], name: str, digest: str) -> str:
    """Turn by turn what was done beside what the policy would have done; what differs is marked."""
    counted = Counter(one.turn for one in turns)
    flips = counted[Turn.OTHER] + counted[Turn.REFUSED]
    told = (
        "It would have gone the same way." if not flips else f"{flips} of {len(turns)} turns would have gone otherwise."
    )
    unknown = f" {counted[Turn.UNKNOWN]} cannot be known." if counted[Turn.UNKNOWN] else ""
    heads = "".join(f"<th>{one}</th>" for one in ("step", "message or act", "was done", "would have been done", ""))
    body = "".join(map(_turn, turns))
    return card(
        f"Under {name}",
        f"<p><b>{esc(told + unknown)}</b></p>"
        f'<div class="hr-scroll" tabindex="0"><table class="hr-facts hr-turns"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>",
        aside=f"<code>{esc(digest[:12])}…</code>",
        kind="hr-comparison",
    )


def _turn(one: Compared) -> str:
    name, kind = TURNS[one.turn]
    flipped = one.turn in (Turn.OTHER, Turn.REFUSED)
    cause = _CAUSES.get(one.cause.partition(":")[0], "")
    what = said(one.text) if one.text else f'<span class="hr-dim">{cause}</span>'
    why = f'<p class="hr-dim">{esc(one.why)}</p>' if one.why else ""
    would = _course(one.would) if one.would is not None else '<span class="hr-dim">–</span>'
    cells = (to_step(one.step), what, _course(one.recorded), would, f"{pill(name, kind)}{why}")
    marked = ' class="hr-flip"' if flipped else ""
    return f"<tr{marked}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _course(course: Course) -> str:
    events = esc(", ".join(words(event.value) for event, _ in course.events))
    triggers = "".join(f"<code>{esc(one)}</code> " for one in course.triggers)
    return f"{events} → <b>{esc(words(course.state.value))}</b> {triggers}"


# Two steps


def compared_steps(found: Sequence[Difference], first: int, second: int) -> str:
    """What differs between two steps."""
    title = f"From step {first} to step {second}"
    if not found:
        return card(title, '<p class="hr-dim">Nothing differs.</p>', kind="hr-differences")
    body = "".join(map(_difference, found[:MOST]))
    more = f'<p class="hr-dim">and {len(found) - MOST} more</p>' if len(found) > MOST else ""
    heads = "<tr><th>where</th><th>before</th><th>after</th></tr>"
    return card(
        title,
        f'<div class="hr-scroll" tabindex="0"><table class="hr-facts hr-diff"><thead>{heads}</thead>'
        f"<tbody>{body}</tbody></table></div>{more}",
        aside=f"{len(found)} values differ",
        kind="hr-differences",
    )


def _difference(one: Difference) -> str:
    before = '<span class="hr-dim">–</span>' if one.added else f"<del>{_short(one.before)}</del>"
    after = '<span class="hr-dim">–</span>' if one.removed else f"<ins>{_short(one.after)}</ins>"
    return f"<tr><th>{esc(one.place)}</th><td>{before}</td><td>{after}</td></tr>"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return esc(text if len(text) <= 400 else f"{text[:400]}…")


# Who has looked


def looks_at(found: Sequence[Look], broken: int | None) -> str:
    """Who has looked at the case, the newest first."""
    whole = (
        '<p class="hr-dim">Each look is kept before anything is shown, chained by hash: the newest ones are whole.</p>'
        if broken is None
        else '<p class="hr-missing">The book of looks is not whole: '
        f"look {broken} was changed, or one before it is gone.</p>"
    )
    heads = "".join(f"<th>{one}</th>" for one in ("when", "who", "what for", "version"))
    body = "".join(
        f"<tr><td>{on_day(one.at, seconds=True)}</td><td>{esc(one.actor_id)}, {esc(words(one.role))}</td>"
        f"<td>{esc(words(one.purpose))}</td><td>{esc(one.version or '')}</td></tr>"
        for one in found
    )
    return f'{whole}<table class="hr-facts"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
