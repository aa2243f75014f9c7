"""Proof that the program does what the table says: every row is run, and what its effects must show is looked for.

The machine's own properties are proved about the table (`states.check`); this ties the table to the code that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from assistants.port import Draft, Question
from conversation.answer import Direct
from conversation.clocks import next_step
from conversation.doing import Matter, Urgency
from conversation.effects import OUTBOUND
from conversation.handle import outcome_of, run_through
from conversation.handover import Handover
from conversation.inbound import Inbound, Kind, Proof
from conversation.packets import assembled, new_handover
from conversation.records import Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Run, Standing
from conversation.speech import require_caused
from conversation.step import apply
from handover.packet.schema import PacketPlaybook, PacketStep
from handover.people.consent import Consent, ConsentKind
from handover.people.duties import Duties
from policy.schema import Level
from states.errors import HandrailError
from states.machine import ConversationMachine
from states.table import ALWAYS, SPEECH, TABLE, WITH_PERSON, Transition
from states.vocabulary import Author, Effect, Event, Role, State

NOW = datetime(2026, 1, 7, 11, 0, tzinfo=UTC)
WORDS = "Words of the proof."
LEFT = StoredMessage(id="m0", seq=1, author=Author.CUSTOMER.value, actor_id="", text=WORDS, at=NOW)
"""What the customer wrote before, and nobody answered."""
CLAIMS = {"claims": [{"claim": "The customer wrote.", "turns": [1]}], "model": "proof"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What one row led to."""

    row: Transition
    before: Standing
    run: Run

    @property
    def after(self) -> Standing:
        """Where the conversation stands now."""
        return self.run.standing

    @property
    def held(self) -> Handover:
        """The handover now. LookupError if there is none."""
        if self.after.handover is None:
            raise LookupError("there is no handover")
        return self.after.handover

    @property
    def had(self) -> Handover:
        """The handover before. LookupError if there was none."""
        if self.before.handover is None:
            raise LookupError("there was no handover")
        return self.before.handover

    def said(self, effect: Effect) -> bool:
        """Whether this effect said something, in the name that the table gives it."""
        spoken = (one for one in self.run.record.utterances if one.effect is effect)
        return any(one.author is SPEECH[effect] for one in spoken)

    def queued(self, effect: Effect) -> bool:
        """Whether this effect asked for an outbox row that names its handover."""
        rows = (one for one in self.run.record.outbound if one.effect is effect)
        return any(one.payload["handover_id"] == self.held.id for one in rows)


Look = Callable[[Shown], bool]
LOOKS: Mapping[Effect, Look] = {
    Effect.SEND_ANSWER: lambda seen: seen.said(Effect.SEND_ANSWER),
    Effect.SEND_CAUTION: lambda seen: seen.said(Effect.SEND_CAUTION),
    Effect.LOCK_BOT: lambda seen: seen.after.latched,
    Effect.UNLOCK_BOT: lambda seen: not seen.after.latched and bool(seen.after.history.returned),
    Effect.ASSEMBLE_PACKET: lambda seen: seen.run.record.packet_due,
    Effect.UPDATE_PACKET: lambda seen: seen.held.packet != seen.had.packet and not seen.held.summary_due,
    Effect.RECORD_REVIEW: lambda seen: bool(seen.held.packet.review),
    Effect.RECORD_STEP: lambda seen: seen.held.steps_done != seen.had.steps_done,
    Effect.OPEN_HANDOVER: lambda seen: seen.run.record.opened and seen.held.open and not seen.after.closed,
    Effect.SEND_SCRIPT: lambda seen: seen.said(Effect.SEND_SCRIPT),
    Effect.SEND_NOTICE: lambda seen: seen.said(Effect.SEND_NOTICE),
    Effect.SEND_DELAY: lambda seen: seen.said(Effect.SEND_DELAY) or seen.after.owner_id is not None,
    Effect.DELIVER_HANDOVER: lambda seen: seen.queued(Effect.DELIVER_HANDOVER),
    Effect.RAISE_SEVERITY: lambda seen: seen.held.regulated and seen.queued(Effect.RAISE_SEVERITY),
    Effect.ASSIGN_OWNER: lambda seen: seen.after.owner_id == seen.held.owner_id == "actor",
    Effect.CLEAR_OWNER: lambda seen: seen.after.owner_id is None and (not seen.held.open or seen.held.owner_id is None),
    Effect.NOTIFY_CLAIMED: lambda seen: seen.said(Effect.NOTIFY_CLAIMED) and seen.queued(Effect.NOTIFY_CLAIMED),
    Effect.SEND_AGENT_MESSAGE: lambda seen: seen.said(Effect.SEND_AGENT_MESSAGE),
    Effect.FORWARD_MESSAGE: lambda seen: seen.queued(Effect.FORWARD_MESSAGE),
    Effect.SEND_CODE: lambda seen: seen.held.code != seen.had.code and seen.queued(Effect.SEND_CODE),
    Effect.RECORD_VERIFICATION: lambda seen: seen.held.attempts + seen.held.verified > seen.had.attempts,
    Effect.OPEN_EXCEPTION: lambda seen: _asks(seen, ConsentKind.EXCEPTION),
    Effect.OPEN_HAND_BACK: lambda seen: _asks(seen, ConsentKind.HAND_BACK),
    Effect.GIVE_CONSENT: lambda seen: seen.after.consent is not None and seen.after.consent.agreed_by == "actor",
    Effect.CLOSE_CONSENT: lambda seen: seen.after.consent is None,
    Effect.RENOTIFY: lambda seen: seen.queued(Effect.RENOTIFY),
    Effect.PAGE: lambda seen: seen.queued(Effect.PAGE),
    Effect.CLOSE_HANDOVER: lambda seen: not seen.held.open and seen.queued(Effect.CLOSE_HANDOVER),
    Effect.SEND_CLOSING: lambda seen: seen.said(Effect.SEND_CLOSING),
    Effect.SEND_RETURNED: lambda seen: seen.said(Effect.SEND_RETURNED),
    Effect.RETURN_MESSAGE: lambda seen: seen.run.record.returned_message == LEFT.id,
    Effect.SEND_SURVEY: lambda seen: seen.said(Effect.SEND_SURVEY) or not _survey_wanted(seen),
    Effect.RECORD_SURVEY: lambda seen: not seen.after.history.survey,
    Effect.CLOSE_CONVERSATION: lambda seen: seen.after.closed,
}
"""Effect → what must be seen once it is done."""


