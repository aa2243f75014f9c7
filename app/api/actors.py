"""Who calls: an actor from a bearer token, or from headers in demo mode; and what each kind of caller may ask for.

Without this module anybody who reaches the port could act as a compliance officer.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest

from app.api.errors import Unauthorised
from app.ports import Runtime
from app.settings import TOKEN_ROLES, Settings, parse_holder
from service.views import Actor
from states import rights
from states.errors import BadInput, NotFound
from states.rights import Right
from states.vocabulary import Role

DEMO_ACTOR = Actor(id="demo", role=Role.ADMIN)
"""Who calls in demo mode without headers: on their own machine they may also play the customer."""
_OF_CHANNELS = (Right.OPEN_CONVERSATION, Right.WRITE_AS_CUSTOMER)


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


def require(actor: Actor, right: Right, runtime: Runtime) -> None:
    """ForbiddenRole unless the caller's role has the right, and the policy lets this caller hold the role."""
    if actor == DEMO_ACTOR and right in _OF_CHANNELS:
        return  # They play the customer: whom the policy names as admin is another question.
    rights.require(right, actor.role)
    runtime.admit(actor)


def require_own(actor: Actor, conversation_id: str, runtime: Runtime) -> None:
    """NotFound for a customer's conversation that another channel has opened: its id tells nobody that it exists."""
    if actor.role is Role.CUSTOMER and runtime.opened_by(conversation_id) != actor.id:
        raise NotFound(f"there is no conversation {conversation_id!r} of yours; create it first, or check the id")
