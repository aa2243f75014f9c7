"""The facts that guards may read: booleans only, so that every combination can be searched.

The store and the policy compute them from rows; the machine only reads them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is true of a conversation and of the actor at the moment of an event.

    The defaults describe a new conversation and an actor who owns nothing, so that a fact
    which a caller forgot never opens a guard that protects the customer.
    """

    latched: bool = False
    """A handover has happened that no person has handed back since."""
    approved_content: bool = False
    """The reply is an approved template, refusal or verbatim knowledge article."""
    caution_over: bool = False
    """The policy's number of clean turns has passed since the last caution."""
    owned: bool = False
    """Some person owns the conversation."""
    actor_owns: bool = False
    """The actor is that person."""
    identity_satisfied: bool = False
    """The verification level that the packet requires has been reached, or none is required."""
    steps_done: bool = False
    """All required playbook steps are done, or there are none."""
    attempts_left: bool = False
    """The customer may try to verify their identity once more."""
    check_allowed: bool = False
    """The customer may try to prove who they are, or the act is a person's written attestation."""
    outcome_written: bool = False
    """The actor states how the case ended."""
    newest_seen: bool = False
    """The actor names the newest message of the customer as seen, and nothing came after it."""
    identity_proven: bool = False
    """What the act brings proves the level that its method stands for: a code, an answer, or a written attestation."""
    code_allowed: bool = False
    """A contact is on file for the customer, and the policy lets one more code be sent."""
    regulated: bool = True
    """The case is about something of which only approved words may be said."""
    consent_pending: bool = False
    """A second person was asked for consent; it is neither refused, used, voided nor recorded as expired."""
    consent_lapsed: bool = False
    """Its time is over."""
    exception_open: bool = False
    """A policy exception has been requested and is neither decided, expired nor voided."""
    hand_back_asked: bool = False
    """The owner has asked to hand the case back; nobody has answered, and its time is not over."""
    hand_back_agreed: bool = False
    """A second person has agreed that this actor hands the case back with this very outcome; its time is not over."""
    four_eyes: bool = False
    """The actor is not the person who asked."""
    request_fits: bool = False
    """The actor decides exactly what was asked: the hash they saw is the hash of the request as it is stored."""
    may_decide: bool = False
    """The policy names the actor among those who decide exceptions of this kind and amount."""
    compliance: bool = True
    """The case is of the compliance class."""
    climb_renotified: bool = False
    """The clock that has run out has re-notified the team already."""
    climb_paged: bool = False
    """It has paged the person on call already, after the deadline or, by the page clock, before it."""
    reopen_allowed: bool = False
    """The reopen window has not ended."""
    person_needed: bool = False
    """The message calls for a person by the rules: a trigger that hands over fires, or it could not be judged."""
    survey_open: bool = False
    """The customer was asked how the case went and has not answered yet."""
    looping: bool = False
    """What fired had fired before the last hand-back, without new evidence, or is of the compliance class."""


FACT_NAMES = tuple(Facts.__dataclass_fields__)
