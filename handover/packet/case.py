"""Everything a packet is assembled from, as one frozen value: rows in, no lookups later."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from handover.packet.attachment import Attachment
from handover.people.presence import Person
from handover.words.masking import safe_text
from policy.facts import FACTS_BY_NAME, Scalar
from policy.schema import Hours
from triggers.assessment import Evidence, Fired

CUSTOMER = "customer"
ASSISTANT = "assistant"
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class CaseTurn:
    """One message of the transcript."""

    seq: int
    """Its number in the transcript; what the packet's `turn` fields cite."""
    author: str
    """customer, assistant, agent or system."""
    text: str
    """Redacted."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What the assistant did about one customer message."""

    turn: int
    """The `seq` of what it said; of the customer's message if it said nothing."""
    text: str = ""
    """What was said; empty if nothing was."""
    articles: tuple[str, ...] = ()
    """The articles it rests on."""
    intent: str = ""
    result: str = ""
    """How it ended, where that is known."""


@dataclass(frozen=True, kw_only=True)
class ToolEffect:
    """What a tool of the assistant changed in another system while it answered."""

    turn: int
    """The `seq` of the answer."""
    tool: str
    result: str


@dataclass(frozen=True, kw_only=True)
class OtherCase:
    """A case of the same customer in another conversation, as far as the channel says that it is one."""

    handover_id: str
    conversation_id: str
    state: str
    """Where that conversation is now."""
    open: bool
    reason_code: str
    reason: str
    severity: str
    team: str
    opened_at: datetime
    closed_at: datetime | None = None
    resolution: str = ""
    """The policy's code for how it ended; empty where it has none."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A handover that is about to be made. Texts are redacted, datetimes aware."""

    handover_id: str
    conversation_id: str
    now: datetime
    channel: str = "web"
    language: str = "en"
    customer_ref: str = ""
    verification_level: str = ""
    """How the customer's identity was verified, empty if it was not."""
    checkpoint_id: str = ""
    ledger_head: str = ""
    previous_handover_id: str | None = None
    fired: tuple[Fired, ...] = ()
    fault: str | None = None
    """Short code of what failed, where a fault led here."""
    flags: tuple[str, ...] = ()
    """What else the assessment noticed."""
    offered: bool = False
    """The customer took up an offer of a person."""
    waiting_since: datetime | None = None
    """The customer's first unmet need; None: the last customer message."""
    turns: tuple[CaseTurn, ...] = ()
    """The transcript or its last part, oldest first."""
    transcript_ref: str = ""
    transcript_turns: int = 0
    """How many messages the whole transcript has; 0: as many as `turns`."""
    attempts: tuple[Attempt, ...] = ()
    """Oldest first."""
    effects: tuple[ToolEffect, ...] = ()
    others: tuple[OtherCase, ...] = ()
    """Other cases of the same customer, as far as the channel says."""
    files: tuple[tuple[int, Attachment], ...] = ()
    """Each with the `seq` of the message it came with."""
    sentiment: tuple[tuple[int, float], ...] = ()
    """`seq` of a customer message and its sentiment, oldest first."""
    redactions: Mapping[str, int] = field(default_factory=dict)
    """Entity → how often it was masked in this conversation."""
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    """Values of documented facts by full name; the others have their default."""
    hours: Hours | None = None
    """The business hours that hold; None: the policy's."""
    people: tuple[Person, ...] = ()
    """Everybody who has come to the desk; empty where people work in another system."""

    def fact(self, name: str) -> Scalar:
        """A fact's value or its documented default."""
        return self.facts.get(name, FACTS_BY_NAME[name].default)

    def number(self, name: str) -> float:
        """A fact as a finite number; what is none counts as the fact's default."""
        value = self.fact(name)
        default = FACTS_BY_NAME[name].default
        return finite(value if isinstance(value, int | float) else 0.0, float(default))

    @property
    def customer_turns(self) -> tuple[CaseTurn, ...]:
        """What the customer wrote."""
        return tuple(turn for turn in self.turns if turn.author == CUSTOMER)

    @property
    def since(self) -> datetime:
        """From when the customer has waited; never later than now."""
        last = self.customer_turns[-1].at if self.customer_turns else self.now
        return min(self.waiting_since or last, self.now)

    def seq_of(self, customer_turn: int) -> int:
        """The transcript number of the n-th customer message (from 1), or 0; `turns` may be only the last part."""
        written = self.customer_turns
        earlier = max(0, int(self.number("conversation.turns")) - len(written))
        index = customer_turn - 1 - earlier
        return written[index].seq if 0 <= index < len(written) else 0


