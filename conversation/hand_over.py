"""The state `triggered`: the packet is assembled, and the handover, its script and its clocks become one outcome.

A packet that cannot be assembled is delivered minimal and flagged; nothing here can keep a person away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversation.answer import assess
from conversation.clocks import opening, page_if_nobody, tighten
from conversation.consents import void
from conversation.evidence import facts_of, fired_json, raised
from conversation.hand_back import is_loop, note_evidence
from conversation.records import StoredMessage
from conversation.verification import note_typed
from conversation.working import Working
from handover.packet.assemble import assemble, assemble_or_minimal, minimal
from handover.packet.attachment import Attachment
from handover.packet.case import Attempt, Case, CaseTurn, ToolEffect
from handover.packet.schema import Packet, dump, load
from handover.packet.summary import NOT_ANSWERED
from handover.packet.urgency import adds_duties, inherited, joined
from handover.people.duties import duties, higher
from handover.people.routing import LOOP
from handover.words.scripts import notice, wait_for
from policy.schema import Level, Severity
from states.vocabulary import Effect, Event, Role, State
from triggers.assessment import Fired

_RANK = {severity.value: rank for rank, severity in enumerate(Severity)}


def hand_over(working: Working) -> None:
    """Assembles the packet of a conversation that has just been triggered, and puts it into the queue."""
    working.looping = is_loop(working)
    note_evidence(working, working.fired)
    case = case_of(working)
    try:
        packet = assemble(case, working.services.loaded)
        event, data = Event.PACKET_READY, {"handover_id": case.handover_id}
    except Exception as error:  # noqa: BLE001  safety boundary: a packet is flagged, never withheld
        packet = minimal(case, working.services.loaded, fault=type(error).__name__)
        event, data = Event.FAULT, {"handover_id": case.handover_id, "fault": f"packet_{type(error).__name__}"}
    working.more = False
    open_handover(working, packet, event, Role.SYSTEM, data)


def open_handover(working: Working, packet: Packet, event: Event, role: Role, data: dict[str, Any]) -> None:
    """Steps the machine with `event` and records the handover that the step opens."""
    again = event is Event.REOPENED and bool((working.handover or {}).get("regulated"))
    working.opened = _row(working, packet, regulated=again)
    working.handover = working.opened
    working.remember(handovers=working.history.handovers + 1, offered=False, returned="")
    working.apply(event, role, {**data, "reason_code": packet.why.reason_code})
    working.say("system", packet.action.promise.text)
    working.payloads[Effect.DELIVER_HANDOVER] = {"handover_id": packet.envelope.handover_id}
    page_if_nobody(working, packet.why)


def case_of(working: Working, handover: dict[str, Any] | None = None) -> Case:
    """Everything the packet is assembled from: a new one, or the one that `handover` has already."""
    snapshot, material = working.snapshot, working.material()
    pending = (working.inbound.message,) if working.inbound.message else ()
    known = {one.id for one in material.messages}
    before = working.handover or snapshot.returned
    previous = handover["previous_id"] if handover else before["id"] if before else None
    messages = (*material.messages, *(one for one in pending if one.id not in known))
    assessment = working.assessment
    return Case(
        handover_id=handover["id"] if handover else working.services.ids.new("ho_"),
        conversation_id=snapshot.id,
        now=working.now,
        channel=snapshot.channel,
        language=working.language,
        customer_ref=snapshot.customer,
        ledger_head=snapshot.head_hash,
        previous_handover_id=previous,
        fired=working.fired,
        fault=assessment.fault if assessment else None,
        flags=_flags(working),
        offered=any(one.event is Event.HUMAN_ACCEPTED for one in working.happenings),
        waiting_since=_since(working),
        turns=tuple(CaseTurn(seq=one.seq, author=one.author, text=one.text, at=one.at) for one in messages),
        transcript_ref=working.services.transcript_link(snapshot.id),
        transcript_turns=max(material.total, len(messages)),
        attempts=_attempts(working),
        effects=_effects(working),
        files=_files(messages),
        sentiment=_sentiment(working),
        redactions=_redactions(messages),
        facts=facts_of(working),
        hours=working.services.loaded.policy.hours,
        people=material.people,
    )


def _since(working: Working) -> datetime | None:
    unmet = working.history.unmet_since
    return datetime.fromisoformat(unmet) if unmet else None


def _attempts(working: Working) -> tuple[Attempt, ...]:
    """What the assistant did about each earlier customer message, with how it was decided."""
    material = working.material()
    found = []
    for message in material.messages:
        if message.author != "assistant" or message.in_reply_to is None:
            continue
        data = material.answers.get(message.in_reply_to, {})
        found.append(
            Attempt(
                turn=message.seq,
                text=message.text,
                articles=tuple(one["source"] for one in message.citations),
                intent=str(data.get("intent") or ""),
                result="" if data.get("routine") else NOT_ANSWERED,
            )
        )
    return tuple(found)


def _flags(working: Working) -> tuple[str, ...]:
    """What else the assessment noticed, and whether the case comes back for the same reason."""
    noticed = working.assessment.fired if working.assessment else ()
    others = tuple(one.trigger_id for one in noticed if one not in working.fired)
    return (*others, *((LOOP,) if working.looping else ()))


def _effects(working: Working) -> tuple[ToolEffect, ...]:
    """What tools of the assistant changed, by the answers that say so."""
    material = working.material()
    return tuple(
        ToolEffect(turn=message.seq, tool=one["tool"], result=one["result"])
        for message in material.messages
        if message.author == "assistant" and message.in_reply_to is not None
        for one in material.answers.get(message.in_reply_to, {}).get("changed", ())
    )


def _files(messages: tuple[StoredMessage, ...]) -> tuple[tuple[int, Attachment], ...]:
    return tuple((message.seq, one) for message in messages for one in message.attachments)


def _sentiment(working: Working) -> tuple[tuple[int, float], ...]:
    """The last sentiment points with the messages they belong to."""
    messages = [one for one in working.material().messages if one.author == "customer"]
    if working.inbound.message is not None and working.inbound.message.id not in {one.id for one in messages}:
        messages.append(working.inbound.message)
    points = working.history.sentiments
    return (
        tuple((message.seq, point) for message, point in zip(messages[-len(points) :], points, strict=False))
        if points
        else ()
    )


def _redactions(messages: tuple[Any, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for message in messages:
        for entity, count in message.redactions.items():
            counts[entity] = counts.get(entity, 0) + count
    return counts


def _row(working: Working, packet: Packet, *, regulated: bool) -> dict[str, Any]:
    """The new handover's row; a case that was `regulated` before stays so when it is opened again."""
    why, careful = packet.why, duties(packet, working.services.loaded.policy)
    return {
        "id": packet.envelope.handover_id, "conversation_id": working.snapshot.id, "open": True,
        "reason_code": why.reason_code, "reason": why.reason, "severity": why.severity.value, "sla": why.sla_class,
        "team": why.team, "language": working.language, "waiting_since": why.waiting_since,
        "claim_due_at": why.claim_due_at, "resolve_due_at": why.resolve_due_at, "notices": 0,
        "ladders": opening(working, why), "skills": list(why.skills),
        "verify": careful.level is not Level.NONE, "verified": False, "attempts": 0, "steps_done": [],
        "verify_level": careful.level.value, "verified_level": "none", "codes_sent": 0,
        "regulated": careful.regulated or regulated,
        "compliance": bool(packet.action.compliance_flags), "packet": dump(packet),
        "summary_due": working.services.summariser is not None,
        "previous_id": packet.envelope.previous_handover_id, "created_at": working.now,
    }  # fmt: skip


