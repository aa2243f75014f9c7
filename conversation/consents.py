"""What waits for a second person's consent: the facts about it, how it is asked, and what the log says of it."""

from __future__ import annotations

from conversation.run import Run
from handover.people.consent import Consent, ConsentKind, exception_terms, may_decide
from policy.persons import same_person
from states.vocabulary import Role


def consent_facts(run: Run, actor: str, role: Role) -> dict[str, bool]:
    """The facts about consent, for this actor, now."""
    consent = run.standing.consent
    if consent is None:
        return {}
    lapsed = consent.lapsed(run.now)
    return {
        "consent_pending": True,
        "consent_lapsed": lapsed,
        "exception_open": consent.kind is ConsentKind.EXCEPTION and not lapsed,
        "hand_back_asked": consent.kind is ConsentKind.HAND_BACK and not consent.agreed_by and not lapsed,
        "hand_back_agreed": not lapsed and consent.agreed_to(actor, run.inbound.text),
        "four_eyes": not same_person(actor, consent.requested_by),
        "request_fits": consent.fits(run.inbound.data.get("request_hash")),
        "may_decide": may_decide(run.rules.policy, consent, actor, role),
    }


def asked(run: Run, kind: ConsentKind) -> Consent:
    """The request that the actor makes, bound to its exact words."""
    policy, inbound, handover = run.rules.policy, run.inbound, run.standing.handover
    exception = kind is ConsentKind.EXCEPTION
    about, amount = exception_terms(inbound.data) if exception else ("", None)
    stands = policy.exceptions.expires if exception else policy.hand_back.expires
    return Consent(
        kind=kind,
        conversation_id=run.snapshot.id,
        handover_id=handover.id if handover is not None else "",
        request_id=inbound.id,
        requested_by=inbound.actor,
        requested_role=inbound.role,
        text=inbound.text,
        requested_at=run.now,
        expires_at=run.now + stands.delta,
        about=about,
        amount=amount,
    ).bound()


def about(consent: Consent | None) -> dict[str, str]:
    """Which request an event is about, for the log."""
    if consent is None:
        return {}
    return {"consent": consent.kind.value, "consent_hash": consent.hash, "requested_by": consent.requested_by}
