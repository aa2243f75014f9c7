"""The page: a head and the rooms as tabs, over one runtime.

Without it product teams could only read about the handover.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.ports import Outbox
from app.settings import Settings
from ui.conversation import ConversationRoom
from ui.desk import SKIP, DeskRoom
from ui.oversight import OversightRoom
from ui.port import PageRuntime
from ui.render.facts import policy_line
from ui.render.text import esc, pill
from ui.style import css, head, html, mount_options, theme

CONVERSATION, DESK, OVERSIGHT = "conversation", "desk", "oversight"
"""Ids of the tabs."""
__all__ = ["build", "css", "head", "mount_options", "theme"]


def build(runtime: PageRuntime, settings: Settings, outbox: Outbox | None = None) -> gr.Blocks:
    """The page over a running Handrail; mount it with `mount_options()`. `outbox`: what is on its way elsewhere."""
    rooms = Rooms(
        conversation=ConversationRoom(runtime, settings),
        desk=DeskRoom(runtime, settings),
        oversight=OversightRoom(runtime, settings, outbox),
    )
    page = gr.Blocks(title="Handrail", analytics_enabled=False, fill_width=True)
    with page:
        html(_masthead(runtime, settings), elem_id="hr-masthead")
        with gr.Tabs() as tabs:
            with gr.Tab("Conversation", id=CONVERSATION) as first:
                rooms.conversation.draw()
            with gr.Tab("Desk", id=DESK) as second:
                rooms.desk.draw()
            with gr.Tab("Oversight", id=OVERSIGHT) as third:
                rooms.oversight.draw()
        _wire(page, rooms, tabs)
        _poll_only_what_is_seen((first, second, third), rooms)
    return page


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """The rooms of the page."""

    conversation: ConversationRoom
    desk: DeskRoom
    oversight: OversightRoom


def _masthead(runtime: PageRuntime, settings: Settings) -> str:
    known = runtime.policy
    names = {
        "policy": f"{known.policy.name} {known.hash[:8]}",
        "assistant": settings.assistant if settings.assistant != "knowledge" else "",
        "knowledge": settings.knowledge,
    }
    demo = (
        pill("demo mode", title="No tokens are set: anybody on this machine may act in any role")
        if settings.demo_mode
        else ""
    )
    return (
        '<div class="hr-mast"><b>Handrail</b><em>The machine answers what is routine. A person owns the rest.</em>'
        f"<nav>{policy_line(names)}{demo}</nav></div>"
    )


def _wire(page: gr.Blocks, rooms: Rooms, tabs: gr.Tabs) -> None:
    desk = rooms.desk
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}

    def at_desk(opened: dict[Any, Any]) -> dict[Any, Any]:
        return {**({} if opened == SKIP else opened), tabs: gr.update(selected=DESK)}

    def turn_to(role: str, event: gr.EventData) -> dict[Any, Any]:
        return at_desk(desk.pick(role, event))

    def arrive(role: str, request: gr.Request) -> dict[Any, Any]:
        """What the address asks for: a case, as cards and tickets link to it."""
        wanted = request.query_params.get("conversation", "")
        if not wanted:
            return SKIP
        opened = desk.open(wanted, role)
        if opened == SKIP:
            gr.Warning(f"<b>Not opened</b><br>There is no conversation {esc(wanted[:60])}.")
        return at_desk(opened)

    rooms.conversation.wire()
    desk.wire()
    rooms.oversight.wire()
    rooms.oversight.consents.click(turn_to, [desk.role], [*desk.shown, tabs], **quiet)
    page.load(rooms.conversation.arrive, None, rooms.conversation.shown, **quiet)
    entered = page.load(desk.enter, [desk.role], [desk.agent, desk.role], **quiet)
    # Through the queue: only what goes through it can say on the page that something was refused.
    entered.then(arrive, [desk.role], [*desk.shown, tabs], show_progress="hidden", api_visibility="private")
    page.load(rooms.oversight.enter, [rooms.oversight.role], [rooms.oversight.name, rooms.oversight.role], **quiet)


def _poll_only_what_is_seen(tabs: tuple[gr.Tab, ...], rooms: Rooms) -> None:
    """A room that is not on the screen does not ask the database every second."""
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    desk, oversight = rooms.desk, rooms.oversight
    timers = [rooms.conversation.timer, desk.timer, oversight.timer]

    def only(number: int) -> Callable[[], list[Any]]:
        return lambda: [gr.update(active=one == number) for one in range(len(timers))]

    for number, tab in enumerate(tabs):
        tab.select(only(number), None, timers, **quiet)
    # Whoever has come to the desk is there as long as the page is open, also while they look at the other tab.
    _, second, third = tabs
    second.select(lambda: gr.update(active=True), None, desk.pulse, **quiet)
    second.select(desk.beat, [desk.agent, desk.role], None, **quiet)
    second.select(desk.poll, [desk.seen, desk.role], desk.shown, **quiet)
    third.select(oversight.poll, [oversight.seen, oversight.role], oversight.shown, **quiet)
