"""Small policies and a broken set for the tests of triggers."""

from __future__ import annotations

import json
from typing import Any

from policy.loader import LoadedPolicy, load_text

PERSON = [
    "(speak|talk|chat) (to|with) [a|an|the] [real] (human|person|agent|representative)",
    "(real|actual|live) (person|human|agent)",
    "hablar con [una] persona",
]
CARD = "4" + "1" * 15
"""The card industry's best-known test number."""


def trigger(identifier: str, **fields: Any) -> dict[str, Any]:
    """A trigger with everything a policy asks for."""
    base = {"id": identifier, "family": "test", "reason": "A test.", "sla": "short", "route": {"team": "support"}}
    return {**base, **fields}


def policy(*triggers: dict[str, Any], **fields: Any) -> LoadedPolicy:
    """A policy of these triggers."""
    body = {"handrail": 1, "name": "test", "sla": {"short": {"claim": "1h", "resolve": "8h"}}, "triggers": triggers}
    return load_text(json.dumps({**body, **fields}))


def support_policy() -> LoadedPolicy:
    """The policy most tests use."""
    return policy(
        trigger("person.request", any=[{"phrases": PERSON}]),
        trigger(
            "safety.threat",
            any=[{"phrases": ["kill", "kill .. with my bare hands"]}],
            unless=["kill .. process"],
            severity="critical",
        ),
        trigger("data.card", any=[{"pii": ["card"]}], action="guard"),
        trigger("data.secret", any=[{"pii": ["secret"]}], action="flag"),
        trigger("context.failed", when="conversation.failed_answers >= 3 || conversation.repeats >= 2"),
        trigger("refund.late", any=[{"phrases": ["refund"]}], when="customer.tier == 'gold' && conversation.turns > 1"),
        trigger("topic.advice", any=[{"topic": "advice", "at_least": 0.6}]),
        trigger("answer.unsure", when="answer.drafted && answer.confidence < 0.3"),
        topics={"advice": "Asks for advice."},
        smalltalk={
            "greeting": {
                "phrases": {"en": ["hi", "hello", "good morning"], "es": ["hola"]},
                "reply": {"en": "Hello.", "es": "Hola."},
            },
            "thanks": {"phrases": {"en": ["thanks [a lot]", "thank you"]}, "reply": {"en": "You are welcome."}},
            "goodbye": {"phrases": {"en": ["bye"]}, "reply": {"en": "Goodbye."}},
        },
        sentiment={"positive": ["great", "happy"], "negative": ["terrible", "awful", "useless"]},
        offer={"accept": ["yes", "ok", "sure"], "decline": ["no", "not now"]},
        filters=[
            {
                "id": "phantom.person",
                "reason": "Promises a person.",
                "promises_person": True,
                "any": [{"phrases": ["(connect|transfer) you"]}],
            },
            {"id": "leaks.card", "reason": "Repeats a card.", "any": [{"pii": ["card"]}]},
        ],
    )


class SilentSet:
    """A set whose memory has run out: it takes patterns and never finds anything."""

    def __init__(self, options: object) -> None:
        self.patterns = 0

    def Add(self, pattern: bytes) -> int:
        self.patterns += 1
        return self.patterns - 1

    def Compile(self) -> None:
        """Succeeds, as it does when the memory is only missed later."""

    def Match(self, text: bytes) -> list[int] | None:
        return None
