"""The bar above the queue: which part of it is shown, a search, and filters. The browser keeps what stands in it."""

from __future__ import annotations

import gradio as gr

from handover.people.sought import LONGEST_SEARCH, View
from ui.style import html

_VIEWS = {
    View.MINE: "Mine",
    View.UNASSIGNED: "Unassigned",
    View.LATE: "Late",
    View.ESCALATED: "Escalated",
    View.TEAM: "My teams",
    View.ALL: "All open",
    View.CLOSED: "Closed",
}
_FILTERS = {"reason": "Trigger", "state": "State", "channel": "Channel", "language": "Language"}
"""Field of `Sought` → its label. What may be chosen comes with the queue (`ui.render.queue.tallied`)."""


def bar() -> gr.HTML:
    """The component; its value is never set."""
    views = "".join(
        f'<button type="button" class="hr-chip" data-view="{view.value}" aria-pressed="false">{label}<b></b></button>'
        for view, label in _VIEWS.items()
    )
    filters = "".join(
        f'<label>{label}<select data-only="{name}"><option value="">any</option></select></label>'
        for name, label in _FILTERS.items()
    )
    drawn = (
        f'<div class="hr-views" role="group" aria-label="Which cases">{views}</div><div class="hr-find">'
        f'<input type="search" maxlength="{LONGEST_SEARCH}" placeholder="Search cases" aria-label="Search cases">'
        f"<details><summary>Filter</summary><div>{filters}</div></details></div>"
    )
    return html(drawn, js_on_load="handrail.sought(element, trigger)", elem_id="hr-sought")
