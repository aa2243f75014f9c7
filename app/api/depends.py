"""What every address of the API needs: the door and the caller.

None of it waits, so all of it is `async`: otherwise it would need a thread, and health would wait for one.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from app.api.actors import actor_of
from service.door import Handrail
from service.views import Actor
from states.vocabulary import Role

Named = Annotated[str | None, Header(alias="X-Handrail-Actor", max_length=200, description="demo mode only: who calls")]
InRole = Annotated[
    str | None, Header(alias="X-Handrail-Role", max_length=200, description="demo mode only: in which role")
]


async def _door(request: Request) -> Handrail:
    door: Handrail = request.app.state.door
    return door


async def _actor(request: Request, name: Named = None, role: InRole = None) -> Actor:
    return actor_of(request.headers, request.app.state.settings, (await _door(request)).policy)


async def _channel(request: Request, name: Named = None, role: InRole = None) -> Actor:
    return actor_of(request.headers, request.app.state.settings, (await _door(request)).policy, Role.CUSTOMER)


Door = Annotated[Handrail, Depends(_door)]
Caller = Annotated[Actor, Depends(_actor)]
Channel = Annotated[Actor, Depends(_channel)]
"""The caller of an address where a channel speaks for its customers."""
