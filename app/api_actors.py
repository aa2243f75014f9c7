"""Who calls: an actor from a bearer token, or from headers in demo mode; and what each kind of caller may ask for.

Without this module anybody who reaches the port could act as a compliance officer.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest

from app.api_errors import Unauthorised
from app.settings import TOKEN_ROLES, Settings, parse_holder
from graph.views import Actor
from states.errors import BadInput, ForbiddenRole
from states.vocabulary import Role

CHANNEL_ROLES = frozenset({Role.CUSTOMER, Role.ADMIN})
"""A channel speaks for customers: it opens conversations and posts their messages."""
DEMO_ACTOR = Actor(id="demo", role=Role.ADMIN)


def actor_of(headers: Mapping[str, str], settings: Settings) -> Actor:
    """The caller. Unauthorised without a known token; in demo mode the headers are believed."""
    if settings.demo_mode:
        return _claimed(headers)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        for known, holder in settings.tokens.items():
            if compare_digest(known.encode(), token.strip().encode()):
                role, holder_id = parse_holder(holder)
                return Actor(id=holder_id, role=role)
    raise Unauthorised("no token that Handrail knows; send Authorization: Bearer TOKEN (setting [tokens])")


def _claimed(headers: Mapping[str, str]) -> Actor:
    name, role = headers.get("x-handrail-actor"), headers.get("x-handrail-role")
    if role is not None and role not in TOKEN_ROLES:
        raise BadInput(f"X-Handrail-Role is {role!r}; it must be one of {', '.join(TOKEN_ROLES)}")
    if role is None and name is None:
        return DEMO_ACTOR
    return Actor(id=(name or "demo")[:200], role=Role(role) if role else DEMO_ACTOR.role)


def require_channel(actor: Actor) -> None:
    """ForbiddenRole unless the caller may speak for customers."""
    if actor.role not in CHANNEL_ROLES:
        raise ForbiddenRole(f"{actor.role.value!r} may not write for a customer; use a token with the role customer")


def require_staff(actor: Actor) -> None:
    """ForbiddenRole for a caller who speaks for customers only."""
    if actor.role is Role.CUSTOMER:
        raise ForbiddenRole("'customer' may not see the desk; use a token with a staff role, auditor or admin")
