"""What a ticket system says: a ticket as it was read back, its history and its people, what changed, and hints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handover.packet.attachment import Attachment


class Standing(StrEnum):
    """What a ticket system itself says of somebody in a ticket."""

    STAFF = "staff"
    """Works there: an agent, a privileged user."""
    OUTSIDER = "outsider"
    """Does not, or is not known: a requester, whoever was copied in, a stranger who wrote a mail."""
    BARRED = "barred"
    """Was shut out: disabled, suspended, left."""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One entry of a ticket's history."""

    id: str
    text: str
    public: bool
    author: str
    """The destination's own name of the author."""
    from_customer: bool = False
    """The requester of the ticket wrote it, through a channel of the ticket system's own; nobody else is the
    customer."""
    automatic: bool = False
    """A program wrote it, as its mail says: an answer of absence, a delivery report. Nobody's words."""
    files: tuple[Attachment, ...] = ()
    """What came with it."""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as it was read back, in our words."""

    ref: str
    key: str
    """The handover's id, as the ticket carries it; empty if it carries none."""
    status: str
    """`open`, `claimed` or `resolved`."""
    assignee: str = ""
    """The destination's own name of the person; empty: nobody."""
    queue: str = ""
    priority: str = ""
    """critical, high, normal or low."""
    version: str = ""
    """Grows with every change: a number, or an instant of fixed width in UTC; compared by length, then as text.
    Changes are applied in this order, not in the order of their arrival."""
    link: str = ""
    packet: Mapping[str, Any] = field(default_factory=dict)
    """The packet where the ticket carries it as data."""
    comments: tuple[Comment, ...] = ()
    """Oldest first."""
    people: Mapping[str, Standing] = field(default_factory=dict)
    """What the system says of the authors of public comments and of the assignee, by its own names of them."""
    closed_as: str = ""
    """Why it is closed, where not because its work is done: `rejected`, `cancelled`, `duplicate`, `spam`."""
    merged_into: str = ""
    """The ticket into which it was merged; `?` where the system does not say which. Empty: it was not."""

    @property
    def identity(self) -> Identity:
        """Which ticket it is."""
        return Identity(ref=self.ref, key=self.key, merged_into=self.merged_into)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which ticket a reference leads to now: systems answer for a ticket with the one that it was merged into."""

    ref: str
    key: str
    merged_into: str = ""

    def elsewhere(self, ref: str, key: str) -> str:
        """Where the reference of a handover's ticket leads, if no longer to the handover's own; empty if it does.

        A second ticket of the same handover is its own; so is one whose key the system did not keep.
        """
        if self.merged_into:
            return self.merged_into
        own = self.key == key or (self.ref == ref and not self.key)
        return "" if own else self.ref


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Tickets that changed after a cursor."""

    refs: tuple[str, ...]
    cursor: str


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What an inbound webhook says, once its signature holds: something may have happened to this ticket."""

    delivery_id: str
    """Unique for this delivery; repeats have the same."""
    ref: str
    actor: str = ""
    """The destination's own name of whoever caused it, where it says so."""
    asks: str = ""
    """What the actor asks for, where there is no ticket to look at: `claimed`, or `nothing` for a signed request
    that is to be answered and forgotten. `ref` is the handover's id then."""
