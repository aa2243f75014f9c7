"""Steps of an identity check: what an act brings, whether it proves anything, and what is recorded of it.

Without it an identity would be verified because somebody pressed a button.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from handover.people.codes import Challenge
from handover.people.duties import higher
from policy.schema import Level
from states.vocabulary import Event, Role

if TYPE_CHECKING:
    from conversation.working import Working


class Method(StrEnum):
    """How an identity is verified."""

    KNOWLEDGE = "knowledge"
    CODE = "code"
    ATTESTATION = "attestation"

    @property
    def level(self) -> Level:
        """The level it reaches."""
        return {Method.KNOWLEDGE: Level.KNOWLEDGE, Method.CODE: Level.CODE, Method.ATTESTATION: Level.ATTESTED}[self]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What comes in for an identity check. The code and the answer themselves are in no row, log or event."""

    code: str = field(default="", repr=False)
    seal: str = ""
    """Stands for the code or the answer where two acts are compared."""
    answered: bool = False
    """The directory says that the answer is right."""
    contact: str = ""
    """The kind of contact on file to which a code would go; empty if there is none."""


NOTHING = Proof()


def method_of(data: Mapping[str, Any]) -> Method:
    """How an act verifies; an act that does not say it attests. ValueError for an unknown word."""
    return Method(data.get("method", Method.ATTESTATION.value))


def challenge_of(working: Working) -> Challenge | None:
    """The code that was sent last in this handover, unless its time is over or its tries are used up."""
    kept = (working.handover or {}).get("code")
    if not kept:
        return None
    challenge = Challenge.from_json(kept)
    rules = working.services.loaded.policy.verification
    spent = challenge.tries >= rules.attempts or working.now >= challenge.expires_at
    return None if spent else challenge


def verification_facts(working: Working, role: Role) -> dict[str, bool]:
    """The facts about the customer's identity, and about what this act brings."""
    handover, rules = working.handover or {}, working.services.loaded.policy.verification
    reached, wanted = Level(handover.get("verified_level", "none")), Level(handover.get("verify_level", "none"))
    contact = (working.inbound.proof or NOTHING).contact
    return {
        "identity_satisfied": not handover.get("verify") or reached.reaches(wanted),
        "identity_proven": _proven(working, role),
        "attempts_left": handover.get("attempts", 0) + 1 < rules.attempts,
        "code_allowed": bool(contact) and handover.get("codes_sent", 0) < rules.sends,
    }


def _proven(working: Working, role: Role) -> bool:
    inbound = working.inbound
    if inbound.event is not Event.IDENTITY_VERIFIED:
        return False
    method, proof = method_of(inbound.data), inbound.proof or NOTHING
    if method is Method.ATTESTATION:
        return bool(inbound.text.strip()) and role in working.services.loaded.policy.verification.attest
    if method is Method.KNOWLEDGE:
        return proof.answered
    challenge = challenge_of(working)
    if challenge is None:
        return False
    codes = working.services.codes
    return codes.matches(challenge, proof.code) if proof.code else codes.typed_matches(challenge)


def outcome_of_check(working: Working) -> Event | None:
    """The event that an act leads to: a check that proves nothing is a failed attempt, not a refusal without trace."""
    inbound = working.inbound
    if inbound.event is not Event.IDENTITY_VERIFIED or method_of(inbound.data) is Method.ATTESTATION:
        return inbound.event
    facts = replace(working.facts(inbound.actor, inbound.role), identity_proven=True)
    if not working.services.machine.allows(working.state, Event.IDENTITY_VERIFIED, inbound.role, facts):
        # Who may not check learns nothing: a right code and a wrong one are refused in the same words.
        return Event.IDENTITY_VERIFIED
    return Event.IDENTITY_VERIFIED if _proven(working, inbound.role) else Event.VERIFICATION_FAILED


def check_data(working: Working, event: Event | None) -> dict[str, Any]:
    """What the log keeps of a step: method and level, never a code or an answer."""
    if event is Event.CODE_SENT:
        return {"method": Method.CODE.value, "contact": (working.inbound.proof or NOTHING).contact}
    if event is Event.IDENTITY_VERIFIED:
        method = method_of(working.inbound.data)
        return {"method": method.value, "level": method.level.value}
    if event is Event.VERIFICATION_FAILED:
        attempts = (working.handover or {}).get("attempts", 0) + 1
        return {"method": method_of(working.inbound.data).value, "attempts": attempts}
    return {}


def record_check(working: Working, event: Event) -> None:
    """The columns of the handover after a check. A code that was right is used up; a wrong one costs a try."""
    handover = working.handover or {}
    challenge = Challenge.from_json(handover["code"]) if handover.get("code") else None
    if event is Event.VERIFICATION_FAILED:
        failed_code = challenge is not None and method_of(working.inbound.data) is Method.CODE
        kept = challenge.tried().to_json() if challenge and failed_code else handover.get("code")
        return working.change_handover(attempts=handover.get("attempts", 0) + 1, code=kept)
    method = method_of(working.inbound.data)
    level = higher(handover.get("verified_level", "none"), method.level.value)
    kept = None if method is Method.CODE else handover.get("code")
    working.change_handover(verified=True, verified_level=level, code=kept)


def open_challenge(working: Working) -> dict[str, Any]:
    """A new code for the contact on file; the earlier one counts no more. What the outbox needs to send it."""
    handover, rules = working.handover or {}, working.services.loaded.policy.verification
    counter, contact = handover.get("codes_sent", 0) + 1, (working.inbound.proof or NOTHING).contact
    challenge = working.services.codes.challenge(
        counter=counter, contact=contact, expires_at=working.now + rules.expires.delta
    )
    working.change_handover(code=challenge.to_json(), codes_sent=counter)
    return {"handover_id": handover.get("id"), "counter": counter, "contact": contact}


def note_typed(working: Working) -> None:
    """Keeps the seal of a code that the customer wrote into the chat: the agent can have it checked, nobody read it."""
    challenge, proof = challenge_of(working), working.inbound.proof
    if challenge is not None and proof is not None and proof.seal:
        working.change_handover(code=replace(challenge, typed=proof.seal).to_json())
