"""The three-part packet that travels with every handover: why and where, context, action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from policy.schema import Severity

SCHEMA_VERSION: Literal["1.2"] = "1.2"
"""1.1 and 1.2 add and change nothing: older packets that lie in rows are read as they are."""


class Entry(StrEnum):
    """How the customer came to a person."""

    OFFERED = "offered"
    FORCED = "forced"


class SummaryMethod(StrEnum):
    """Who wrote the summary."""

    EXTRACTIVE = "extractive"
    MODEL = "model"


Finite = Annotated[float, Field(allow_inf_nan=False)]
TurnNumber = Annotated[int, Field(ge=0, description="number of the message in the transcript; 0: none or unknown")]


class Part(BaseModel):
    """Base of the packet's models: frozen, strict, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Envelope(Part):
    """Which handover this is and what it was decided under."""

    schema_version: Literal["1.0", "1.1", "1.2"] = SCHEMA_VERSION
    handover_id: str = Field(description="also the idempotency key towards every desk")
    conversation_id: str
    channel: str
    language: str = Field(description="of the conversation, ISO 639-1")
    created_at: AwareDatetime
    policy_name: str
    policy_hash: str
    checkpoint_id: str = ""
    ledger_head: str = ""
    previous_handover_id: str | None = None


class TriggerNote(Part):
    """One piece of evidence of one fired trigger."""

    trigger_id: str
    family: str
    kind: str
    detail: str
    score: Finite
    threshold: Finite
    quote: str = Field(description="the customer's words, redacted")
    turn: TurnNumber


class Why(Part):
    """Part 1: why a person is needed, how soon, and which person."""

    reason_code: str
    reason: str
    triggers: tuple[TriggerNote, ...]
    severity: Severity
    sla_class: str
    claim_due_at: AwareDatetime
    resolve_due_at: AwareDatetime
    waiting_since: AwareDatetime = Field(description="the customer's first unmet need; never reset by a notice")
    team: str
    skills: tuple[str, ...] = ()
    offered_or_forced: Entry = Entry.FORCED
    flags: tuple[str, ...] = ()


class Customer(Part):
    """Who waits, as far as the channel says."""

    ref: str
    tier: str
    verification_level: str


class Step(Part):
    """One thing that was tried."""

    action: str
    result: str
    turn: TurnNumber


class Claim(Part):
    """One sentence of the summary with the messages that support it."""

    claim: str
    turns: tuple[TurnNumber, ...]


class SentimentPoint(Part):
    """Sentiment of one customer message, -1 (angry) to 1 (pleased)."""

    turn: TurnNumber
    value: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class Sentiment(Part):
    """How the customer feels and where it goes; `trend` is the slope per customer message."""

    now: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] = 0.0
    trend: Finite = 0.0
    points: tuple[SentimentPoint, ...] = ()


class RedactionCount(Part):
    """How many values of one kind were masked before anything was written."""

    entity: str
    count: Annotated[int, Field(ge=0)]


class SideEffect(Part):
    """What a tool of the assistant changed in another system."""

    tool: str
    result: str
    turn: TurnNumber


class SentFile(Part):
    """A file the customer sent, as the channel describes it; the file itself stays there."""

    name: str
    media_type: str = ""
    size: Annotated[int, Field(ge=0, description="bytes; 0: unknown")] = 0
    ref: str = Field(default="", description="the channel's own reference to the file")
    turn: TurnNumber = 0


class KnownCase(Part):
    """A case of the same customer in another conversation, as it was when this packet was made."""

    handover_id: str = Field(description="its reference")
    conversation_id: str
    state: str
    open: bool
    reason_code: str
    reason: str
    severity: str
    team: str
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    resolution: str = ""


class Context(Part):
    """Part 2: what the person needs in order not to ask again."""

    customer: Customer
    intent: str
    entities: dict[str, tuple[str, ...]] = {}
    steps_tried: tuple[Step, ...] = ()
    side_effects: tuple[SideEffect, ...] = Field(default=(), description="must not be done a second time")
    attachments: tuple[SentFile, ...] = ()
    other_cases: tuple[KnownCase, ...] = Field(
        default=(),
        description="of the same customer, as far as the channel says that it is one",
        exclude_if=lambda cases: not cases,
    )
    summary: tuple[Claim, ...] = ()
    summary_method: SummaryMethod = SummaryMethod.EXTRACTIVE
    summary_model: str = Field(default="", description="which model and prompt wrote the summary; empty: none")
    sentiment: Sentiment = Sentiment()
    open_questions: tuple[str, ...] = ()
    redactions: tuple[RedactionCount, ...] = ()
    transcript_ref: str
    transcript_turns: Annotated[int, Field(ge=0)]


