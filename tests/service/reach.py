"""What can be reached from an object: whether something that only reads holds, however deep, something that acts."""

from __future__ import annotations

import types
from typing import Any

ACTING = (
    "service.runtime", "service.door", "service.system", "service.acts", "service.messages", "service.outbox",
    "service.queue", "service.timers", "service.summaries", "service.originals", "service.models", "graph.decider",
    "store.work", "assistants", "models", "delivery", "desks", "encoder", "recognition",
)  # fmt: skip
"""Modules whose objects do something to a conversation, to another system, or ask somebody outside."""


def reached(begin: object) -> dict[str, object]:
    """Every object of ours that can be reached from one, by attributes, containers, closures and bound methods: one
    of each type."""
    found: dict[str, object] = {}
    waiting, seen = [begin], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, str | bytes | int | float | type | types.ModuleType | None):
            continue
        seen.add(id(one))
        module = type(one).__module__
        if module.partition(".")[0] in OURS:
            found[f"{module}.{type(one).__qualname__}"] = one
        waiting += _parts(one, module)
    return found


OURS = frozenset(
    {"app", "assistants", "audit", "conversation", "delivery", "desks", "encoder", "graph", "handover", "models",
     "policy", "recognition", "service", "states", "store", "tests", "triggers", "ui"}
)  # fmt: skip


def _parts(one: Any, module: str) -> list[object]:
    if isinstance(one, dict):
        return [*one.keys(), *one.values()]
    if isinstance(one, list | tuple | set | frozenset):
        return [*one]
    if isinstance(one, types.MethodType):
        return [one.__self__, one.__func__]
    if isinstance(one, types.FunctionType):
        return [cell.cell_contents for cell in one.__closure__ or ()]
    if module.partition(".")[0] not in OURS and module != "functools":
        return []  # Nothing of ours stands in Gradio's or SQLAlchemy's objects but what is wired: handlers.
    slots = [getattr(one, name, None) for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
    return [*getattr(one, "__dict__", {}).values(), *slots]


def acting(begin: object) -> set[str]:
    """Types of what can be reached that does something."""
    return {name for name in reached(begin) if name.startswith(ACTING)}
