"""Rooms of the page over a real house, and short words for what tests do in them."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import gradio as gr

from assistants.port import Draft
from states.vocabulary import Event, Role
from tests.house import House
from ui.audit_room import AuditRoom
from ui.conversation import ConversationRoom
from ui.desk import DeskRoom
from ui.oversight import OversightRoom
from ui.seen import Seen

Made = TypeVar("Made")
Room = TypeVar("Room", ConversationRoom, DeskRoom, OversightRoom, AuditRoom)
ANSWER = Draft(text="Two to four working days.", confidence=0.95, verbatim=True, intent="delivery", model="scripted")
VISITOR = cast(gr.Request, SimpleNamespace(session_hash="abcdef123", username=None))
_NUMBERS = itertools.count(1)
PERSON = "Can I speak to a real person?"
AGENT = Role.FRONTLINE_AGENT.value


def in_a_loop(make: Callable[[], Made]) -> Made:
    """Makes something inside a running event loop: outside one, Gradio opens loops that it never closes."""

    async def run() -> Made:
        return make()

    return asyncio.run(run())


def drawn(room: Room) -> Room:
    """The room with its components on a page of its own."""

    def draw() -> Room:
        with gr.Blocks(analytics_enabled=False):
            room.draw()
            room.wire()
        return room

    return in_a_loop(draw)


def message(text: str, mine: str = "cnv_mine", message_id: str | None = None) -> gr.EventData:
    """A message as the browser sends it, with an id of its own."""
    return gr.EventData(None, {"id": message_id or f"msg_{next(_NUMBERS)}", "conversation": mine, "text": text})


def say(room: ConversationRoom, text: str, mine: str = "cnv_mine", who: gr.Request = VISITOR) -> dict[Any, Any]:
    """What the page shows after a message."""
    return {name: value for updates in room.say(who, message(text, mine)) for name, value in updates.items()}


def reply(
    desk: DeskRoom, seen: str, text: str, case: str = "", who: tuple[str, str] = ("anna", AGENT)
) -> dict[Any, Any]:
    """What the desk shows after words of the agent's own, for the case that is seen unless another is given."""
    return desk.reply(seen, "anna", AGENT, VISITOR, message(text, case or Seen.of(seen).conversation))


def told(room: ConversationRoom | DeskRoom, shown: dict[Any, Any]) -> dict[str, Any]:
    """What the browser hears of the message it has sent."""
    ear = room.case.said if isinstance(room, DeskRoom) else room.said
    heard: dict[str, Any] = json.loads(shown[ear])
    return heard


def visitor(login: str | None) -> gr.Request:
    """A request of somebody who has logged in by that name."""
    return cast(gr.Request, SimpleNamespace(session_hash="abcdef123", username=login))


def picked(what: str) -> gr.EventData:
    """A click on something that says what it is."""
    return cast(gr.EventData, SimpleNamespace(pick=what))


def handed_over(house: House) -> str:
    """A conversation that waits for a person."""
    conversation_id = house.open()
    house.say(conversation_id, PERSON)
    return conversation_id


def pick(desk: DeskRoom, conversation_id: str) -> dict[Any, Any]:
    """What the desk shows after a click on a line of the queue."""
    return desk.pick("", "anna", AGENT, VISITOR, picked(conversation_id))


def turned_to(desk: DeskRoom, conversation_id: str, role: str = AGENT) -> dict[Any, Any]:
    """What the desk shows of a case that somebody of this role opens."""
    return desk.open(conversation_id, (VISITOR, "anna", role))


def look(desk: DeskRoom, seen: str) -> dict[Any, Any]:
    """What is new at the desk."""
    return desk.poll(seen, "anna", AGENT, VISITOR)


def press(desk: DeskRoom, event: Event, seen: str, **typed: Any) -> dict[Any, Any]:
    """What the desk shows after a button."""
    who = [typed.pop("agent", "anna"), typed.pop("role", AGENT)]
    fields = {"note": "", "method": "attestation", "proof": "", "resolution": None, "template": None}
    fields |= {"name": "", "date": "", "amount": ""} | typed
    return desk.press(event)(seen, *who, VISITOR, *fields.values())


def click(desk: DeskRoom, what: Callable[..., dict[Any, Any]], seen: str, pick: str) -> dict[Any, Any]:
    """What the desk shows after a click on something that it draws itself."""
    return what(seen, "anna", AGENT, VISITOR, picked(pick))


def claimed(desk: DeskRoom, conversation_id: str) -> str:
    """What is seen of a case that anna has claimed."""
    return str(press(desk, Event.CLAIMED, pick(desk, conversation_id)[desk.seen])[desk.seen])
