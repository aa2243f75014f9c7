"""Giving a conversation back to the assistant: what it is told, what rests, and when coming back is a loop.

The assistant is told what a person said and promised; triggers whose facts have not changed rest; the same evidence a
second time goes to a senior.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from assistants.port import PersonStretch
from conversation.burst import left_unanswered
from conversation.run import Run
from handover.packet.summary import clip
from policy.schema import Action
from triggers.assessment import Fired
from triggers.conditions import mentions_answer

MARKS = 64
"""Marks that a conversation remembers; the oldest go first."""
OUTCOME_CHARS = 400
_BY_A_PERSON = frozenset({"person.accepted", "person.pulled", "person.reopened"})
"""Triggers that somebody caused by an act of their own: they say nothing about why the assistant failed."""


def marks(run: Run, fired: Iterable[Fired]) -> tuple[str, ...]:
    """What fired as checksums of rule and words: the quote, or the whole message where a rule quotes nothing.

    A rule of the compliance class has one mark more, which holds whatever the words are.
    """
    message = run.inbound.message
    whole = message.text if message else ""
    found: dict[str, None] = {}
    for one in fired:
        if one.action is not Action.HANDOVER or one.trigger_id in _BY_A_PERSON:
            continue
        if _is_compliance(run, one.trigger_id):
            found[_mark(one.trigger_id)] = None
        for evidence in one.evidence:
            found[_mark(one.trigger_id, evidence.kind, evidence.detail, evidence.quote or whole)] = None
    return tuple(found)


def note_evidence(run: Run, fired: Iterable[Fired]) -> None:
    """Remembers what the handover that a person has now fired on."""
    known = dict.fromkeys((*run.standing.history.evidence, *marks(run, fired)))
    run.remember(evidence=tuple(known)[-MARKS:])


def is_loop(run: Run) -> bool:
    """Whether what fired had fired before the last hand-back: the same rule by the same words.

    A rule of the compliance class counts whatever the words: such a case does not go round twice.
    """
    return not set(marks(run, run.judgement.fired)).isdisjoint(run.standing.history.handed)


def give_back(run: Run) -> None:
    """Starts the assistant's counters anew; `when` triggers that fired rest until their facts have changed."""
    handover, history = run.standing.handover, run.standing.history
    triggers = handover.packet.why.triggers if handover is not None else ()
    # What an answer is like is new with every answer: that never rests.
    fired = {one.trigger_id for one in triggers if one.kind == "when" and not mentions_answer(one.detail)}
    run.remember(
        disarmed=tuple(sorted({*history.disarmed, *fired})),
        # What was counted before a person came is no evidence against what comes after.
        misses=0, failed_answers=0, clean_turns=0, offers=0, offered=False, unmet_since=None, repeats=0, recent=(),
        contradictions=0, sentiments=(), survey="",
        handed=tuple(dict.fromkeys((*history.handed, *history.evidence)))[-MARKS:], evidence=(),
        returned=run.record.happenings[-1].id,
    )  # fmt: skip


def return_message(run: Run, event_id: str) -> None:
    """What the customer wrote and no person answered is the assistant's: it is decided once more, by the same rules."""
    pending, owed = run.snapshot.pending, run.standing.history.owed
    if pending is not None and owed and owed[0] == pending.id:
        return  # It was left to the assistant before, and waits for its decision still.
    left = left_unanswered(run.snapshot.window)
    run.record.returned_message = left.id if left is not None else None
    run.remember(owed=(left.id, event_id) if left is not None else ())
    if left is not None:
        run.record.amend(returned_message=left.id)


def stretch(run: Run) -> PersonStretch | None:
    """What the assistant must know of the person who had the conversation before it; None if nobody had."""
    snapshot, returned = run.snapshot, run.standing.history.returned
    if not returned or snapshot.returned is None:
        return None
    place = [number for number, one in enumerate(snapshot.window) if one.id.startswith(f"{returned}.")]
    return PersonStretch(
        outcome=clip(snapshot.returned.outcome or "", OUTCOME_CHARS),
        resolution=snapshot.returned.resolution or "",
        turns_before=place[-1] + 1 if place else 0,
    )


def _is_compliance(run: Run, trigger_id: str) -> bool:
    return any(rule.id == trigger_id and rule.compliance for rule in run.rules.policy.triggers)


def _mark(*parts: str) -> str:
    folded = "\n".join(" ".join(part.split()).casefold() for part in parts)
    return f"{crc32(folded.encode('utf-8', 'replace')):08x}"
