"""Who calls the API: the holder of a bearer token; in demo mode whoever the headers name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.api.errors import Unauthorised
from app.callers import claimed, holder_of, local_caller
from states.vocabulary import Role

if TYPE_CHECKING:
    from app.settings import Settings
    from policy.loader import LoadedPolicy
    from service.views import Actor


def actor_of(headers: Mapping[str, str], settings: Settings, policy: LoadedPolicy, role: Role = Role.ADMIN) -> Actor:
    """The caller. Unauthorised without a known token. In demo mode the headers are believed; `role` is that of a
    caller who sends none: on their own machine they are the admin, and play the customer where one is needed."""
    if settings.demo_mode:
        return claimed(headers, local_caller(role, policy))
    scheme, _, token = headers.get("authorization", "").partition(" ")
    actor = holder_of(token.strip(), settings) if scheme.lower() == "bearer" else None
    if actor is None:
        raise Unauthorised("no token that Handrail knows; send Authorization: Bearer TOKEN (setting [tokens])")
    return actor
