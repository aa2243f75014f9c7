"""The HTTP API of deliveries: how destinations fare, what waits or was given up, and a second chance for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from app.api.depends import Caller, Door

deliveries = APIRouter(prefix="/deliveries", tags=["deliveries"])


@deliveries.get("", operation_id="list_deliveries")
def list_deliveries(
    door: Door, caller: Caller, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> dict[str, list[dict[str, Any]]]:
    """Each destination, the steps that are dead or wait, without what they say, and what goes to nobody."""
    return {
        "destinations": door.destinations(caller), "steps": door.deliveries(caller, limit),
        "undeliverable": door.undeliverable(caller, limit),
    }  # fmt: skip


@deliveries.post("/{step_id}/replay", operation_id="replay_delivery")
def replay_delivery(step_id: Annotated[str, Path(max_length=400)], door: Door, caller: Caller) -> dict[str, int]:
    """Puts a step that was given up back into the queue, with what was given up for it; it is looked up first."""
    return {"replayed": door.replay(caller, step_id)}
