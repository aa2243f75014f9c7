"""The runtime: takes an inbound event through the two commits, and shows what is there. It asks nobody for a right.

Behind `service.door`, which does. It holds no state that a turn needs: any number of runtimes, in any number of
processes, may share a database.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from assistants.port import Assistant
from assistants.request import Request
from conversation.intake import channel_facts, check_id, check_role, label
from conversation.possible import Possible
from conversation.records import TemplateUse
from conversation.rules import Rules
from graph.build import Detail
from graph.decider import Decider
from handover.packet.attachment import Attachment
from handover.packet.model_summary import SummaryWriter
from handover.people.codes import MIN_KEY, CodeMaker
from handover.people.directory import Directory, NoDirectory
from models.usage import Usage
from policy.loader import LoadedPolicy
from proof.check import Checked
from proof.copies import Copy
from proof.heads import KEY, Signer
from recognition.port import MeaningRecogniser
from recognition.reply_port import ReplyReader
from service.acts import Acts
from service.admission import Admission
from service.anchor import Anchor
from service.archive import Archive, LookBook
from service.cursors import change_of
from service.evidence import Evidence
from service.feed import Feed
from service.log import Log
from service.messages import Messages
from service.models import Models
from service.originals import Originals, Seal
from service.parts import Parts
from service.queue import Floor
from service.rows_as_views import conversation_view, from_row
from service.summaries import Summaries
from service.templates import TemplateBook
from service.timers import Timers
from service.verify import verify
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
    TemplateView,
    TurnResult,
)
from states.clock import Clock, Ids
from states.errors import NotFound
from states.vocabulary import Event
from store import arrivals, queries
from store.database import Store
from store.joined import customer_key
from store.work import UnitOfWork
from triggers.engine import compile_policy
from triggers.llm import TopicClassifier

LEASE_MARGIN_S = 5.0
"""How long beyond the models' deadline a worker may hold a conversation before another takes over."""


