"""The check that every word to a customer is the effect of an event of the table, before anything is written."""

from __future__ import annotations

from conversation.records import Happening, Outcome, Utterance
from states.errors import SpeechRefused
from states.table import SPEECH, TABLE, Transition


def require_caused(outcome: Outcome, table: tuple[Transition, ...] = TABLE) -> None:
    """SpeechRefused for an outcome that says something which no row of the table asks for.

    Each utterance must name an event of this outcome and one of its effects; that effect must speak, in that author's
    name; and the table must have the row by which the event asked for it.
    """
    events = {one.id: one for one in outcome.happenings}
    for one in outcome.utterances:
        event = events.get(one.event_id)
        if event is None or not _speaks(one, event) or not _stands(event, table):
            raise SpeechRefused(
                f"{one.author.value} would say something by {one.effect.value!r}, which no event of this outcome asks "
                "for; words are the effect of an event, see conversation.effects"
            )


def _speaks(utterance: Utterance, event: Happening) -> bool:
    return utterance.effect in event.effects and SPEECH.get(utterance.effect) is utterance.author


def _stands(event: Happening, table: tuple[Transition, ...]) -> bool:
    return any(
        row.source is event.source
        and row.event is event.event
        and row.target is event.target
        and event.role in row.roles
        and row.effects == event.effects
        for row in table
    )
