"""What of a chat request is the customer's: the words after the last answer. The rest of the history is not believed.

A client may say that the assistant said anything; what it said stands in the rows, and the rows go to the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.api.gateway.body import CallBody, ChatBody, ChatMessage
from assistants.request import Request, ToolCall, ToolRun
from handover.packet.attachment import Attachment
from states.errors import BadInput

MOST_TURNS = 20
"""Messages of the customer that may wait for one answer."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of the customer that is new, or that is asked about again."""

    text: str
    files: tuple[Attachment, ...]
    """Parts of it that are no text: nobody reads them here, so that they are never answered as if they were read."""
    name: str
    """Stands for these words after all that the client says came before them."""
    first: bool
    """Nothing came before them."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it is understood."""

    turns: tuple[Turn, ...]
    """The messages since the last answer, oldest first, at least one."""
    request: Request
    goes_on: bool
    """The client speaks of an answer that it has had before."""


def read(body: ChatBody) -> Asked:
    """The request. BadInput names what is missing: the newest words must be the customer's, or results of tools."""
    spoken = [one for one in body.messages if one.role not in ("system", "developer")]
    last = max((number for number, one in enumerate(spoken) if one.role == "user"), default=None)
    if last is None:
        raise BadInput("messages: there is none with the role user; the customer's words are what is answered")
    begin = last
    while begin > 0 and spoken[begin - 1].role == "user":
        begin -= 1
    if last - begin >= MOST_TURNS:
        raise BadInput(f"messages: more than {MOST_TURNS} of the customer's stand there without an answer between")
    turns = tuple(_turn(spoken, number) for number in range(begin, last + 1))
    instructions = tuple(_text(one) for one in body.messages if one.role in ("system", "developer"))
    request = Request(
        gateway=True, instructions=instructions, options=body.options(), rounds=tuple(_rounds(spoken[last + 1 :]))
    )
    return Asked(turns=turns, request=request, goes_on=begin > 0)


def _turn(spoken: Sequence[ChatMessage], number: int) -> Turn:
    said = spoken[number]
    before = [[one.role, _text(one)] for one in spoken[: number + 1] if one.role in ("user", "assistant")]
    told = json.dumps([*before, [one.name for one in _files(said)]])
    name = f"gw_{sha256(told.encode()).hexdigest()[:32]}"
    return Turn(text=_text(said), files=tuple(_files(said)), name=name, first=number == 0)


def _text(message: ChatMessage) -> str:
    """Its words; those of several parts are lines of one."""
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    texts = (one.get("text") for one in message.content if one.get("type") in ("text", "input_text"))
    return "\n".join(one for one in texts if isinstance(one, str))


def _files(message: ChatMessage) -> Iterator[Attachment]:
    parts = message.content if isinstance(message.content, list) else []
    for number, one in enumerate(parts, start=1):
        kind = one.get("type")
        if kind not in ("text", "input_text") or not isinstance(one.get("text"), str):
            yield Attachment(name=f"part {number}: {kind if isinstance(kind, str) else 'unknown'}"[:100], media_type="")


def _rounds(after: Sequence[ChatMessage]) -> Iterator[tuple[ToolRun, ...]]:
    """What tools told since the customer's newest message. BadInput for calls without results, and the reverse."""
    rest = list(after)
    while rest:
        asked = rest.pop(0)
        if asked.role != "assistant" or not asked.tool_calls:
            raise BadInput("messages: the last one must be the customer's, or the result of a tool")
        results: dict[str, str] = {}
        while rest and rest[0].role == "tool":
            told = rest.pop(0)
            results[told.tool_call_id or ""] = _text(told)
        missing = [one.id for one in asked.tool_calls if one.id not in results]
        if missing or len(results) != len(asked.tool_calls):
            raise BadInput("messages: each tool call needs exactly one result under its id, directly after it")
        yield tuple(_run(one, results[one.id]) for one in asked.tool_calls)


def _run(call: CallBody, result: str) -> ToolRun:
    asked = ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
    return ToolRun(call=asked, result=result)
