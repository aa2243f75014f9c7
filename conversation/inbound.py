"""What comes in and is decided by one run: a customer's message, an act of a person, a clock, a fault, a summary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistants.request import Request
from conversation.records import StoredMessage, TemplateUse
from handover.people.attempts import Attempts
from policy.schema import Level
from states.vocabulary import Event, Role


class Kind(StrEnum):
    """Where it comes from; with the id it names the cause of what happens."""

    MESSAGE = "message"
    ACT = "act"
    CLOCK = "clock"
    FAULT = "fault"
    SUMMARY = "summary"
    RETURNED = "returned"
    """A customer's message that a person left unanswered when they handed back: it is decided once more."""


class Method(StrEnum):
    """How an identity is verified."""

    KNOWLEDGE = "knowledge"
    CODE = "code"
    ATTESTATION = "attestation"

    @property
    def level(self) -> Level:
        """The level it reaches."""
        return {Method.KNOWLEDGE: Level.KNOWLEDGE, Method.CODE: Level.CODE, Method.ATTESTATION: Level.ATTESTED}[self]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What comes in for an identity check. The code and the answer themselves are in no row, log or event."""

    code: str = field(default="", repr=False)
    seal: str = ""
    """Stands for the code or the answer where two acts are compared."""
    answered: bool = False
    """The directory says that the answer is right."""
    contact: str = ""
    """The kind of contact on file to which a code would go; empty if there is none."""


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """What a run is about."""

    kind: Kind
    id: str
    event: Event | None = None
    """The event that is asked for; None for a message, whose event is decided."""
    role: Role = Role.CUSTOMER
    actor: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What came with it: for an act only the keys that `conversation.act_data` knows for its event."""
    message: StoredMessage | None = None
    approved: bool = False
    """The text is an approved template, rendered."""
    template: TemplateUse | None = None
    """Which one: it must still be approved when the outcome is written."""
    proof: Proof = field(default_factory=Proof, repr=False)
    """What an act or a message brings to an identity check."""
    attempts: Attempts | None = None
    """The customer's counter of failed checks, for an act that checks or sends a code; None: nobody has looked."""
    request: Request | None = None
    """What the program that brings a message asks of its assistant; None: nobody waits for the answer."""
    origin: str = ""
    """The destination it came through; empty: our own desk, channel or clock."""
    seen: int | None = None
    """The seq of the newest message that the actor has seen; None: the act does not say."""
    unseen: tuple[StoredMessage, ...] | None = None
    """The customer's messages after that, decided or not; of an act that says nothing, all of them. None: nobody has
    looked."""

    @property
    def cause(self) -> str:
        """The key under which an outcome happens once."""
        return f"{self.kind.value}:{self.id}"

    @property
    def newest_seen(self) -> bool:
        """Whether the actor has seen everything that the customer wrote; True too where the customer wrote nothing."""
        return self.unseen == ()

    @property
    def method(self) -> Method:
        """How an act verifies; one that does not say it attests. ValueError for an unknown word."""
        return Method(self.data.get("method", Method.ATTESTATION.value))

    @property
    def body_hash(self) -> str:
        """What tells an act from another one under the same id: who asks for what, in which words."""
        event = self.event.value if self.event else None
        body = [event, self.role.value, self.actor, self.text, self.data]
        sealed = [self.proof.seal] if self.proof != Proof() else []
        return hashlib.sha256(json.dumps([*body, *sealed], sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """What the checkpoint keeps: no texts."""
        event = self.event.value if self.event else None
        return {"kind": self.kind.value, "id": self.id, "event": event, "role": self.role.value, "actor": self.actor}
