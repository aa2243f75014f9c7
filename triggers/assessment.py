"""The values that go in and out of `evaluate`: a message, its circumstances, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policy.facts import Scalar
from policy.schema import Action, Severity


class Decision(StrEnum):
    """What the evidence calls for, weakest first. CLEAR does not mean routine: that must be recognised."""

    CLEAR = "clear"
    FLAG = "flag"
    GUARD = "guard"
    HANDOVER = "handover"
    FAULT = "fault"

    @property
    def needs_person(self) -> bool:
        """Whether the bot is locked out: a fault counts as a trigger."""
        return self in (Decision.HANDOVER, Decision.FAULT)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One customer message, unredacted, as it came in."""

    text: str
    language: str | None = None
    """ISO 639-1 if the channel knows it; otherwise it is detected."""
    turn: int = 1
    """Which customer message of the conversation this is, from 1."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known beside the message: values for the documented facts, by full name (`conversation.repeats`).

    Names that are left out take their documented default.
    """

    facts: Mapping[str, Scalar] = field(default_factory=dict)
    disarmed: frozenset[str] = frozenset()
    """Ids of triggers that fired before a hand-back and are armed again only on new evidence: `when` triggers
    whose facts did not change. Evidence in the message itself always fires."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What models made of a message, beside its words: 0 to 1 by name. A name that is missing is no evidence."""

    topics: Mapping[str, float] = field(default_factory=dict)
    """By a classifier, for the topics of the policy."""
    recognised: Mapping[str, float] = field(default_factory=dict)
    """By the recogniser, for what it can recognise."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A span of the text of one message of a burst."""

    message_id: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One piece of evidence, quoted from the original text."""

    kind: str
    """phrases, pattern, pii, topic, recognised, when, canary or fault."""
    detail: str
    """The phrase, pattern, entity, topic or condition that matched, as the policy writes it."""
    quote: str = ""
    """The words of the original message; empty for `when` and `fault`. Personal data is quoted redacted."""
    start: int = -1
    """Offsets of the quote in the original text; -1 where there is none."""
    end: int = -1
    places: tuple[Place, ...] = ()
    """Where the quote stands, oldest first, if it does not stand in the newest message of a burst alone."""
    score: float = 1.0
    threshold: float = 0.0
    turn: int = 0


@dataclass(frozen=True, kw_only=True)
class Fired:
    """A trigger that fired, with its evidence."""

    trigger_id: str
    family: str
    reason: str
    action: Action
    severity: Severity
    sla: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True)
class Redaction:
    """A span of the original text that must not be written anywhere."""

    entity: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What one evaluation found. Total: a failure inside is a FAULT decision, never an exception."""

    decision: Decision
    fired: tuple[Fired, ...] = ()
    """Most severe first; then handover before guard before flag; then the policy's order."""
    redactions: tuple[Redaction, ...] = ()
    redacted_text: str = ""
    """The text that may be stored and shown: card numbers and secrets masked."""
    language: str = "en"
    sentiment: float = 0.0
    fault: str | None = None
    """Short code of what failed: scanner_silent, message_too_long, evaluation_error, ..."""
    policy_hash: str = ""
    micros: float = 0.0

    @property
    def families(self) -> tuple[str, ...]:
        """Reason codes of what fired, without repeats."""
        return tuple(dict.fromkeys(fired.family for fired in self.fired))

    @property
    def score(self) -> float:
        """How strongly a person is called for, 0 to 1: the best handover score; half of it for a mere guard."""
        weights = {Action.HANDOVER: 1.0, Action.GUARD: 0.5, Action.FLAG: 0.1}
        if self.decision is Decision.FAULT:
            return 1.0
        best = (weights[fired.action] * max((e.score for e in fired.evidence), default=1.0) for fired in self.fired)
        return max(best, default=0.0)
