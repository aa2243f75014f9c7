"""One run: what it is about, what it may read, where the conversation stands meanwhile, and what it has led to.

Nothing here is shared or written. A run that turns out stale is thrown away whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from assistants.port import Draft
from assistants.request import ToolCall
from conversation.handover import Handover
from conversation.inbound import Inbound
from conversation.records import Happening, Outbound, Snapshot, StoredMessage, Utterance
from conversation.rules import Rules
from handover.deadlines.sla import is_open
from handover.packet.case import OtherCase
from handover.people.attempts import Attempts
from handover.people.consent import Consent
from handover.people.presence import Person
from policy.facts import Scalar
from recognition.port import Recognised
from states.vocabulary import Author, Clock, Role, State
from triggers.assessment import Assessment, Fired
from triggers.history import History
from triggers.llm import TopicVerdict
from triggers.quoted import Parts, own_words


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a packet is made from beside the snapshot; read only when a packet is due."""

    messages: tuple[StoredMessage, ...]
    """The transcript, or its last part, oldest first."""
    total: int
    """How many messages the whole transcript has."""
    people: tuple[Person, ...] = ()
    """Everybody who has come to the desk."""
    others: tuple[OtherCase, ...] = ()
    """Cases of the same customer in other conversations."""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Customer message id → data of the event that decided it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a conversation stands: what guards read and what its row will say."""

    state: State
    latched: bool
    owner_id: str | None
    owner_role: Role | None
    language: str
    history: History
    handover: Handover | None
    """The open handover, or the one that was closed last while the conversation is latched."""
    consent: Consent | None
    closed: bool


@dataclass(frozen=True, kw_only=True)
class Consulted:
    """What the models said of one message."""

    draft: Draft
    topics: TopicVerdict | None = None
    """None: no classifier is configured."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What was asked about a message and did not answer."""

    by: str
    """`models` or `recogniser`."""
    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the rules found in the message of this run."""

    assessment: Assessment | None = None
    fired: tuple[Fired, ...] = ()
    """What the packet must explain."""
    looping: bool = False
    """What fired had fired before the last hand-back."""
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    """The facts that the policy's conditions have read, as they were then."""
    spoken: str = ""
    """The message with those before it that nobody answered."""
    recognised: Recognised | None = None
    """What it was recognised as; None: nobody asked, or nobody is there to ask."""
    consulted: Consulted | None = None
    """What the models said of it; None: they were not asked, or did not answer."""
    failure: Failure | None = None


@dataclass(kw_only=True)
class Record:
    """What a run has led to so far."""

    happenings: list[Happening] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    outbound: list[Outbound] = field(default_factory=list)
    due: dict[Clock, datetime] = field(default_factory=dict)
    """Clocks that this run sets anew; the others keep the due time they have."""
    masked: dict[str, tuple[str, Mapping[str, int]]] = field(default_factory=dict)
    """Messages of the customer whose text must change: together they show what neither shows alone."""
    opened: bool = False
    """The handover was opened by this run."""
    packet_due: bool = False
    """The bot was locked out: the node of `triggered` assembles the packet before the run ends."""
    attempts: Attempts | None = None
    """The customer's counter of failed checks, moved on by this run."""
    returned_message: str | None = None
    """A message that a person left to the assistant: it is to be decided once more."""
    asks: tuple[ToolCall, ...] = ()
    """Tools that must be run before the message can be answered: nothing of this run is written."""
    unanswered: bool = False
    """A resolved conversation was opened again for the assistant: the node of its new state handles the message."""

    def amend(self, **data: Any) -> None:
        """Adds to what the newest event records, once it is known what it led to."""
        newest = self.happenings[-1]
        self.happenings[-1] = replace(newest, data={**newest.data, **data})

    def decided_on(self, given: Mapping[str, Any]) -> None:
        """Adds to the first event what the whole run was decided on."""
        if given:
            first = self.happenings[0]
            self.happenings[0] = replace(first, given={**first.given, **given})


@dataclass(kw_only=True)
class Run:
    """Deciding one inbound event: data and rules in, a record out."""

    snapshot: Snapshot
    inbound: Inbound
    rules: Rules
    now: datetime
    material: Callable[[], Material]
    broken: str | None = None
    """An earlier run of this message broke with this error: judge nothing more, hand it to a person."""
    mistrusted: str = ""
    """Why the thread's stored checkpoint is not used; empty: it is what the log says. A fault, not of the message."""
    standing: Standing
    judgement: Judgement = field(default_factory=Judgement)
    record: Record = field(default_factory=Record)

    @classmethod
    def begin(
        cls,
        snapshot: Snapshot,
        inbound: Inbound,
        rules: Rules,
        now: datetime,
        material: Callable[[], Material] | None = None,
        broken: str | None = None,
    ) -> Run:
        """A run on what one read saw."""
        pending = snapshot.pending_consent
        standing = Standing(
            state=snapshot.state,
            latched=snapshot.latched,
            owner_id=snapshot.owner_id,
            owner_role=snapshot.owner_role,
            language=snapshot.language,
            history=History.from_json(dict(snapshot.history)),
            handover=snapshot.handover,
            consent=Consent.from_json(pending) if pending else None,
            # A message that waits and was in time is in time however late it is decided.
            closed=snapshot.closed and (inbound.message is None or inbound.message.late),
        )
        read = cache(material or (lambda: Material(messages=snapshot.window, total=len(snapshot.window))))
        return cls(
            snapshot=snapshot, inbound=inbound, rules=rules, now=now, material=read, broken=broken, standing=standing
        )

    @cached_property
    def hours_open(self) -> bool:
        """Whether the policy's business hours say that people are there now."""
        return is_open(self.rules.policy.hours, self.now)

    @cached_property
    def _words(self) -> Parts:
        said = (one.text for one in self.snapshot.window if one.author != Author.CUSTOMER)
        return own_words(self.message.text, said)

    @property
    def own(self) -> str:
        """The customer's own words: the message without what their mail program or somebody else added to it."""
        return self._words.own if self._words.spans else self.message.text

    @property
    def message(self) -> StoredMessage:
        """The customer's message that the run is about. LookupError where it is about none."""
        if self.inbound.message is None:
            raise LookupError(f"{self.inbound.cause!r} is no customer's message")
        return self.inbound.message

    def mask(self, masked: Mapping[str, tuple[str, Mapping[str, int]]]) -> None:
        """Takes out what only several messages together show to be private, here and wherever the run reads them."""
        if not masked:
            return
        self.record.masked |= masked

        def safe(one: StoredMessage) -> StoredMessage:
            text, redactions = masked.get(one.id, (one.text, one.redactions))
            return replace(one, text=text, redactions=redactions)

        self.snapshot = replace(self.snapshot, window=tuple(map(safe, self.snapshot.window)))
        if self.inbound.message is not None:
            message = safe(self.inbound.message)
            self.inbound = replace(self.inbound, message=message, text=message.text)

    def stand(self, **changes: Any) -> None:
        """Changes where the conversation stands."""
        self.standing = replace(self.standing, **changes)

    def remember(self, **changes: Any) -> None:
        """Changes counters of the history."""
        self.stand(history=replace(self.standing.history, **changes))

    def judged(self, **changes: Any) -> None:
        """Changes what the rules found."""
        self.judgement = replace(self.judgement, **changes)

    def change(self, verb: Callable[[Handover], Handover]) -> None:
        """Applies a verb to the handover; a thread without rows, as in Studio, has none to change."""
        if self.standing.handover is not None:
            self.stand(handover=verb(self.standing.handover))