def _survey_wanted(seen: Shown) -> bool:
    survey = seen.run.rules.policy.survey
    return survey.person if seen.row.event is Event.RESOLVED else survey.assistant


def _asks(seen: Shown, kind: ConsentKind) -> bool:
    return seen.after.consent is not None and seen.after.consent.kind is kind


def program_faults(rules: Rules, table: tuple[Transition, ...] = TABLE) -> Iterator[str]:
    """Where the program does not do what the table says; nothing if it does."""
    opened = _handover(rules)
    for row in table:
        name = f"{row.source.value} –{row.event.value}→ {row.target.value}"
        try:
            yield from (f"{name}: {what}" for what in _row_faults(rules, row, opened))
        except Exception as error:  # noqa: BLE001  safety boundary: a row that cannot be run is a fault by itself
            yield f"{name}: {type(error).__name__}: {error}"
    yield from _voice_faults(rules, opened)


def _row_faults(rules: Rules, row: Transition, opened: Handover) -> Iterator[str]:
    only = ConversationMachine((replace(row, guard=ALWAYS),))
    run = _run(replace(rules, machine=only), row, opened)
    before = run.standing
    step = next_step(run, row.event)
    urgency = _urgency(run) if Effect.RAISE_SEVERITY in row.effects else None
    matter = Matter(words=WORDS, ladder=step, urgency=urgency)
    apply(run, row.event, row.roles[-1], actor="actor", approved=True, matter=matter)
    shown = Shown(row=row, before=before, run=run)
    for effect in row.effects:
        if not LOOKS[effect](shown):
            yield f"{effect.value} is asked for and not done"
    asked = {(one.effect, one.author) for one in run.record.utterances}
    yield from (f"{effect.value} speaks unasked" for effect, _ in asked if effect not in row.effects)
    sent = {one.effect for one in run.record.outbound}
    yield from (f"{one.value} leaves unasked" for one in sent if one not in row.effects or one not in OUTBOUND)
    if not run.record.packet_due:
        require_caused(outcome_of(run), (row,))


def _voice_faults(rules: Rules, opened: Handover) -> Iterator[str]:
    """Customers' messages in every state: the assistant speaks only in its own, and every word has its event."""
    for state in State:
        for text in ("Hello", "I want to speak to a human", "4111 1111 1111 1111", "5"):
            row = next(one for one in TABLE if one.source is state)
            run = _run(rules, replace(row, event=Event.CUSTOMER_REPLIED), opened, text)
            try:
                outcome = run_through(run, Direct(_knows))
                require_caused(outcome)
            except HandrailError as error:
                yield f"a message in {state.value}: {type(error).__name__}: {error}"
                continue
            spoken = [one for one in outcome.utterances if one.author is Author.ASSISTANT]
            if spoken and (state in WITH_PERSON or outcome.latched):
                yield f"the assistant speaks to a message in {state.value}"


