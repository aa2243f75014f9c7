"""The bodies of the HTTP API: what may come in, checked before it reaches the door, and the examples in OpenAPI."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from conversation.intake import MAX_CHARS
from conversation.intake import MAX_NAME as MAX_LABEL
from states.vocabulary import Event

MAX_DATA = 100
"""Entries in one table of extra data."""
BIGGEST = 2**63
"""Whole numbers are smaller: they fit a row and a condition."""
MAX_TEXT = 100_000
"""Characters of what a person writes at the desk, and of one text in a table of extra data."""


def _readable(text: str) -> str:
    """Text that every part of the system can store; ValueError names the character that it cannot."""
    if "\x00" in text:
        raise ValueError("contains a NUL character; remove it")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("contains half a surrogate pair; send valid Unicode")
    return text


def _plain(value: Any, depth: int = 0) -> Any:
    """JSON data that can be stored: readable texts, finite numbers, not nested deeply."""
    if depth > 8:
        raise ValueError("is nested too deeply; 8 levels are read")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ValueError(f"contains a text of {len(value)} characters; {MAX_TEXT} are read")
        return _readable(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("contains a number that JSON does not have; send a finite one")
    if isinstance(value, int) and abs(value) >= BIGGEST:
        raise ValueError("contains a number out of bounds; send one between -2**63 and 2**63")
    if isinstance(value, dict | list):
        if len(value) > MAX_DATA:
            raise ValueError(f"has {len(value)} entries; {MAX_DATA} are read")
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _plain(item, depth + 1)
    return value


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_readable)]
Said = Annotated[str, Field(json_schema_extra={"maxLength": MAX_CHARS}), AfterValidator(_readable)]
"""What a customer writes; what is longer is refused by the door, as too large (413)."""
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/?#]+$"), AfterValidator(_readable)]
"""An id or name: printable, without the characters that a URL gives a meaning to."""
Names = Annotated[tuple[Name, ...], Field(max_length=50)]
Data = Annotated[dict[str, Any], AfterValidator(_plain)]
_BOUNDS = {"exclusiveMinimum": -BIGGEST, "exclusiveMaximum": BIGGEST}
_SCALAR = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "integer", **_BOUNDS},
        {"type": "number", **_BOUNDS},
        {"type": "string", "maxLength": MAX_LABEL},
    ]
}
# Written by hand: with the bounds in the types, a whole number beyond them would pass as a float.
Scalars = Annotated[
    dict[str, bool | int | float | str],
    AfterValidator(_plain),
    WithJsonSchema({"type": "object", "additionalProperties": _SCALAR, "maxProperties": MAX_DATA}),
]


class Body(BaseModel):
    """Base of all bodies: an unknown field is an error instead of a silent typo."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenBody(Body):
    """A new conversation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"channel": "web", "customer": "C-1042", "facts": {"customer.tier": "gold"}}, {}]
        }
    )
    id: Name | None = Field(default=None, description="chosen by the caller; made by Handrail if absent")
    channel: Name = "api"
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = Field(
        default=None, description="ISO 639-1; detected with each message if absent"
    )
    customer: Annotated[str, Field(max_length=200), AfterValidator(_readable)] = Field(
        default="", description="the channel's own reference; never a name or an e-mail address"
    )
    follows: Name | None = Field(
        default=None, description="a conversation of the same channel and customer that this one goes on from"
    )
    facts: Scalars = Field(default={}, description="values of the documented customer.* and channel.* facts")


class AttachmentBody(Body):
    """A file that came with a message; the channel keeps the file and says where it is."""

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_readable)]
    media_type: Annotated[str, Field(max_length=200), AfterValidator(_readable)] = ""
    size: Annotated[int, Field(ge=0, lt=BIGGEST)] = Field(default=0, description="bytes; 0: unknown")
    ref: Annotated[str, Field(max_length=200), AfterValidator(_readable)] = Field(
        default="", description="the channel's own reference to the file; no link with a secret in it"
    )


class MessageBody(Body):
    """One customer message."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "web-7f3a", "text": "How long does delivery take?"}]}
    )
    id: Name | None = Field(default=None, description="the channel's id of the message; or use Idempotency-Key")
    text: Said
    attachments: Annotated[tuple[AttachmentBody, ...], Field(max_length=20)] = ()
    headers: Annotated[
        dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=2000)]], Field(max_length=100)
    ] = Field(default={}, description="headers of a mail; by them automatic replies and delivery reports are known")
    automatic: bool | None = Field(
        default=None, description="what the channel knows: true, a machine wrote it; false, a person did"
    )