class Runtime:
    """Conversations: open, post, act, view. Every method is safe to call from any thread."""

    def __init__(
        self,
        *,
        store: Store,
        policy: LoadedPolicy,
        assistant: Assistant,
        clock: Clock,
        ids: Ids,
        classifier: TopicClassifier | None = None,
        recogniser: MeaningRecogniser | None = None,
        summariser: SummaryWriter | None = None,
        replies: ReplyReader | None = None,
        public_url: str = "",
        directory: Directory | None = None,
        codes: CodeMaker | None = None,
        unit_of_work: UnitOfWork | None = None,
        lease_s: float | None = None,
        seal: Seal | None = None,
        signer: Signer | None = None,
        anchors: Sequence[Anchor] = (),
        detail: Detail = Detail.STATES,
        usage: Mapping[str, Usage] | None = None,
    ) -> None:
        self._store = store
        self.usage = usage or {}
        """What language models were asked since the process began, by what for."""
        rules = Rules(
            loaded=policy,
            engine=compile_policy(policy),
            ids=ids,
            codes=codes or CodeMaker(secrets.token_bytes(MIN_KEY)),
            recogniser=recogniser,
            replies=replies,
            public_url=public_url,
            model_summaries=summariser is not None,
        )
        self._parts = Parts(
            rules=rules,
            models=Models(assistant, lambda: self._parts.rules.policy, classifier),
            clock=clock,
            directory=directory or NoDirectory(),
            summariser=summariser,
        )
        self.admission = Admission(policy)
        """Who may ask for what, under the policy in force."""
        self.archive = Archive(store.reader, LookBook(store), self.admission, clock, rules.engine.redact)
        """What was recorded, for those who audit."""
        self._book = TemplateBook(store)
        decider = Decider(store, self._parts.models, unit_of_work, detail)
        self._acts = Acts(store, decider, lambda: self._parts, self._book)
        self._lease_s = lease_s
        self.feed = Feed(store)
        """The log, for whoever follows it."""
        self._originals = Originals(store, lambda: self._parts, seal, self._acts.lifted)
        self._messages = Messages(store, decider, lambda: self._parts, self.lease_s, self._originals.with_originals)
        self._summaries = Summaries(store, self._acts.apply)
        self._timers = Timers(
            store,
            clock,
            settle=self._messages.complete,
            apply=self._acts.apply,
            idle=lambda: self.policy.policy.limits.idle.delta,
            lease_s=self.lease_s,
        )
        self._floor = Floor(
            store,
            clock,
            seen_within=lambda: self.policy.policy.presence.seen_within.delta,
            redact=lambda text: self._parts.rules.redacted(text),
        )
        self.log = Log(store, signer or Signer(secrets.token_bytes(KEY)), clock, anchors)
        """The log over all conversations, for the worker and for what leaves the house."""
        self._evidence = Evidence(store, self.log, clock)
        with store.write() as connection:
            arrivals.remember_policy(connection, policy.hash, policy.policy.name, policy.canonical, clock.now())

    @property
    def policy(self) -> LoadedPolicy:
        """The active policy."""
        return self._parts.rules.loaded

    def lease_s(self) -> float:
        """For how long a worker may hold a conversation now: longer than a turn under the policy in force may take."""
        return self._lease_s or self.policy.policy.answers.patience.total_seconds() + LEASE_MARGIN_S

    def activate(self, policy: LoadedPolicy) -> None:
        """Makes another policy the one that decides from now on; what was decided keeps the policy of its day.

        The caller has linted it and run its vectors (`app.wiring.activate`). Runs that are under way finish under the
        policy they began with.
        """
        engine = compile_policy(policy)
        with self._store.write() as connection:
            arrivals.remember_policy(
                connection, policy.hash, policy.policy.name, policy.canonical, self._parts.clock.now()
            )
        self._parts = replace(self._parts, rules=replace(self._parts.rules, loaded=policy, engine=engine))
        self.admission.policy = policy

    # Conversations

    def open(self, new: NewConversation, *, opened_by: str = "") -> ConversationView:
        """Begins a conversation of the channel `opened_by`; one that exists under this id is returned as it is."""
        return self.view(self.begin(new, opened_by=opened_by))

    def begin(self, new: NewConversation, *, opened_by: str = "") -> str:
        """The same without looking at it, whose cost grows with its length: the id."""
        conversation_id = new.id or self._parts.rules.ids.new("cnv_")
        check_id(conversation_id, "conversation id")
        now, loaded, redact = self._parts.clock.now(), self.policy, self._parts.rules.redacted
        channel, customer = label(new.channel, "channel", redact), label(new.customer, "customer", redact)
        language, facts = label(new.language or "", "language", redact), channel_facts(new.facts, redact)
        with self._store.write() as connection:
            arrivals.create(
                connection,
                conversation_id=conversation_id,
                channel=channel,
                language=language or "en",
                channel_language=bool(language),
                customer=customer,
                channel_facts=facts,
                opened_by=opened_by,
                follows=new.follows,
                customer_key=customer_key(opened_by, channel, new.customer, customer),
                policy_name=loaded.policy.name,
                policy_hash=loaded.hash,
                idle_until=now + loaded.policy.limits.idle.delta,
                now=now,
            )
        return conversation_id

    def view(self, conversation_id: str) -> ConversationView:
        """A conversation as it is now. NotFound if there is none."""
        with self._store.read() as connection:
            return conversation_view(connection, conversation_id, self.policy.policy.limits.idle.delta)

    def verify(self, conversation_id: str) -> Checked:
        """Whether it is what its log says. NotFound."""
        return verify(self._store, (conversation_id,)).conversations[0]

    def export(self, conversation_id: str, copy: Copy, by: Actor) -> bytes:
        """A bundle of evidence, as `Handrail.export` says. NotFound."""
        return self._evidence.export(conversation_id, copy, by)

    def opened_by(self, conversation_id: str) -> str:
        """The channel that opened it; empty if it was none. NotFound."""
        with self._store.read() as connection:
            found = queries.opened_by(connection, conversation_id)
        if found is None:
            raise NotFound(f"there is no conversation {conversation_id!r}; create it first, or check the id")
        return found

    def version(self, conversation_id: str) -> int:
        """Its fencing number: cheap to poll for changes."""
        with self._store.read() as connection:
            return int(queries.conversation(connection, conversation_id)["version"])

    def conversations(self, limit: int = 100, cursor: str = "") -> tuple[ConversationView, ...]:
        """The conversations that changed last, newest first, without transcripts; those after the cursor. BadInput."""
        before, idle = change_of(cursor), self.policy.policy.limits.idle.delta
        with self._store.read() as connection:
            found = queries.conversations(connection, limit, before)
            return tuple(from_row(connection, row, idle, whole=False) for row in found)

    def consents(self, begin: int, limit: int) -> HeldPage:
        """Conversations in which something waits for a second person, the longest first, without transcripts."""
        idle = self.policy.policy.limits.idle.delta
        with self._store.read() as connection:
            rows, total = queries.asking(connection, begin, limit)
            items = tuple(from_row(connection, row, idle, whole=False) for row in rows)
        return HeldPage(items=items, total=total, begin=begin)

    # The desk

    def queue(self, person: Actor | None = None) -> tuple[QueueItem, ...]:
        """The open handovers that come first; for one person what they may take, in the order they should."""
        return self._floor.queue(person)

    @property
    def floor(self) -> Floor:
        """People and the queue."""
        return self._floor

    def held(self, begin: int, limit: int) -> HeldPage:
        """Conversations in which the assistant may speak, the newest change first, without transcripts."""
        idle = self.policy.policy.limits.idle.delta
        with self._store.read() as connection:
            rows, total = queries.held(connection, begin, limit)
            items = tuple(from_row(connection, row, idle, whole=False) for row in rows)
        return HeldPage(items=items, total=total, begin=begin)

    def attend(self, actor: Actor, said: Attendance | None = None) -> PersonView:
        """A heartbeat of somebody at the desk, with what they say of themselves."""
        check_role(actor.id, actor.role, self.policy.policy)
        return self._floor.attend(actor, said or Attendance())

    def people(self) -> tuple[PersonView, ...]:
        """Everybody who has come to the desk."""
        return self._floor.people()

    def take_next(self, actor: Actor, act_id: str | None = None) -> ActResult:
        """Claims the most urgent case that fits the person, once per act id."""
        check_role(actor.id, actor.role, self.policy.policy)
        wanted = act_id or self._parts.rules.ids.new("act_")
        check_id(wanted, "act id")
        return self._floor.take_next(actor, wanted, self.act)

    # Messages

    def post(
        self,
        conversation_id: str,
        text: str,
        *,
        message_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
        automatic: bool | None = None,
        request: Request | None = None,
    ) -> TurnResult:
        """Takes a customer's message through its turn and returns what was said.

        `headers` are those of a mail; `automatic` is what the channel itself knows: that a machine wrote it (True), or
        a person (False). What a machine wrote is kept, and opens, answers and stops nothing. `request` is what the
        program that asks brings for its assistant; with `asks` in the result it must run tools and post again.

        The same id with the same body returns the same answer; with another body it raises MessageConflict.
        After the reopen window a message that calls for a person opens the conversation again, for a person; any other
        is kept, and ConversationClosed says so. Raises NotFound, MessageTooLong, BadInput or StoreUnavailable; what
        was stored before a StoreUnavailable is completed by `recover`.
        """
        return self._messages.post(
            conversation_id, text, message_id=message_id, attachments=attachments, headers=headers, automatic=automatic,
            request=request,
        )  # fmt: skip

    def id_of_turn(self, conversation_id: str, turn: str, *, first: bool, alone: bool) -> str:
        """Under which id a turn is posted that is known by its words, as `Messages.id_of_turn` says."""
        return self._messages.id_of_turn(conversation_id, turn, first=first, alone=alone)

    def said_before(self, conversation_id: str, message_id: str) -> tuple[MessageView, ...]:
        """What was said to the customer before this message and after the one before, in answer to none."""
        return self._messages.said_before(conversation_id, message_id)

    # Acts and clocks

    def possible(self, conversation_id: str, actor: Actor) -> tuple[Possible, ...]:
        """What the person may do to a case now, and the one thing that is missing for each. NotFound."""
        return self._acts.possible(conversation_id, actor)

    def act(self, conversation_id: str, act: Act) -> ActResult:
        """Does what a person asks for at the desk, once per act id.

        What the customer wrote and the person left unanswered is answered before a hand-back returns; if that fails,
        by `recover`. Raises IllegalEvent, ForbiddenRole or GuardRefused, naming what is allowed; NotSeen with what the
        customer wrote meanwhile; NotFound; StaleOutcome if the conversation never held still.
        """
        done = self._acts.do(conversation_id, act)
        if act.event is Event.HANDED_BACK:
            self._messages.return_owed(conversation_id)
        return done

    def lift(self, actor: Actor, conversation_id: str, message_id: str, number: int, reason: str) -> LiftedMask:
        """Shows the original of a mask once it is recorded who asked and why, as `Handrail.lift` says."""
        return self._originals.lift(actor, conversation_id, message_id, number, reason)

    # Templates

    def templates(self) -> tuple[TemplateView, ...]:
        """Every version of every response template, and what the policy ships."""
        return self._book.all(self._parts)

    def draft_template(self, actor: Actor, template_id: str, language: str, text: str) -> TemplateView:
        """Writes a new version, which a second person must approve. BadInput, ForbiddenRole."""
        check_role(actor.id, actor.role, self.policy.policy)
        return self._book.draft(self._parts, actor, template_id, language, text)

    def approve_template(
        self, actor: Actor, template_id: str, language: str, version: int, text_hash: str
    ) -> TemplateView:
        """Approves exactly the words whose hash the actor saw; retires the version before. Refused, NotFound."""
        check_role(actor.id, actor.role, self.policy.policy)
        used = TemplateUse(id=template_id, language=language, version=version)
        return self._book.approve(self._parts, actor, used, text_hash)

    def retire_template(self, actor: Actor, template_id: str, language: str, version: int) -> TemplateView:
        """Ends a version for good. Refused, NotFound."""
        check_role(actor.id, actor.role, self.policy.policy)
        return self._book.retire(self._parts, actor, TemplateUse(id=template_id, language=language, version=version))

    def fault(self, conversation_id: str, fault_id: str, data: Mapping[str, str]) -> bool:
        """Records what went wrong around a case that a person has or awaits, once per id, and calls a person to it.

        False if the machine refuses because no person has the case: then tell one in another way.
        """
        return self._acts.fault(conversation_id, fault_id, data)

    # Work that nobody waits for

    def recover(self) -> int:
        """Completes messages that were stored but never decided, as after a crash; returns how many."""
        return self._timers.recover()

    def tick(self) -> int:
        """Fires the timers that are due, then completes what crashed workers left; how many."""
        done = self._timers.tick()
        self._summaries.start(self._parts)
        return done + self._originals.delete_old()

    def fire_due(self) -> int:
        """Fires the timers that are due, and lets summaries begin; how many. It waits for no model."""
        done = self._timers.fire_due()
        self._summaries.start(self._parts)
        return done + self._originals.delete_old()

    @property
    def codes(self) -> CodeMaker:
        """What makes one-time codes, for whoever sends them."""
        return self._parts.rules.codes

    @property
    def directory(self) -> Directory:
        """Who is on file, for whoever sends codes."""
        return self._parts.directory

    @property
    def store(self) -> Store:
        """The database, for the worker and the audit."""
        return self._store

    @property
    def clock(self) -> Clock:
        """The clock everything here runs by."""
        return self._parts.clock

    def ping(self) -> dict[str, str]:
        """One line for each dependency that is ready; raises the first one's error that is not."""
        return {"store": self._store.ping(), "assistant": self._parts.models.ping()}

    def close(self) -> None:
        """Lets go of threads and connections."""
        self._parts.models.close()
        self._store.close()
