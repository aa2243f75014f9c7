"""The playbook of a case: what to do, what may be said, who has done what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.views import HandoverView
from ui.render.text import card, date_of, esc, items, moment, part, pill

DONE, UNDONE = "done", "undone"


def playbook(handover: HandoverView | None, *, open: bool) -> str:
    """The checklist; with `open` its steps can be ticked. Nothing where the case has none."""
    found = part(part(handover.packet, "action"), "playbook") if handover and handover.open else {}
    steps = items(found, "steps")
    if handover is None or not steps:
        return ""
    lines = "".join(_line(step, handover, open) for step in steps)
    left = sum(1 for step in steps if step.get("required") and step["id"] not in handover.steps_done)
    aside = pill(f"{left} required left", "hr-required") if left else pill("all required done", "hr-person")
    return card(f"Playbook: {found.get('title') or found.get('id', '')}", lines + "".join(_more(found)), aside=aside)


def _line(step: Mapping[str, Any], handover: HandoverView, open: bool) -> str:
    name, done = str(step["id"]), step["id"] in handover.steps_done
    text = f"{esc(step.get('text') or name)}{'' if step.get('required') else ' <small>(optional)</small>'}"
    mark = handover.steps_by.get(name) or {}
    at = date_of(mark.get("at"))
    who = f"<small>{esc(mark.get('by', ''))} {moment(at) if at else ''}</small>" if done and mark else ""
    wording = part(step, "wording")
    say = f'<blockquote title="approved words">{esc(wording["text"])}</blockquote>' if wording.get("text") else ""
    pick = f'data-pick="{UNDONE if done else DONE}|{esc(name)}"' if open else "disabled"
    return (
        f'<div class="hr-step"><button type="button" role="checkbox" aria-checked="{str(done).lower()}" {pick}>'
        f"<i>{'☑' if done else '☐'}</i><span>{text}</span>{who}</button>{say}</div>"
    )


def _more(found: Mapping[str, Any]) -> Iterator[str]:
    for name, label in (("escalate_when", "Escalate when"), ("close_with", "The outcome says")):
        if found.get(name):
            yield f'<p class="hr-dim"><b>{label}</b> {esc(found[name])}</p>'
    for one in items(found, "wording"):
        yield f'<blockquote title="approved words">{esc(one.get("text", ""))}</blockquote>'


def picked(pick: str) -> tuple[bool, str] | None:
    """The step that was pressed, and whether it is to be ticked; None if it is none."""
    what, _, step = pick.partition("|")
    return (what == DONE, step) if what in (DONE, UNDONE) and step else None
