"""A chat request taken through its turns, and what its answer says: in the API's words, with ours beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app.api.gateway.reading import Asked, Turn
from assistants.upstream import CHANNEL
from service.views import Actor, MessageView, NewConversation, TurnResult
from states.errors import BadInput
from states.table import ANSWERING

if TYPE_CHECKING:
    from assistants.request import Request
    from service.door import Handrail


@dataclass(frozen=True, kw_only=True)
class Key:
    """Which conversation, and which turn, as the client says."""

    conversation: str | None = None
    """The id of the conversation."""
    user: str | None = None
    """Who the customer is; without an id also which conversation it is."""
    turn: str | None = None
    """Under which id the newest message happens once; None: it is known by its words."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of the newest message."""

    turn: TurnResult
    said: tuple[MessageView, ...]
    """All that is said to the customer now: what they have not heard yet, and the replies."""

    @property
    def text(self) -> str:
        """The words in one piece; empty where a person will write."""
        return "\n\n".join(one.text for one in self.said)

    @property
    def owner(self) -> str:
        """Who answers the customer now. A person is told of only once one has claimed the conversation."""
        if self.turn.state in ANSWERING:
            return "assistant"
        return "person" if self.turn.owned else "nobody"

    def headers(self) -> dict[str, str]:
        """What a client reads without reading the body."""
        return {
            "Handrail-Conversation": self.turn.conversation_id,
            "Handrail-Message": self.turn.message_id,
            "Handrail-State": self.turn.state.value,
            "Handrail-Owner": self.owner,
        }

    def extension(self) -> dict[str, Any]:
        """The field `handrail` of an answer."""
        return {
            "conversation": self.turn.conversation_id,
            "message": self.turn.message_id,
            "state": self.turn.state.value,
            "owner": self.owner,
            "event": self.turn.decision.get("event"),
            "repeated": self.turn.repeated,
            "messages": [{"id": one.id, "author": one.author, "text": one.text} for one in self.said],
            "citations": [dict(cited) for one in self.said for cited in one.citations],
        }

    def tool_calls(self) -> list[dict[str, Any]]:
        """The tools that the client must run, as the API writes them."""
        return [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments}}
            for one in self.turn.asks
        ]


def take(door: Handrail, caller: Actor, asked: Asked, key: Key) -> Answer:
    """Every turn of the request, one after the other; the answer is that of the newest."""
    conversation_id = _conversation(door, caller, asked, key)
    earlier, newest = asked.turns[:-1], asked.turns[-1]
    said: list[MessageView] = []
    # Tools belong to the newest words: what was asked before is answered without, or goes to a person.
    without = {name: value for name, value in asked.request.options.items() if not name.startswith(("tool", "parall"))}
    plain = replace(asked.request, options=without, rounds=())
    for one in earlier:
        turn = _post(door, caller, conversation_id, one, plain, _id(door, caller, conversation_id, one, alone=False))
        said += () if turn.repeated else _heard(door, caller, turn)
    alone = newest.first and not asked.goes_on
    name = key.turn or _id(door, caller, conversation_id, newest, alone=alone)
    turn = _post(door, caller, conversation_id, newest, asked.request, name)
    if turn.asks:
        return Answer(turn=turn, said=())
    said += _heard(door, caller, turn)
    known = {one.id: one for one in said}
    return Answer(turn=turn, said=tuple(known.values()))


def _post(
    door: Handrail, caller: Actor, conversation_id: str, turn: Turn, request: Request, message_id: str
) -> TurnResult:
    return door.post(
        caller, conversation_id, turn.text, message_id=message_id, attachments=turn.files, request=request
    )  # fmt: skip


def _heard(door: Handrail, caller: Actor, turn: TurnResult) -> Iterator[MessageView]:
    """What the customer hears with this turn: what a person or a clock has said since the last, and the replies."""
    yield from door.said_before(caller, turn.conversation_id, turn.message_id)
    yield from turn.replies


def _id(door: Handrail, caller: Actor, conversation_id: str, turn: Turn, *, alone: bool) -> str:
    return door.id_of_turn(caller, conversation_id, turn.name, first=turn.first, alone=alone)


def _conversation(door: Handrail, caller: Actor, asked: Asked, key: Key) -> str:
    """The conversation of the request, begun if it is new. BadInput where nobody can tell which one it goes on from."""
    name = key.conversation or (_of_user(caller, key.user) if key.user else None)
    if name is None and asked.goes_on:
        raise BadInput(
            "the messages go on from an earlier answer, and nothing says which conversation it was; send the header "
            "Handrail-Conversation with the id that came with that answer, metadata.conversation, or user"
        )
    customer = key.user if key.user is not None and len(key.user) <= 200 and key.user.isprintable() else ""
    return door.begin(caller, NewConversation(id=name, channel=CHANNEL, customer=customer))


def _of_user(caller: Actor, user: str) -> str:
    """The conversation of a customer whom one channel knows by this name: no other channel meets it."""
    return f"user_{sha256(json.dumps([caller.id, user]).encode()).hexdigest()[:40]}"
