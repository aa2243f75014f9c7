"""What a program that asks through the gateway brings for its assistant, beside the customer's message.

It travels with the message through its turn and is kept nowhere: what the assistant says is judged by the rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A tool that the assistant wants the program to run before it answers."""

    id: str
    name: str
    arguments: str
    """A JSON object, as the assistant wrote it."""

    @property
    def mark(self) -> str:
        """Stands for the call where two are compared: its name and a checksum, however its JSON is written."""
        try:
            arguments = json.dumps(json.loads(self.arguments), sort_keys=True)
        except (ValueError, RecursionError):
            arguments = self.arguments
        told = json.dumps([self.id, self.name, arguments])
        return f"{self.name} {sha256(told.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, kw_only=True)
class ToolRun:
    """A tool that the program has run for this message."""

    call: ToolCall
    result: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """The program's part of one turn."""

    gateway: bool = False
    """It came through the gateway: the assistant behind it answers, whatever the conversation's channel is."""
    instructions: tuple[str, ...] = ()
    """The program's own system messages."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What it sets of the model: `tools`, `temperature`, ... as the API of the endpoint names them."""
    rounds: tuple[tuple[ToolRun, ...], ...] = ()
    """The tools that were run for this message already, those of one answer together, oldest first."""

    @property
    def runs(self) -> tuple[ToolRun, ...]:
        """Every tool that was run."""
        return tuple(run for one in self.rounds for run in one)
