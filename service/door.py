"""The one door: every surface reads and acts here, as an actor who has the right, or not at all.

API, page, command line and the desks of other systems call `Handrail`. Each call takes the actor first and asks for one
right of `states.rights` before anything is read or written:

- the actor's role has the right,
- the policy's `roles:` names the actor, where it names anybody for the role,
- for a channel (role `customer`), the conversation is one that it has opened.

What clocks, recovery and faults do without an actor is `service.system.System`, which no surface is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conversation.intake import OURS
from conversation.possible import Possible
from handover.people.routing import Bar
from handover.people.sought import Sought, Tally
from service.feed_views import message_for_channel
from service.views import (
    Act,
    Actor,
    ActResult,
    Attendance,
    ConversationView,
    HeldPage,
    LiftedMask,
    MessageView,
    NewConversation,
    PersonView,
    QueueItem,
    QueuePage,
    TemplateView,
    TurnResult,
)
from states.errors import BadInput, Conflict, NotFound
from states.rights import Right
from states.vocabulary import Event, Role

if TYPE_CHECKING:
    from assistants.request import Request
    from handover.packet.attachment import Attachment
    from policy.loader import LoadedPolicy
    from proof.check import Checked
    from proof.copies import Copy
    from service.feed_views import FeedPage, MessagesPage, Moved
    from service.outbox import Outbox
    from service.runtime import Runtime

_BIGGEST = 2**63


class Handrail:
    """A running Handrail, for whoever has a right. Safe to call from several threads.

    Every call is durable when it returns. Beside the errors that the single calls name: ForbiddenRole without the
    right, BadInput for an actor without a usable name, NotFound for a conversation that is not there or, for a channel,
    not its own (in the same words), StoreUnavailable when the database cannot be used.
    """

    def __init__(self, runtime: Runtime, outbox: Outbox) -> None:
        self._runtime, self._outbox = runtime, outbox
        self.archive = runtime.archive
        """What was recorded, for those who audit: it reads, keeps who has looked, and does nothing else."""

    # Without an actor: nothing of any conversation

    def delivery_line(self) -> str:
        """One line on how destinations fare, for whoever watches the service."""
        return self._outbox.line()

    @property
    def policy(self) -> LoadedPolicy:
        """The active policy: what surfaces draw their choices from."""
        return self._runtime.policy

    def now(self) -> datetime:
        """The present moment by the clock everything runs by, in UTC."""
        return self._runtime.clock.now().astimezone(UTC)

    def ping(self) -> dict[str, str]:
        """One line for each dependency that is ready; raises the error of the first that is not."""
        return self._runtime.ping()

    def moved(self, place: str | None) -> Moved:
        """Where the log ends now, and whose conversations have moved since that place: when to look again."""
        return self._runtime.feed.moved(place)

    # The right to ask

    def admit(self, actor: Actor, right: Right) -> None:
        """ForbiddenRole unless the actor's role has the right, and the policy lets the actor hold the role."""
        self._runtime.admission.admit(actor, right)

    def _admit_to(self, actor: Actor, right: Right, conversation_id: str) -> None:
        """The same for one conversation. A channel does not learn that another one's is there."""
        self.admit(actor, right)
        if actor.role is Role.CUSTOMER and not self._is_own(actor, conversation_id):
            raise NotFound(f"there is no conversation {conversation_id!r} of yours; create it first, or check the id")

    def _is_own(self, actor: Actor, conversation_id: str) -> bool:
        try:
            return self._runtime.opened_by(conversation_id) == actor.id
        except NotFound:
            return False

    # Channels

    def open(self, actor: Actor, new: NewConversation) -> ConversationView:
        """Begins a conversation of the actor's; one of theirs that exists under this id is returned as it is."""
        return self._runtime.view(self.begin(actor, new)).for_channel()

    def begin(self, actor: Actor, new: NewConversation) -> str:
        """The same without showing it, whose cost grows with its length: the id."""
        self.admit(actor, Right.OPEN_CONVERSATION)
        _check_facts(new.facts)
        if new.follows is not None:
            self._check_followed(actor, new)
        begun = new.id if new.id is not None and self._is_own(actor, new.id) else None
        begun = begun or self._runtime.begin(new, opened_by=actor.id)
        self._admit_to(actor, Right.READ_OWN_CONVERSATION, begun)
        return begun

    def _check_followed(self, actor: Actor, new: NewConversation) -> None:
        """A conversation follows one of the same channel and customer, or none. NotFound, BadInput."""
        self._admit_to(actor, Right.READ_OWN_CONVERSATION, new.follows or "")
        if new.follows == new.id or self._runtime.view(new.follows or "").customer != new.customer:
            raise BadInput(f"conversation {new.follows!r} is none of this customer's before; leave `follows` out")

    def post(
        self,
        actor: Actor,
        conversation_id: str,
        text: str,
        *,
        message_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
        automatic: bool | None = None,
        request: Request | None = None,
    ) -> TurnResult:
        """Handles one customer message; the same id and text again gives the same answer with `repeated` set.

        `request` is what the program that asks brings for its assistant, at the gateway; with `asks` in the result the
        message waits for tools: it is posted again, with what they told.

        Raises MessageConflict, ConversationClosed, MessageTooLong or BadInput.
        """
        self._admit_to(actor, Right.WRITE_AS_CUSTOMER, conversation_id)
        posted = self._runtime.post(
            conversation_id, text, message_id=message_id, attachments=attachments, headers=headers, automatic=automatic,
            request=request,
        )  # fmt: skip
        return posted.for_channel()

    def id_of_turn(self, actor: Actor, conversation_id: str, turn: str, *, first: bool, alone: bool) -> str:
        """Under which id to post a turn that is known by its words only, so that it happens once."""
        self._admit_to(actor, Right.WRITE_AS_CUSTOMER, conversation_id)
        return self._runtime.id_of_turn(conversation_id, turn, first=first, alone=alone)

    def said_before(self, actor: Actor, conversation_id: str, message_id: str) -> tuple[MessageView, ...]:
        """What was said to the customer between their message before and this one, in answer to none of both: what a
        client that only asks has not heard."""
        self._admit_to(actor, Right.READ_OWN_CONVERSATION, conversation_id)
        said = self._runtime.said_before(conversation_id, message_id)
        return tuple(map(message_for_channel, said))

    def rate(
        self, actor: Actor, conversation_id: str, score: int, comment: str = "", *, message_id: str | None = None
    ) -> TurnResult:
        """Answers the survey by the message it stands for: a comment is judged like any words. Conflict."""
        self._admit_to(actor, Right.WRITE_AS_CUSTOMER, conversation_id)
        view = self._runtime.view(conversation_id)
        repeated = message_id is not None and any(one.id == message_id for one in view.messages)
        if not view.survey and not repeated:
            raise Conflict(f"conversation {conversation_id!r} waits for no answer to a survey; send a message instead")
        text = f"{score} - {comment.strip()}" if comment.strip() else str(score)
        return self._runtime.post(conversation_id, text, message_id=message_id).for_channel()

    # Reading

    def view(self, actor: Actor, conversation_id: str) -> ConversationView:
        """The conversation as it is now; for a channel without evidence, packet and owner."""
        self._admit_to(actor, Right.READ_OWN_CONVERSATION, conversation_id)
        view = self._runtime.view(conversation_id)
        return view.for_channel() if actor.role is Role.CUSTOMER else view

    def verify(self, actor: Actor, conversation_id: str) -> Checked:
        """Whether it is what its log says, word by word."""
        self.admit(actor, Right.AUDIT)
        return self._runtime.verify(conversation_id)

    def export(self, actor: Actor, conversation_id: str, copy: Copy) -> bytes:
        """A bundle of evidence, which `handrail verify` checks anywhere; that it was made stands in the journal.

        BadInput where no such copy can be proved; Conflict if the conversation never held still.
        """
        self.admit(actor, Right.AUDIT)
        return self._runtime.export(conversation_id, copy, actor)

    def version(self, actor: Actor, conversation_id: str) -> int:
        """Its fencing number: cheap to poll for changes."""
        self._admit_to(actor, Right.READ_OWN_CONVERSATION, conversation_id)
        return self._runtime.version(conversation_id)

    def events(self, actor: Actor, after: str | None, limit: int) -> FeedPage:
        """What happens in all conversations, for a channel in its own: the events behind the cursor that a page before
        told; without one none, and where to read on from now. Each once, in the order of commits. BadInput."""
        self.admit(actor, _reading(actor))
        return self._runtime.feed.page(after, limit, _channel_of(actor))

    def events_of(self, actor: Actor, conversation_id: str, after: int, limit: int) -> FeedPage:
        """What happens in one conversation, behind a number of its own."""
        self._admit_to(actor, _reading(actor), conversation_id)
        return self._runtime.feed.of_conversation(conversation_id, after, limit, _channel_of(actor))

    def messages(self, actor: Actor, conversation_id: str, after: int, limit: int) -> MessagesPage:
        """What was said in one conversation, behind a number of its own, oldest first."""
        self._admit_to(actor, _reading(actor), conversation_id)
        return self._runtime.feed.messages(conversation_id, after, limit, _channel_of(actor))

    def conversations(self, actor: Actor, limit: int = 100, cursor: str = "") -> tuple[ConversationView, ...]:
        """The conversations that changed last, newest first, without transcripts: those after the cursor. BadInput."""
        self.admit(actor, Right.READ_CASES)
        return self._runtime.conversations(limit, cursor)

    def consents(self, actor: Actor, limit: int, begin: int = 0) -> HeldPage:
        """Conversations in which something waits for a second person, the longest first, without transcripts."""
        self.admit(actor, Right.READ_CASES)
        return self._runtime.consents(begin, limit)

    # The desk

    def queue(self, actor: Actor, *, mine: bool = False) -> tuple[QueueItem, ...]:
        """The open handovers that come first; `mine`: what the actor may take, in the order they should."""
        self.admit(actor, Right.READ_QUEUE)
        return self._runtime.queue(actor if mine else None)

    def queue_page(
        self, actor: Actor, limit: int, cursor: str = "", *, mine: bool = False, sought: Sought | None = None
    ) -> QueuePage:
        """Some lines of the queue: those after the cursor, which the page before told; empty: the first. BadInput.

        `sought` leaves only what the actor looks for.
        """
        self.admit(actor, Right.READ_QUEUE)
        return self._runtime.floor.page(actor if mine else None, limit, cursor, asker=actor, sought=sought)

    def tally(self, actor: Actor) -> Tally:
        """How many open cases there are, by view, trigger, state, channel and language."""
        self.admit(actor, Right.READ_QUEUE)
        return self._runtime.floor.tally(actor)

    def held(self, actor: Actor, limit: int, begin: int = 0) -> HeldPage:
        """Conversations that the assistant is holding now, the newest change first, without transcripts."""
        self.admit(actor, Right.READ_CASES)
        return self._runtime.held(begin, limit)

    def take_next(self, actor: Actor, act_id: str | None = None) -> ActResult:
        """Claims the most urgent case that fits; NotFound when none does, GuardRefused at full capacity."""
        self.admit(actor, Right.ACT)
        return self._runtime.take_next(actor, act_id)

    def passed_over(self, actor: Actor, conversation_id: str = "") -> Mapping[Bar, int]:
        """How many cases wait before this one that are not for the actor, by what keeps them from it."""
        self.admit(actor, Right.READ_QUEUE)
        return self._runtime.floor.passed_over(actor, conversation_id)

    def act(
        self,
        actor: Actor,
        conversation_id: str,
        event: Event,
        *,
        text: str = "",
        data: Mapping[str, Any] | None = None,
        act_id: str | None = None,
        seen: int | None = None,
        origin: str = "",
    ) -> ActResult:
        """What a person does to a case, once per act id; the parameters are those of `service.views.Act`.

        Raises NotSeen where the act ends the actor's part and the customer has written after `seen`; IllegalEvent,
        ForbiddenRole or GuardRefused, naming what is allowed; Conflict; BadInput.
        """
        self._admit_to(actor, Right.ACT, conversation_id)
        act = Act(event=event, actor=actor, id=act_id, text=text, data=data or {}, seen=seen, origin=origin)
        return self._runtime.act(conversation_id, act)

    def possible(self, actor: Actor, conversation_id: str) -> tuple[Possible, ...]:
        """What the actor's role may do to the case now, each with the one thing that is missing for it, if any is.

        What an act itself brings counts as brought: words, a proof, the newest message as seen.
        """
        self.admit(actor, Right.READ_CASES)
        return self._runtime.possible(conversation_id, actor)

    def lift(self, actor: Actor, conversation_id: str, message_id: str, number: int, reason: str) -> LiftedMask:
        """The original of one mask, shown after it is in the log who asked and why; each look is one event.

        ForbiddenRole for a role that the policy does not name; NotFound where no original is kept (any more);
        BadInput without a reason; OriginalUnreadable where it cannot be opened: then nothing is recorded or shown.
        """
        self._admit_to(actor, Right.LIFT_MASKS, conversation_id)
        return self._runtime.lift(actor, conversation_id, message_id, number, reason)

    def attend(self, actor: Actor, said: Attendance | None = None) -> PersonView:
        """A heartbeat of somebody at the desk, with what they say of themselves."""
        self.admit(actor, Right.ATTEND)
        return self._runtime.attend(actor, said)

    def people(self, actor: Actor) -> tuple[PersonView, ...]:
        """Everybody who has come to the desk, and who is online."""
        self.admit(actor, Right.READ_QUEUE)
        return self._runtime.people()

    # Response templates

    def templates(self, actor: Actor) -> tuple[TemplateView, ...]:
        """Every version of every response template, and what the policy ships."""
        self.admit(actor, Right.READ_TEMPLATES)
        return self._runtime.templates()

    def draft_template(self, actor: Actor, template_id: str, language: str, text: str) -> TemplateView:
        """Writes a new version, which a second person must approve. BadInput."""
        self.admit(actor, Right.KEEP_TEMPLATES)
        return self._runtime.draft_template(actor, template_id, language, text)

    def approve_template(
        self, actor: Actor, template_id: str, language: str, version: int, text_hash: str
    ) -> TemplateView:
        """Approves exactly the words whose hash the actor saw; retires the version before. Refused, Conflict."""
        self.admit(actor, Right.KEEP_TEMPLATES)
        return self._runtime.approve_template(actor, template_id, language, version, text_hash)

    def retire_template(self, actor: Actor, template_id: str, language: str, version: int) -> TemplateView:
        """Ends a version for good. Refused, Conflict."""
        self.admit(actor, Right.KEEP_TEMPLATES)
        return self._runtime.retire_template(actor, template_id, language, version)

    # What is on its way to other systems

    def destinations(self, actor: Actor) -> list[dict[str, Any]]:
        """Each destination: what waits, what fails now and why, what is dead, when something last got through."""
        self.admit(actor, Right.READ_DELIVERIES)
        return self._outbox.fares()

    def deliveries(self, actor: Actor, most: int) -> list[dict[str, Any]]:
        """Steps that are dead or wait, without what they say."""
        self.admit(actor, Right.READ_DELIVERIES)
        return self._outbox.unsettled(most)

    def undeliverable(self, actor: Actor, most: int) -> list[dict[str, Any]]:
        """Effects that somebody must hear of and that no destination can perform."""
        self.admit(actor, Right.READ_DELIVERIES)
        return self._outbox.undeliverable(most)

    def replay(self, actor: Actor, step_id: str) -> int:
        """Puts a dead step back into the queue, to be looked up first. NotFound if there is no such dead step."""
        self.admit(actor, Right.REPLAY)
        return self._outbox.replay(step_id)

    # What language models were asked

    def usage(self, actor: Actor) -> dict[str, dict[str, Any]]:
        """Calls, failures, tokens and cost since this process began, by what a model is used for."""
        self.admit(actor, Right.READ_USAGE)
        return {use: counted.told() for use, counted in self._runtime.usage.items()}


def _reading(actor: Actor) -> Right:
    """The right to read events: of every conversation, or of one's own."""
    return Right.READ_OWN_CONVERSATION if actor.role is Role.CUSTOMER else Right.READ_CASES


def _channel_of(actor: Actor) -> str | None:
    """The channel whose conversations are the only ones the actor sees; None for who sees all."""
    return actor.id if actor.role is Role.CUSTOMER else None


def _check_facts(facts: Mapping[str, bool | int | float | str]) -> None:
    """BadInput for a fact that no channel may state, and for a number that no row can hold."""
    for name, value in facts.items():
        if name in OURS:
            raise BadInput(f"{name!r} is decided here, by a check of the customer's identity; leave it out")
        if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < _BIGGEST):
            raise BadInput(f"the number of {name!r} is out of bounds; give one between -2**63 and 2**63")
