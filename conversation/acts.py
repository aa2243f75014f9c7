"""What people and clocks do to a conversation: acts at the desk, deadlines that run out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversation.answer import fire
from conversation.casework import add_summary, attest_steps, resolution, review_packet, tick
from conversation.clocks import step_data, take_step
from conversation.consents import about, ask
from conversation.evidence import raised
from conversation.hand_back import give_back
from conversation.hand_over import tell
from conversation.survey import ask_survey
from conversation.verification import check_data, open_challenge, outcome_of_check, record_check
from conversation.working import Working
from handover.people.consent import Consent, ConsentKind
from handover.words.scripts import render
from states.errors import IllegalEvent
from states.table import ANSWERING
from states.vocabulary import Effect, Event, State

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
    if inbound.kind == "fault" and working.state not in (State.HANDED_OFF, State.AGENT_VERIFYING, State.ESCALATED):
        raise IllegalEvent(f"no person has or awaits this case in state {working.state.value!r}; nobody is to be told")
    before, pending, event = working.handover, working.consent, outcome_of_check(working) or inbound.event
    climbing = step_data(working, event)
    data = {**_data(working, event), **climbing}
    step = working.apply(event, inbound.role, data, actor=inbound.actor, approved=inbound.approved)
    take_step(working, climbing)
    if event in (Event.RESOLVED, Event.HANDED_BACK):
        working.amend(**resolution(working))
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


def _payload(working: Working, handover: dict[str, Any]) -> dict[str, Any]:
    """What the worker needs to tell others of an effect: who did what, and where they did it."""
    inbound = working.inbound
    return {
        "handover_id": handover.get("id"), "event": working.happenings[-1].event.value,
        "actor": inbound.actor, "role": inbound.role.value, "origin": inbound.origin,
        "failed": str(inbound.data.get("destination", "")) if inbound.kind == "fault" else "",
    }  # fmt: skip


def _perform(working: Working, effect: Effect, before: dict[str, Any] | None) -> None:
    """The rows an effect changes; outbox effects need only their payload."""
    handover = before or {}
    working.payloads[effect] = {**_payload(working, handover), **working.payloads.get(effect, {})}
    if effect is Effect.ASSIGN_OWNER:
        working.change_handover(owner_id=working.owner_id, claimed_at=handover.get("claimed_at") or working.now)
    elif effect is Effect.CLEAR_OWNER and Effect.CLOSE_HANDOVER not in working.happenings[-1].effects:
        # A closed handover keeps who had it last.
        working.change_handover(owner_id=None)
    elif effect is Effect.NOTIFY_CLAIMED and not handover.get("claimed_at"):
        tell(working, "notice.claimed")
    elif effect is Effect.SEND_AGENT_MESSAGE:
        spoken = f"{working.happenings[0].id}.{len(working.utterances)}"  # as the unit of work will call it
        working.payloads[effect] = {**working.payloads[effect], "message_id": spoken}
        working.say("agent", working.inbound.text, actor_id=working.inbound.actor)
    elif effect is Effect.RECORD_VERIFICATION:
        record_check(working, working.happenings[-1].event)
    elif effect is Effect.SEND_CODE:
        working.payloads[effect] = open_challenge(working)
    elif effect in _ASKS:
        working.consent = ask(working, _ASKS[effect])
    elif effect is Effect.GIVE_CONSENT and working.consent is not None:
        working.consent = replace(working.consent, agreed_by=working.inbound.actor)
    elif effect is Effect.RECORD_REVIEW:
        review_packet(working)
    elif effect is Effect.RECORD_STEP:
        tick(working)
    elif effect is Effect.UPDATE_PACKET:
        add_summary(working)
    else:
        _end(working, effect)


def _end(working: Working, effect: Effect) -> None:
    """The part of the effects that ends a case or a conversation."""
    if effect is Effect.CLOSE_HANDOVER:
        _close(working)
    elif effect is Effect.SEND_CLOSING and working.inbound.event in _CLOSING:
        _say_goodbye(working, _CLOSING[working.inbound.event])
    elif effect is Effect.SEND_SURVEY:
        ask_survey(working)
    elif effect is Effect.SEND_RETURNED:
        working.say("system", render("notice.returned", working.language, working.services.loaded))


def _close(working: Working) -> None:
    """Ends the handover: how, and which steps were attested with it."""
    attested = attest_steps(working) if working.inbound.event is Event.RESOLVED else []
    if attested:
        working.amend(steps_attested=attested)
    code = working.happenings[-1].data.get("resolution")
    working.change_handover(open=False, closed_at=working.now, outcome=working.inbound.text, resolution=code)
    working.remember(unmet_since=None)  # Who comes back begins to wait anew.
    if working.inbound.event is Event.HANDED_BACK:
        give_back(working)


def _say_goodbye(working: Working, script_id: str) -> None:
    """The closing text; a conversation that never had a handover has no reference to name."""
    if working.handover is not None:
        return tell(working, script_id)
    working.say("system", render(script_id, working.language, working.services.loaded))
