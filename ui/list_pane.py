"""The lists of the desk: the bar that says what is looked for, the queue, and what the assistant holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from service.views import Actor
from ui.lists import held_page, waiting_page
from ui.render.queue import live, queue, sought_of, tallied
from ui.render.text import esc
from ui.seen import Seen
from ui.sought_bar import bar
from ui.style import PICK, html

if TYPE_CHECKING:
    from service.door import Handrail

Updates = dict[Any, Any]


class ListPane:
    """Draws the lists and says how they look now. What is looked for is in the browser (`ui.seen`)."""

    def __init__(self, door: Handrail) -> None:
        self._door = door

    def draw(self) -> None:
        """The components; call inside a column."""
        self.sought = bar()
        self.tally = html(elem_id="hr-tally")
        self.queue = html(js_on_load=PICK, elem_id="hr-queue")
        html('<h3 class="hr-title">With the assistant now</h3>')
        self.live = html(js_on_load=PICK, elem_id="hr-live")

    @property
    def shown(self) -> list[gr.HTML]:
        """Every component that changes."""
        return [self.tally, self.queue, self.live]

    @property
    def pressed(self) -> list[gr.HTML]:
        """Those in which a press opens a case, turns a page or looks for something else."""
        return [self.sought, self.queue, self.live]

    def changed(self, seen: Seen, actor: Actor, now: datetime) -> tuple[Updates, Seen]:
        """The lists that differ from those that are seen, each by itself: a poll sends no more than has changed."""
        sought, chosen = sought_of(seen.sought), seen.conversation or None
        waiting = waiting_page(self._door, actor, seen.queue_at, sought)
        held, tally = held_page(self._door, actor, seen.held_at), self._door.tally(actor)
        talks = (f"{view.id} {view.state} {view.version} {view.id == chosen}" for view in held.items)
        keys = {
            self.tally: _key([repr(tally)]),
            self.queue: _key(
                [repr(waiting), *(one.conversation_id for one in waiting.items if one.conversation_id == chosen)]
            ),
            self.live: _key([f"{held.total} {held.begin}", *talks]),
        }
        drawn = {
            self.tally: lambda: tallied(tally),
            self.queue: lambda: queue(waiting, chosen, now, sought),
            self.live: lambda: live(held, chosen, now),
        }
        known = dict(zip(keys, seen.lists.split(), strict=False))
        updates: Updates = {part: drawn[part]() for part, key in keys.items() if key != known.get(part)}
        return updates, replace(seen, lists=" ".join(keys.values()))

    def close(self, why: str) -> Updates:
        """The lists of whoever may not look."""
        return {self.tally: "", self.queue: f'<p class="hr-dim hr-pad">{esc(why)}</p>', self.live: ""}


def _key(lines: Iterable[str]) -> str:
    """What tells a list from the same list as it was."""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:16]
