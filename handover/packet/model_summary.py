"""The summary that a language model writes, of which only what the conversation supports is kept.

The extractive summary of `handover.packet.summary` stands wherever this one fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from handover.packet.case import CaseTurn
from handover.packet.schema import Claim
from handover.packet.summary import clip
from handover.packet.support import MAX_CHARS, Fault, fault_of
from handover.words.masking import safe_text
from models.port import Message, Model
from prompts.loader import load
from states.errors import DependencyFault

MAX_CLAIMS = 8
MAX_TURNS = 60
"""Newest messages that the model is shown."""
TURN_CHARS = 1200
"""Of a longer message the beginning is shown."""
ENOUGH = 2
"""Supported claims under which the model's summary says less than the extractive one, which then stays."""


class WrittenClaim(BaseModel):
    """One statement with its evidence."""

    model_config = ConfigDict(extra="forbid")
    claim: str
    turns: list[int]


class WrittenSummary(BaseModel):
    """The form the model fills in."""

    model_config = ConfigDict(extra="forbid")
    claims: list[WrittenClaim]


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A claim that was not supported."""

    claim: str
    turns: tuple[int, ...]
    why: Fault


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What is left of a model's summary."""

    claims: tuple[Claim, ...]
    dropped: tuple[Dropped, ...]
    model: str
    """Which model and prompt wrote it."""


class SummaryWriter:
    """Asks a model for a summary. Safe to share between threads."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._prompt = load("summary")

    @property
    def name(self) -> str:
        """The model with the fingerprint of its prompt."""
        return f"{self._model.name}, prompt {self._prompt.fingerprint}"

    def write(
        self, turns: Sequence[CaseTurn], language: str, redact: Callable[[str], str], deadline_s: float
    ) -> Summary:
        """The supported claims about the messages, oldest message first in each citation.

        DependencyFault if the model is late, refuses or answers what is no summary (as `Model.ask`), `empty` if it
        says nothing, `unsupported` if fewer than ENOUGH claims are left.
        """
        shown = tuple(turns)[-MAX_TURNS:]
        written = self._model.ask(WrittenSummary, self._messages(shown, language), deadline_s)
        if not written.claims:
            raise DependencyFault("empty", f"model {self._model.name!r} wrote a summary without claims")
        claims, dropped = check(written, shown, redact)
        if len(claims) < ENOUGH:
            reasons = ", ".join(dict.fromkeys(one.why.value for one in dropped)) or "too few"
            raise DependencyFault("unsupported", f"{len(dropped)} claims of the summary were dropped ({reasons})")
        return Summary(claims=claims, dropped=dropped, model=self.name)

    def _messages(self, turns: Sequence[CaseTurn], language: str) -> list[Message]:
        listed = "\n".join(f"[{turn.seq}] {turn.author}: {clip(turn.text, TURN_CHARS)}" for turn in turns)
        return [("system", self._prompt.fill(language=language, max_claims=str(MAX_CLAIMS))), ("user", listed)]


def check(
    written: WrittenSummary, turns: Sequence[CaseTurn], redact: Callable[[str], str]
) -> tuple[tuple[Claim, ...], tuple[Dropped, ...]]:
    """The claims that their messages support, and the others with the reason; every text redacted."""
    known = {turn.seq: turn for turn in turns}
    claims: dict[Claim, None] = {}
    dropped = []
    for one in written.claims[:MAX_CLAIMS]:
        text, cited = safe_text(redact(" ".join(one.claim.split()))), tuple(sorted(set(one.turns)))
        fault = fault_of(text, cited, known)
        if fault is None:
            claims[Claim(claim=text, turns=cited)] = None
        else:
            dropped.append(Dropped(claim=text[:MAX_CHARS], turns=cited[:MAX_CLAIMS], why=fault))
    return tuple(claims), tuple(dropped)