# Messages under the latch


def forward(working: Working) -> None:
    """A customer's message while a person owns the conversation: kept, forwarded, and read for new urgency."""
    message = working.inbound.message
    if message is None:
        raise ValueError("only a customer message can be forwarded")
    waiting = working.state in (State.TRIGGERED, State.HANDED_OFF)
    assessment = assess(working, message)
    working.apply(
        Event.CUSTOMER_REPLIED, Role.CUSTOMER, {"language": working.language, "sentiment": assessment.sentiment}
    )
    void(working, Event.CUSTOMER_REPLIED.value)
    note_typed(working)
    working.payloads[Effect.FORWARD_MESSAGE] = {
        "message_id": message.id,
        "handover_id": (working.handover or {}).get("id"),
    }
    _raise_urgency(working)
    if waiting and working.handover and not working.handover["notices"]:
        working.change_handover(notices=1)
        tell(working, "notice.waiting")


def _raise_urgency(working: Working) -> None:
    """New evidence moves the deadlines forward if it is more severe, and adds its duties in any case; none goes."""
    assessment, handover = working.assessment, working.handover
    if assessment is None or handover is None or not assessment.decision.needs_person or not assessment.fired:
        return
    rises = _RANK[assessment.fired[0].severity.value] < _RANK.get(handover["severity"], 0)
    working.fired = assessment.fired
    new = assemble_or_minimal(case_of(working, handover), working.services.loaded)
    old = load(handover["packet"])
    packet = joined(old, new, rises=rises)
    careful = duties(packet, working.services.loaded.policy)
    regulated, level = handover["regulated"] or careful.regulated, higher(handover["verify_level"], careful.level.value)
    more_careful = (regulated, level) != (handover["regulated"], handover["verify_level"])
    if not rises and not more_careful and not adds_duties(old, new):
        return
    note_evidence(working, working.fired)
    working.apply(Event.TRIGGER_FIRED, Role.SYSTEM, {"fired": fired_json(working.fired)})
    working.change_handover(
        regulated=regulated,
        verify_level=level,
        verify=handover["verify"] or level != Level.NONE.value,
        compliance=handover["compliance"] or bool(new.action.compliance_flags),
        packet=dump(packet),
    )
    if rises:
        why = packet.why
        working.change_handover(
            severity=why.severity.value, reason_code=why.reason_code, reason=why.reason, sla=why.sla_class,
            team=why.team, claim_due_at=min(handover["claim_due_at"], why.claim_due_at),
            resolve_due_at=min(handover["resolve_due_at"], why.resolve_due_at), skills=list(why.skills),
        )  # fmt: skip
        tighten(working, why)
        page_if_nobody(working, new.why)
        working.say("system", packet.action.promise.text)


