"""The port every destination implements, and the values it speaks in: what to do, the frozen request, what came of it.

A destination performs one attempt and says truthfully what it knows of it. Deadlines, retries, rate limits, breakers
and dead letters are the business of `delivery`, once for all destinations.

Each module that talks to a system has `build(name: str, config, clock: Clock) -> Desk`: `config` is its form in
`desks.config`. It is imported when a destination of its kind is set, and `build` itself calls nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from desks.ticket import Changes, Comment, Hint, Identity, Standing, Ticket

if TYPE_CHECKING:
    from handover.people.code_letter import CodeLetter

__all__ = [
    "TO_CUSTOMERS", "Ambiguous", "Card", "Changes", "Comment", "Delivered", "Desk", "Hint", "Hooked", "Identity", "Job",
    "JsonObject", "LetterDesk", "News", "Outcome", "Rejected", "Request", "RetryAfter", "Standing", "Task",
    "Ticket", "TicketDesk", "Whispering",
]  # fmt: skip

JsonObject = dict[str, Any]


class Job(StrEnum):
    """What a destination is asked to do; one outbox step each."""

    OPEN = "open"
    """Make the ticket of a handover."""
    NOTE = "note"
    """Add an internal note; the first one carries the packet."""
    REPLY = "reply"
    """Add what a person said to the customer elsewhere, so that the ticket has the whole conversation. The customer
    has it already: add it so that the system does not send it again."""
    CUSTOMER_MESSAGE = "customer_message"
    """Add what the customer wrote while a person owns the conversation."""
    URGENCY = "urgency"
    """Set the priority anew."""
    CLAIM = "claim"
    """Show who has claimed it: status claimed, also if it was closed; assigned to them where the system knows them
    (`desks.config.known_as`), else a word on who it is."""
    RELEASE = "release"
    """Show that nobody has it: status open, also if it was closed; assigned to nobody."""
    CLOSE = "close"
    """Close the ticket with the outcome."""
    ANNOUNCE = "announce"
    """Tell a team: a card without personal data."""
    PAGE = "page"
    """Wake somebody."""
    QUIET = "quiet"
    """End the page: somebody has claimed it."""
    CODE = "code"
    """Send a one-time code to the customer's contact on file: by `LetterDesk.send_code`."""
    SAID = "said"
    """Tell the channel's program what a person has said to the customer, wherever they said it: it passes it on."""


TO_CUSTOMERS = frozenset({Job.CODE, Job.SAID})
"""Jobs that reach customers: by them nobody who works on the case is told of it."""


class News(StrEnum):
    """What an announcement tells, for destinations that change, follow or end what they have shown."""

    OPENED = "opened"
    """A new handover."""
    MORE_URGENT = "more_urgent"
    """It has become more urgent, or has more duties."""
    WAITING = "waiting"
    """Still nobody has claimed it, or still it is not resolved."""
    ESCALATED = "escalated"
    """It has gone beyond the frontline."""
    CLAIMED = "claimed"
    """Somebody has it: `author`."""
    RELEASED = "released"
    """Nobody has it any more."""
    CLOSED = "closed"
    """It has ended."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What may be shown in a chat channel, a page or a subject line: nothing of the customer's words or person."""

    handover_id: str
    conversation_id: str
    reason_code: str
    severity: str
    team: str
    language: str
    claim_due_at: datetime
    headline: str
    """What happened, in words of ours: "New handover", "Nobody has claimed it"."""
    link: str = ""
    """Where a person opens the case; empty without a public address."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One step for one destination, before it is put into the destination's own words."""

    job: Job
    id: str
    """The outbox row's id, stable across retries."""
    key: str
    """The handover's id: the idempotency key of its ticket."""
    marker: str
    """`[key#n]`: stands in whatever this step adds, so that it can be found again."""
    card: Card
    text: str = ""
    """What a note, a reply or a customer's message says; redacted."""
    author: str = ""
    """Who said it, or who has claimed: their id here."""
    author_role: str = ""
    customer: str = ""
    """The channel's reference to the customer."""
    packet: Mapping[str, Any] = field(default_factory=dict)
    """The whole packet, for OPEN and for the note that carries it."""
    news: News = News.OPENED
    """What has happened, for ANNOUNCE, PAGE and QUIET."""
    at: datetime | None = None
    """When it happened, for destinations that say so."""
    message_id: str = ""
    """The message whose words `text` is; empty where the words are not a message's."""
    contact: str = ""
    """The kind of contact that a CODE goes to; never an address."""
    counter: int = 0
    """Which of the handover's codes a CODE is; never the code."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A task in the destination's own words, frozen in the outbox before the first attempt.

    Everything in it is plain JSON and without credentials: those are added when it is sent.
    """

    job: Job
    key: str
    marker: str
    ref: str = ""
    """The ticket it belongs to; empty for OPEN and for destinations without tickets."""
    method: str = "POST"
    path: str = ""
    """Relative to the destination's base URL: the address itself may be a secret."""
    body: JsonObject = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    """What the ticket must show when it is read back: `key`, `queue`, `priority`, `status`, `assignee` as `Ticket` has
    them; `public` ("true" or "false") as the comment with this marker has it. Only what this step itself sets."""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """It happened."""

    ref: str
    """The destination's own reference: a ticket number, a message's timestamp."""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """It did not happen, and the same request never will."""

    code: str
    field_errors: Mapping[str, str] = field(default_factory=dict)
    """Names of fields and what the destination says of them; never a value of ours."""


