"""What a customer wrote without an answer between, as one utterance: taken from the messages of the snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from conversation.records import StoredMessage
from conversation.run import Run
from handover.people.codes import is_code
from states.vocabulary import Author, Effect
from triggers.assessment import Redaction
from triggers.burst import Burst, Part

_ANSWERS = (Effect.SEND_ANSWER, Effect.SEND_AGENT_MESSAGE)
"""What answers a customer; a caution, a notice or a script does not."""


def burst_of(run: Run) -> Burst:
    """The message of the run with those before it that nobody answered. Each of those was judged by itself already."""
    earlier = [Part(id=one.id, text=one.text, settled=True) for one in _unanswered(run.snapshot.window)]
    newest = Part(id=run.message.id, text=run.own)
    return Burst.of(newest, earlier[::-1], most_chars=run.rules.policy.limits.message_chars)


def left_unanswered(window: tuple[StoredMessage, ...]) -> StoredMessage | None:
    """The customer's newest message after a handover was opened that no person has answered; None if there is none.

    What led to the handover is answered by what the person did about it, a code by its check. A message that came in
    while the handover was being opened stands before its script and did not lead to it.
    """
    opened = [one for one in window if one.effect is Effect.SEND_SCRIPT or _told_before_effects(one)]
    led = opened[-1].in_reply_to if opened else None
    since = next((one.seq for one in window if one.id == led), opened[-1].seq if opened else 0)
    newer = (one for one in _unanswered(window) if one.seq > since and not one.automatic and not is_code(one.text))
    return next(newer, None)


def _told_before_effects(one: StoredMessage) -> bool:
    """Whether it is a word of ours whose effect an older version did not note: it counts as a handover's script."""
    return one.author == Author.SYSTEM and one.effect is None


def counted(
    masked: Mapping[str, tuple[str, tuple[Redaction, ...]]], messages: tuple[StoredMessage, ...]
) -> dict[str, tuple[str, Mapping[str, int]]]:
    """The texts that stand from now on, with what was masked in them before and now."""
    before = {one.id: one.redactions for one in messages}
    return {
        name: (text, dict(Counter(before.get(name, {})) + Counter(one.entity for one in redactions)))
        for name, (text, redactions) in masked.items()
    }


def _unanswered(window: tuple[StoredMessage, ...]) -> Iterator[StoredMessage]:
    """Messages of the customer from the newest back to the last answer. What an older version said counts as one."""
    for one in reversed(window):
        if one.author == Author.CUSTOMER:
            yield one
        elif one.author in (Author.ASSISTANT, Author.AGENT) and one.effect in (None, *_ANSWERS):
            return
