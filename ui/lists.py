"""The pages of the desk's lists, wherever the reader had turned to and whatever has left meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from handover.people.sought import Sought
from service.views import Actor, HeldPage, QueuePage
from states.errors import BadInput
from ui.render.queue import PAGE

if TYPE_CHECKING:
    from service.door import Handrail

FARTHEST = 1_000_000


def waiting_page(door: Handrail, actor: Actor, cursor: str, sought: Sought) -> QueuePage:
    """The page of the queue after the cursor; the one before if all of it has left, the first for a strange cursor."""
    try:
        found = door.queue_page(actor, PAGE, cursor, sought=sought)
    except BadInput:
        return door.queue_page(actor, PAGE, sought=sought)
    while not found.items and found.previous is not None:
        found = door.queue_page(actor, PAGE, found.previous, sought=sought)
    return found


def held_page(door: Handrail, actor: Actor, begin: int) -> HeldPage:
    """The assistant's conversations from that one on; the last page where there are fewer by now."""
    return _counted(lambda at: door.held(actor, PAGE, at), begin)


def consents_page(door: Handrail, actor: Actor, begin: int) -> HeldPage:
    """The same of what waits for a second person."""
    return _counted(lambda at: door.consents(actor, PAGE, at), begin)


def _counted(read: Callable[[int], HeldPage], begin: int) -> HeldPage:
    begin = max(0, min(begin, FARTHEST))
    found = read(begin)
    if found.items or not begin:
        return found
    return read(max(0, found.total - 1) // PAGE * PAGE)
