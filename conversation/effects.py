"""What does each effect of the table: one registry, complete by test. Nothing else speaks to a customer.

An effect changes where the conversation stands, says something, or asks for an outbox row; it never causes an event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from conversation import casework, verification
from conversation.clocks import promised_at, take_step, tighten
from conversation.consents import asked
from conversation.doing import Doing, Urgency
from conversation.hand_back import give_back, return_message
from conversation.handover import Handover
from conversation.notices import notice_text
from conversation.packets import assembled, new_handover
from handover.people.consent import ConsentKind
from handover.words.scripts import render
from states.vocabulary import Clock, Effect, Event

CLOSINGS = {Event.RESOLVED: "closing.resolved", Event.EXPIRED: "closing.expired"}
"""The script that ends a conversation, by how it ends."""
PERSON, ASSISTANT = "person", "assistant"
"""Whom a survey is about."""

Perform = Callable[[Doing], None]


# The assistant


def _say_words(doing: Doing) -> None:
    doing.say(doing.matter.words, citations=doing.matter.citations)


def _lock(doing: Doing) -> None:
    doing.run.stand(latched=True)


def _unlock(doing: Doing) -> None:
    doing.run.stand(latched=False)
    give_back(doing.run)


def _call_for_packet(doing: Doing) -> None:
    doing.run.record.packet_due = True


# The handover


def _open(doing: Doing) -> None:
    run = doing.run
    run.record.packet_due = False
    packet = doing.matter.packet or assembled(run)[0]
    handover = new_handover(run, packet, again=doing.matter.again)
    run.stand(handover=handover, closed=False)
    run.record.opened = True
    run.remember(handovers=run.standing.history.handovers + 1, offered=False, returned="")
    run.record.amend(handover_id=handover.id, reason_code=handover.reason_code)


def _say_promise(doing: Doing) -> None:
    if doing.handover is not None:
        doing.say(doing.handover.packet.action.promise.text)


def _queue(doing: Doing) -> None:
    doing.queue()


def _forward(doing: Doing) -> None:
    doing.queue(message_id=doing.run.message.id)


def _raise_severity(doing: Doing) -> None:
    urgency, run = doing.matter.urgency, doing.run
    if urgency is not None:
        run.change(partial(_with_duties, urgency=urgency))
        if urgency.rises:
            run.change(lambda handover: handover.more_urgent(urgency.packet))
            tighten(run, urgency.packet.why)
    doing.queue()


def _with_duties(handover: Handover, urgency: Urgency) -> Handover:
    careful = handover.more_careful(
        regulated=urgency.duties.regulated, level=urgency.duties.level, compliance=urgency.compliance
    )
    return careful.with_packet(urgency.packet)


def _update_packet(doing: Doing) -> None:
    written = casework.add_summary(doing.run)
    doing.queue(what="summary", written=written)


def _climb(doing: Doing) -> None:
    """A reminder or a page; where it is a step of a ladder, the step is taken."""
    ladder, handover = doing.matter.ladder, doing.handover
    if ladder is not None:
        take_step(doing.run, ladder, doing.step.source)
    doing.queue(team=handover.team if handover is not None else "", **(ladder.data() if ladder is not None else {}))


def _say_delay(doing: Doing) -> None:
    """Tells who waits that the time they were told has passed, and the new one, at which the clock looks again.

    Nothing is said by the resolve clock, of which nobody was told; nor while the next step is overdue already, as after
    an outage: that one tells.
    """
    run, ladder = doing.run, doing.matter.ladder
    if ladder is None or ladder.clock is not Clock.CLAIM or run.standing.owner_id is not None:
        return
    promised = promised_at(run)
    if promised is not None and promised > run.now:
        doing.say(notice_text(run, "notice.delayed"))
        run.record.amend(promised=promised.isoformat())


def _close(doing: Doing) -> None:
    """Ends the handover: how, and which steps were attested with it."""
    run, ended = doing.run, casework.resolution(doing.run)
    run.record.amend(**ended)
    attested = casework.attest_steps(run) if doing.step.event is Event.RESOLVED else ()
    if attested:
        run.record.amend(steps_attested=list(attested))
    run.change(lambda handover: handover.closed(run.now, run.inbound.text, ended.get("resolution")))
    run.remember(unmet_since=None)  # Who comes back begins to wait anew.
    doing.queue()


# Who has it


def _assign(doing: Doing) -> None:
    run, consent = doing.run, doing.run.standing.consent
    run.stand(owner_id=doing.actor, owner_role=doing.step.role)
    if consent is not None and consent.kind is ConsentKind.HAND_BACK:
        run.stand(consent=None)  # It was asked for by the owner of before.
    run.change(lambda handover: handover.claimed(doing.actor, run.now))


def _clear_owner(doing: Doing) -> None:
    # Whoever takes the case next asks anew; nobody consents for a person who left.
    doing.run.stand(owner_id=None, owner_role=None, consent=None)
    if Effect.CLOSE_HANDOVER in doing.step.effects:
        return  # A closed handover keeps who had it last, and its end is told by closing it.
    doing.run.change(Handover.let_go)
    doing.queue()


def _notify_claimed(doing: Doing) -> None:
    before = doing.run.snapshot.handover
    if before is not None and before.claimed_at is None:
        doing.say(notice_text(doing.run, "notice.claimed"))
    doing.queue()


def _agent_message(doing: Doing) -> None:
    record = doing.run.record
    spoken = f"{record.happenings[0].id}.{len(record.utterances)}"  # as the unit of work will call it
    doing.say(doing.run.inbound.text, actor=doing.actor)
    doing.queue(message_id=spoken)


# Casework and consent


def _record_review(doing: Doing) -> None:
    casework.review_packet(doing.run)


def _record_step(doing: Doing) -> None:
    casework.tick(doing.run)


def _record_verification(doing: Doing) -> None:
    verification.record_check(doing.run, doing.step.event)


def _send_code(doing: Doing) -> None:
    challenge = verification.new_challenge(doing.run)
    doing.run.change(lambda handover: handover.code_sent(challenge))
    doing.queue(counter=challenge.counter, contact=challenge.contact)


def _ask_exception(doing: Doing) -> None:
    doing.run.stand(consent=asked(doing.run, ConsentKind.EXCEPTION))


def _ask_hand_back(doing: Doing) -> None:
    doing.run.stand(consent=asked(doing.run, ConsentKind.HAND_BACK))


def _give_consent(doing: Doing) -> None:
    consent = doing.run.standing.consent
    if consent is not None:
        doing.run.stand(consent=replace(consent, agreed_by=doing.actor))


def _close_consent(doing: Doing) -> None:
    doing.run.stand(consent=None)


# The end


def _say_closing(doing: Doing) -> None:
    script = CLOSINGS[doing.step.event]
    if doing.handover is not None:
        return doing.say(notice_text(doing.run, script))
    # A conversation that never had a handover has no reference to name.
    doing.say(render(script, doing.run.standing.language, doing.run.rules.loaded))


def _say_returned(doing: Doing) -> None:
    doing.say(render("notice.returned", doing.run.standing.language, doing.run.rules.loaded))


def _return_message(doing: Doing) -> None:
    return_message(doing.run, doing.event_id)


def _ask_survey(doing: Doing) -> None:
    """Asks once, if the policy wants to know, about whoever ended the conversation."""
    run, survey = doing.run, doing.run.rules.policy.survey
    about = PERSON if doing.step.event is Event.RESOLVED else ASSISTANT
    wanted = survey.person if about == PERSON else survey.assistant and run.standing.history.turns > 0
    text = render("survey.ask", run.standing.language, run.rules.loaded) if wanted else ""
    if text:
        doing.say(text)
        run.remember(survey=about)


def _record_survey(doing: Doing) -> None:
    doing.run.remember(survey="")


def _close_conversation(doing: Doing) -> None:
    doing.run.stand(closed=True)


EFFECTS: Mapping[Effect, Perform] = {
    Effect.SEND_ANSWER: _say_words,
    Effect.SEND_CAUTION: _say_words,
    Effect.LOCK_BOT: _lock,
    Effect.UNLOCK_BOT: _unlock,
    Effect.ASSEMBLE_PACKET: _call_for_packet,
    Effect.UPDATE_PACKET: _update_packet,
    Effect.RECORD_REVIEW: _record_review,
    Effect.RECORD_STEP: _record_step,
    Effect.OPEN_HANDOVER: _open,
    Effect.SEND_SCRIPT: _say_promise,
    Effect.SEND_NOTICE: _say_words,
    Effect.DELIVER_HANDOVER: _queue,
    Effect.RAISE_SEVERITY: _raise_severity,
    Effect.ASSIGN_OWNER: _assign,
    Effect.CLEAR_OWNER: _clear_owner,
    Effect.NOTIFY_CLAIMED: _notify_claimed,
    Effect.SEND_AGENT_MESSAGE: _agent_message,
    Effect.FORWARD_MESSAGE: _forward,
    Effect.SEND_CODE: _send_code,
    Effect.RECORD_VERIFICATION: _record_verification,
    Effect.OPEN_EXCEPTION: _ask_exception,
    Effect.OPEN_HAND_BACK: _ask_hand_back,
    Effect.GIVE_CONSENT: _give_consent,
    Effect.CLOSE_CONSENT: _close_consent,
    Effect.SEND_DELAY: _say_delay,
    Effect.RENOTIFY: _climb,
    Effect.PAGE: _climb,
    Effect.CLOSE_HANDOVER: _close,
    Effect.SEND_CLOSING: _say_closing,
    Effect.SEND_RETURNED: _say_returned,
    Effect.RETURN_MESSAGE: _return_message,
    Effect.SEND_SURVEY: _ask_survey,
    Effect.RECORD_SURVEY: _record_survey,
    Effect.CLOSE_CONVERSATION: _close_conversation,
}
"""Effect → what does it."""

OUTBOUND = frozenset(
    {
        Effect.DELIVER_HANDOVER, Effect.FORWARD_MESSAGE, Effect.SEND_AGENT_MESSAGE, Effect.RAISE_SEVERITY,
        Effect.UPDATE_PACKET, Effect.RENOTIFY, Effect.PAGE, Effect.NOTIFY_CLAIMED, Effect.CLEAR_OWNER,
        Effect.CLOSE_HANDOVER, Effect.SEND_CODE,
    }
)  # fmt: skip
"""The effects that leave the database; each has a row in the outbox, and a plan in `delivery`."""
