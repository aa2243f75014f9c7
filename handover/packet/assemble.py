"""Assembles a packet from a case and the policy of the day: pure, and with a form that cannot fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from handover.deadlines.sla import Deadlines, due, is_open, later
from handover.packet.case import Case, cleaned, finite
from handover.packet.entities import entities
from handover.packet.playbooks import playbook_of
from handover.packet.schema import (
    ApprovedWording,
    Claim,
    Context,
    Customer,
    Entry,
    Envelope,
    KnownCase,
    Packet,
    PacketPlaybook,
    PacketStep,
    Plan,
    Promise,
    RedactionCount,
    SentFile,
    Sentiment,
    SentimentPoint,
    SideEffect,
    TriggerNote,
    Why,
    completeness,
)
from handover.packet.summary import clip, extract, intent, open_questions, steps_tried
from handover.people.routing import Routing, last_routing, routing
from handover.words.masking import safe_text
from handover.words.phrases import within
from handover.words.scripts import Wait, fill, handover_script, last_resort, notice
from policy.durations import Duration
from policy.loader import LoadedPolicy
from policy.schema import Hours, Severity
from triggers.assessment import Fired

ACCEPTED_OFFER = "person.accepted"
IDENTITY = "identity"
MAX_POINTS = 20
MAX_READ = 30
"""How many of the last customer messages are searched for entities."""
MINIMAL_CLAIM, MINIMAL_RESOLVE = Duration("1h"), Duration("8h")
READ_TRANSCRIPT = PacketStep(
    id="read_transcript", text="Read the transcript: the packet could not be assembled.", required=True
)


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What every part of the packet is computed from."""

    case: Case
    loaded: LoadedPolicy
    routed: Routing
    hours: Hours
    deadlines: Deadlines


def assemble(case: Case, loaded: LoadedPolicy) -> Packet:
    """The packet of a case under a policy.

    Every text of the case may be anything; the policy must be valid (business hours that cannot be read
    raise PolicyError). An incomplete packet says so in `why.flags` and is returned all the same.
    """
    case = cleaned(case)
    routed, hours = routing(case, loaded.policy), case.hours or loaded.policy.hours
    ground = _Ground(case=case, loaded=loaded, routed=routed, hours=hours, deadlines=due(routed.sla, case.since, hours))
    packet = Packet(envelope=_envelope(case, loaded), why=_why(ground), context=_context(case), action=_plan(ground))
    missing = tuple(f"incomplete:{field}" for field in completeness(packet))
    return packet.model_copy(update={"why": packet.why.model_copy(update={"flags": (*packet.why.flags, *missing)})})


def assemble_or_minimal(case: Case, loaded: LoadedPolicy) -> Packet:
    """`assemble`, or `minimal` if that fails: what the runtime calls, because a handover always has a packet."""
    try:
        return assemble(case, loaded)
    except Exception as error:  # noqa: BLE001 - safety boundary: a defect here must not cost the customer the person
        return minimal(case, loaded, type(error).__name__)


def minimal(case: Case, loaded: LoadedPolicy, fault: str) -> Packet:
    """A packet that cannot fail: who waits, where the transcript is, what failed, and a short calendar deadline.

    It is at least of high severity and due within MINIMAL_CLAIM, because nobody knows what it leaves out. Of the
    policy it uses the reason, the class and the team, where they can still be found.
    """
    case = cleaned(case)
    routed = _minimal_routing(case, loaded, fault)
    claim = min(routed.sla.claim, MINIMAL_CLAIM, key=lambda duration: duration.delta)
    reply_by = later(case.now, claim.delta)
    why = Why(
        reason_code=routed.head.family,
        reason=routed.head.reason,
        triggers=_notes(routed.fired, case),
        severity=Severity.CRITICAL if routed.head.severity is Severity.CRITICAL else Severity.HIGH,
        sla_class=routed.sla_class,
        claim_due_at=reply_by,
        resolve_due_at=later(case.now, min(routed.sla.resolve.delta, MINIMAL_RESOLVE.delta)),
        waiting_since=case.since,
        team=routed.route.team,
        skills=routed.route.skills,
        flags=tuple(dict.fromkeys(("minimal", f"fault:{safe_text(fault)}", *case.flags, *routed.placed.flags))),
    )
    script = last_resort(case.language)
    values = {"reply_within": within(claim, script.language), "reference": case.handover_id}
    plan = _minimal_plan(routed, Promise(text=fill(script.text, values), reply_by=reply_by, made_at=case.now))
    return Packet(envelope=_envelope(case, loaded), why=why, context=_minimal_context(case), action=plan)


