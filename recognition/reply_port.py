"""The port to what reads an assistant's reply before it goes out, and a scripted implementation for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

REASONS = (
    "abuse", "commitment", "discrimination", "financial_advice", "legal_advice", "medical_advice", "personal_data",
    "phantom_handover", "prompt_leak", "secret_request", "unsafe_instruction", "unsupported_claim",
)  # fmt: skip
"""Why a reply must not be said, in the order of the arrays."""


@dataclass(frozen=True, kw_only=True)
class ReadReply:
    """What one reply was read as."""

    score: float
    """0 to 1: how surely it must not be said."""
    blocked: bool
    """The score reaches the threshold that was set on authors who were not trained on."""
    reasons: tuple[str, ...] = ()
    """Of a blocked reply, at least one of `REASONS`, the likeliest first."""


class ReplyReader(Protocol):
    """Reads an assistant's reply before it goes out. Free of effects, deterministic, safe to share between threads.

    It raises DependencyFault and nothing else; the caller then holds the reply back.
    """

    fingerprint: str
    """Names what judged, for the record."""

    def read(self, reply: str) -> ReadReply:
        """What the reply is read as."""
        ...


class ScriptedReplies:
    """A `ReplyReader` that blocks what it was told to, words → reason; or `fault` is raised."""

    fingerprint = "scripted"

    def __init__(self, words: Mapping[str, str] | None = None, *, fault: Exception | None = None) -> None:
        self.replies: list[str] = []
        self._words, self._fault = words or {}, fault

    def read(self, reply: str) -> ReadReply:
        """The scripted verdict."""
        self.replies.append(reply)
        if self._fault is not None:
            raise self._fault
        found = tuple(dict.fromkeys(reason for word, reason in self._words.items() if word.lower() in reply.lower()))
        return ReadReply(score=float(bool(found)), blocked=bool(found), reasons=found)
