"""The assistant behind the gateway: any OpenAI-compatible endpoint that answers by its own lights.

It is asked with the program's instructions and the conversation as the rows have it; what it answers is believed as far
as the articles, or what its tools told, support it. Its tools are run by the program, never here.
"""

from __future__ import annotations

from typing import Any

from assistants.believed import believed
from assistants.knowledge_base import KnowledgeBase
from assistants.openai_compatible import window
from assistants.port import Assistant, Changed, Draft, Question
from assistants.request import Request, ToolCall, ToolRun
from models.chat import ChatEndpoint, Completion
from states.errors import DependencyFault

CHANNEL = "gateway"
"""The channel of conversations that the gateway opens."""
MOST_ROUNDS = 8
"""Times that tools may be asked for before one message is answered."""


class UpstreamAssistant:
    """An `Assistant` over a chat endpoint.

    `tools`: the names it may ask for, of those that the program offers; None: all of them. Tools are asked for while
    the assistant may speak freely only: in `guarded`, or without a program that could run them, it is a fault.
    """

    def __init__(
        self,
        endpoint: ChatEndpoint,
        knowledge: KnowledgeBase,
        *,
        model: str = "",
        tools: tuple[str, ...] | None = None,
        deadline_s: float | None = None,
    ) -> None:
        self._endpoint, self._knowledge, self._model = endpoint, knowledge, model
        self._tools, self._deadline_s = tools, deadline_s

    @property
    def instant(self) -> bool:
        """It waits for somebody else."""
        return False

    def draft(self, question: Question) -> Draft:
        """The endpoint's answer, or the tools that it asks for; every failure is a DependencyFault."""
        request = question.request
        if request is None:
            raise DependencyFault("abandoned", "nobody waits for the answer any more, and its tools were not run")
        if len(request.rounds) > MOST_ROUNDS:
            raise DependencyFault("tool_rounds", f"the upstream asked for tools more than {MOST_ROUNDS} times")
        wait = min(question.deadline_s, self._deadline_s or question.deadline_s)
        completion = self._endpoint.complete(self._body(question, request), wait)
        name = self._model or completion.model[:80] or "upstream"
        if completion.calls:
            asks = tuple(self._allowed(completion, question, request))
            return Draft(text="", confidence=0.0, model=name, asks=asks)
        return believed(
            completion.text,
            question,
            self._knowledge,
            name=name,
            told=[run.result for run in request.runs],
            changed=tuple(Changed(tool=run.call.name, result=run.result) for run in request.runs),
        )

    def ping(self) -> str:
        """Names the upstream's model and the articles; the endpoint is not called, for a call may cost money."""
        return f"upstream {self._model or '(the model that is asked for)'} over {self._knowledge.ping()}"

    def _body(self, question: Question, request: Request) -> dict[str, Any]:
        said = [{"role": role, "content": text} for role, text in window(question)]
        system = [{"role": "system", "content": text} for text in request.instructions]
        asked = [*system, *said, {"role": "user", "content": question.text}]
        for runs in request.rounds:
            asked += _round(runs)
        options = {**request.options, **({"model": self._model} if self._model else {})}
        return {**options, "messages": asked, "stream": False}

    def _allowed(self, completion: Completion, question: Question, request: Request) -> list[ToolCall]:
        """The calls, if each may be made. DependencyFault otherwise: what was wanted is a person's to do."""
        offered = {one.get("function", {}).get("name") for one in request.options.get("tools", ())}
        for call in completion.calls:
            if question.guarded or call.name not in offered or not (self._tools is None or call.name in self._tools):
                raise DependencyFault("tool_refused", "the upstream asked for a tool that it may not use here")
        return [ToolCall(id=one.id, name=one.name, arguments=one.arguments) for one in completion.calls]


class Routed:
    """An `Assistant` that is two: the upstream for what came through the gateway, our own for everything else."""

    def __init__(self, own: Assistant, upstream: Assistant) -> None:
        self._own, self._upstream = own, upstream

    @property
    def instant(self) -> bool:
        """One of them waits."""
        return False

    def draft(self, question: Question) -> Draft:
        """The draft of whoever the message is for."""
        through = question.channel == CHANNEL or (question.request is not None and question.request.gateway)
        return (self._upstream if through else self._own).draft(question)

    def ping(self) -> str:
        """Both; DependencyFault of the first that is not ready."""
        return f"{self._own.ping()}; {self._upstream.ping()}"


def _round(runs: tuple[ToolRun, ...]) -> list[dict[str, Any]]:
    """The tools of one answer, as the API writes them: what was asked for, then each result."""
    calls = [
        {"id": one.call.id, "type": "function", "function": {"name": one.call.name, "arguments": one.call.arguments}}
        for one in runs
    ]
    results = [{"role": "tool", "tool_call_id": one.call.id, "content": one.result} for one in runs]
    return [{"role": "assistant", "content": None, "tool_calls": calls}, *results]
