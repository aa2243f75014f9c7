"""What a customer writes to a resolved conversation: an answer to the survey, or a case that is not over.

Only what is certainly an answer leaves the case closed. A low score with words, a trigger in the words, anything that
is not understood opens it again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversation.answer import asked_of, assess
from conversation.doing import Matter
from conversation.latched import reopen
from conversation.run import Run
from conversation.step import apply
from handover.words.rating import LOW, Rating, rating
from handover.words.scripts import render
from states.vocabulary import Event, Role
from triggers.assessment import Assessment, Decision
from triggers.courtesy import courtesy

CLOSED = "closed"
"""What the log says of a message that was kept because the reopen window had ended."""


def after_the_end(run: Run) -> None:
    """A message to a resolved conversation."""
    if run.standing.closed:
        return after_the_window(run)
    found = rating(run.own) if run.standing.history.survey and not run.broken else None
    if found is None and not run.broken and _thanks(run):
        # Thanks for what is over open nothing; the question how it went stays open.
        return keep(run, courtesy=True)
    if found is None or not (found.certain or _courteous(run, found)):
        run.remember(survey="")
        return reopen(run)
    before = run.standing.history
    is_all = _is_all(run, found, assess(run))
    thanks = render("survey.thanks", run.standing.language, run.rules.loaded) if is_all else ""
    _answered(run, found, thanks)
    if is_all:
        # A score is no need: it is counted by the survey, not by what judges the next message.
        return run.stand(history=replace(before, survey=""))
    reopen(run, to_person=found.score <= LOW)


def after_the_window(run: Run) -> None:
    """A message that comes too late to be answered here: what calls for a person has one, anything else is kept.

    Whoever sent what is kept is told to begin a new conversation, unless it is only thanks.
    """
    if assess(run).decision.needs_person:
        return reopen(run, to_person=True)
    keep(run, **({"courtesy": True} if _thanks(run) else {CLOSED: True}))


def _thanks(run: Run) -> bool:
    """Whether the message is nothing but a courtesy: rules read it first, and what a tapback quotes was said."""
    found = courtesy(run.own, run.standing.language)
    if found is None or assess(run).fired:
        return False
    return not found.quoted or asked_of(run).was_said(found.quoted)


def keep(run: Run, **logged: Any) -> None:
    """The message is kept and shown; it opens, answers and stops nothing."""
    apply(run, Event.MESSAGE_KEPT, Role.SYSTEM, {"message_id": run.message.id, **logged})


def _is_all(run: Run, found: Rating, assessment: Assessment) -> bool:
    harmless = assessment.decision in (Decision.CLEAR, Decision.FLAG)
    return harmless and (not found.words or _courteous(run, found))


def _courteous(run: Run, found: Rating) -> bool:
    """Whether the words are nothing but known small talk, as in "4, thank you"."""
    return run.rules.engine.smalltalk(found.words, run.standing.language) is not None


def _answered(run: Run, found: Rating, thanks: str) -> None:
    handover = run.standing.handover
    logged = {
        "score": found.score,
        "about": run.standing.history.survey,
        "with_words": bool(found.words),
        "handover_id": handover.id if handover is not None else None,
        "message_id": run.message.id,
    }
    apply(run, Event.SURVEY_ANSWERED, Role.CUSTOMER, logged, matter=Matter(words=thanks))