def _envelope(case: Case, loaded: LoadedPolicy) -> Envelope:
    return Envelope(
        handover_id=case.handover_id,
        conversation_id=case.conversation_id,
        channel=case.channel,
        language=case.language,
        created_at=case.now,
        policy_name=str(loaded.policy.name),
        policy_hash=loaded.hash,
        checkpoint_id=case.checkpoint_id,
        ledger_head=case.ledger_head,
        previous_handover_id=case.previous_handover_id,
    )


def _why(ground: _Ground) -> Why:
    case, routed = ground.case, ground.routed
    accepted = case.offered or routed.head.trigger_id == ACCEPTED_OFFER
    return Why(
        reason_code=routed.head.family,
        reason=routed.head.reason,
        triggers=_notes(routed.fired, case),
        severity=routed.head.severity,
        sla_class=routed.sla_class,
        claim_due_at=ground.deadlines.claim_due_at,
        resolve_due_at=ground.deadlines.resolve_due_at,
        waiting_since=case.since,
        team=routed.route.team,
        skills=routed.route.skills,
        offered_or_forced=Entry.OFFERED if accepted else Entry.FORCED,
        flags=_flags(ground),
    )


def _flags(ground: _Ground) -> tuple[str, ...]:
    case = ground.case
    own = {
        f"fault:{case.fault}": bool(case.fault),
        "out_of_hours": not is_open(ground.hours, case.now),
        "repeat_handover": bool(case.previous_handover_id),
        "unknown_trigger": ground.routed.rule is None,
        "waiting_past_deadline": ground.deadlines.claim_due_at <= case.now,
    }
    return tuple(
        dict.fromkeys((*case.flags, *(flag for flag, holds in own.items() if holds), *ground.routed.placed.flags))
    )


def _notes(fired: Iterable[Fired], case: Case) -> tuple[TriggerNote, ...]:
    """One note for each piece of evidence; a trigger that the runtime raised has one without a quote."""
    return tuple(
        TriggerNote(
            trigger_id=one.trigger_id,
            family=one.family,
            kind=evidence.kind if evidence else "runtime",
            detail=evidence.detail if evidence else one.reason,
            score=evidence.score if evidence else 1.0,
            threshold=evidence.threshold if evidence else 0.0,
            quote=evidence.quote if evidence else "",
            turn=max(0, case.seq_of(evidence.turn)) if evidence else 0,
        )
        for one in fired
        for evidence in one.evidence or (None,)
    )


def _context(case: Case) -> Context:
    return Context(
        customer=_customer(case),
        intent=intent(case),
        entities=entities(turn.text for turn in case.customer_turns[-MAX_READ:]),
        steps_tried=steps_tried(case),
        side_effects=tuple(SideEffect(tool=one.tool, result=one.result, turn=max(0, one.turn)) for one in case.effects),
        attachments=_attachments(case),
        other_cases=tuple(KnownCase(**asdict(one)) for one in case.others),
        summary=extract(case),
        sentiment=_sentiment(case),
        open_questions=open_questions(case),
        redactions=tuple(
            RedactionCount(entity=entity, count=max(0, count)) for entity, count in sorted(case.redactions.items())
        ),
        transcript_ref=_transcript_ref(case),
        transcript_turns=max(case.transcript_turns, len(case.turns)),
    )


def _attachments(case: Case) -> tuple[SentFile, ...]:
    return tuple(SentFile(**file.to_json(), turn=max(0, turn)) for turn, file in case.files)


def _customer(case: Case) -> Customer:
    verified = "verified" if case.fact("customer.verified") is True else "none"
    return Customer(
        ref=case.customer_ref,
        tier=safe_text(case.fact("customer.tier")),
        verification_level=case.verification_level or verified,
    )


def _sentiment(case: Case) -> Sentiment:
    points = tuple(
        SentimentPoint(turn=max(0, turn), value=_unit(value)) for turn, value in case.sentiment[-MAX_POINTS:]
    )
    now = points[-1].value if points else _unit(case.number("conversation.sentiment"))
    return Sentiment(now=now, trend=case.number("conversation.sentiment_trend"), points=points)


def _unit(value: float) -> float:
    return max(-1.0, min(1.0, finite(value)))


