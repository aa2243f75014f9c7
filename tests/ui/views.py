"""Views made by hand, so that a renderer can be tested in every state without living through it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from handover.packet.case import OtherCase
from service.views import ConversationView, EventView, HandoverView, MessageView, QueueItem, QueuePage
from states.table import CLOCKS, WITH_PERSON
from states.vocabulary import Event, Role, State

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>${alert(3)}{{this}}\u202eabc"
"""What a customer might write in order to run in an agent's page."""


def message(author: str, text: str, seq: int = 1, **more: Any) -> MessageView:
    """One message of the transcript."""
    return MessageView(id=f"msg_{seq}", seq=seq, author=author, text=text, at=NOW, **more)


def event(name: Event, source: State, target: State, data: dict[str, Any], seq: int = 1) -> EventView:
    """One event of the log."""
    return EventView(
        id=f"evt_{seq}", seq=seq, event=name.value, source=source, target=target, role=Role.SYSTEM,
        actor_id="", at=NOW, policy_hash="f" * 64, data=data,
    )  # fmt: skip


def fired(quote: str, **more: Any) -> dict[str, Any]:
    """A trigger that fired on the first customer message, as the event log has it."""
    found: dict[str, Any] = {
        "kind": "topic",
        "detail": "gas",
        "quote": quote,
        "score": 0.91,
        "threshold": 0.6,
        "turn": 1,
    }
    return {
        "trigger_id": "safety.danger", "family": "safety", "reason": "There may be danger.", "action": "handover",
        "severity": "critical", "evidence": [found | more],
    }  # fmt: skip


def packet(text: str = "plain") -> dict[str, Any]:
    """A packet that says `text` wherever a packet can say something."""
    return {
        "envelope": {"handover_id": text, "policy_name": text, "policy_hash": "f" * 64, "schema_version": "1.0"},
        "why": {
            "reason": text, "reason_code": text, "severity": "critical", "team": text, "skills": [text],
            "waiting_since": NOW.isoformat(), "offered_or_forced": "forced", "flags": [text],
            "triggers": [{"trigger_id": text, "quote": text, "score": 0.9, "threshold": 0.6, "turn": 1}],
        },
        "context": {
            "customer": {"ref": text, "tier": text, "verification_level": text}, "intent": text,
            "entities": {text: [text]}, "steps_tried": [{"action": text, "result": text}],
            "summary": [{"claim": text, "turns": [1]}], "sentiment": {"now": -0.8, "trend": -0.2},
            "open_questions": [text], "redactions": [{"entity": text, "count": 1}],
        },
        "action": {
            "promise": {"text": text, "reply_by": NOW.isoformat()}, "next_steps": [text], "do_not": [text],
            "playbook": {"id": "danger", "title": text, "steps": [
                {"id": "safe", "text": text, "required": True},
                {"id": "note", "text": "Write it down", "required": False},
            ]},
            "required_verifications": [text], "hand_back_conditions": [text], "compliance_flags": [text],
        },
    }  # fmt: skip


def handover(text: str = "plain", **more: Any) -> HandoverView:
    """An open handover that waits for somebody."""
    view = HandoverView(
        id="ho_1", conversation_id="cnv_1", open=True, reason_code="safety", severity="critical", sla="immediate",
        team="safety", language="en", created_at=NOW, claim_due_at=NOW + timedelta(minutes=5),
        resolve_due_at=NOW + timedelta(hours=1), claimed_at=None, owner_id=None, outcome=None, packet=packet(text),
    )  # fmt: skip
    return replace(view, **more)


def conversation(state: State = State.BOT_HANDLING, **more: Any) -> ConversationView:
    """A conversation in `state`, its clock due in five minutes, with a handover where one must be."""
    latched = state in WITH_PERSON
    view = ConversationView(
        id="cnv_1", state=state, version=3, channel="web", language="en", customer="visitor-1", latched=latched,
        owner_id=None, owner_role=None, created_at=NOW, updated_at=NOW, closed=False, policy_name="default",
        policy_hash="f" * 64, facts={}, messages=(message("customer", "I can smell gas"),), events=(),
        handover=handover() if latched else None,
        timers={CLOCKS[state][0].value: NOW + timedelta(minutes=5)},
    )  # fmt: skip
    return replace(view, **more)


def other(text: str = "plain") -> OtherCase:
    """Another case of the same customer."""
    return OtherCase(
        handover_id=text, conversation_id=text, state=text, open=True, reason_code=text, reason=text, severity=text,
        team=text, opened_at=NOW - timedelta(hours=2),
    )  # fmt: skip


def lines(*items: QueueItem, **more: Any) -> QueuePage:
    """A page of the queue."""
    return replace(QueuePage(items=items, total=len(items), begin=0, previous=None, following=None), **more)


def waiting(text: str = "plain", **more: Any) -> QueueItem:
    """One line of the queue."""
    item = QueueItem(
        handover_id="ho_1", conversation_id="cnv_1", state=State.HANDED_OFF, reason_code="safety", reason=text,
        severity="critical", team="safety", language="en", waiting_since=NOW - timedelta(minutes=3),
        claim_due_at=NOW + timedelta(minutes=2), owner_id=None, last_message=text,
        channel=text, customer=text, quote=text, said=f"well, {text}, you see",
    )  # fmt: skip
    return replace(item, **more)
