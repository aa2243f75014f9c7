"""What the desk offers is what would be done: each act is tried on the case as it stands, and lacks just that."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from service.door import Handrail
from service.outbox import Outbox
from service.views import Actor, NewConversation
from states.errors import GuardRefused, HandrailError
from states.missing import Literal
from states.table import allowed_events
from states.vocabulary import Event, Role
from tests.graph.example import Desk
from tests.house import DEMO, newest

PEOPLE = (
    Actor(id="anna", role=Role.FRONTLINE_AGENT), Actor(id="ben", role=Role.FRONTLINE_AGENT),
    Actor(id="cleo", role=Role.ESCALATION_SPECIALIST), Actor(id="omar", role=Role.COMPLIANCE_OFFICER),
    Actor(id="root", role=Role.ADMIN), Actor(id="avi", role=Role.AUDITOR),
)  # fmt: skip
MOVES = tuple(event for event in Event if event is not Event.MASK_LIFTED)
TEXTS = ("human please", "I smell gas", "should I invest my savings in shares?")


@pytest.fixture
def door(desk: Desk) -> Handrail:
    return Handrail(desk.runtime, Outbox(desk.runtime.store, desk.clock, {}))


def brought(door: Handrail, name: str, event: Event) -> dict[str, Any]:
    """What an act brings that lacks nothing of its own."""
    view = door.view(PEOPLE[0], name)
    consent = view.consent or {}
    steps = (view.handover.packet["action"]["playbook"] or {}).get("steps", ()) if view.handover else ()
    data: dict[str, Any] = {}
    if event in (Event.STEP_DONE, Event.STEP_UNDONE):
        data = {"step": next((one["id"] for one in steps), "none")}
    if event is Event.PACKET_REVIEWED:
        data = {"fields": [{"field": "context.intent", "verdict": "accept"}]}
    if event in (Event.EXCEPTION_APPROVED, Event.EXCEPTION_DENIED, Event.HAND_BACK_AGREED, Event.HAND_BACK_REFUSED):
        data = {"request_hash": consent.get("hash", "")}
    text = str(consent.get("text") or "It is done.")
    return {"text": text, "data": data, "seen": newest(view)}


def attempted(door: Handrail, actor: Actor, name: str, event: Event) -> Literal | str | None:
    """What the act turned out to lack; `data` where only what it named was wrong; None: it was done."""
    try:
        door.act(actor, name, event, **brought(door, name, event))
    except GuardRefused as refused:
        return refused.lacks
    except HandrailError:
        return "data"
    return None


def of_its_own(event: Event) -> tuple[str, ...]:
    """Acts may name a step or a field that this case has not."""
    return ("data",) if event in (Event.STEP_DONE, Event.STEP_UNDONE, Event.PACKET_REVIEWED) else ()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_said_to_be_possible_is_done_and_what_is_said_to_lack_is_lacking(door: Handrail, seed: int) -> None:
    chance, tried = Random(seed), 0
    for walk in range(3):
        name = f"c{seed}-{walk}"
        door.open(DEMO, NewConversation(id=name, customer=name))
        door.post(DEMO, name, chance.choice(TEXTS))
        for _ in range(14):
            actor = chance.choice(PEOPLE)
            state = door.view(actor, name).state
            found = door.possible(actor, name)
            assert tuple(one.event for one in found) == allowed_events(state, actor.role)
            acts = [one for one in found if one.event in MOVES]
            if not acts:
                continue
            one = chance.choice(acts)
            tried += 1
            assert attempted(door, actor, name, one.event) in (one.lacks, *of_its_own(one.event)), (state, actor, one)
    assert tried > 20
