"""What `handrail demo --seed` shows: conversations that the real system has lived through, on a clock moved by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from app.callers import local_caller
from policy.durations import Duration
from service.views import Actor, ConversationView, NewConversation
from states.errors import HandrailError
from states.vocabulary import Event, Role

if TYPE_CHECKING:
    from service.system import System
    from states.clock import StagedClock

SCRIPTS = Path(__file__).with_name("demo.yaml")
TICK = timedelta(minutes=5)
"""How often clocks are looked at while nobody does anything."""
_BESIDE = frozenset({"role", "text", "steps"})
"""What stands beside an act and is none of its data."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happens in one conversation."""

    at: datetime
    conversation: str
    does: Mapping[str, Any]


def moments(opening: datetime) -> list[Moment]:
    """Everything that happens before the opening, in the order of its time."""
    listed = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))
    return sorted((one for script in listed for one in _moments(script, opening)), key=lambda one: one.at)


def _moments(script: Mapping[str, Any], opening: datetime) -> Iterator[Moment]:
    at = opening - Duration(script["at"]).delta
    for step in script["steps"]:
        if "wait" in step:
            at += Duration(step["wait"]).delta
        else:
            yield Moment(at=at, conversation=script["id"], does=step)
            at += timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What came of it."""

    conversations: int = 0
    refused: tuple[str, ...] = ()
    """What did not fit the policy in force, and why: it was left out."""


def seed(system: System, clock: StagedClock, opening: datetime) -> Seeded:
    """Lives it all; nothing where there are conversations already: what is real is not mixed with it."""
    channel = local_caller(Role.CUSTOMER, system.door.policy)
    if system.door.conversations(local_caller(Role.AUDITOR, system.door.policy), 1):
        return Seeded()
    begun: set[str] = set()
    refused: list[str] = []
    for one in moments(opening):
        _pass(system, clock, one.at)
        if one.conversation not in begun:
            begun.add(one.conversation)
            customer = f"cus-{one.conversation.partition('-')[2]}"
            system.door.open(channel, NewConversation(id=one.conversation, customer=customer))
        try:
            _do(system, channel, one)
        except HandrailError as error:
            refused.append(f"{one.conversation}: {error}")
    _pass(system, clock, opening)
    return Seeded(conversations=len(begun), refused=tuple(refused))


def _pass(system: System, clock: StagedClock, until: datetime) -> None:
    """Time passes, and the clocks that run out in it do what they do."""
    while clock.now() + TICK < until:
        clock.advance(TICK)
        system.fire_due()
    clock.set(until)
    system.fire_due()


def _do(system: System, channel: Actor, one: Moment) -> None:
    door, does = system.door, dict(one.does)
    if "say" in does:
        door.post(channel, one.conversation, str(does["say"]))
        return
    name = next(iter(does))
    actor = Actor(id=str(does.pop(name)), role=Role(does.get("role", Role.FRONTLINE_AGENT)))
    view = door.view(actor, one.conversation)
    data = {key: value for key, value in does.items() if key not in _BESIDE} | _asked(Event(name), view)
    if does.get("steps") == "all":
        for step in _required(view):
            door.act(actor, one.conversation, Event.STEP_DONE, data={"step": step})
    newest = max((message.seq for message in view.messages), default=0)
    door.act(actor, one.conversation, Event(name), text=str(does.get("text", "")), data=data, seen=newest)


def _asked(event: Event, view: ConversationView) -> dict[str, Any]:
    """The hash of what waits for a second person, for whoever decides it."""
    decides = event in (Event.EXCEPTION_APPROVED, Event.EXCEPTION_DENIED)
    return {"request_hash": str((view.consent or {}).get("hash", ""))} if decides else {}


def _required(view: ConversationView) -> Iterator[str]:
    """The steps of the playbook that a case is not resolved without."""
    playbook = view.handover.packet["action"]["playbook"] if view.handover is not None else None
    for step in (playbook or {}).get("steps", ()):
        if step.get("required"):
            yield str(step["id"])
