"""What one author writes without an answer between: several messages, one utterance.

Evidence, urgency, questions and masks are read over the whole burst as well as over its newest message, and lead back
to the messages and places where they stand. Joining adds to what the newest message shows and takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate

from triggers.assessment import Assessment, Evidence, Fired, Place, Redaction
from triggers.masks import private_data
from triggers.pii import Found, redactions_of, without
from triggers.readings import readings

MOST_PARTS = 12
"""Messages that are read together at most, the newest ones."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One message of a burst."""

    id: str
    text: str
    settled: bool = False
    """It was answered: what it shows alone counted then; what it shows together with a later one counts now."""


@dataclass(frozen=True, kw_only=True)
class Burst:
    """Messages of one author in a row, oldest first; the last is the one that is judged. At least one."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, newest: Part, earlier: Sequence[Part] = (), *, most_chars: int) -> Burst:
        """The newest message with as many of the ones before it as a burst may hold."""
        parts = [newest]
        room = most_chars - len(newest.text)
        for part in reversed(earlier[-MOST_PARTS + 1 :]):
            room -= len(part.text) + 1
            if room < 0:
                break
            parts.append(part)
        return cls(parts=tuple(reversed(parts)))

    @property
    def newest(self) -> Part:
        """The message that is judged."""
        return self.parts[-1]

    @cached_property
    def text(self) -> str:
        """All messages, with a blank between them."""
        return " ".join(part.text for part in self.parts)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each message begins in `text`."""
        return tuple(accumulate((len(part.text) + 1 for part in self.parts[:-1]), initial=0))

    @property
    def open_from(self) -> int:
        """Where in `text` the messages begin that were not answered."""
        return next((at for part, at in zip(self.parts, self.starts, strict=True) if not part.settled), self.starts[-1])

    @property
    def question(self) -> str:
        """What an assistant is asked: the messages that were not answered."""
        return self.text[self.open_from :]

    def places(self, start: int, end: int) -> tuple[Place, ...]:
        """The pieces of a span of `text` in the messages, oldest first."""
        return tuple(self._pieces(start, end))

    def _pieces(self, start: int, end: int) -> Iterator[Place]:
        for part, begin in zip(self.parts, self.starts, strict=True):
            first, last = max(start, begin) - begin, min(end, begin + len(part.text)) - begin
            if first < last and part.text[first:last].strip():
                yield Place(message_id=part.id, start=first, end=last)


@dataclass(frozen=True, kw_only=True)
class BurstAssessment:
    """What a burst calls for."""

    assessment: Assessment
    """Of the newest message, with what only shows in the burst; its redactions are those of the newest message."""
    masked: Mapping[str, tuple[str, tuple[Redaction, ...]]] = field(default_factory=dict)
    """Message id → the text that may be kept and its redactions, for each earlier message that must be masked now."""


def redactions_by_part(burst: Burst, found: Iterable[Found] | None = None) -> dict[str, tuple[Redaction, ...]]:
    """Message id → what must be taken out of its text, alone or because of what stands in its neighbours.

    `found` is the private data in `burst.text` if it is known already.
    """
    known = private_data(readings(burst.text)) if found is None else found
    alone = (
        replace(one, start=one.start + begin, end=one.end + begin)
        for part, begin in zip(burst.parts, burst.starts, strict=True)
        for one in private_data(readings(part.text))
    )
    every = sorted({*known, *(alone if len(burst.parts) > 1 else ())}, key=lambda one: (one.start, -one.end))
    taken: dict[str, list[Redaction]] = {part.id: [] for part in burst.parts}
    for one in redactions_of(every, burst.text):
        for place in burst.places(one.start, one.end):
            taken[place.message_id].append(Redaction(entity=one.entity, start=place.start, end=place.end))
    return {name: tuple(several) for name, several in taken.items()}


def mask(burst: Burst, found: Iterable[Found] | None = None) -> dict[str, tuple[str, tuple[Redaction, ...]]]:
    """Message id → the text that may be kept and what was taken out, for every message with something to mask."""
    redactions = redactions_by_part(burst, found)
    return {
        part.id: (without(part.text, redactions[part.id]), redactions[part.id])
        for part in burst.parts
        if redactions[part.id]
    }


def united(alone: Iterable[Fired], joined: Iterable[Fired], burst: Burst) -> tuple[Fired, ...]:
    """What fired on the newest message alone, then what the burst adds, each trigger once."""
    fired = {one.trigger_id: one for one in alone}
    for one in joined:
        known = fired.get(one.trigger_id)
        told = {(found.kind, found.detail) for found in known.evidence} if known is not None else set()
        more = tuple(_placed(found, burst) for found in one.evidence if (found.kind, found.detail) not in told)
        fired[one.trigger_id] = replace(one, evidence=(*(known.evidence if known is not None else ()), *more))
    return tuple(fired.values())


def _placed(found: Evidence, burst: Burst) -> Evidence:
    """Evidence of the burst's text with its places in the messages."""
    if found.start < 0:
        return found
    places = burst.places(found.start, found.end)
    if [place.message_id for place in places] == [burst.newest.id]:
        return replace(found, start=places[0].start, end=places[0].end)
    return replace(found, start=-1, end=-1, places=places)
