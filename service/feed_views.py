"""What the door shows of the log: events with what they said to the customer, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.views import MessageView
from states.vocabulary import Role, State

BEGINNING = "beginning"
"""Instead of a cursor: everything that is kept."""


@dataclass(frozen=True, kw_only=True)
class FeedEvent:
    """One event of a conversation, with what it said to the customer."""

    cursor: str
    """The place behind it: where to read on."""
    id: str
    conversation_id: str
    seq: int
    event: str
    source: State
    state: State
    """Where the conversation is from then on."""
    role: Role | None
    """Who caused it; None for a channel."""
    actor_id: str
    at: datetime
    message_id: str | None
    """The customer's message that it decides."""
    messages: tuple[MessageView, ...]
    """What it says to the customer."""
    data: Mapping[str, Any]
    """What it was decided on; empty for a channel."""

    @property
    def concerns_channel(self) -> bool:
        """Whether the customer notices: something was said, or the conversation moved."""
        return bool(self.messages) or self.source is not self.state

    def for_channel(self) -> FeedEvent:
        """What the customer may know of it: no evidence, and nobody's name."""
        said = tuple(map(message_for_channel, self.messages))
        return replace(self, role=None, actor_id="", data={}, messages=said)


def message_for_channel(message: MessageView) -> MessageView:
    """A message without what is the desk's: whose it is among the agents, and which masks may be lifted."""
    return replace(message, masks=(), actor_id="")


@dataclass(frozen=True, kw_only=True)
class FeedPage:
    """Some events, and where to read on: there may be more, or none yet."""

    events: tuple[FeedEvent, ...]
    next: str
    more: bool
    """There is more to read at once."""


@dataclass(frozen=True, kw_only=True)
class MessagesPage:
    """Some messages of a transcript, oldest first, and where to read on."""

    messages: tuple[MessageView, ...]
    next: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How far the log has grown."""

    place: str
    """Where it ends now."""
    channels: frozenset[str] | None
    """The channels in whose conversations something has happened; None: that is not known."""