def tell(working: Working, script_id: str) -> None:
    """A notice of the policy to the customer who waits, with the time that is left."""
    handover = working.handover
    if handover is None:
        return
    loaded = working.services.loaded
    wait = wait_for(loaded, handover["sla"], handover["claim_due_at"], working.now)
    team, reference = handover["team"], handover["id"]
    working.say("system", notice(script_id, working.language, loaded, wait, team=team, reference=reference))


def reopen(working: Working, *, to_person: bool = False) -> None:
    """A message to a resolved conversation: back to a person if a person had it, else answered as usual.

    With `to_person` it goes to a person in any case.
    """
    message = working.inbound.message
    if message is None:
        raise ValueError("only a customer message can reopen a conversation")
    if not working.latched:
        working.apply(Event.REOPENED, Role.CUSTOMER)
        if to_person:
            working.fired = (_reopened(working),)
        working.more = True
        return
    assessment = assess(working, message)
    again = _reopened(working)
    working.fired = (*assessment.fired, again) if assessment.decision.needs_person else (again,)
    note_evidence(working, working.fired)
    packet = assemble_or_minimal(case_of(working), working.services.loaded)
    if working.handover is not None and not working.broken:
        packet = inherited(packet, load(working.handover["packet"]))
    open_handover(working, packet, Event.REOPENED, Role.CUSTOMER, {"fired": fired_json(working.fired)})


def _reopened(working: Working) -> Fired:
    return raised(working, "person.reopened", "reopened", "the customer came back after the case had been closed")
