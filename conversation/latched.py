"""A customer's message while a person has the conversation or is awaited, and one that opens a closed case again."""

from __future__ import annotations

from conversation.answer import assess
from conversation.consents import about
from conversation.doing import Matter, Urgency
from conversation.evidence import fired_json, raised
from conversation.hand_back import note_evidence
from conversation.hand_over import open_handover, page_if_nobody
from conversation.handover import Handover
from conversation.notices import notice_text
from conversation.packets import packet_now, reopened_packet
from conversation.run import Run
from conversation.step import apply
from conversation.verification import note_typed
from handover.packet.urgency import adds_duties, joined
from handover.people.duties import duties
from policy.schema import Severity
from states.vocabulary import Event, Role, State
from triggers.assessment import Fired

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


def forward(run: Run) -> None:
    """The message goes to whoever has the case, and raises its urgency if it says something new.

    Who still waits for a person is told once that it has arrived, or that it has become more urgent.
    """
    found, handover = assess(run), run.standing.handover
    urgency = urgency_of(run)
    waiting = run.standing.state in (State.TRIGGERED, State.HANDED_OFF)
    first = waiting and handover is not None and not handover.notices
    tells = first and (urgency is None or not urgency.rises)
    logged = {
        "language": run.standing.language, "sentiment": found.sentiment, "facts": dict(run.judgement.facts),
    }  # fmt: skip
    words = notice_text(run, "notice.waiting") if tells else ""
    apply(run, Event.CUSTOMER_REPLIED, Role.CUSTOMER, logged, matter=Matter(words=words))
    if first:
        run.change(Handover.noticed)
    void_consent(run)
    note_typed(run)
    if urgency is not None:
        _raise_urgency(run, urgency)


def void_consent(run: Run) -> None:
    """What was asked is no longer what the customer says: it must be asked anew."""
    consent = run.standing.consent
    if consent is not None:
        why = {"why": Event.CUSTOMER_REPLIED.value}
        apply(run, Event.CONSENT_VOIDED, Role.SYSTEM, {**about(consent), **why})


def urgency_of(run: Run) -> Urgency | None:
    """What the message adds to an open case: severity or duties; None if nothing. No deadline or duty ever goes."""
    found, handover = run.judgement.assessment, run.standing.handover
    if found is None or handover is None or not found.decision.needs_person or not found.fired:
        return None
    rises = _RANK[found.fired[0].severity] < _RANK[handover.severity]
    run.judged(fired=found.fired)
    old, new = handover.packet, packet_now(run, handover)
    # A class that is tighter moves the deadlines forward, however severe the new evidence is.
    rises = rises or new.why.claim_due_at < handover.claim_due_at
    packet = joined(old, new, rises=rises)
    added = duties(packet, run.rules.policy)
    careful = handover.more_careful(regulated=added.regulated, level=added.level, compliance=False)
    if not rises and careful == handover and not adds_duties(old, new):
        return None
    return Urgency(packet=packet, duties=added, compliance=bool(new.action.compliance_flags), rises=rises)


def _raise_urgency(run: Run, urgency: Urgency) -> None:
    note_evidence(run, run.judgement.fired)
    words = urgency.packet.action.promise.text if urgency.rises else ""
    logged = {"fired": fired_json(run.judgement.fired)}
    apply(run, Event.TRIGGER_FIRED, Role.SYSTEM, logged, matter=Matter(words=words, urgency=urgency))
    if urgency.rises:
        page_if_nobody(run, urgency.packet.why)


def reopen(run: Run, *, to_person: bool = False) -> None:
    """A message to a resolved conversation: back to a person if a person had it, else answered as usual.

    With `to_person` it goes to a person in any case; past the window only so.
    """
    if not run.standing.latched and not run.standing.closed:
        apply(run, Event.REOPENED, Role.CUSTOMER)
        if to_person:
            run.judged(fired=(_came_back(run),))
        run.record.unanswered = True
        return
    found, again = assess(run), _came_back(run)
    run.judged(fired=(*found.fired, again) if found.decision.needs_person else (again,))
    note_evidence(run, run.judgement.fired)
    logged = {"fired": fired_json(run.judgement.fired), "facts": dict(run.judgement.facts)}
    open_handover(run, reopened_packet(run), Event.REOPENED, Role.CUSTOMER, logged, again=True)


def _came_back(run: Run) -> Fired:
    why = "the customer came back after the case had been closed"
    return raised(run.rules.policy, run.standing.history.turns, "person.reopened", "reopened", why)
