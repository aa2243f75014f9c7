"""The page: a head and the rooms as tabs, over one runtime.

Without it product teams could only read about the handover.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.settings import Settings
from ui.conversation import ConversationRoom
from ui.desk import DeskRoom
from ui.port import PageRuntime
from ui.render.facts import policy_line
from ui.render.text import pill
from ui.style import css, head, html, mount_options, theme

__all__ = ["build", "css", "head", "mount_options", "theme"]


def build(runtime: PageRuntime, settings: Settings) -> gr.Blocks:
    """The page over a running Handrail; mount it with `mount_options()`."""
    conversation, desk = ConversationRoom(runtime, settings), DeskRoom(runtime, settings)
    page = gr.Blocks(title="Handrail", analytics_enabled=False, fill_width=True)
    with page:
        html(_masthead(runtime, settings), elem_id="hr-masthead")
        with gr.Tabs():
            with gr.Tab("Conversation", id="conversation") as conversation_tab:
                conversation.draw()
            with gr.Tab("Desk", id="desk") as desk_tab:
                desk.draw()
        conversation.wire()
        desk.wire()
        _load(page, conversation, desk)
        _poll_only_what_is_seen(conversation_tab, desk_tab, conversation, desk)
    return page


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


def _load(page: gr.Blocks, conversation: ConversationRoom, desk: DeskRoom) -> None:
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    page.load(conversation.arrive, None, conversation.shown, **quiet)
    page.load(desk.enter, [desk.role], [desk.agent, desk.role], **quiet)


def _poll_only_what_is_seen(
    conversation_tab: gr.Tab, desk_tab: gr.Tab, conversation: ConversationRoom, desk: DeskRoom
) -> None:
    """A room that is not on the screen does not ask the database every second."""
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    timers = [conversation.timer, desk.timer]
    conversation_tab.select(lambda: (gr.update(active=True), gr.update(active=False)), None, timers, **quiet)
    desk_tab.select(lambda: (gr.update(active=False), gr.update(active=True)), None, timers, **quiet)
    # Whoever has come to the desk is there as long as the page is open, also while they look at the other tab.
    desk_tab.select(lambda: gr.update(active=True), None, desk.pulse, **quiet)
    desk_tab.select(desk.beat, [desk.agent, desk.role], None, **quiet)
    desk_tab.select(desk.poll, [desk.seen, desk.role], desk.shown, **quiet)
