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
    outcome_written: bool = False
    """The actor states how the case ended."""
    exception_open: bool = False
    """A policy exception has been requested and is neither decided, expired nor voided."""
    four_eyes: bool = False
    """The actor is not the requester and approves exactly what was requested."""
    hand_back_allowed: bool = False
    """The case is not of the compliance class, or a second person has agreed to hand it back."""
    climb_renotified: bool = False
    """The clock that has run out has re-notified the team already."""
    climb_paged: bool = False
    """It has paged the person on call already, after the deadline or, by the page clock, before it."""
    reopen_allowed: bool = False
    """The reopen window has not ended."""
    survey_open: bool = False
    """The customer was asked how the case went and has not answered yet."""
    looping: bool = False
    """What fired had fired before the last hand-back, without new evidence, or is of the compliance class."""


FACT_NAMES = tuple(Facts.__dataclass_fields__)
