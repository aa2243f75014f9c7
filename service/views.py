"""What the door shows to the API, the page and the command line: frozen snapshots of rows, redacted already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assistants.request import ToolCall
from handover.packet.attachment import Attachment
from handover.packet.case import OtherCase
from states.templates import TemplateState
from states.vocabulary import Event, Role, State


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who causes an event."""

    id: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class NewConversation:
    """What a channel knows when a conversation begins."""

    id: str | None = None
    """Chosen by the caller, or made by the runtime."""
    channel: str = "web"
    language: str | None = None
    """None: detected with each message."""
    customer: str = ""
    """The channel's own reference to the customer; never an e-mail address or a name."""
    follows: str | None = None
    """The conversation it goes on from, of the same channel and customer: what a closed one asks for."""
    facts: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    """Values for `customer.*` and `channel.*` facts of policy.facts."""


@dataclass(frozen=True, kw_only=True)
class KeptMask:
    """A mask of a message whose original is kept: by this it is asked for."""

    number: int
    kind: str
    start: int
    end: int
    """Where it stands in the text."""
    until: datetime
    """When its original is deleted."""


@dataclass(frozen=True, kw_only=True)
class LiftedMask:
    """What stands behind a mask, for the one who asked: kept in no log, no page and no other answer."""

    message_id: str
    number: int
    kind: str
    text: str = field(repr=False)
    version: int
    """Of the conversation, in whose log it is recorded who asked and why."""


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """One message of the transcript."""

    id: str
    seq: int
    author: str
    """customer, assistant, agent or system."""
    text: str
    at: datetime
    actor_id: str = ""
    """The agent's id for agent messages."""
    in_reply_to: str | None = None
    citations: tuple[Mapping[str, str], ...] = ()
    """`source`, `title`, `quote` of each article an assistant message rests on."""
    attachments: tuple[Attachment, ...] = ()
    """`name`, `media_type`, `size`, `ref` of files that came with a customer's message; the channel keeps the files."""
    masks: tuple[KeptMask, ...] = ()
    """Masks that may be lifted, by whom the policy names."""


@dataclass(frozen=True, kw_only=True)
class EventView:
    """One event of the log."""

    id: str
    seq: int
    event: str
    """An `Event` value, or `message_received` and other records that move no state."""
    source: State
    target: State
    role: Role
    actor_id: str
    at: datetime
    policy_hash: str
    data: Mapping[str, Any]
    """What the event was decided on: `decision`, `fired` (trigger_id, family, reason, evidence with quotes and scores),
    `confidence`, `intent`, `citations`, `fault`, `micros`, `note`, ... plain JSON."""


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """Where a handover is, or is on its way to, beside our own queue."""

    destination: str
    ref: str
    """The destination's own name of it; empty until it arrived."""
    link: str
    status: str
    """open, claimed or resolved, as last agreed; empty where there are no tickets."""
    pending: int
    """Steps that are still to be done there."""
    dead: int
    """Steps that were given up: somebody was told."""


@dataclass(frozen=True, kw_only=True)
class HandoverView:
    """One handover with its packet."""

    id: str
    conversation_id: str
    open: bool
    reason_code: str
    severity: str
    sla: str
    team: str
    language: str
    created_at: datetime
    claim_due_at: datetime
    resolve_due_at: datetime
    claimed_at: datetime | None
    owner_id: str | None
    outcome: str | None
    packet: Mapping[str, Any]
    """The packet as JSON (handover.packet.schema.Packet)."""
    resolution: str | None = None
    """The policy's code for how it ended."""
    steps_done: tuple[str, ...] = ()
    steps_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Step id → `by` and `at` of whoever ticked it."""
    deliveries: tuple[DeliveryView, ...] = ()
    verify_level: str = "none"
    """To which level the customer's identity must be verified before the case is resolved."""
    verified_level: str = "none"
    """To which level it is."""
    attempts: int = 0
    """Failed attempts so far."""
    codes_sent: int = 0
    code_expires_at: datetime | None = None
    """Until when the code that was sent last counts."""
    code_typed: bool = False
    """The customer has written something like it into the chat: it can be checked with `from_chat`."""
    regulated: bool = False
    """The frontline says approved words only."""


