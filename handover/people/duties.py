"""What the law or the policy asks of a case beyond an answer: a level of identity, approved words."""

from __future__ import annotations

from dataclasses import dataclass

from handover.packet.schema import Packet
from handover.people.routing import rule_of
from policy.schema import Level, Policy


@dataclass(frozen=True, kw_only=True)
class Duties:
    """How careful whoever has the case must be."""

    level: Level
    """To which level the customer's identity must be verified before the case is resolved."""
    regulated: bool
    """The frontline says approved words only."""


def duties(packet: Packet, policy: Policy) -> Duties:
    """The duties of everything that fired. A packet that asks for an identity without a known rule asks for a code.

    An identity that is verified already takes nothing away: it may have been verified to a lower level.
    """
    fired = dict.fromkeys(note.trigger_id for note in packet.why.triggers)
    rules = [rule for name in fired if (rule := rule_of(policy, name))]
    asked = [Level.CODE] if packet.action.required_verifications else [Level.NONE]
    levels = [rule.verify for rule in rules if rule.verify] or asked
    return Duties(
        level=max(levels, key=list(Level).index),
        regulated=any(rule.regulated for rule in rules),
    )


def higher(one: Level, other: Level) -> Level:
    """The higher of two levels."""
    return max(one, other, key=list(Level).index)
