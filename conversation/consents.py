"""What waits for a second person's consent: asked for, answered, expired, voided; all of it as events of the table.

Without it an approval could outlive the request it was given for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handover.people.consent import Consent, ConsentKind, exception_terms, may_decide
from states.vocabulary import Event, Role

if TYPE_CHECKING:
    from conversation.working import Working


def consent_facts(working: Working, actor: str, role: Role) -> dict[str, bool]:
    """The facts about consent, for this actor, now."""
    consent = working.consent
    if consent is None:
        return {}
    lapsed = consent.lapsed(working.now)
    return {
        "consent_pending": True,
        "consent_lapsed": lapsed,
        "exception_open": consent.kind is ConsentKind.EXCEPTION and not lapsed,
        "hand_back_asked": consent.kind is ConsentKind.HAND_BACK and not consent.agreed_by and not lapsed,
        "hand_back_agreed": not lapsed and consent.agreed_to(actor, working.inbound.text),
        "four_eyes": actor != consent.requested_by,
        "request_fits": consent.fits(working.inbound.data.get("request_hash")),
        "may_decide": may_decide(working.services.loaded.policy, consent, actor, role),
    }


def ask(working: Working, kind: ConsentKind) -> Consent:
    """The request that the actor makes, bound to its exact words."""
    policy, inbound = working.services.loaded.policy, working.inbound
    exception = kind is ConsentKind.EXCEPTION
    about, amount = exception_terms(inbound.data) if exception else ("", None)
    stands = policy.exceptions.expires if exception else policy.hand_back.expires
    return Consent(
        kind=kind,
        conversation_id=working.snapshot.id,
        handover_id=(working.handover or {}).get("id", ""),
        request_id=inbound.id,
        requested_by=inbound.actor,
        requested_role=inbound.role,
        text=inbound.text,
        requested_at=working.now,
        expires_at=working.now + stands.delta,
        about=about,
        amount=amount,
    ).bound()


def void(working: Working, why: str) -> None:
    """What was asked is no longer what the customer says: it must be asked anew."""
    if working.consent is not None:
        working.apply(Event.CONSENT_VOIDED, Role.SYSTEM, {**about(working.consent), "why": why})


def about(consent: Consent | None) -> dict[str, str]:
    """Which request an event is about, for the log."""
    if consent is None:
        return {}
    return {"consent": consent.kind.value, "consent_hash": consent.hash, "requested_by": consent.requested_by}