@dataclass(frozen=True, kw_only=True)
class ConversationView:
    """A conversation as it is now."""

    id: str
    state: State
    version: int
    """The fencing number: grows with every commit."""
    channel: str
    language: str
    customer: str
    latched: bool
    owner_id: str | None
    owner_role: Role | None
    created_at: datetime
    updated_at: datetime
    closed: bool
    """Resolved and past the reopen window: only a message that calls for a person opens it again."""
    policy_name: str
    policy_hash: str
    facts: Mapping[str, Any]
    """The documented facts by full name, as of the last message."""
    messages: tuple[MessageView, ...]
    events: tuple[EventView, ...]
    handover: HandoverView | None
    """The open handover, or the last one."""
    timers: Mapping[str, datetime]
    """Running clocks: kind → due time."""
    exception: Mapping[str, Any] | None = None
    """The policy exception that waits for a decision: `text`, `hash`, `requested_by`, `expires_at`, `about`,
    `amount`."""
    consent: Mapping[str, Any] | None = None
    """Whatever waits for a second person: the same with `kind` exception or hand_back, and `agreed_by`."""
    follows: str | None = None
    """The conversation it goes on from, as its channel says."""
    others: tuple[OtherCase, ...] = ()
    """Cases of the same customer in other conversations, as they are now."""
    survey: str = ""
    """Whom the customer has been asked about and has not answered yet, `person` or `assistant`; empty otherwise."""

    def decision_of(self, message_id: str) -> EventView | None:
        """The event that a customer's message led to first; None while it is undecided, or where no event may be seen.

        Messages and events of a conversation are numbered in one sequence, and messages are decided in their order.
        """
        later = (one.seq for one in self.messages if one.id == message_id)
        seq = next(later, None)
        return None if seq is None else next((one for one in self.events if one.seq > seq), None)

    def for_channel(self) -> ConversationView:
        """What the customer may see of it: no evidence, no packet, nobody's name."""
        said = tuple(replace(one, masks=()) if one.masks else one for one in self.messages)
        return replace(
            self, messages=said, events=(), handover=None, facts={}, timers={}, owner_id=None, owner_role=None,
            exception=None, consent=None, others=(),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TurnResult:
    """What one customer message led to."""

    conversation_id: str
    message_id: str
    state: State
    version: int
    replies: tuple[MessageView, ...]
    """What was said to the customer in answer to this message; empty while a person owns the conversation."""
    decision: Mapping[str, Any]
    """The data of the event that decided the turn, with `event` added."""
    repeated: bool = False
    """The message had been handled before; this is the same answer again."""
    owned: bool = False
    """A person has claimed the conversation: whoever waits for it in the queue has nobody yet."""
    asks: tuple[ToolCall, ...] = ()
    """Tools that the program must run and bring the results of: until then the message is not decided."""

    def for_channel(self) -> TurnResult:
        """What a channel may know: which event it led to, and no pattern, quote or score of the policy."""
        return replace(self, decision={name: self.decision[name] for name in ("event",) if name in self.decision})


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a person does to a conversation at the desk."""

    event: Event
    actor: Actor
    id: str | None = None
    """Idempotency id: the same act twice happens once."""
    text: str = ""
    """The reply for `agent_replied`; the outcome for `resolved` and `handed_back`; a note otherwise."""
    data: Mapping[str, Any] = field(default_factory=dict)
    seen: int | None = None
    """The seq of the newest message that the actor has seen: needed by what ends a person's part
    (`states.table.ENDING`), where the customer has written anything."""
    origin: str = ""
    """The destination in which it was done and which therefore need not be told; empty: our own desk."""


@dataclass(frozen=True, kw_only=True)
class ActResult:
    """What an act led to."""

    conversation_id: str
    event: Event
    state: State
    version: int
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class QueueItem:
    """One line of the agents' queue, most urgent first."""

    handover_id: str
    conversation_id: str
    state: State
    reason_code: str
    reason: str
    severity: str
    team: str
    language: str
    waiting_since: datetime
    claim_due_at: datetime
    owner_id: str | None
    last_message: str
    skills: tuple[str, ...] = ()
    """What whoever takes it must know."""
    channel: str = ""
    customer: str = ""
    """The channel's reference."""
    quote: str = ""
    """The words that called for a person, redacted; empty where no words did."""
    said: str = ""
    """The customer's message in which they stand, or that led to the handover."""
    resolve_due_at: datetime | None = None
    claimable: bool = False
    """Whoever asks may claim it, as far as their role, its state and its owner go."""
    closed_at: datetime | None = None
    resolution: str = ""
    """The code for how it ended."""
    also_open: tuple[OtherCase, ...] = ()
    """The first other open cases of the same customer, as far as the channel says that it is one."""
    also_open_total: int = 0
    """How many there are."""
    suggested: str | None = None
    """Who should take it, of those online now; computed for this look, kept nowhere."""


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """Some lines of the queue, and where the pages beside it begin."""

    items: tuple[QueueItem, ...]
    total: int
    """How many lines the whole queue has."""
    begin: int
    """How many of them stand before the first of these."""
    previous: str | None
    """The cursor of the page before this one, empty for the first one; None: there is none."""
    following: str | None
    """The cursor of the next page; None: there is none."""


@dataclass(frozen=True, kw_only=True)
class HeldPage:
    """Some of the conversations in which the assistant may speak, without transcripts, the newest change first."""

    items: tuple[ConversationView, ...]
    total: int
    begin: int


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """What somebody at the desk says of themselves; None leaves as it is, nothing at all is a heartbeat."""

    teams: tuple[str, ...] | None = None
    """Empty: all teams."""
    skills: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    capacity: int | None = None
    available: bool | None = None


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """Somebody who works at the desk."""

    id: str
    role: Role
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    available: bool
    online: bool
    """Available and seen a moment ago."""
    seen_at: datetime
    workload: int
    """Open cases they own."""


@dataclass(frozen=True, kw_only=True)
class TemplateView:
    """One version of a response template."""

    id: str
    language: str
    version: int | str
    """A number, or `policy` for what the active policy ships."""
    state: TemplateState
    text: str
    hash: str = ""
    """What an approval names: of exactly these words."""
    author_id: str = ""
    created_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
