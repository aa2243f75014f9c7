"""A small policy, a scripted assistant and a runtime for tests of whole turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from assistants.port import Assistant, Draft, Question
from assistants.scripted import ScriptedAssistant
from policy.loader import LoadedPolicy, load_text
from policy.schema import RUNTIME_TRIGGERS
from service.runtime import Runtime
from service.views import Act, Actor, ActResult, NewConversation
from states.clock import FrozenClock, SystemIds
from states.vocabulary import Event, Role
from store.database import open_store

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
BEN = Actor(id="ben", role=Role.FRONTLINE_AGENT)
SARA = Actor(id="sara", role=Role.ESCALATION_SPECIALIST)
CLEO = Actor(id="cleo", role=Role.COMPLIANCE_OFFICER)

_RUNTIME = "".join(
    f"""  - id: {name}
    family: {"fault" if name == "system.fault" else "human_request"}
    reason: The runtime calls a person.
    severity: normal
    sla: standard
    route: {{team: frontline}}
"""
    for name in RUNTIME_TRIGGERS
)

POLICY = """handrail: 1
name: test
topics: {self_harm: Says or hints at hurting oneself.}
roles: {admin: [root]}
guard: {clear_after: 2, misses: 2}
answers: {confidence: 0.6, guarded_confidence: 0.75, deadline: 2s}
sla:
  immediate: {claim: 5m, resolve: 1h, hours: always, page_after: 3m}
  short: {claim: 1h, resolve: 8h, hours: always}
  standard: {claim: 24h, resolve: 72h, hours: always}
smalltalk:
  thanks: {phrases: {en: [thanks, thank you]}, reply: {en: You are welcome.}}
offer:
  accept: {en: [yes please, yes]}
  decline: {en: [no thanks, no]}
scripts:
  handover.default: {en: "A person from {team} will reply {reply_within}. Reference {reference}."}
  caution.unknown: {en: I am not sure about that.}
  caution.offer: {en: Would you like a person to help?}
  caution.clarify: {en: Could you say it in other words?}
  caution.declined: {en: All right. What else can I do?}
  notice.claimed: {en: A person has joined.}
  notice.waiting: {en: Your message was added.}
  closing.resolved: {en: This case is closed.}
  closing.expired: {en: Good bye.}
filters:
  - id: screen.promise
    reason: Promises a person.
    promises_person: true
    any: [{phrases: [an agent will call]}]
triggers:
  - id: person.request
    family: human_request
    reason: The customer asks for a person.
    any: [{phrases: [human please, speak to a human]}]
    sla: standard
    severity: normal
    route: {team: frontline}
  - id: safety.danger
    family: safety
    reason: Somebody is in danger.
    any: [{phrases: [smell gas]}]
    sla: immediate
    severity: critical
    route: {team: safety}
  - id: safety.topic
    family: safety
    reason: Somebody may harm themselves.
    any: [{topic: self_harm, at_least: 0.5}]
    sla: immediate
    severity: critical
    route: {team: safety}
  - id: data.change
    family: account_change
    reason: The customer wants personal data changed.
    any: [{phrases: [change my address]}]
    sla: short
    severity: high
    verify: true
    compliance: true
    playbook: change
    route: {team: privacy}
  - id: frustration.mild
    family: frustration
    reason: The customer is annoyed.
    action: guard
    any: [{phrases: [this is annoying]}]
  - id: data.card_number
    family: personal_data
    reason: A card number in the text.
    any: [{pii: [card]}]
    sla: short
    severity: high
    route: {team: privacy}
  - id: context.loop
    family: repeated_failure
    reason: The same question again and again.
    when: conversation.repeats >= 2
    sla: standard
    route: {team: frontline}
playbooks:
  change:
    title: Change
    steps: [{id: checked, text: Check the request.}, {id: told, text: Tell them., required: false}]
triggers_end: 0
"""


@cache
def policy(*changes: tuple[str, str]) -> LoadedPolicy:
    """The policy above, with the runtime's own triggers routed; `changes` are texts and what stands there instead."""
    text = POLICY.replace("triggers_end: 0\n", "").replace("playbooks:\n", _RUNTIME + "playbooks:\n")
    for old, new in changes:
        text = text.replace(old, new)
    return load_text(text, "test")


def knows(question: Question) -> Draft:
    """Knows everything about delivery, and nothing else."""
    if "deliver" in question.text.lower():
        return Draft(text="Delivery takes three days.", confidence=0.9, verbatim=True, intent="delivery", model="test")
    return Draft(text="", confidence=0.1, model="test")


class Desk:
    """A runtime with a frozen clock, and short words for what tests do with it."""

    def __init__(self, url: str, assistant: Assistant | None = None, **more: Any) -> None:
        self.clock = FrozenClock(START)
        self.runtime = Runtime(
            store=open_store(url),
            policy=policy(),
            assistant=assistant or ScriptedAssistant(knows),
            clock=self.clock,
            ids=SystemIds(),
            **more,
        )
        self.id = self.runtime.open(NewConversation(id="c1", customer="cus-1")).id

    def say(self, text: str, message_id: str | None = None) -> Any:
        """The customer writes."""
        return self.runtime.post(self.id, text, message_id=message_id)

    def do(self, event: Event, actor: Actor = ANNA, text: str = "", **data: Any) -> ActResult:
        """Somebody at the desk acts, on all that was said."""
        return self.runtime.act(self.id, Act(event=event, actor=actor, text=text, data=data, seen=self.newest))

    def wait(self, **length: float) -> int:
        """Time passes, and the worker looks."""
        self.clock.advance(timedelta(**length))
        return self.runtime.tick()

    @property
    def view(self) -> Any:
        """The conversation now."""
        return self.runtime.view(self.id)

    @property
    def newest(self) -> int:
        """The number of the newest message."""
        return max((one.seq for one in self.view.messages), default=0)

    @property
    def events(self) -> list[str]:
        """Names of all events so far."""
        return [one.event for one in self.view.events]
