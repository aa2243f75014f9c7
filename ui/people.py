"""Who sits at the desk: whoever says so in demo mode, the holder of a token otherwise.

Without this module anybody who may open the page could press a compliance officer's buttons.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.settings import Settings, parse_holder
from service.views import Actor
from states.errors import BadInput, ForbiddenRole
from states.vocabulary import STAFF, Role
from ui.acts import DESK_ROLES
from ui.render.text import words

DEMO_AGENT = "anna"


def roles_for(settings: Settings, user: str | None, demo: tuple[Role, ...] = STAFF) -> tuple[Role, ...]:
    """The roles somebody may take on the page; in demo mode any of `demo`."""
    if settings.demo_mode:
        return demo
    holders = (parse_holder(holder) for holder in settings.tokens.values())
    return tuple(dict.fromkeys(role for role, name in holders if name == user and role in DESK_ROLES))


def seat(settings: Settings, request: gr.Request, role: str, name: gr.Textbox, roles: gr.Dropdown) -> dict[Any, Any]:
    """The visitor's name and the roles to choose from, as their login says; nothing in demo mode."""
    if settings.demo_mode:
        return {}
    held = roles_for(settings, request.username)
    value = role if role in held else (held[0].value if held else None)
    choices = [(words(one.value), one.value) for one in held]
    return {name: request.username or "", roles: gr.update(choices=choices, value=value)}


def actor_for(settings: Settings, user: str | None, typed_id: str, role: str, demo: tuple[Role, ...] = STAFF) -> Actor:
    """The actor of an act. Outside demo mode the name is the one that logged in, and the role one of its tokens."""
    if role not in roles_for(settings, user, demo):
        raise ForbiddenRole(f"{user!r} does not hold the role {role!r}; log in with a token that does")
    name = typed_id.strip() if settings.demo_mode else user
    if not name:
        raise BadInput("the agent has no name; write who you are")
    return Actor(id=name, role=Role(role))
