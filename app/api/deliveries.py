"""The HTTP API of deliveries: how destinations fare, what waits or was given up, and a second chance for it.

Without it an operator would need a shell on the machine to see that a ticket system takes nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from app.api.actors import require
from app.api.depends import Caller, Running
from app.ports import Delivery, Outbox
from delivery.outbox import NOT_SET
from states.rights import Right

deliveries = APIRouter(prefix="/deliveries", tags=["deliveries"])


def _outbox(request: Request) -> Outbox:
    outbox: Outbox = request.app.state.delivery.outbox
    return outbox


Rows = Annotated[Outbox, Depends(_outbox)]


@deliveries.get("", operation_id="list_deliveries")
def list_deliveries(
    runtime: Running, caller: Caller, outbox: Rows, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> dict[str, list[dict[str, Any]]]:
    """Each destination, the steps that are dead or wait, without what they say, and what goes to nobody."""
    require(caller, Right.READ_DELIVERIES, runtime)
    return {
        "destinations": outbox.fares(), "steps": outbox.unsettled(limit), "undeliverable": outbox.undeliverable(limit)
    }  # fmt: skip


def deliverable(delivery: Delivery) -> str:
    """One line for whoever watches the service: "ready", or what goes to nobody and what is not read."""
    lost = Counter(one["effect"] for one in delivery.outbox.undeliverable(1000))
    fares = delivery.outbox.fares()
    gone = [one["name"] for one in fares if one["kind"] == NOT_SET]
    unread = [one["name"] for one in fares if one["unread_since"]]
    said = [f"{count} {effect} undeliverable: no destination" for effect, count in sorted(lost.items())]
    said += [f"steps wait for {name}, which no setting names" for name in gone]
    said += [f"changes of {name} are not read" for name in unread]
    return "; ".join(said) or "ready"


@deliveries.post("/{step_id}/replay", operation_id="replay_delivery")
def replay_delivery(
    step_id: Annotated[str, Path(max_length=400)], runtime: Running, caller: Caller, outbox: Rows
) -> dict[str, int]:
    """Puts a step that was given up back into the queue, with what was given up for it; it is looked up first."""
    require(caller, Right.REPLAY, runtime)
    return {"replayed": outbox.replay(step_id)}