class SurveyBody(Body):
    """The answer to the question how it went."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 5}, {"score": 1, "comment": "Still broken."}]})
    score: Annotated[int, Field(ge=1, le=5, strict=True)]
    comment: Said = Field(default="", description="words open the case again, as they would in a message")
    id: Name | None = Field(default=None, description="the channel's id of the answer; or use Idempotency-Key")


class ActBody(Body):
    """What a person does at the desk."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"event": "claimed"},
                {"event": "agent_replied", "text": "Good morning, I have read your case.", "id": "act-1"},
                {"event": "step_done", "data": {"step": "verify"}},
                {
                    "event": "packet_reviewed",
                    "data": {"fields": [{"field": "context.intent", "verdict": "edit", "value": "return a lamp"}]},
                },
                {
                    "event": "resolved",
                    "text": "Refund agreed and paid.",
                    "data": {"resolution": "refunded"},
                    "seen": 12,
                },
            ]
        }
    )
    event: Event
    text: Text = Field(default="", description="the reply, the outcome, or a note")
    data: Data = {}
    seen: Annotated[int, Field(ge=0, lt=BIGGEST)] | None = Field(
        default=None,
        description="the seq of the newest message that the person has seen; resolving and handing back need it",
    )
    id: Name | None = Field(default=None, description="the same act with the same id happens once")


class LiftBody(Body):
    """Why the original of a mask must be seen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The refund goes to this account."}]})
    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_readable)] = Field(
        description="is kept in the conversation's log with who asked; without what is masked"
    )


class PresenceBody(Body):
    """What somebody at the desk says of themselves; what is absent stays as it was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{}, {"teams": ["frontline"], "languages": ["de", "en"], "capacity": 3}, {"available": False}]
        }
    )
    teams: Names | None = Field(default=None, description="teams the person works for; empty: all")
    skills: Names | None = None
    languages: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...], Field(max_length=50)] | None = Field(
        default=None, description="ISO 639-1"
    )
    capacity: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="open cases the person takes at once"
    )
    available: bool | None = Field(default=None, description="false: at the desk, but takes no cases now")


class TemplateBody(Body):
    """A new version of a response template."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "refund.window", "language": "en", "text": "Dear {name}, case {reference} is closed."}]
        }
    )
    id: Name
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    text: Text


class ApprovalBody(Body):
    """Which words a second person has read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hash": "0" * 64}]})
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="the template's `hash`")]


class ErrorBody(BaseModel):
    """What every refusal looks like: a problem of RFC 9457 with members of ours. The gateway's have OpenAI's form."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:handrail:problem:illegal_event",
                    "title": "Conflict",
                    "status": 409,
                    "detail": "'agent_replied' cannot happen in state 'handed_off'; ...",
                    "error": "illegal_event",
                    "message": "'agent_replied' cannot happen in state 'handed_off'; ...",
                    "allowed": ["claimed", "escalated"],
                }
            ]
        }
    )
    type: str = Field(description="a URI that names the kind of refusal")
    title: str = Field(description="the phrase of the status")
    status: int
    detail: str = Field(description="the same as `message`")
    error: str = Field(description="the kind of refusal, one word of the error tree")
    message: str = Field(description="what is wrong and what to do")
    allowed: list[str] | None = Field(default=None, description="the events this caller may cause now")
