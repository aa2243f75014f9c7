"""What people and clocks do to a conversation: acts at the desk, deadlines that run out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.answering import fire
from graph.consenting import about, ask
from graph.evidence import raised
from graph.handing_over import tell
from graph.verifying import check_data, open_challenge, outcome_of_check, record_check
from graph.working import Working
from handover.consent import Consent, ConsentKind
from handover.scripts import render
from states.table import ANSWERING
from states.vocabulary import Clock, Effect, Event
from triggers.conditions import mentions_answer

_ASKS = {Effect.OPEN_EXCEPTION: ConsentKind.EXCEPTION, Effect.OPEN_HAND_BACK: ConsentKind.HAND_BACK}
_CLOSING = {Event.RESOLVED: "closing.resolved", Event.EXPIRED: "closing.expired"}


def act(working: Working) -> None:
    """Applies the event that a person or a clock asks for, with what it changes beside the state."""
    inbound = working.inbound
    if inbound.event is None:
        raise ValueError("an act names the event it asks for")
    if inbound.event is Event.TRIGGER_FIRED and working.state in ANSWERING:
        pulled = raised(working, "person.pulled", "agent", inbound.text or "an agent took the conversation over")
        return fire(working, (pulled,), inbound.role, inbound.actor, body_hash=inbound.body_hash)
    before, pending, event = working.handover, working.consent, outcome_of_check(working) or inbound.event
    step = working.apply(event, inbound.role, _data(working, event), actor=inbound.actor, approved=inbound.approved)
    for effect in step.effects:
        _perform(working, effect, before)
    _tell_consent(working, pending)


def _data(working: Working, event: Event) -> dict[str, Any]:
    inbound = working.inbound
    noted = {"note": inbound.text} if inbound.text and inbound.event is not Event.AGENT_REPLIED else {}
    hashed = {"body_hash": inbound.body_hash} if inbound.kind == "act" else {}
    return {**noted, **inbound.data, **check_data(working, event), **hashed}


def _tell_consent(working: Working, before: Consent | None) -> None:
    """Adds to the event which request it opened, answered or ended."""
    if working.consent != before:
        happening = working.happenings[-1]
        data = {**happening.data, **about(before or working.consent)}
        working.happenings[-1] = replace(happening, data=data)


def _perform(working: Working, effect: Effect, before: dict[str, Any] | None) -> None:
    """The rows an effect changes; outbox effects need only their payload."""
    handover = before or {}
    working.payloads.setdefault(effect, {"handover_id": handover.get("id")})
    if effect is Effect.ASSIGN_OWNER:
        working.change_handover(owner_id=working.owner_id, claimed_at=handover.get("claimed_at") or working.now)
    elif effect is Effect.CLEAR_OWNER and Effect.CLOSE_HANDOVER not in working.happenings[-1].effects:
        # A closed handover keeps who had it last.
        working.change_handover(owner_id=None)
    elif effect is Effect.NOTIFY_CLAIMED and not handover.get("claimed_at"):
        tell(working, "notice.claimed")
    elif effect is Effect.SEND_AGENT_MESSAGE:
        working.say("agent", working.inbound.text, actor_id=working.inbound.actor)
    elif effect is Effect.RECORD_VERIFICATION:
        record_check(working, working.happenings[-1].event)
    elif effect is Effect.SEND_CODE:
        working.payloads[effect] = open_challenge(working)
    elif effect in (Effect.RENOTIFY, Effect.PAGE):
        _climb(working, handover)
    elif effect in _ASKS:
        working.consent = ask(working, _ASKS[effect])
    elif effect is Effect.GIVE_CONSENT and working.consent is not None:
        working.consent = replace(working.consent, agreed_by=working.inbound.actor)
    elif effect is Effect.CLOSE_HANDOVER:
        _close(working)
    elif effect is Effect.SEND_CLOSING and working.inbound.event in _CLOSING:
        _say_goodbye(working, _CLOSING[working.inbound.event])


def _climb(working: Working, handover: dict[str, Any]) -> None:
    """One more step of the ladder."""
    if working.inbound.event is not Event.SLA_BREACHED:
        return
    working.change_handover(climb=handover.get("climb", 0) + 1)
    again = working.now + working.ladder_step()
    working.due = {Clock.CLAIM: again, Clock.RESOLVE: again}


def _close(working: Working) -> None:
    """Ends the handover. A hand-back keeps `when` triggers that fired disarmed until their facts change."""
    back = working.inbound.event is Event.HANDED_BACK
    working.change_handover(open=False, closed_at=working.now, outcome=working.inbound.text)
    if back:
        packet = (working.handover or {}).get("packet", {})
        fired = {
            one["trigger_id"]
            for one in packet.get("why", {}).get("triggers", ())
            # What an answer is like is new with every answer: that never rests.
            if one["kind"] == "when" and not mentions_answer(one["detail"])
        }
        working.remember(
            disarmed=tuple(sorted({*working.history.disarmed, *fired})),
            misses=0, failed_answers=0, clean_turns=0, offers=0, offered=False, unmet_since=None,
        )  # fmt: skip


def _say_goodbye(working: Working, script_id: str) -> None:
    """The closing text; a conversation that never had a handover has no reference to name."""
    if working.handover is not None:
        return tell(working, script_id)
    working.say("system", render(script_id, working.language, working.services.loaded))
