"""The question how it went, and what a customer writes after it: an answer, or a case that is not over.

Only what is certainly an answer leaves the case closed. A low score with words, a trigger in the words, anything that
is not understood opens it again.
"""

from __future__ import annotations

from conversation.answer import assess
from conversation.hand_over import reopen
from conversation.records import StoredMessage
from conversation.working import Working
from handover.words.rating import LOW, Rating, rating
from handover.words.scripts import render
from states.vocabulary import Event, Role
from triggers.assessment import Assessment, Decision

PERSON, ASSISTANT = "person", "assistant"


def ask_survey(working: Working) -> None:
    """Asks once, if the policy wants to know, about whoever ended the conversation."""
    rules, about = working.services.loaded.policy.survey, _about(working)
    wanted = rules.person if about == PERSON else rules.assistant and working.history.turns > 0
    text = render("survey.ask", working.language, working.services.loaded) if wanted else ""
    if text:
        working.say("system", text)
        working.remember(survey=about)


def after_the_end(working: Working) -> None:
    """A message to a resolved conversation."""
    message = working.inbound.message
    if message is None:
        raise ValueError("only a customer writes after the end")
    found = rating(message.text) if working.history.survey and not working.broken else None
    if found is None or not (found.certain or _courteous(working, found)):
        return _open_again(working)
    before = working.history
    assessment = assess(working, message)
    _record(working, found, message)
    if _is_all(working, found, assessment):
        # A score is no need: it is counted by the survey, not by what judges the next message.
        working.history = before
        working.remember(survey="")
        return working.say("system", render("survey.thanks", working.language, working.services.loaded))
    _open_again(working, to_person=found.score <= LOW)


def _about(working: Working) -> str:
    return PERSON if working.inbound.event is Event.RESOLVED else ASSISTANT


def _is_all(working: Working, found: Rating, assessment: Assessment) -> bool:
    harmless = assessment.decision in (Decision.CLEAR, Decision.FLAG)
    return harmless and (not found.words or _courteous(working, found))


def _courteous(working: Working, found: Rating) -> bool:
    """Whether the words are nothing but known small talk, as in "4, thank you"."""
    return working.services.engine.smalltalk(found.words, working.language) is not None


def _record(working: Working, found: Rating, message: StoredMessage) -> None:
    working.apply(
        Event.SURVEY_ANSWERED,
        Role.CUSTOMER,
        {
            "score": found.score,
            "about": working.history.survey,
            "with_words": bool(found.words),
            "handover_id": (working.handover or {}).get("id"),
            "message_id": message.id,
        },
    )


def _open_again(working: Working, *, to_person: bool = False) -> None:
    working.remember(survey="")
    reopen(working, to_person=to_person)
