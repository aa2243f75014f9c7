"""What a person may do at the desk: buttons read from the table, and acts made from what was typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conversation.possible import Possible
from service.views import Act, Actor, ConversationView
from states.missing import Literal
from states.table import TABLE
from states.vocabulary import Event
from ui.people import DESK_ROLES

LABELS: dict[Event, str] = {
    Event.TRIGGER_FIRED: "Take over from the bot",
    Event.CLAIMED: "Claim",
    Event.AGENT_REPLIED: "Send reply",
    Event.CODE_SENT: "Send a code",
    Event.IDENTITY_VERIFIED: "Identity verified",
    Event.VERIFICATION_FAILED: "Verification failed",
    Event.RESOLVED: "Resolve",
    Event.HANDED_BACK: "Hand back to the bot",
    Event.HAND_BACK_REQUESTED: "Ask to hand back",
    Event.HAND_BACK_AGREED: "Agree to hand back",
    Event.HAND_BACK_REFUSED: "Refuse to hand back",
    Event.EXCEPTION_APPROVED: "Approve exception",
    Event.EXCEPTION_DENIED: "Deny exception",
    Event.EXCEPTION_REQUESTED: "Request exception",
    Event.ESCALATED: "Escalate",
    Event.RELEASED: "Release",
}
"""Event → the words on its button, in the order of the buttons; an event without words shows its own name, last."""

BESIDE = frozenset({Event.PACKET_REVIEWED, Event.STEP_DONE, Event.STEP_UNDONE, Event.MASK_LIFTED})
"""Events that need a field, a step or a mask to be named: they are caused beside it, by no button of their own."""
_POSSIBLE = {row.event for row in TABLE if any(role in DESK_ROLES for role in row.roles)} - BESIDE
DESK_EVENTS: tuple[Event, ...] = (
    *(event for event in LABELS if event in _POSSIBLE),
    *(event for event in Event if event in _POSSIBLE and event not in LABELS),
)
"""Every event that some role at the desk may cause in some state, read from the table."""

METHODS = ("attestation", "code", "knowledge")
"""How an identity is verified, as `conversation.verification.Method` names it; an attestation needs a note."""
METHOD_NAMES = {"attestation": "Attestation", "code": "One-time code", "knowledge": "Knowledge check"}
"""Words for people; Gradio takes a bare "code" for the key of a translation."""
VERIFYING = (Event.IDENTITY_VERIFIED, Event.VERIFICATION_FAILED)
_DECISIONS = (
    Event.EXCEPTION_APPROVED,
    Event.EXCEPTION_DENIED,
    Event.HAND_BACK_AGREED,
    Event.HAND_BACK_REFUSED,
)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What the agent has entered on the desk."""

    note: str = ""
    method: str = METHODS[0]
    request_hash: str = ""
    """Of the request for consent that was on the page when the button was pressed."""
    proof: str = ""
    """The code the customer has read out; for a knowledge check `question=answer`; empty: the code is in the chat."""
    resolution: str = ""
    template: str = ""
    """Id of an approved template, which is a reply; own words come from their box (`ui.compose`)."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in the open places of the template."""
    fields: tuple[Mapping[str, Any], ...] = ()
    """Verdicts on fields of the packet."""
    step: str = ""
    """Of the playbook."""

    @property
    def fields_taken(self) -> dict[str, str]:
        """Name of a field in `static/desk.js` → what was typed into it and goes into the act."""
        return {"note": self.note, "proof": self.proof, **self.values}


def label(event: Event) -> str:
    """The words on the event's button."""
    return LABELS.get(event, event.value.replace("_", " ").capitalize())


ASKS_WHY = frozenset({Event.ESCALATED})
"""Events that the desk asks a reason for, so that whoever comes next reads one; the door takes them without."""
_PASSED_OVER: frozenset[Literal] = frozenset({
    ("actor_owns", True), ("actor_owns", False), ("owned", False), ("latched", False), ("regulated", True),
    ("regulated", False), ("compliance", True), ("compliance", False), ("exception_open", True),
    ("hand_back_asked", True), ("hand_back_agreed", True), ("attempts_left", True), ("attempts_left", False),
})  # fmt: skip
"""What is missing where a button would be about another case, another moment or another person: it is not shown."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the desk offers one person on one case."""

    shown: tuple[Event, ...] = ()
    """Events whose buttons are there."""
    lacks: Mapping[Event, Literal] = field(default_factory=dict)
    """Those of them that cannot be pressed yet → the one thing that is missing."""
    beside: frozenset[Event] = frozenset()
    """Events that are caused beside a field, a step or a mask, and may be."""

    @property
    def ready(self) -> frozenset[Event]:
        """Those that can be pressed."""
        return frozenset(self.shown) - frozenset(self.lacks)


def offer(view: ConversationView | None, found: Iterable[Possible]) -> Offer:
    """What of it has a button: nothing on a closed case, nothing that is not this person's to do."""
    if view is None or view.closed:
        return Offer()
    near = [one for one in found if one.lacks not in _PASSED_OVER]
    buttons = [one for one in near if one.event not in BESIDE]
    return Offer(
        shown=tuple(one.event for one in buttons),
        lacks={one.event: one.lacks for one in buttons if one.lacks is not None},
        beside=frozenset(one.event for one in near if one.event in BESIDE and one.lacks is None),
    )


def act_for(event: Event, conversation_id: str, version: int, actor: Actor, typed: Typed, newest: int = 0) -> Act:
    """The act of pressing a button on the conversation as the agent sees it.

    Its id names the version the agent saw, so a second press of the same button is the same act. `newest` is the seq
    of the newest message on the page.
    """
    text = "" if event is Event.AGENT_REPLIED else typed.note
    data = _data(event, typed)
    seen = json.dumps([conversation_id, version, event.value, actor.id, actor.role.value, text, data], sort_keys=True)
    return Act(
        event=event, actor=actor, id=f"desk_{hashlib.sha256(seen.encode()).hexdigest()[:32]}", text=text, data=data,
        seen=newest,
    )  # fmt: skip


def _data(event: Event, typed: Typed) -> dict[str, Any]:
    if event is Event.AGENT_REPLIED and typed.template:
        return {"template": {"id": typed.template, "values": dict(typed.values)}}
    if event is Event.RESOLVED:
        return {"resolution": typed.resolution} if typed.resolution else {}
    if event is Event.PACKET_REVIEWED:
        return {"fields": list(typed.fields)}
    if event in BESIDE:
        return {"step": typed.step}
    if event in VERIFYING:
        return {"method": typed.method, **_proof(event, typed)}
    if event in _DECISIONS:
        return {"request_hash": typed.request_hash}
    return {}


def _proof(event: Event, typed: Typed) -> dict[str, Any]:
    """What the agent brings to a check beside the method; an attestation brings its note."""
    if event is not Event.IDENTITY_VERIFIED or typed.method == "attestation":
        return {}
    if typed.method == "knowledge":
        question, _, answer = typed.proof.partition("=")
        return {"question": question.strip(), "answer": answer.strip()}
    return {"code": typed.proof.strip()} if typed.proof.strip() else {"from_chat": True}


def wants_note(shown: Iterable[Event]) -> bool:
    """Whether some button among these needs or takes more words than a reply."""
    return any(event not in (Event.CLAIMED, Event.AGENT_REPLIED) for event in shown)
