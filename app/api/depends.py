"""What every address of the API needs: the running Handrail and the caller.

Without it each part of the API would find out by itself who calls.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from app.api.actors import actor_of
from app.ports import Runtime
from service.views import Actor


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _actor(
    request: Request,
    x_handrail_actor: Annotated[str | None, Header(description="demo mode only: who calls")] = None,
    x_handrail_role: Annotated[str | None, Header(description="demo mode only: in which role")] = None,
) -> Actor:
    return actor_of(request.headers, request.app.state.settings)


Running = Annotated[Runtime, Depends(_runtime)]
Caller = Annotated[Actor, Depends(_actor)]
