"""Who calls: the holder of the token that was shown, and nobody else.

In demo mode it is whoever they say they are; at the command line, somebody who may do what the command does: whoever
runs it has the database in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING

from app.settings import TOKEN_ROLES, Settings, parse_holder
from service.views import Actor
from states.errors import BadInput
from states.vocabulary import Role

if TYPE_CHECKING:
    from policy.loader import LoadedPolicy

DEMO_NAME = "demo"
MAX_NAME = 200


def holders(settings: Settings) -> Iterator[Actor]:
    """The holder of each token."""
    for holder in settings.tokens.values():
        role, name = parse_holder(holder)
        yield Actor(id=name, role=role)


def holder_of(token: str, settings: Settings) -> Actor | None:
    """The one id and role of a token; None for a token that is not known. Takes as long whichever it is."""
    found = None
    for known, actor in zip(settings.tokens, holders(settings), strict=True):
        if compare_digest(known.encode(), token.encode()):
            found = actor
    return found


# At the page: a login has a name and a token


def named(login: str | None, settings: Settings) -> Actor | None:
    """The one id and role that a login's name stands for: `role/id`, or the id alone where one role goes with it."""
    known = set(holders(settings))
    exact = {one for one in known if f"{one.role.value}/{one.id}" == login}
    found = exact or {one for one in known if one.id == login}
    return found.pop() if len(found) == 1 else None


def may_log_in(settings: Settings) -> Callable[[str, str], bool]:
    """Whether a login shows the token of the very holder that its name stands for."""

    def may(login: str, token: str) -> bool:
        holder = holder_of(token, settings)
        return holder is not None and holder == named(login, settings)

    return may


# At this machine


def local_caller(role: Role, policy: LoadedPolicy, name: str = DEMO_NAME) -> Actor:
    """Somebody in a role who has not said who they are: whom the policy names, or `name` where it names nobody."""
    return Actor(id=next(iter(policy.policy.roles.get(role, ())), name), role=role)


def claimed(headers: Mapping[str, str], otherwise: Actor) -> Actor:
    """Whoever the headers say; `otherwise` without them. BadInput for a role that nobody may claim."""
    name, role = headers.get("x-handrail-actor"), headers.get("x-handrail-role")
    if role is not None and role not in TOKEN_ROLES:
        raise BadInput(f"X-Handrail-Role is {role!r}; it must be one of {', '.join(TOKEN_ROLES)}")
    if role is None and name is None:
        return otherwise
    return Actor(id=(name or DEMO_NAME)[:MAX_NAME], role=Role(role) if role else otherwise.role)
