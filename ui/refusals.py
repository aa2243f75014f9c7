"""What a refusal says at the desk: the one thing that is missing, and what to do about it, in an agent's words."""

from __future__ import annotations

from collections.abc import Mapping

from states.errors import GuardRefused, HandrailError, NotSeen
from states.missing import Literal

UNSEEN = "the customer wrote while you were acting"
REFUSED = "refused"
WHY_FIRST = "Write why into “Outcome or note”: whoever takes the case next reads it."
READ = "Read what is new above; what you wrote is still there."
WORDS: Mapping[Literal, str] = {
    ("actor_owns", True): "This case is not yours. Claim it first, or ask whoever has it.",
    ("actor_owns", False): "You have this case already.",
    ("owned", False): "Somebody has this case already.",
    ("latched", False): "A person has or awaits this conversation already.",
    ("attempts_left", True): "No attempt is left.",
    ("attempts_left", False): "An attempt is left.",
    ("check_allowed", True): "Too many checks failed. Only time, or an attestation that you write, helps.",
    ("steps_done", True): "Required steps of the playbook are open. Tick them first.",
    ("identity_satisfied", True): "The customer's identity is not verified yet.",
    ("identity_proven", True): "That proves nothing yet. For an attestation, write how you made sure.",
    ("outcome_written", True): "Write how it ended into “Outcome or note”.",
    ("newest_seen", True): "Read the customer's newest message first.",
    ("code_allowed", True): "No code can be sent: no contact is on file, or no more codes or checks are left.",
    ("regulated", False): "The case is regulated: choose an approved reply.",
    ("regulated", True): "The case is not regulated.",
    ("approved_content", True): "The case is regulated: choose an approved reply.",
    ("compliance", False): "It is a compliance case: ask a second person to agree to the hand-back.",
    ("compliance", True): "It is no compliance case: hand it back directly.",
    ("hand_back_agreed", True): "No second person has agreed to exactly this outcome.",
    ("hand_back_asked", True): "Nobody asks for a hand-back any more.",
    ("consent_pending", False): "Something waits for a second person already.",
    ("exception_open", True): "No exception is open any more.",
    ("four_eyes", True): "You have asked for this yourself: a second person decides.",
    ("request_fits", True): "What is asked has changed. Read it again.",
    ("may_decide", True): "The policy does not let you decide this kind or amount.",
}
"""What a guard of a person's act lacks → what that means at the desk; a test compares it with the table."""


def refusal(error: HandrailError) -> tuple[str, str]:
    """A headline and the reason. What is no guard's refusal is said in its own words."""
    if isinstance(error, NotSeen):
        return (UNSEEN, READ) if error.new else (REFUSED, WORDS["newest_seen", True])
    if isinstance(error, GuardRefused) and error.lacks is not None:
        return REFUSED, WORDS.get(error.lacks, str(error))
    return REFUSED, str(error)
