"""What the page needs of the runtime, as one port, so that it can be shown with views made by hand.

Without it every test of a room would need a database and a policy.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from policy.loader import LoadedPolicy
from service.views import (
    Act,
    Actor,
    ActResult,
    Attendance,
    ConversationView,
    NewConversation,
    PersonView,
    QueueItem,
    TemplateView,
    TurnResult,
)
from states.clock import Clock


class PageRuntime(Protocol):
    """The part of service.runtime.Runtime that the page calls; see there for the errors."""

    @property
    def policy(self) -> LoadedPolicy:
        """The active policy."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock everything runs by."""
        ...

    def open(self, new: NewConversation) -> ConversationView:
        """Begins a conversation."""
        ...

    def post(self, conversation_id: str, text: str, *, message_id: str | None = None) -> TurnResult:
        """Handles one customer message."""
        ...

    def act(self, conversation_id: str, act: Act) -> ActResult:
        """Does what a person asks for."""
        ...

    def view(self, conversation_id: str) -> ConversationView:
        """A conversation as it is now."""
        ...

    def version(self, conversation_id: str) -> int:
        """Its fencing number: cheap to poll."""
        ...

    def conversations(self, limit: int = 100) -> tuple[ConversationView, ...]:
        """The conversations that changed last, without transcripts."""
        ...

    def consents(self) -> tuple[ConversationView, ...]:
        """The conversations in which something waits for a second person, without transcripts."""
        ...

    def queue(self) -> tuple[QueueItem, ...]:
        """Every open handover, most urgent first."""
        ...

    def attend(self, actor: Actor, said: Attendance | None = None) -> PersonView:
        """A heartbeat of somebody at the desk."""
        ...

    def take_next(self, actor: Actor) -> ActResult:
        """Claims the most urgent case that fits the person."""
        ...

    def templates(self) -> tuple[TemplateView, ...]:
        """Every version of every response template."""
        ...

    def draft_template(self, actor: Actor, template_id: str, language: str, text: str) -> TemplateView:
        """Writes a new version, which a second person must approve."""
        ...

    def approve_template(
        self, actor: Actor, template_id: str, language: str, version: int, text_hash: str
    ) -> TemplateView:
        """Approves exactly the words whose hash the actor saw."""
        ...

    def retire_template(self, actor: Actor, template_id: str, language: str, version: int) -> TemplateView:
        """Ends a version for good."""
        ...


def now_of(runtime: PageRuntime) -> datetime:
    """The present moment by the runtime's clock, in UTC."""
    return runtime.clock.now().astimezone(UTC)
