"""Fields of the packet as lines that an agent can write, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from states.errors import BadInput

HINTS = {
    "context.customer.ref": "Who the customer is, as your systems call them.",
    "context.customer.tier": "One word.",
    "context.intent": "What the customer wants, in one line.",
    "context.summary": "One claim a line, with the numbers of its messages: The lamp came broken. [3, 5]",
    "context.steps_tried": "One step a line: what was done: what came of it [4]",
    "context.open_questions": "One question a line.",
    "context.entities": "One kind a line: order: 4711, 4712",
    "action.next_steps": "One step a line.",
}
"""Field → how it is written."""
_TURNS = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]\s*$")


def as_text(field: str, value: Any) -> str:
    """The value as lines."""
    write = _WRITERS.get(field)
    return "\n".join(write(value)) if write else str(value or "")


def from_text(field: str, text: str) -> Any:
    """The value that the lines mean. BadInput says which line cannot be read, and how it is written."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    read = _READERS.get(field)
    return read(field, lines) if read else " ".join(lines)


def _claims(value: Any) -> list[str]:
    return [f"{one['claim']} {_cited(one['turns'])}" for one in value]


def _steps(value: Any) -> list[str]:
    return [f"{one['action']}: {one['result']} {_cited([one['turn']])}" for one in value]


def _entities(value: Mapping[str, Any]) -> list[str]:
    return [f"{name}: {', '.join(found)}" for name, found in value.items()]


def _cited(turns: Any) -> str:
    return f"[{', '.join(map(str, turns))}]"


def _read_claims(field: str, lines: list[str]) -> list[dict[str, Any]]:
    found = (_split(field, line) for line in lines)
    return [{"claim": claim, "turns": turns} for claim, turns in found]


def _read_steps(field: str, lines: list[str]) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        said, turns = _split(field, line)
        action, result = _pair(field, said, line)
        found.append({"action": action, "result": result, "turn": turns[0]})
    return found


def _read_entities(field: str, lines: list[str]) -> dict[str, list[str]]:
    pairs = (_pair(field, line, line) for line in lines)
    return {name: [one.strip() for one in found.split(",") if one.strip()] for name, found in pairs}


def _split(field: str, line: str) -> tuple[str, list[int]]:
    found = _TURNS.search(line)
    said = line[: found.start()].strip() if found else ""
    if found is None or not said:
        raise BadInput(f"the line {line[:60]!r} has no message numbers or no words. {HINTS[field]}")
    return said, [int(one) for one in found.group(1).split(",")]


def _pair(field: str, said: str, line: str) -> tuple[str, str]:
    name, colon, rest = said.partition(":")
    if not colon or not name.strip() or not rest.strip():
        raise BadInput(f"the line {line[:60]!r} has no colon with words on both sides. {HINTS[field]}")
    return name.strip(), rest.strip()


_WRITERS: dict[str, Callable[[Any], list[str]]] = {
    "context.summary": _claims,
    "context.steps_tried": _steps,
    "context.entities": _entities,
    "context.open_questions": list,
    "action.next_steps": list,
}
_READERS: dict[str, Callable[[str, list[str]], Any]] = {
    "context.summary": _read_claims,
    "context.steps_tried": _read_steps,
    "context.entities": _read_entities,
    "context.open_questions": lambda field, lines: lines,
    "action.next_steps": lambda field, lines: lines,
}
