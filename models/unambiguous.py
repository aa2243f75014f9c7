"""JSON that has one reading only: what a model wrote is taken as a whole and once, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

_FENCE = re.compile(r"\A```(?:json)?\s(.*)```\Z", re.DOTALL)


class Ambiguous(ValueError):
    """A JSON text that two readers may read differently."""


def unambiguous(text: str | bytes) -> Any:
    """The value of a JSON text; JSONDecodeError if it is none or not all of one, RecursionError if nested too deep.

    Ambiguous if an object has one key twice: parsers keep the later one, so that of two verdicts the first is lost
    (RFC 8259, 4, leaves open which).
    """
    return json.loads(text, object_pairs_hook=_once)


def unfenced(text: str) -> str:
    """The text without a Markdown fence around the whole of it, which local models write."""
    return _FENCE.sub(r"\1", text.strip())


def check_calls(body: bytes) -> None:
    """Ambiguous if a chat completion has one key twice, also in the arguments of a tool call, or calls twice.

    The client hands those arguments on parsed. A body that is no completion passes: its reader says what is wrong.
    """
    whole: Any = None
    with suppress(json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        whole = unambiguous(body)
    for calls in _calls(whole):
        if len(calls) > 1:
            raise Ambiguous("a form is filled in twice")
        for call in calls:
            function = call.get("function") if isinstance(call, dict) else None
            arguments = function.get("arguments") if isinstance(function, dict) else None
            if isinstance(arguments, str):
                with suppress(json.JSONDecodeError, RecursionError):
                    unambiguous(arguments)


def _calls(whole: Any) -> Iterator[list[Any]]:
    choices = whole.get("choices") if isinstance(whole, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        message = choice.get("message") if isinstance(choice, dict) else None
        calls = message.get("tool_calls") if isinstance(message, dict) else None
        if isinstance(calls, list):
            yield calls


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Ambiguous("a key stands twice in one object")
    return found
