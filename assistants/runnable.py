"""Any LangChain Runnable, named by import path, as an assistant.

The chain keeps its answers; whether they are trusted is decided here, against the articles."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from importlib import import_module
from typing import Any, Protocol, cast

from pydantic import BaseModel, ConfigDict, Field

from assistants.believed import believed
from assistants.knowledge_base import KnowledgeBase
from assistants.port import Changed, Draft, Question
from models.deadline import within
from models.port import guarded
from states.errors import SettingsError


class RunnableLike(Protocol):
    """What is used of a Runnable."""

    def invoke(self, input: dict[str, Any]) -> Any:
        """Answers {"question", "language", "guarded", "history": [{"role", "text"}], "after_person"}."""
        ...


class ToolChange(BaseModel):
    """What a tool of the chain changed in another system."""

    model_config = ConfigDict(extra="ignore")
    tool: str
    result: str = ""


class RunnableReply(BaseModel):
    """What a chain may return as a mapping; a bare text or a message with `content` counts as `text` alone."""

    model_config = ConfigDict(extra="ignore")
    text: str
    confidence: float = Field(default=1.0, ge=0, le=1)
    wants_person: bool = False
    intent: str = ""
    changed: list[ToolChange] = []


class RunnableAssistant:
    """An `Assistant` over a Runnable: its text is believed as far as the articles support it.

    A chain that states a confidence can only lower ours. Its deadline is enforced from outside.
    """

    def __init__(self, runnable: RunnableLike, knowledge: KnowledgeBase, *, name: str = "runnable") -> None:
        self._runnable = runnable
        self._knowledge = knowledge
        self._name = name

    @property
    def instant(self) -> bool:
        """It waits for somebody else."""
        return False

    def draft(self, question: Question) -> Draft:
        """The chain's answer with the passages that support it; every failure is a DependencyFault."""
        call = partial(self._runnable.invoke, _input(question))
        reply = guarded(self._name, lambda: _reply(within(question.deadline_s, call, self._name)), RunnableReply)
        return believed(
            reply.text,
            question,
            self._knowledge,
            name=self._name,
            stated=reply.confidence,
            wants_person=reply.wants_person,
            intent=reply.intent,
            changed=tuple(Changed(tool=one.tool, result=one.result) for one in reply.changed),
        )

    def ping(self) -> str:
        """Names the chain and the articles; the chain is not called."""
        return f"{self._name} over {self._knowledge.ping()}"


def load_runnable(path: str) -> RunnableLike:
    """The object at `package.module:name`; SettingsError if it cannot be imported or has no `invoke`."""
    module, colon, name = path.partition(":")
    if not (module and colon and name):
        raise SettingsError(f"assistant {path!r} is no import path; write package.module:name")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # safety boundary: importing runs a stranger's code; it stops the start, not a turn
        where = f"is it installed, or its folder on PYTHONPATH ({sys.path[0]!r})?"
        raise SettingsError(f"assistant {path!r} cannot be imported: {error!r}; {where}") from error
    if not callable(getattr(found, "invoke", None)):
        raise SettingsError(f"assistant {path!r} has no invoke(); name a LangChain Runnable")
    return cast(RunnableLike, found)


def _input(question: Question) -> dict[str, Any]:
    return {
        "question": question.text,
        "language": question.language,
        "guarded": question.guarded,
        "history": [{"role": turn.role, "text": turn.text} for turn in question.window],
        "after_person": asdict(question.after_person) if question.after_person else None,
    }


def _reply(output: object) -> Mapping[str, Any]:
    """A text, a message or a mapping as the fields of a RunnableReply; anything else fails its validation."""
    if isinstance(output, Mapping):
        return output
    return {"text": output if isinstance(output, str) else getattr(output, "content", output)}
