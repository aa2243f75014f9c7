"""The page: a head and the rooms as tabs, over one door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from states.errors import HandrailError
from states.rights import Right
from ui.audit_room import AuditRoom
from ui.conversation import MINE, ConversationRoom
from ui.desk import LOOK, SKIP, TURNED, DeskRoom
from ui.oversight import OversightRoom
from ui.people import customer_for, login_of
from ui.render.facts import policy_line
from ui.render.oversight import consents_from
from ui.render.text import esc, pill
from ui.style import css, head, html, mount_options, theme

if TYPE_CHECKING:
    from app.settings import Settings
    from service.door import Handrail

CONVERSATION, DESK, OVERSIGHT, AUDIT = "conversation", "desk", "oversight", "audit"
"""Ids of the tabs."""
__all__ = ["build", "css", "head", "mount_options", "theme"]


def build(door: Handrail, settings: Settings) -> gr.Blocks:
    """The page over a running Handrail; mount it with `mount_options()`."""
    rooms = Rooms(
        conversation=ConversationRoom(door, settings),
        desk=DeskRoom(door, settings),
        oversight=OversightRoom(door, settings),
        audit=AuditRoom(door.archive, settings),
    )
    page = gr.Blocks(title="Handrail", analytics_enabled=False, fill_width=True)
    with page:
        html(_masthead(door, settings), elem_id="hr-masthead")
        with gr.Tabs() as tabs:
            with gr.Tab("Conversation", id=CONVERSATION) as first:
                rooms.conversation.draw()
            with gr.Tab("Desk", id=DESK) as second:
                rooms.desk.draw()
            with gr.Tab("Oversight", id=OVERSIGHT) as third:
                rooms.oversight.draw()
            with gr.Tab("Audit", id=AUDIT) as fourth:
                rooms.audit.draw()
        _wire(page, rooms, tabs, settings)
        _open_to_channels(page, first, tabs, door, settings)
        _open_to_auditors(page, fourth, door, settings)
        _poll_only_what_is_seen((first, second, third, fourth), rooms)
    return page


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """The rooms of the page."""

    conversation: ConversationRoom
    desk: DeskRoom
    oversight: OversightRoom
    audit: AuditRoom


def _masthead(door: Handrail, settings: Settings) -> str:
    known = door.policy
    names = {
        "policy": f"{known.policy.name} {known.hash[:8]}",
        "assistant": settings.assistant if settings.assistant != "knowledge" else "",
        "knowledge": settings.knowledge,
    }
    demo = (
        pill("demo mode", title="No tokens are set: anybody on this machine may act in any role")
        if settings.demo_mode
        else '<form method="post" action="/logout"><button class="hr-chip">Log out</button></form>'
    )
    return (
        '<div class="hr-mast"><b>Handrail</b><em>The machine answers what is routine. A person owns the rest.</em>'
        f"<nav>{policy_line(names)}{demo}</nav></div>"
    )


def _wire(page: gr.Blocks, rooms: Rooms, tabs: gr.Tabs, settings: Settings) -> None:
    desk = rooms.desk
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}

    def at_desk(opened: dict[Any, Any]) -> dict[Any, Any]:
        return {**({} if opened == SKIP else opened), tabs: gr.update(selected=DESK)}

    def turn_to(seen: str, name: str, role: str, request: gr.Request, event: gr.EventData) -> dict[Any, Any]:
        """Opens at the desk what waits for a second person, as the person who has clicked on it and nobody else."""
        if consents_from(str(getattr(event, "pick", ""))) is not None:
            return SKIP  # Turned to another page of them.
        opened = desk.pick(seen, name, role, request, event)
        return at_desk({**({} if opened == SKIP else opened), desk.agent: name, desk.role: role})

    def arrive(agent: str, role: str, request: gr.Request) -> dict[Any, Any]:
        """What the address asks for: a case, as cards and tickets link to it."""
        wanted = request.query_params.get("conversation", "")
        if not wanted:
            return SKIP
        opened = desk.open(wanted, (request, agent, role))
        if opened == SKIP:
            gr.Warning(f"<b>Not opened</b><br>There is no conversation {esc(wanted[:60])}.")
        return at_desk(opened)

    rooms.conversation.wire()
    desk.wire()
    rooms.oversight.wire()
    rooms.audit.wire()
    keeper = [desk.seen, rooms.oversight.name, rooms.oversight.role]
    rooms.oversight.consents.click(turn_to, keeper, [*desk.shown, tabs], js=TURNED, **quiet)
    room = rooms.conversation
    page.load(room.arrive, [room.mine], room.shown, js=f"() => [{MINE}]", **quiet)
    sits = [desk.agent, desk.role]
    if settings.demo_mode:
        entered = page.load(desk.sit_again, sits, sits, js="(...values) => handrail.sits(values)", **quiet)
    else:
        entered = page.load(desk.enter, None, sits, **quiet)
    # Through the queue: only what goes through it can say on the page that something was refused.
    entered.then(arrive, sits, [*desk.shown, tabs], show_progress="hidden", api_visibility="private")
    page.load(rooms.oversight.enter, None, [rooms.oversight.name, rooms.oversight.role], **quiet)
    page.load(rooms.audit.enter, None, [rooms.audit.name, rooms.audit.role], **quiet)


def _open_to_channels(page: gr.Blocks, room: gr.Tab, tabs: gr.Tabs, door: Handrail, settings: Settings) -> None:
    """Shows the customer's room to whoever may write there, and the desk first to all others."""

    def shown(request: gr.Request) -> dict[Any, Any]:
        try:
            door.admit(customer_for(settings, request, door.policy), Right.WRITE_AS_CUSTOMER)
        except HandrailError:
            return {room: gr.update(visible=False), tabs: gr.update(selected=DESK)}
        return SKIP

    if not settings.demo_mode:
        page.load(shown, None, [room, tabs], queue=False, show_progress="hidden", api_visibility="private")


def _open_to_auditors(page: gr.Blocks, room: gr.Tab, door: Handrail, settings: Settings) -> None:
    """Shows the auditor's room to whoever may audit."""

    def audits(request: gr.Request) -> dict[Any, Any]:
        try:
            door.admit(login_of(settings, request), Right.AUDIT)
        except HandrailError:
            return {room: gr.update(visible=False)}
        return SKIP

    if not settings.demo_mode:
        page.load(audits, None, [room], queue=False, show_progress="hidden", api_visibility="private")


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
    _, second, third, fourth = tabs
    second.select(lambda: gr.update(active=True), None, desk.pulse, **quiet)
    second.select(desk.beat, [desk.agent, desk.role], None, **quiet)
    second.select(desk.poll, [desk.seen, desk.agent, desk.role], desk.shown, js=LOOK, **quiet)
    third.select(oversight.poll, [oversight.seen, oversight.name, oversight.role], oversight.shown, **quiet)
    audit = rooms.audit
    fourth.select(audit.arrive, [audit.shown, audit.name, audit.role], audit.all, **quiet)
