"""What the surfaces need of the runtime: one port, so that each surface can be tested without a graph or a database.

Without this module the API and the command line would load LangGraph to be type-checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from handover.packet.attachment import Attachment
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


class Outbox(Protocol):
    """What waits or was given up on its way to other systems."""

    def fares(self) -> list[dict[str, Any]]:
        """Each destination: what waits, what fails now and why, what is dead, when something last got through."""
        ...

    def unsettled(self, most: int) -> list[dict[str, Any]]:
        """Steps that are dead or wait, without what they say."""
        ...

    def undeliverable(self, most: int = 1000) -> list[dict[str, Any]]:
        """What somebody must hear of and no destination can perform: effect, case, team, since when."""
        ...

    def replay(self, step_id: str | None = None) -> int:
        """Puts a dead step back, or all with None; how many. NotFound if there is no such dead step."""
        ...


class Delivery(Protocol):
    """What carries handovers to other systems and brings home what people do there."""

    @property
    def outbox(self) -> Outbox:
        """What waits or was given up."""
        ...

    def tick(self) -> int:
        """Gets to work what is due; how much was done."""
        ...

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Keeps an inbound webhook; False for a repeat. NotFound or BadSignature refuse it."""
        ...

    def close(self) -> None:
        """Lets what is under way end."""
        ...


class Runtime(Protocol):
    """A running Handrail. Safe to call from several threads; every call is durable when it returns.

    Errors are those of `states.errors`: NotFound for an unknown conversation, StoreUnavailable when the
    database cannot be used, and what the single calls name.
    """

    def open(self, new: NewConversation) -> ConversationView:
        """Begins a conversation."""
        ...

    def post(
        self,
        conversation_id: str,
        text: str,
        *,
        message_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> TurnResult:
        """Handles one customer message; the same id and text again gives the same answer with `repeated` set.

        Raises MessageConflict, ConversationClosed, MessageTooLong or BadInput.
        """
        ...

    def act(self, conversation_id: str, act: Act) -> ActResult:
        """What a person does; raises IllegalEvent, ForbiddenRole, GuardRefused or Conflict."""
        ...

    def view(self, conversation_id: str) -> ConversationView:
        """The conversation as it is now."""
        ...

    def queue(self, person: Actor | None = None) -> tuple[QueueItem, ...]:
        """The agents' queue, most urgent first; for one person what they may take, in the order they should."""
        ...

    def take_next(self, actor: Actor, act_id: str | None = None) -> ActResult:
        """Claims the most urgent case that fits; raises NotFound when none does, GuardRefused at full capacity."""
        ...

    def attend(self, actor: Actor, said: Attendance | None = None) -> PersonView:
        """A heartbeat of somebody at the desk, with what they say of themselves."""
        ...

    def people(self) -> tuple[PersonView, ...]:
        """Everybody who has come to the desk."""
        ...

    def conversations(self, limit: int = 100) -> Sequence[object]:
        """Summaries, newest first; each has at least `id`, `state` and `updated_at`."""
        ...

    def admit(self, actor: Actor) -> None:
        """ForbiddenRole for an actor who does not hold the role, where the policy names who does."""
        ...

    def opened_by(self, conversation_id: str) -> str:
        """The channel's caller that opened a conversation; empty if it was no channel."""
        ...

    def templates(self) -> tuple[TemplateView, ...]:
        """Every version of every response template, and what the policy ships."""
        ...

    def draft_template(self, actor: Actor, template_id: str, language: str, text: str) -> TemplateView:
        """Writes a new version; raises ForbiddenRole or BadInput."""
        ...

    def approve_template(
        self, actor: Actor, template_id: str, language: str, version: int, text_hash: str
    ) -> TemplateView:
        """Approves exactly the words of that hash; raises Refused, NotFound or Conflict."""
        ...

    def retire_template(self, actor: Actor, template_id: str, language: str, version: int) -> TemplateView:
        """Ends a version for good; raises Refused, NotFound or Conflict."""
        ...

    def recover(self) -> int:
        """Completes messages that a crash left without an outcome; how many."""
        ...

    def tick(self) -> int:
        """Fires due timers; how many."""
        ...

    def ping(self) -> dict[str, str]:
        """One line for each dependency; raises the error of the first that is not ready."""
        ...

    def close(self) -> None:
        """Ends all work and closes the database."""
        ...
