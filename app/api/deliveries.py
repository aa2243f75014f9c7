"""The HTTP API of deliveries: how destinations fare, what waits or was given up, and a second chance for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from app.api.cursors import PAGE, Cursor, Limit, page, reach
from app.api.depends import Caller, Door

deliveries = APIRouter(prefix="/deliveries", tags=["deliveries"])


@deliveries.get("", operation_id="list_deliveries")
def list_deliveries(
    door: Door, caller: Caller, response: Response, limit: Limit = PAGE, cursor: Cursor = None
) -> dict[str, list[dict[str, Any]]]:
    """Each destination, the steps that are dead or wait, without what they say, by pages, and what goes to nobody."""
    steps = door.deliveries(caller, reach(limit, cursor))
    return {
        "destinations": door.destinations(caller),
        "steps": page(steps, limit, cursor, lambda one: str(one["id"]), response),
        "undeliverable": door.undeliverable(caller, limit),
    }


@deliveries.post("/{step_id}/replay", operation_id="replay_delivery")
def replay_delivery(step_id: Annotated[str, Path(max_length=400)], door: Door, caller: Caller) -> dict[str, int]:
    """Puts a step that was given up back into the queue, with what was given up for it; it is looked up first."""
    return {"replayed": door.replay(caller, step_id)}
