"""Steps of an identity check: what an act brings, whether it proves anything, and what is recorded of it."""

from __future__ import annotations

from typing import Any

from conversation.inbound import Method
from conversation.run import Run
from handover.people.codes import Challenge
from states.vocabulary import Event, Role


def open_challenge(run: Run) -> Challenge | None:
    """The code that was sent last in this handover, unless its time is over or its tries are used up."""
    handover, rules = run.standing.handover, run.rules.policy.verification
    challenge = handover.code if handover is not None else None
    if challenge is None or challenge.tries >= rules.attempts or run.now >= challenge.expires_at:
        return None
    return challenge


def verification_facts(run: Run, role: Role) -> dict[str, bool]:
    """The facts about the customer's identity, and about what this act brings."""
    handover, rules = run.standing.handover, run.rules.policy.verification
    sent, failed = handover.codes_sent if handover is not None else 0, failed_checks(run)
    left = failed < rules.attempts
    return {
        "identity_satisfied": handover is None or handover.identity_satisfied,
        "identity_proven": proven(run, role),
        "check_allowed": left or not _may_guess(run),
        "attempts_left": failed + 1 < rules.attempts,
        "code_allowed": left and bool(run.inbound.proof.contact) and sent < rules.sends,
    }


def failed_checks(run: Run) -> int:
    """How many checks of this customer failed lately, wherever, or in this case at any time.

    As many as there may be where nobody has counted. The case's own count is also what an older version has left.
    """
    counted, rules, handover = run.inbound.attempts, run.rules.policy.verification, run.standing.handover
    lately = rules.attempts if counted is None else counted.recent(run.now, rules.within.delta)
    return max(lately, handover.attempts if handover is not None else 0)


def _may_guess(run: Run) -> bool:
    """Whether the act could be right by chance; a written attestation is no guess, and what is no check is none."""
    return run.inbound.event is Event.IDENTITY_VERIFIED and run.inbound.method is not Method.ATTESTATION


def proven(run: Run, role: Role) -> bool:
    """Whether what the act brings proves the level that its method stands for."""
    inbound = run.inbound
    if inbound.event is not Event.IDENTITY_VERIFIED:
        return False
    if inbound.method is Method.ATTESTATION:
        return bool(inbound.text.strip()) and role in run.rules.policy.verification.attest
    if inbound.method is Method.KNOWLEDGE:
        return inbound.proof.answered
    challenge, codes = open_challenge(run), run.rules.codes
    if challenge is None:
        return False
    return codes.matches(challenge, inbound.proof.code) if inbound.proof.code else codes.typed_matches(challenge)


def check_data(run: Run, event: Event) -> dict[str, Any]:
    """What the log keeps of a step: method and level, never a code or an answer."""
    if event is Event.CODE_SENT:
        return {"method": Method.CODE.value, "contact": run.inbound.proof.contact}
    if event is Event.IDENTITY_VERIFIED:
        return {"method": run.inbound.method.value, "level": run.inbound.method.level.value}
    if event is Event.VERIFICATION_FAILED:
        return {"method": run.inbound.method.value, "attempts": failed_checks(run) + 1}
    return {}


def record_check(run: Run, event: Event) -> None:
    """The handover after a check that proved something, or did not."""
    method = run.inbound.method
    by_code = method is Method.CODE
    failed = event is Event.VERIFICATION_FAILED
    if run.inbound.attempts is not None and (failed or _may_guess(run)):
        run.record.attempts = run.inbound.attempts.checked(run.now, failed=failed)
    if event is Event.VERIFICATION_FAILED:
        return run.change(lambda handover: handover.check_failed(by_code=by_code))
    run.change(lambda handover: handover.identity_verified(method.level, by_code=by_code))


def new_challenge(run: Run) -> Challenge:
    """A new code for the contact on file; the earlier one counts no more."""
    handover, rules = run.standing.handover, run.rules.policy.verification
    return run.rules.codes.challenge(
        counter=(handover.codes_sent if handover is not None else 0) + 1,
        contact=run.inbound.proof.contact,
        expires_at=run.now + rules.expires.delta,
    )


def note_typed(run: Run) -> None:
    """Keeps the seal of a code that the customer wrote into the chat: the agent can have it checked, nobody read it."""
    seal = run.inbound.proof.seal
    if seal and open_challenge(run) is not None:
        run.change(lambda handover: handover.code_typed(seal))