def _knows(question: Question) -> Draft:
    return Draft(text=WORDS, confidence=1.0, verbatim=True)


# Situations made by hand


def _run(rules: Rules, row: Transition, opened: Handover, text: str = WORDS) -> Run:
    """A run in which the row's effects have everything that they need."""
    latched = row.source in (*WITH_PERSON, State.RESOLVED)
    snapshot = _snapshot(rules, row.source, latched=latched)
    if latched:
        snapshot = replace(snapshot, handover=_fitted(opened, row))
        if row.event in _WITH_CONSENT:
            snapshot = replace(snapshot, pending_consent=_consent(snapshot).to_json())
    return Run.begin(snapshot, _inbound(row, text), rules, NOW)


_MESSAGES = frozenset(
    {Event.CUSTOMER_REPLIED, Event.REOPENED, Event.SURVEY_ANSWERED, Event.MESSAGE_ANSWERED, Event.CAUTION_RAISED,
     Event.HUMAN_ACCEPTED}
)  # fmt: skip
_WITH_CONSENT = frozenset(
    {Event.HAND_BACK_AGREED, Event.HAND_BACK_REFUSED, Event.CONSENT_EXPIRED, Event.CONSENT_VOIDED,
     Event.EXCEPTION_APPROVED, Event.EXCEPTION_DENIED}
)  # fmt: skip


def _inbound(row: Transition, text: str) -> Inbound:
    if row.event in _MESSAGES:
        message = StoredMessage(id="m1", seq=1, author=Author.CUSTOMER.value, actor_id="", text=text, at=NOW)
        return Inbound(kind=Kind.MESSAGE, id="m1", message=message, text=text)
    fields = [{"field": "context.summary", "verdict": "accept"}]
    data: dict[Event, Mapping[str, Any]] = {
        Event.PACKET_UPDATED: CLAIMS,
        Event.PACKET_REVIEWED: {"fields": fields},
        Event.STEP_DONE: {"step": STEP},
        Event.STEP_UNDONE: {"step": STEP},
    }
    return Inbound(
        kind=Kind.ACT, id="a1", event=row.event, role=row.roles[-1], actor="actor", text=WORDS,
        data=data.get(row.event, {}), proof=Proof(contact="email"),
    )  # fmt: skip


STEP = "proved"
_PLAYBOOK = PacketPlaybook(id="proof", steps=(PacketStep(id=STEP, text=WORDS, required=True),))


def _snapshot(rules: Rules, state: State, *, latched: bool) -> Snapshot:
    history = {"turns": 1, "survey": "person"} if state is State.RESOLVED else {"turns": 1}
    return Snapshot(
        id="proof", state=state, version=1, channel="proof", language="en", customer="", channel_facts={},
        history=history, latched=latched, owner_id="owner" if state is State.AGENT_VERIFYING else None,
        owner_role=Role.FRONTLINE_AGENT if state is State.AGENT_VERIFYING else None, pending_consent=None,
        policy_name=rules.policy.name, policy_hash=rules.loaded.hash, head_hash="", checkpoint_id=None, closed=False,
        created_at=NOW - timedelta(hours=1), updated_at=NOW, window=(LEFT,),
    )  # fmt: skip


def _handover(rules: Rules) -> Handover:
    """An open handover with one step to do; assembled once, since that takes longer than all rows."""
    snapshot = _snapshot(rules, State.TRIGGERED, latched=True)
    run = Run.begin(snapshot, Inbound(kind=Kind.ACT, id="before"), rules, NOW - timedelta(minutes=5))
    packet, _ = assembled(run)
    with_step = packet.model_copy(update={"action": packet.action.model_copy(update={"playbook": _PLAYBOOK})})
    return replace(new_handover(run, with_step, again=False), summary_due=True, regulated=False)


def _fitted(opened: Handover, row: Transition) -> Handover:
    """The handover as this row needs to find it."""
    if row.event is Event.STEP_UNDONE:
        opened = opened.ticked(STEP, "owner", NOW)
    return replace(opened, open=row.source is not State.RESOLVED)


def _urgency(run: Run) -> Urgency:
    handover = run.standing.handover
    if handover is None:
        raise LookupError("there is no handover to be more urgent")
    duties = Duties(level=Level.CODE, regulated=True)
    return Urgency(packet=handover.packet, duties=duties, compliance=False, rises=False)


def _consent(snapshot: Snapshot) -> Consent:
    return Consent(
        kind=ConsentKind.HAND_BACK, conversation_id=snapshot.id, handover_id="", request_id="r1",
        requested_by="owner", requested_role=Role.FRONTLINE_AGENT, text=WORDS, requested_at=NOW, expires_at=NOW,
    ).bound()  # fmt: skip
