"""What a guard lacks, in words for whoever was refused: one thing, the first that is missing in the nearest row.

One, and in the guard's order: who does not own a case must not learn from a refusal whether a code that they tried was
right.
"""

from __future__ import annotations

from states.facts import Facts
from states.table import Transition

CIRCUMSTANCES = frozenset({"regulated", "compliance", "latched", "climb_renotified", "climb_paged", "looping"})
"""Facts that no actor can change: a row that differs in one of them is not the row that was meant."""

WORDS: dict[tuple[str, bool], str] = {
    ("actor_owns", True): "the actor owns it",
    ("actor_owns", False): "the actor does not own it yet",
    ("owned", False): "nobody owns it",
    ("latched", False): "no handover is open",
    ("latched", True): "a person had it",
    ("approved_content", True): "the words are approved content, such as a template",
    ("caution_over", True): "enough clean turns have passed",
    ("attempts_left", True): "an attempt is left",
    ("attempts_left", False): "no attempt is left",
    ("check_allowed", True): "a check of the customer's identity is left; too many failed, and only time or a written "
    "attestation helps",
    ("steps_done", True): "all required steps are done",
    ("identity_satisfied", True): "the customer's identity is verified",
    ("identity_proven", True): "the identity is proven",
    ("outcome_written", True): "an outcome is written",
    ("newest_seen", True): "the newest message of the customer is named as seen",
    ("code_allowed", True): "a contact is on file and a code may be sent",
    ("regulated", False): "the case is not regulated",
    ("regulated", True): "the case is regulated",
    ("compliance", False): "it is no compliance case",
    ("compliance", True): "it is a compliance case",
    ("consent_pending", False): "nothing else waits for consent",
    ("consent_pending", True): "something waits for consent",
    ("consent_lapsed", True): "its time is over",
    ("exception_open", True): "an exception is open",
    ("hand_back_asked", True): "a hand-back is asked for",
    ("hand_back_agreed", True): "a second person has agreed to this very outcome",
    ("four_eyes", True): "the actor is a second person, not the one who asked",
    ("request_fits", True): "the second person decides exactly what is asked now; read it again",
    ("may_decide", True): "the policy lets the actor decide it",
    ("climb_renotified", False): "this clock has not re-notified",
    ("climb_renotified", True): "this clock has re-notified",
    ("climb_paged", False): "nobody has been paged",
    ("climb_paged", True): "this clock has paged",
    ("reopen_allowed", True): "the reopen window has not ended",
    ("reopen_allowed", False): "the reopen window has ended",
    ("person_needed", True): "the message calls for a person",
    ("survey_open", True): "the customer was asked and has not answered",
    ("looping", False): "it is no loop",
    ("looping", True): "it fired before the last hand-back already",
}
"""Fact and the value that a guard needs → those words. A test compares it with the table."""

Literal = tuple[str, bool]


def missing(row: Transition, facts: Facts) -> tuple[Literal, ...]:
    """The literals of the row's guard that do not hold."""
    return tuple((fact, value) for fact, value in row.guard.needs if getattr(facts, fact) is not value)


def lacking(rows: list[Transition], facts: Facts) -> str:
    """The words for `first_lacking`."""
    return WORDS[first_lacking(rows, facts)]


def first_lacking(rows: list[Transition], facts: Facts) -> Literal:
    """The first thing that the nearest of the rows lacks; all of them refuse, and there is at least one."""
    lacks = (missing(row, facts) for row in rows)
    nearest = min(lacks, key=lambda one: (any(fact in CIRCUMSTANCES for fact, _ in one), len(one)))
    return nearest[0]
