"""What LangGraph's server may be given for one run, and how it is told what is wrong with it.

The server hides the words of errors that are not Python's own; `Unusable` and `RefusedHere` are both ours and a
`ValueError`, so that whoever stands at Studio reads what to do.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from states.errors import BadInput, Refused
from states.vocabulary import Event, Role

EXAMPLES = (
    '{"inbound": {"kind": "message", "text": "..."}} or '
    '{"inbound": {"kind": "act", "event": "claimed", "role": "frontline_agent", "actor": "anna"}}'
)
MAX_CHARS = 100_000


class Unusable(BadInput, ValueError):
    """The input of a run lacks something, or has something that nobody reads."""


class RefusedHere(Refused, ValueError):
    """The machine refuses the act; the thread stands where it stood."""


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageGiven(_Given):
    """What a customer writes."""

    kind: Literal["message"] = "message"
    text: Annotated[str, Field(max_length=MAX_CHARS, pattern=r"\S")]


class ActGiven(_Given):
    """What a person does."""

    kind: Literal["act"]
    event: Event
    role: Role
    actor: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=MAX_CHARS)] = ""


_GIVEN: TypeAdapter[MessageGiven | ActGiven] = TypeAdapter(
    Annotated[MessageGiven | ActGiven, Field(discriminator="kind")]
)


def read_given(inbound: Any) -> MessageGiven | ActGiven:
    """The input of one run; Unusable names each field that is wrong, and what a usable one looks like."""
    if isinstance(inbound, dict) and "kind" not in inbound:
        inbound = {"kind": "message", **inbound}
    try:
        return _GIVEN.validate_python(inbound)
    except ValidationError as error:
        raise Unusable(f"inbound: {'; '.join(map(_say, error.errors()))}; send {EXAMPLES}") from None


def _say(problem: Any) -> str:
    """One problem without the value, which may be a customer's."""
    where = ".".join(str(part) for part in problem["loc"][1:])
    wrong = "says nothing" if problem["type"] == "string_pattern_mismatch" else problem["msg"]
    return f"{where} {wrong}".strip()
