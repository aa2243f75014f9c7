"""The facts that a policy's CEL conditions (`when`) may read: name, type, default and meaning, once.

The linter rejects any other name; the conditions engine fills these; `docs/policy.md` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

Scalar = bool | int | float | str


@dataclass(frozen=True)
class Fact:
    """One documented fact."""

    name: str
    default: Scalar
    meaning: str

    @property
    def type_name(self) -> str:
        """The CEL type of the fact."""
        return {bool: "bool", int: "int", float: "double", str: "string"}[type(self.default)]


FACTS: tuple[Fact, ...] = (
    Fact("conversation.turns", 0, "customer messages so far, this one included"),
    Fact("conversation.failed_answers", 0, "replies in a row that did not answer (unknown, low confidence, screened)"),
    Fact("conversation.misses", 0, "messages in a row that were not recognised as routine, this one included"),
    Fact("conversation.repeats", 0, "earlier customer messages that say nearly the same as this one"),
    Fact("conversation.contradictions", 0, "times the customer said that the answer was wrong"),
    Fact("conversation.sentiment", 0.0, "sentiment of this message, -1 (angry) to 1 (pleased)"),
    Fact("conversation.sentiment_trend", 0.0, "slope of sentiment per turn over the last five customer messages"),
    Fact("conversation.displeased", 0, "of the last five customer messages, those with a sentiment below -0.2"),
    Fact("conversation.minutes", 0.0, "minutes since the conversation began"),
    Fact("conversation.handovers", 0, "handovers so far in this conversation"),
    Fact("conversation.guarded", False, "the conversation is in the state guarded"),
    Fact("customer.tier", "standard", "the customer's tier as the channel states it"),
    Fact("customer.open_complaint", False, "the customer has a complaint open"),
    Fact("customer.value", 0.0, "value at stake in the account's currency, 0 if unknown"),
    Fact("customer.verified", False, "the customer's identity has been verified in this conversation"),
    Fact("customer.minor", False, "the channel marks the customer as under age"),
    Fact("channel.name", "web", "web, api, e-mail, terminal, gateway or the channel's own name"),
    Fact("channel.page", "", "the page the customer writes from, empty if unknown"),
    Fact("channel.sensitive", False, "the channel marks the page as sensitive"),
    Fact("hours.open", True, "people are at work now, by the policy's business hours"),
    Fact("message.length", 0, "characters in the message"),
    Fact("message.language", "en", "language of the message, ISO 639-1"),
    Fact("answer.drafted", False, "an answer has been drafted (false while the message alone is judged)"),
    Fact("answer.confidence", 1.0, "confidence of the drafted answer, 0 to 1"),
    Fact("answer.grounded", True, "the drafted answer cites a source that supports it"),
    Fact("answer.routine", True, "the message was positively recognised as routine"),
)

FACTS_BY_NAME: dict[str, Fact] = {fact.name: fact for fact in FACTS}

FactValues = dict[str, dict[str, Scalar]]
"""Fact values as CEL sees them: group → name → value."""


def default_facts() -> FactValues:
    """Every fact with its default, as nested plain dicts."""
    values: FactValues = {}
    for fact in FACTS:
        group, name = fact.name.split(".")
        values.setdefault(group, {})[name] = fact.default
    return values
