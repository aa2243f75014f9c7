"""Who looks at the page and acts there: whoever says so in demo mode, else the holder of the token that was shown."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import gradio as gr

from app.callers import local_caller, named
from app.session import visitor_in
from service.views import Actor
from states.errors import BadInput, ForbiddenRole
from states.vocabulary import STAFF, Role
from ui.render.text import words

if TYPE_CHECKING:
    from app.settings import Settings
    from policy.loader import LoadedPolicy

DEMO_AGENT = "anna"
LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""A reference without digits: it never looks like somebody's number, which would be masked."""
DESK_ROLES = (*STAFF, Role.ADMIN, Role.AUDITOR)
"""The roles that may open the desk; an auditor only reads."""
Who = tuple[gr.Request, str, str]
"""The request of a visitor, the name that was typed, and the role that was chosen."""


def login_of(settings: Settings, request: gr.Request) -> Actor:
    """The one id and role of the token that the visitor has logged in with. ForbiddenRole without one."""
    holder = named(_user(request), settings)
    if holder is None:
        raise ForbiddenRole("nobody is logged in here who holds a token; log in with role/id and the token")
    return holder


def roles_for(settings: Settings, demo: tuple[Role, ...] = STAFF) -> tuple[Role, ...]:
    """The roles that a page offers before anybody has come: in demo mode any of `demo`."""
    return demo if settings.demo_mode else ()


def seat(settings: Settings, request: gr.Request, name: gr.Textbox, roles: gr.Dropdown) -> dict[Any, Any]:
    """The visitor's name and role, as their login says; nothing in demo mode."""
    if settings.demo_mode:
        return {}
    holder = login_of(settings, request)
    choices = [(words(holder.role.value), holder.role.value)]
    return {name: holder.id, roles: gr.update(choices=choices, value=holder.role.value)}


def actor_for(settings: Settings, who: Who, demo: tuple[Role, ...] = STAFF) -> Actor:
    """Who looks or acts. Outside demo mode it is the login, whatever was typed; no other role can be chosen."""
    request, typed, role = who
    if not settings.demo_mode:
        holder = login_of(settings, request)
        if role and role != holder.role:
            raise ForbiddenRole(f"{holder.id!r} does not hold the role {role!r}; log in with a token that does")
        return holder
    if role not in demo:
        raise ForbiddenRole(f"nobody is {role!r} here; choose one of {', '.join(demo)}")
    if not typed.strip():
        raise BadInput("the agent has no name; write who you are")
    return Actor(id=typed.strip(), role=Role(role))


def customer_for(settings: Settings, request: gr.Request, policy: LoadedPolicy) -> Actor:
    """Who writes as the customer: in demo mode any visitor."""
    return local_caller(Role.CUSTOMER, policy) if settings.demo_mode else login_of(settings, request)


def watcher_for(settings: Settings, request: gr.Request, policy: LoadedPolicy) -> Actor:
    """Who looks at what the machine made of a conversation: in demo mode any visitor, with an auditor's eyes."""
    return local_caller(Role.AUDITOR, policy) if settings.demo_mode else login_of(settings, request)


def visitor_of(request: gr.Request) -> str:
    """The customer's reference: of the browser they write in, the same after a reload and in a second tab.

    Only a digest of what the browser keeps, since agents see it; of the page alone where it keeps nothing.
    """
    kept = visitor_in(getattr(request, "cookies", None) or {}) or request.session_hash or "demo"
    return f"visitor-{hashlib.sha256(kept.encode()).hexdigest()[:12].translate(LETTERS)}"


def _user(request: gr.Request) -> str | None:
    """The name of the login; None in demo mode."""
    return getattr(request, "username", None)
