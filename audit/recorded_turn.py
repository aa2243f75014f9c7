"""One recorded message as it was when it was decided: the run, the policy of its day, and ports that only read.

The ports stand where models and the recogniser were: they give what was recorded, and what was not they cannot give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assistants.port import Draft, Question
from conversation.answer import MODELS, RECOGNISER
from conversation.given import SAID, draft_from, recognised_from, topics_from
from conversation.handle import handle, onward
from conversation.handover import Handover
from conversation.inbound import Inbound, Kind
from conversation.records import Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Consulted, Run
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import LoadedPolicy, canonical_hash, stored
from policy.schema import Severity
from recognition.port import Recognised
from recognition.reply_port import REASONS, ReadReply
from service.record import ConversationRecord, RecordedEvent
from states.clock import SystemIds
from states.errors import DependencyFault
from states.vocabulary import Effect, Event
from triggers.engine import compile_policy
from triggers.llm import TopicVerdict
from triggers.screen import FAULT_FILTER


class Incomplete(LookupError):
    """Something that a decision was made on is not in the record; says what."""


class Gone(LookupError):
    """Something that was recorded is not there any more, or is another; says what."""


@dataclass
class Recorded:
    """`Models` and `MeaningRecogniser` at once, out of what was recorded of one message."""

    given: Mapping[str, Any]
    answer: StoredMessage | None
    """What the customer read of the draft, if they did."""
    asked_in_vain: list[str] = field(default_factory=list)
    """Whose word was asked for and is not recorded."""

    fingerprint: str = field(init=False)
    """Who recognised the message then."""

    def __post_init__(self) -> None:
        self.fingerprint = str(self.given.get("recognised", {}).get("by", ""))

    def recognise(self, text: str, *, before: Sequence[str] = ()) -> Recognised:
        """What was recognised then, or the failure of then."""
        self._failed(RECOGNISER)
        if "recognised" not in self.given:
            raise self._in_vain("what the message was recognised as")
        return recognised_from(self.given["recognised"])

    def __call__(self, question: Question) -> Consulted:
        """What the models said then, or their failure."""
        return Consulted(draft=self.draft(question), topics=self.classify(question))

    def draft(self, question: Question) -> Draft:
        """The draft of then."""
        self._failed(MODELS)
        if "draft" not in self.given:
            raise self._in_vain("a draft")
        try:
            return draft_from(self.given["draft"], self.answer)
        except LookupError as gone:
            raise self._in_vain(str(gone)) from None

    def classify(self, question: Question) -> TopicVerdict | None:
        """The topics of then; None where there was no classifier."""
        self._failed(MODELS)
        found = self.given.get("topics")
        return topics_from(found) if found is not None else None

    def _failed(self, by: str) -> None:
        failed = self.given.get("failed", {})
        if failed.get("by") == by:
            raise DependencyFault(failed["kind"], failed["detail"])

    def _in_vain(self, what: str) -> DependencyFault:
        self.asked_in_vain.append(what)
        return DependencyFault("not_recorded", f"{what}: not recorded")

    @property
    def recogniser(self) -> Recorded | None:
        """Itself where a recogniser was asked, or would have been had the rules not decided; None: there was none."""
        beyond = "draft" in self.given or self.given.get("failed", {}).get("by") == MODELS
        return None if beyond and "recognised" not in self.given else self


class RecordedReplies:
    """A `ReplyReader` that says of the draft what was recorded: the reasons for which it was held, or none."""

    def __init__(self, data: Mapping[str, Any], asked_in_vain: list[str]) -> None:
        self.fingerprint = str(data.get("reply_reader", ""))
        self._held, self._asked_in_vain = tuple(data.get("held_by", ())), asked_in_vain

    def read(self, reply: str) -> ReadReply:
        """The verdict of then; a failure of then is one again."""
        if not self.fingerprint:
            self._asked_in_vain.append("how the draft was read before it went out")
        if FAULT_FILTER in self._held:
            raise DependencyFault("recorded", "the draft could not be read then")
        reasons = tuple(one for one in self._held if one in REASONS)
        return ReadReply(score=float(bool(reasons)), blocked=bool(reasons), reasons=reasons)


def recorded_replies(first: RecordedEvent, ports: Recorded) -> RecordedReplies | None:
    """Who read the draft before it went out; None where it was screened by the filters alone."""
    screened = "held_by" in first.data or "soft" in first.data or first.event is Event.MESSAGE_ANSWERED
    if screened and "reply_reader" not in first.data:
        return None
    return RecordedReplies(first.data, ports.asked_in_vain)


class RecordedRules:
    """The stored policies, compiled once each."""

    def __init__(self) -> None:
        self._known: dict[str, Rules] = {}

    def of(self, record: ConversationRecord, policy_hash: str) -> Rules:
        """The rules under a policy of the record. Gone if it is not stored, or is another than its hash says."""
        canonical = record.policies.get(policy_hash)
        if canonical is None:
            raise Gone(f"the policy {policy_hash[:12]} is not stored")
        if canonical_hash(canonical) != policy_hash:
            raise Gone(f"the stored policy {policy_hash[:12]} was changed: it is not what its hash says")
        if policy_hash not in self._known:
            self._known[policy_hash] = rules_of(stored(canonical))
        return self._known[policy_hash]


def rules_of(loaded: LoadedPolicy) -> Rules:
    """The rules of a policy, with no recogniser and with ids and codes that nobody keeps."""
    return Rules(loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=CodeMaker(bytes(MIN_KEY)))


def recorded_ports(record: ConversationRecord, first: RecordedEvent) -> Recorded:
    """The ports of a message, by the first event that decided it."""
    said = (one for one in record.said_by(first) if one.effect is Effect.SEND_ANSWER)
    return Recorded(given=first.given, answer=next(said, None) if first.given.get("draft", {}).get(SAID) else None)


def run_of(record: ConversationRecord, first: RecordedEvent, rules: Rules) -> tuple[Run, Recorded]:
    """The run that decided a message, as it began, with its ports. Incomplete where the record lacks something,
    Gone where it has lost it.
    """
    given, message = first.given, record.message(first.message_id)
    if message is None:
        raise Gone(f"message {first.message_id} is gone")
    by_number = {one.seq: one for one in record.messages}
    gone = [seq for seq in given.get("window", ()) if seq not in by_number]
    if gone:
        raise Gone(f"messages that were read with it are gone: seq {', '.join(map(str, gone))}")
    window = tuple(by_number[seq] for seq in given.get("window", ()))
    for later in record.events:
        hidden = {*later.given.get("masked", ())} & {message.seq, *given.get("window", ())}
        if later.seq >= first.seq and hidden:
            raise Incomplete(
                f"the words that were read are gone: seq {', '.join(map(str, sorted(hidden)))} was masked when event "
                f"{later.id} was decided"
            )
    ports = recorded_ports(record, first)
    rules = replace(rules, recogniser=ports.recogniser, replies=recorded_replies(first, ports))
    inbound = Inbound(kind=Kind(first.kind), id=first.cause.partition(":")[2], message=message, text=message.text)
    run = Run.begin(_snapshot(record, first, window), inbound, rules, first.at, broken=given.get("broken") or None)
    run.mistrusted = given.get("mistrusted", "")
    return run, ports


def decide(run: Run, ports: Recorded) -> None:
    """Decides the message, up to where a packet is due: it is made of more than the record holds."""
    handle(run, run.standing.state, ports)
    while (state := onward(run)) is not None and not run.record.packet_due:
        handle(run, state, ports)


def _snapshot(record: ConversationRecord, first: RecordedEvent, window: tuple[StoredMessage, ...]) -> Snapshot:
    """The conversation as the decision read it, as far as one may depend on it."""
    given = first.given
    return Snapshot(
        id=record.id, state=first.source, version=0, channel=record.channel, language=given["language"],
        customer=record.customer, channel_facts=record.channel_facts, history=given.get("history", {}),
        latched=given.get("latched", False), owner_id=None, owner_role=None, pending_consent=None, policy_name="",
        policy_hash=first.policy_hash, head_hash="", checkpoint_id=None, closed=given.get("closed", False),
        created_at=record.created_at, updated_at=first.at, window=window,
        handover=_verified(record, first.at) if given.get("verified") else None,
    )  # fmt: skip


def _verified(record: ConversationRecord, at: datetime) -> Handover:
    """A case of which nothing is read but that the customer's identity is verified."""
    return Handover(
        id="", conversation_id=record.id, reason_code="", reason="", severity=Severity.NORMAL, sla="", team="",
        language="", waiting_since=at, claim_due_at=at, resolve_due_at=at, verified=True, packet_json={},
        created_at=at,
    )  # fmt: skip