def _plan(ground: _Ground) -> Plan:
    case, routed = ground.case, ground.routed
    wait = Wait(
        sla=routed.sla,
        claim_due_at=ground.deadlines.claim_due_at,
        hours=ground.hours,
        now=case.now,
        attended=routed.placed.attended,
    )
    text = handover_script(
        family=routed.head.family,
        script_id=routed.rule.script if routed.rule else None,
        language=case.language,
        loaded=ground.loaded,
        wait=wait,
        team=routed.route.team,
        reference=case.handover_id,
    )
    compliance = _compliance(routed)
    verify = any(rule.verify for rule in routed.rules) and case.fact("customer.verified") is not True
    return Plan(
        promise=Promise(text=text, reply_by=ground.deadlines.claim_due_at, made_at=case.now),
        next_steps=_union(rule.next_steps for rule in routed.rules),
        playbook=_playbook(ground, wait),
        required_verifications=(IDENTITY,) if verify else (),
        do_not=_union(rule.do_not for rule in routed.rules),
        hand_back_conditions=_hand_back(compliance),
        compliance_flags=compliance,
        resolutions={str(code): meaning for code, meaning in ground.loaded.policy.resolutions.items()},
    )


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for lines in lists for line in lines))


def _playbook(ground: _Ground, wait: Wait) -> PacketPlaybook | None:
    """The checklist with approved words in the customer's language, when to escalate and how to close."""
    playbook_id, loaded = ground.routed.playbook_id, ground.loaded
    if playbook_id is None:
        return None
    team, reference = ground.routed.route.team, ground.case.handover_id

    def words(script: str | None) -> ApprovedWording | None:
        said = notice(script, ground.case.language, loaded, wait, team=team, reference=reference) if script else ""
        return ApprovedWording(script=str(script), text=said) if said else None

    playbook = playbook_of(loaded.policy, playbook_id)
    return PacketPlaybook(
        id=playbook_id,
        title=playbook.title,
        steps=tuple(
            PacketStep(id=step.id, text=step.text, required=step.required, wording=words(step.wording))
            for step in playbook.steps
        ),
        escalate_when=playbook.escalate_when,
        close_with=playbook.close_with,
        wording=tuple(found for script in playbook.wording if (found := words(script))),
    )


def _compliance(routed: Routing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.family for rule in routed.rules if rule.compliance))


def _hand_back(compliance: tuple[str, ...]) -> tuple[str, ...]:
    """What `handed_back` asks for, in words: the guard MAY_HAND_BACK of the table."""
    second = (f"A second person agrees, because this is a compliance case ({', '.join(compliance)}).",)
    return ("You own the case and have written how it ended.", *(second if compliance else ()))


def _minimal_routing(case: Case, loaded: LoadedPolicy, fault: str) -> Routing:
    """Where the case goes if that can still be found, otherwise the fault and the last resort."""
    try:
        routed = routing(case, loaded.policy)
        return routed if routed.sla.claim.delta and routed.sla.resolve.delta else last_routing(fault)
    except Exception:  # noqa: BLE001 - safety boundary: the handover goes out by its last resort
        return last_routing(fault)


def _minimal_plan(routed: Routing, promise: Promise) -> Plan:
    """Careful where the policy could not be read: then identity and a second person are asked for."""
    careful = not routed.rules
    verify = careful or any(rule.verify for rule in routed.rules)
    compliance = (routed.head.family,) if careful else _compliance(routed)
    return Plan(
        promise=promise,
        next_steps=(READ_TRANSCRIPT.text,),
        playbook=PacketPlaybook(id=READ_TRANSCRIPT.id, steps=(READ_TRANSCRIPT,)),
        required_verifications=(IDENTITY,) if verify else (),
        do_not=_union(rule.do_not for rule in routed.rules),
        hand_back_conditions=_hand_back(compliance),
        compliance_flags=compliance,
    )


def _minimal_context(case: Case) -> Context:
    last = next((turn for turn in reversed(case.customer_turns) if turn.text.strip()), None)
    claims = (Claim(claim=clip(last.text), turns=(max(0, last.seq),)),) if last else ()
    return Context(
        customer=Customer(ref=case.customer_ref, tier="", verification_level=case.verification_level),
        intent="",
        summary=claims,
        transcript_ref=_transcript_ref(case),
        transcript_turns=len(case.turns),
    )


def _transcript_ref(case: Case) -> str:
    return case.transcript_ref or f"conversation:{case.conversation_id}"