class Promise(Part):
    """What the customer was told, and the moment it must be kept by."""

    text: str
    reply_by: AwareDatetime
    made_at: AwareDatetime | None = None


class ApprovedWording(Part):
    """Words that may be said as they stand, in the customer's language where the policy has them."""

    script: str
    text: str


class PacketStep(Part):
    """One line of the checklist, as it stood when the handover was made."""

    id: str
    text: str
    required: bool
    wording: ApprovedWording | None = None


class PacketPlaybook(Part):
    """The checklist of the case."""

    id: str
    title: str = ""
    steps: tuple[PacketStep, ...] = ()
    escalate_when: str = ""
    close_with: str = Field(default="", description="what the outcome must say")
    wording: tuple[ApprovedWording, ...] = ()


class Plan(Part):
    """Part 3: what was promised and what to do."""

    promise: Promise
    next_steps: tuple[str, ...] = ()
    playbook: PacketPlaybook | None = None
    required_verifications: tuple[str, ...] = ()
    do_not: tuple[str, ...] = ()
    hand_back_conditions: tuple[str, ...] = ()
    compliance_flags: tuple[str, ...] = Field(default=(), description="reason codes handed back only by two people")
    resolutions: dict[str, str] = Field(default={}, description="how the case may end: code and what it means")


class Verdict(StrEnum):
    """What an agent found about one field."""

    ACCEPT = "accept"
    EDIT = "edit"
    ASK_AGAIN = "ask_again"


class FieldReview(Part):
    """Where a field's present value comes from, once an agent has looked at it."""

    field: str
    verdict: Verdict
    by: str
    at: AwareDatetime
    old_hash: str = Field(description="SHA-256 of the value that was reviewed, as canonical JSON")


class Packet(Part):
    """A whole handover packet. All text in it is redacted."""

    envelope: Envelope
    why: Why
    context: Context
    action: Plan
    review: tuple[FieldReview, ...] = Field(default=(), description="the newest review of each field; empty: none yet")


REQUIRED_ALWAYS: tuple[tuple[str, ...], ...] = (
    ("envelope.policy_hash",),
    ("why.reason",),
    ("why.triggers",),
    ("why.team",),
    ("context.summary",),
    ("context.transcript_ref",),
    ("action.promise.text",),
    ("action.promise.reply_by",),
    ("action.next_steps", "action.playbook"),
    ("action.hand_back_conditions",),
)
"""What every packet must carry; of several fields in one entry, one is enough."""

REQUIRED_BY_REASON: dict[str, tuple[tuple[str, ...], ...]] = {
    "repeated_failure": (("context.steps_tried",),),
    "low_confidence": (("context.steps_tried", "context.open_questions"),),
    "frustration": (("context.sentiment.points",),),
    "fraud": (("context.customer.ref",), ("action.do_not",), ("action.playbook",)),
    "safety": (("action.do_not",), ("action.playbook",)),
    "legal": (("action.do_not",), ("action.playbook",), ("action.compliance_flags",)),
    "financial_advice": (("action.do_not",), ("action.playbook",)),
    "medical": (("action.do_not",), ("action.playbook",)),
    "contract_terms": (("action.do_not",), ("action.playbook",)),
    "personal_data": (("context.customer.ref",), ("action.required_verifications", "action.playbook")),
    "account_change": (("context.customer.ref",), ("action.required_verifications", "action.playbook")),
    "policy_conflict": (("context.intent", "context.open_questions", "context.entities"),),
    "vulnerability": (("action.do_not",), ("action.playbook",)),
    "prompt_injection": (("action.do_not",),),
    "fault": (("why.flags", "why.triggers"),),
}
"""What a reason code needs beyond that; a reason of the form `family.detail` takes the family's."""


def completeness(packet: Packet) -> tuple[str, ...]:
    """The required fields that are empty, given the packet's reason code; alternatives are joined by `|`.

    An incomplete packet is flagged and delivered: a late packet helps nobody.
    """
    reason = packet.why.reason_code
    special = REQUIRED_BY_REASON.get(reason) or REQUIRED_BY_REASON.get(reason.split(".")[0], ())
    needs = (*REQUIRED_ALWAYS, *special)
    return tuple("|".join(need) for need in needs if not any(attrgetter(field)(packet) for field in need))


def dump(packet: Packet) -> dict[str, Any]:
    """The packet as plain JSON values, for rows, tickets and views."""
    return packet.model_dump(mode="json")


def load(data: Mapping[str, Any] | str | bytes) -> Packet:
    """The packet from JSON text or from what `dump` gave; pydantic.ValidationError names what does not fit."""
    return Packet.model_validate_json(data if isinstance(data, str | bytes) else json.dumps(data))
