"""What a client of the chat completions API sends: read strictly where it matters, and what else it brings is left."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.models import Name
from conversation.intake import MAX_CHARS
from models.chat import LONGEST, LONGEST_NAME, MOST_CALLS

MOST_MESSAGES = 2000
MOST_TOOLS = 128

Option = Annotated[float, Field(ge=-100, le=100)] | None
Short = Annotated[str, Field(max_length=LONGEST_NAME)]


class Loose(BaseModel):
    """A part of the request; fields that nothing here reads are left out of account, as the API's clients expect."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FunctionBody(Loose):
    """Which function a tool call is of."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    arguments: Annotated[str, Field(max_length=LONGEST)] = "{}"


class CallBody(Loose):
    """A tool call of an earlier answer."""

    id: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    type: Literal["function"] = "function"
    function: FunctionBody


class ChatMessage(Loose):
    """One message of the client's history. Only the customer's newest words and what comes after them are read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: (
        Annotated[str, Field(max_length=MAX_CHARS)] | Annotated[list[dict[str, Any]], Field(max_length=100)] | None
    ) = None
    tool_calls: Annotated[list[CallBody], Field(max_length=MOST_CALLS)] | None = None
    tool_call_id: Short | None = None


class StreamOptions(Loose):
    """What a stream tells besides."""

    include_usage: bool = False


class ChatBody(Loose):
    """A request for a chat completion."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "support", "messages": [{"role": "user", "content": "How long does delivery take?"}]}
            ]
        }
    )
    model: Annotated[str, Field(max_length=200)] = ""
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = Field(default=None, description="one answer, for one is said")
    user: Annotated[str, Field(max_length=1000)] | None = Field(
        default=None, description="who the customer is; with no other key, also which conversation it is"
    )
    metadata: Annotated[dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]],
                        Field(max_length=16)] | None = Field(
        default=None, description="`conversation`: the id of the conversation"
    )  # fmt: skip
    tools: Annotated[list[dict[str, Any]], Field(max_length=MOST_TOOLS)] | None = None
    tool_choice: Short | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    temperature: Option = None
    top_p: Option = None
    presence_penalty: Option = None
    frequency_penalty: Option = None
    max_tokens: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    stop: Short | Annotated[list[Short], Field(max_length=4)] | None = None
    reasoning_effort: Annotated[str, Field(max_length=40)] | None = None

    def options(self) -> dict[str, Any]:
        """What goes on to the model as it came."""
        found = self.model_dump(include=set(_PASSED_ON), exclude_none=True)
        return {**found, "model": self.model} if self.model else found

    @property
    def conversation(self) -> Name | None:
        """The id that the client gives the conversation in `metadata`."""
        return (self.metadata or {}).get("conversation")


_PASSED_ON = (
    "tools", "tool_choice", "parallel_tool_calls", "temperature", "top_p", "presence_penalty", "frequency_penalty",
    "max_tokens", "max_completion_tokens", "seed", "stop", "reasoning_effort",
)  # fmt: skip
