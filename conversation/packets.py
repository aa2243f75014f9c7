"""The packet of a run: what it is assembled from, and the handover that carries it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversation.clocks import opening
from conversation.evidence import facts_of
from conversation.handover import Handover
from conversation.records import StoredMessage
from conversation.run import Run
from handover.packet.assemble import assemble, assemble_or_minimal, minimal
from handover.packet.attachment import Attachment
from handover.packet.case import Attempt, Case, CaseTurn, ToolEffect
from handover.packet.schema import Packet, dump
from handover.packet.summary import NOT_ANSWERED
from handover.packet.urgency import inherited
from handover.people.duties import duties
from handover.people.routing import LOOP
from policy.schema import Level
from states.vocabulary import Event


def assembled(run: Run) -> tuple[Packet, str]:
    """The packet of a case that has just been triggered, and what broke while it was assembled, if anything did.

    A packet that cannot be assembled is minimal and flagged; nothing here can keep a person away.
    """
    case = case_of(run)
    try:
        return assemble(case, run.rules.loaded), ""
    except Exception as error:  # noqa: BLE001  safety boundary: a packet is flagged, never withheld
        return minimal(case, run.rules.loaded, fault=type(error).__name__), type(error).__name__


def reopened_packet(run: Run) -> Packet:
    """The packet of a case that comes back to people: with what the one before it had found."""
    packet, before = assemble_or_minimal(case_of(run), run.rules.loaded), run.standing.handover
    return packet if before is None or run.broken else inherited(packet, before.packet)


def packet_now(run: Run, handover: Handover) -> Packet:
    """The packet that an open case would get from what the run has found."""
    return assemble_or_minimal(case_of(run, handover), run.rules.loaded)


def new_handover(run: Run, packet: Packet, *, again: bool) -> Handover:
    """The handover that opens with a packet; a case that comes back `again` stays regulated if it was."""
    why, careful, before = packet.why, duties(packet, run.rules.policy), run.standing.handover
    return Handover(
        id=packet.envelope.handover_id,
        conversation_id=run.snapshot.id,
        reason_code=why.reason_code,
        reason=why.reason,
        severity=why.severity,
        sla=why.sla_class,
        team=why.team,
        skills=tuple(why.skills),
        language=run.standing.language,
        waiting_since=why.waiting_since,
        claim_due_at=why.claim_due_at,
        resolve_due_at=why.resolve_due_at,
        ladders=opening(run, why),
        verify=careful.level is not Level.NONE,
        verify_level=careful.level,
        regulated=careful.regulated or (again and before is not None and before.regulated),
        compliance=bool(packet.action.compliance_flags),
        summary_due=run.rules.model_summaries,
        packet_json=dump(packet),
        previous_id=packet.envelope.previous_handover_id,
        created_at=run.now,
    )


def case_of(run: Run, handover: Handover | None = None) -> Case:
    """Everything the packet is assembled from: a new one, or the one that `handover` has already."""
    snapshot, material, standing = run.snapshot, run.material(), run.standing
    pending = (run.inbound.message,) if run.inbound.message else ()
    known = {one.id for one in material.messages}
    before = standing.handover or snapshot.returned
    previous = handover.previous_id if handover else before.id if before else None
    messages = (*material.messages, *(one for one in pending if one.id not in known))
    assessment = run.judgement.assessment
    return Case(
        handover_id=handover.id if handover else run.rules.ids.new("ho_"),
        conversation_id=snapshot.id,
        now=run.now,
        channel=snapshot.channel,
        language=standing.language,
        customer_ref=snapshot.customer,
        ledger_head=snapshot.head_hash,
        previous_handover_id=previous,
        fired=run.judgement.fired,
        fault=assessment.fault if assessment else None,
        flags=_flags(run),
        offered=any(one.event is Event.HUMAN_ACCEPTED for one in run.record.happenings),
        waiting_since=_since(run),
        turns=tuple(CaseTurn(seq=one.seq, author=one.author, text=one.text, at=one.at) for one in messages),
        transcript_ref=run.rules.transcript_link(snapshot.id),
        transcript_turns=max(material.total, len(messages)),
        attempts=_attempts(run),
        effects=_effects(run),
        others=material.others,
        files=_files(messages),
        sentiment=_sentiment(run),
        redactions=_redactions(messages),
        facts=facts_of(run),
        hours=run.rules.policy.hours,
        people=material.people,
    )


def _since(run: Run) -> datetime | None:
    unmet = run.standing.history.unmet_since
    return datetime.fromisoformat(unmet) if unmet else None


def _attempts(run: Run) -> tuple[Attempt, ...]:
    """What the assistant did about each earlier customer message, with how it was decided."""
    material = run.material()
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


def _flags(run: Run) -> tuple[str, ...]:
    """What else the assessment noticed, and whether the case comes back for the same reason."""
    assessment = run.judgement.assessment
    noticed = assessment.fired if assessment else ()
    others = tuple(one.trigger_id for one in noticed if one not in run.judgement.fired)
    return (*others, *((LOOP,) if run.judgement.looping else ()))


def _effects(run: Run) -> tuple[ToolEffect, ...]:
    """What tools of the assistant changed, by the answers that say so."""
    material = run.material()
    return tuple(
        ToolEffect(turn=message.seq, tool=one["tool"], result=one["result"])
        for message in material.messages
        if message.author == "assistant" and message.in_reply_to is not None
        for one in material.answers.get(message.in_reply_to, {}).get("changed", ())
    )


def _files(messages: tuple[StoredMessage, ...]) -> tuple[tuple[int, Attachment], ...]:
    return tuple((message.seq, one) for message in messages for one in message.attachments)


def _sentiment(run: Run) -> tuple[tuple[int, float], ...]:
    """The last sentiment points with the messages they belong to."""
    messages = [one for one in run.material().messages if one.author == "customer"]
    if run.inbound.message is not None and run.inbound.message.id not in {one.id for one in messages}:
        messages.append(run.inbound.message)
    points = run.standing.history.sentiments
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