def cleaned(case: Case) -> Case:
    """The case with every text safe to write (`safe_text`) and every moment usable in UTC."""
    return replace(
        case,
        handover_id=safe_text(case.handover_id),
        conversation_id=safe_text(case.conversation_id),
        now=moment_of(case.now),
        channel=safe_text(case.channel),
        language=safe_text(case.language) or "en",
        customer_ref=safe_text(case.customer_ref),
        verification_level=safe_text(case.verification_level),
        checkpoint_id=safe_text(case.checkpoint_id),
        ledger_head=safe_text(case.ledger_head),
        previous_handover_id=safe_text(case.previous_handover_id) if case.previous_handover_id else None,
        transcript_ref=safe_text(case.transcript_ref),
        fired=tuple(_cleaned_fired(fired) for fired in case.fired),
        fault=safe_text(case.fault) if case.fault else None,
        flags=tuple(safe_text(flag) for flag in case.flags),
        waiting_since=moment_of(case.waiting_since) if case.waiting_since else None,
        turns=tuple(
            replace(turn, author=safe_text(turn.author), text=safe_text(turn.text), at=moment_of(turn.at))
            for turn in case.turns
        ),
        attempts=tuple(_cleaned_attempt(attempt) for attempt in case.attempts),
        effects=tuple(replace(one, tool=safe_text(one.tool), result=safe_text(one.result)) for one in case.effects),
        others=tuple(_cleaned_other(one) for one in case.others),
        files=tuple(_cleaned_file(one) for one in case.files),
        redactions={safe_text(entity): count for entity, count in case.redactions.items()},
    )


def moment_of(at: datetime) -> datetime:
    """The moment in UTC, inside the years that calendars and time zones can compute with; naive means UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(_EARLIEST, min(aware, _LATEST)).astimezone(UTC)


def finite(value: float, default: float = 0.0) -> float:
    """The value as a float that JSON can carry."""
    try:
        number = float(value)
    except OverflowError:
        return default
    return number if math.isfinite(number) else default


def _cleaned_fired(fired: Fired) -> Fired:
    return replace(
        fired,
        trigger_id=safe_text(fired.trigger_id),
        family=safe_text(fired.family),
        reason=safe_text(fired.reason),
        evidence=tuple(_cleaned_evidence(one) for one in fired.evidence),
    )


def _cleaned_evidence(evidence: Evidence) -> Evidence:
    return replace(
        evidence,
        kind=safe_text(evidence.kind),
        detail=safe_text(evidence.detail),
        quote=safe_text(evidence.quote),
        score=finite(evidence.score),
        threshold=finite(evidence.threshold),
    )


def _cleaned_file(sent: tuple[int, Attachment]) -> tuple[int, Attachment]:
    turn, file = sent
    names = {name: safe_text(getattr(file, name)) for name in ("name", "media_type", "ref")}
    return turn, Attachment(size=max(0, file.size), **names)


def _cleaned_other(other: OtherCase) -> OtherCase:
    names = ("handover_id", "conversation_id", "state", "reason_code", "reason", "severity", "team", "resolution")
    texts: dict[str, Any] = {name: safe_text(getattr(other, name)) for name in names}
    return replace(
        other,
        opened_at=moment_of(other.opened_at),
        closed_at=moment_of(other.closed_at) if other.closed_at else None,
        **texts,
    )


def _cleaned_attempt(attempt: Attempt) -> Attempt:
    return replace(
        attempt,
        text=safe_text(attempt.text),
        articles=tuple(safe_text(article) for article in attempt.articles),
        intent=safe_text(attempt.intent),
        result=safe_text(attempt.result),
    )
