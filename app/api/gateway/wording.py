"""An answer as the chat completions API writes it: whole, or as server-sent events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from app.api.gateway.answering import Answer

_PIECE = re.compile(r".+?(?:[.!?…]+[\"'”’)\]]*\s+|\n+|\Z)", re.DOTALL)
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""Tokens are counted where they are spent: `GET /v1/usage`."""


def completion(answer: Answer, model: str, created: int) -> dict[str, Any]:
    """The whole answer."""
    calls = answer.tool_calls()
    message: dict[str, Any] = {"role": "assistant", "content": None if calls else answer.text, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": _end(answer), "logprobs": None}
    return {
        **_frame("chat.completion", answer, model, created),
        "choices": [choice],
        "usage": NO_USAGE,
        "handrail": answer.extension(),
    }


def events(answer: Answer, model: str, created: int, *, usage: bool = False) -> Iterator[bytes]:
    """The same as events, a sentence each. All of it has been decided and screened before the first goes out."""
    frame = _frame("chat.completion.chunk", answer, model, created)

    def event(delta: dict[str, Any], end: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
        return _event({**frame, "choices": [choice], **more})

    yield event({"role": "assistant", "content": ""}, handrail=answer.extension())
    for number, call in enumerate(answer.tool_calls()):
        yield event({"tool_calls": [{"index": number, **call}]})
    if not answer.turn.asks:
        yield from (event({"content": one}) for one in _PIECE.findall(answer.text))
    yield event({}, _end(answer))
    if usage:
        yield _event({**frame, "choices": [], "usage": NO_USAGE})
    yield b"data: [DONE]\n\n"


def _frame(kind: str, answer: Answer, model: str, created: int) -> dict[str, Any]:
    return {"id": f"chatcmpl-{answer.turn.message_id}", "object": kind, "created": created, "model": model}


def _end(answer: Answer) -> str:
    return "tool_calls" if answer.turn.asks else "stop"


def _event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=True)}\n\n".encode()