@dataclass(frozen=True, kw_only=True)
class RetryAfter:
    """It did not happen; the same request may succeed later."""

    seconds: float | None
    """As the destination asks; None: the caller's backoff decides."""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Ambiguous:
    """Nobody knows whether it happened: look it up by key or marker before trying again."""

    code: str


Outcome = Delivered | Rejected | RetryAfter | Ambiguous


class Desk(Protocol):
    """A destination of handovers. Safe to share between threads.

    `send` makes one attempt, never waits longer than its deadline, and never raises for what the other side does:
    the outcome says it. It does not retry, look up, or log addresses.
    """

    @property
    def name(self) -> str:
        """The operator's name for it, from the settings."""
        ...

    @property
    def jobs(self) -> frozenset[Job]:
        """What it can do; other tasks are never given to it."""
        ...

    def prepare(self, task: Task, ref: str) -> Request:
        """The task in its own words: pure, the same for the same task.

        `ref` is the ticket; for a channel what its first announcement of this handover is called. Empty where there
        is none yet.
        """
        ...

    def send(self, request: Request) -> Outcome:
        """One attempt."""
        ...

    def find(self, request: Request) -> Delivered | None:
        """Whether an earlier attempt got through: by key for OPEN, by marker for additions.

        None: it surely did not. DependencyFault: it cannot tell now. A destination that is idempotent by itself, or
        where a second copy does no harm, may return None always, and says so.
        """
        ...

    def ping(self) -> str:
        """One line that names the destination and says that it is ready; DependencyFault if it is not."""
        ...


class TicketDesk(Desk, Protocol):
    """A destination with tickets that people work in."""

    @property
    def actor(self) -> str:
        """Our own integration user there: what it causes is an echo of ours."""
        ...

    def read(self, ref: str) -> Ticket:
        """The ticket as it is now, with its history. NotFound if there is none; DependencyFault if it cannot tell."""
        ...

    def identify(self, ref: str) -> Identity:
        """Which ticket the reference leads to now, in one call; errors as of `read`. Asked before every write."""
        ...

    def changes(self, cursor: str) -> Changes:
        """Tickets that changed after the cursor; an empty cursor begins now. DependencyFault if it cannot tell."""
        ...


class LetterDesk(Desk, Protocol):
    """A destination that reaches customers with one-time codes."""

    def send_code(self, request: Request, letter: CodeLetter) -> Outcome:
        """One attempt, to the letter's contact and to nobody else.

        The letter is made for this attempt and is kept nowhere: no outcome, log line or error tells the code or the
        address. It may arrive twice; it is the same code then.
        """
        ...


class Hooked(Protocol):
    """A destination that calls us."""

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """The hint of a request whose signature over the raw bytes holds; BadSignature for every other.

        `headers` have lower-case names. Where no secret is configured, every request is a BadSignature.
        """
        ...


class Whispering(Desk, Protocol):
    """A destination in which people click, and one of them alone can be told what came of it."""

    @property
    def agents(self) -> Mapping[str, str]:
        """Its names of people → role/id here; nobody else may act by a click."""
        ...

    def whisper(self, actor: str, text: str) -> Outcome:
        """Tells whoever clicked, by the destination's own name, and nobody else. One attempt; a loss does no harm."""
        ...
