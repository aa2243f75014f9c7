"""Whether a conversation is what its chain says: every event, every message, the row and the handovers.

Pure: the database and an offline bundle are checked by the same code. What an older version wrote, what waits to be
decided and what was erased, no event covers; it is counted, never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from proof import journal
from proof.chain import GENESIS, event_hash, message_hash, salted_hash
from proof.exhibit import Exhibit, Part, ShownEvent, ShownMessage


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as the log says."""

    conversation_id: str
    seq: int = 0
    """The number of the event at which it is noticed; 0 where it is none of any."""
    event_id: str = ""
    what: str

    def line(self) -> str:
        """The same as one line."""
        at = f", event {self.seq} ({self.event_id})" if self.event_id else ""
        return f"{self.conversation_id or 'the log'}{at}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One conversation, checked."""

    conversation_id: str
    findings: tuple[Finding, ...]
    """What is wrong, the first bad event first."""
    events: int = 0
    covered: int = 0
    """Messages that events cover."""
    older: int = 0
    """Messages and events of versions that covered less."""
    waiting: int = 0
    """Messages that wait to be decided: the decision will cover them."""
    erased: int = 0
    """Messages and events whose words were erased: what is left of them is checked."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def check(exhibit: Exhibit) -> Checked:
    """Everything that can be said of one conversation."""
    found = in_order(_Checking(exhibit).findings())
    named = _covering(exhibit)
    waiting = [one for one in exhibit.messages if one.id not in named and _waits(one)]
    covered = [one for one in exhibit.messages if one.id in named]
    older = sum(one.private is None for one in exhibit.events)
    return Checked(
        conversation_id=exhibit.conversation_id,
        findings=found,
        events=len(exhibit.events),
        covered=len(covered),
        waiting=len(waiting),
        older=older + len(exhibit.messages) - len(covered) - len(waiting),
        erased=sum(one.words is None for one in covered),
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first bad event first, and at the end what is noticed at none."""
    return tuple(sorted(findings, key=lambda one: (one.seq == 0, one.seq)))


class _Checking:
    def __init__(self, exhibit: Exhibit) -> None:
        self._exhibit = exhibit
        self._events = {one.id: one for one in exhibit.events}
        self._covering = _covering(exhibit)
        self._first_salted = next((one for one in exhibit.events if one.private is not None), None)

    def findings(self) -> Iterator[Finding]:
        yield from self._chain()
        yield from self._messages()
        yield from self._places()
        yield from self._outcomes()
        yield from self._numbers()
        yield from self._row()
        yield from self._handovers()
        yield from self._erasure()
        yield from self._journal()

    def _found(self, event: ShownEvent | None, what: str) -> Finding:
        name = self._exhibit.conversation_id
        if event is None:
            return Finding(conversation_id=name, what=what)
        return Finding(conversation_id=name, seq=event.seq, event_id=event.id, what=what)

    # Events

    def _chain(self) -> Iterator[Finding]:
        prev, salted, seq = GENESIS, False, 0
        for one in self._exhibit.events:
            if one.prev_hash != prev:
                yield self._found(one, "it does not follow the event before it: one was changed, moved or taken out")
            if one.says.get("conversation_id") != self._exhibit.conversation_id:
                yield self._found(one, "it is of another conversation")
            if one.hash != _hash_of(one):
                yield self._found(one, "its content is not what its hash says")
            if salted and one.private is None:
                yield self._found(one, "it has no salt, and an event before it has one")
            if one.seq <= seq:
                yield self._found(one, "its number is not above that of the event before it")
            salted, prev, seq = salted or one.private is not None, one.hash, one.seq
        last = self._exhibit.events[-1] if self._exhibit.events else None
        if self._exhibit.head_hash != prev:
            yield self._found(last, "the conversation's head is another one: newer events were taken out, or added")
        if last is not None and last.says.get("checkpoint_id") != self._exhibit.checkpoint_id:
            yield self._found(last, "the conversation's row names another checkpoint")

    # Messages

    def _messages(self) -> Iterator[Finding]:
        known = {one.id: one for one in self._exhibit.messages}
        if len(known) != len(self._exhibit.messages):
            yield self._found(None, "two messages have one id")
        for name, (event, expected) in self._covering.items():
            message = known.get(name)
            if message is None:
                yield self._found(event, f"message {name!r} that it covers is gone")
            elif not self._is_erased(message, event) and _message_hash(message) != expected:
                yield self._found(event, f"message {name!r} is not what its hash says")
        for message in self._exhibit.messages:
            if message.id not in self._covering and not _waits(message) and not self._is_older(message.seq):
                yield self._found(None, f"message {message.id!r} is in no event: it was put in")

    def _places(self) -> Iterator[Finding]:
        """What is said stands after the last event of its outcome, and names the event that says it."""
        known = {one.id: one for one in self._exhibit.messages}
        at = {one.seq: one.id for one in self._exhibit.events}
        for event in self._exhibit.events:
            for place, (name, _) in enumerate(event.covers.get("said", ()), 1):
                if name in known and known[name].seq != event.seq + place:
                    yield self._found(event, f"message {name!r} is not at its place")
        for message in self._exhibit.messages:
            named = at.get(message.event_seq) if message.event_seq is not None else None
            if message.says.get("event_id") != named or (named is None) != (message.event_seq is None):
                yield self._found(None, f"message {message.id!r} names another event than the one that says it")

    def _is_erased(self, message: ShownMessage, event: ShownEvent) -> bool:
        return message.words is None and event.private is not None and event.private.withheld is not None

    def _is_older(self, seq: int) -> bool:
        return self._first_salted is None or seq < self._first_salted.seq

    def _outcomes(self) -> Iterator[Finding]:
        """Which event decided each message, or that it is to be decided once more."""
        firsts = {one.says["cause"]: one.id for one in self._exhibit.events if one.says["ordinal"] == 0}
        expected: dict[str, tuple[ShownEvent, str | None]] = {}
        for event in self._exhibit.events:
            for name, _ in event.covers.get("heard", ()):
                expected[name] = event, firsts.get(event.says["cause"])
            for name in event.covers.get("returned", ()):
                expected[name] = event, None
        for message in self._exhibit.messages:
            by, outcome = expected.get(message.id, (None, message.outcome_event_id))
            if message.says["author"] != "customer" and message.outcome_event_id is not None:
                outcome = None
            if message.outcome_event_id != outcome:
                yield self._found(by, f"message {message.id!r} names another event than the one that decided it")
            elif message.outcome_event_id is not None and message.outcome_event_id not in self._events:
                yield self._found(None, f"message {message.id!r} names an event that is not there")

    # Numbers, rows

    def _numbers(self) -> Iterator[Finding]:
        """Events and messages share one sequence without a hole, from the first event with a salt on."""
        if self._first_salted is None:
            return
        begin = 1 if self._exhibit.events[0] is self._first_salted else self._first_salted.seq
        numbers = [*(one.seq for one in self._exhibit.events), *(one.seq for one in self._exhibit.messages)]
        taken = sorted(one for one in numbers if one >= begin)
        wanted = list(range(begin, self._exhibit.next_seq))
        if taken == wanted:
            return
        place = next((at for at, seq in enumerate(taken) if at >= len(wanted) or seq != wanted[at]), len(taken))
        number = wanted[place] if place < len(wanted) else taken[place]
        after = next((one for one in self._exhibit.events if one.seq >= number), None)
        yield self._found(after, f"number {number} of the sequence is missing, or taken twice")

    def _row(self) -> Iterator[Finding]:
        last = self._exhibit.events[-1] if self._exhibit.events else None
        if last is None:
            return
        if last.says["target"] != self._exhibit.state:
            yield self._found(last, f"it leads to {last.says['target']}, and the row says {self._exhibit.state}")
        expected = last.covers.get("conversation")
        if expected is not None and self._exhibit.row is not None and _sealed(self._exhibit.row) != expected:
            yield self._found(last, "the conversation's row is not what it left")

    def _handovers(self) -> Iterator[Finding]:
        covering: dict[str, tuple[ShownEvent, str]] = {}
        for event in self._exhibit.events:
            covering |= {name: (event, expected) for name, expected in event.covers.get("handover", ())}
        known = {one.id: one for one in self._exhibit.handovers}
        for name, (event, expected) in covering.items():
            if name not in known:
                yield self._found(event, f"handover {name!r} that it covers is gone")
            elif known[name].row is None and event.private is not None and event.private.withheld is not None:
                continue
            elif _sealed(known[name].row) != expected:
                yield self._found(event, f"handover {name!r} is not what its hash says")
        whole = self._exhibit.events[:1] == ((self._first_salted,) if self._first_salted else ())
        for name in known.keys() - covering.keys():
            if whole:
                yield self._found(None, f"handover {name!r} is in no event: it was put in")

    def _erasure(self) -> Iterator[Finding]:
        """What was erased is empty, and the journal says that it was erased."""
        said = any(one.get("kind") == journal.ERASED for one in self._exhibit.journal)
        for event in self._exhibit.events:
            if event.uncovered is not None:
                yield self._found(event, "something stands where it was erased")
        known = {one.id: one for one in self._exhibit.messages}
        for name, (event, _) in self._covering.items():
            message = known.get(name)
            if message is None or not self._is_erased(message, event):
                continue
            if message.uncovered is not None:
                yield self._found(event, f"something stands where message {name!r} was erased")
            elif not said:
                yield self._found(event, f"message {name!r} was emptied, and no erasure is recorded")

    def _journal(self) -> Iterator[Finding]:
        broken = journal.first_break(self._exhibit.journal)
        if broken is not None:
            yield self._found(None, f"entry {broken} of its journal is not what the chain of the journal says")


def _covering(exhibit: Exhibit) -> dict[str, tuple[ShownEvent, str]]:
    """ShownMessage id → the newest event that covers it, and the hash that it names."""
    found: dict[str, tuple[ShownEvent, str]] = {}
    for event in exhibit.events:
        for kind in ("said", "heard", "masked"):
            found |= {name: (event, expected) for name, expected in event.covers.get(kind, ())}
    return found


def _waits(message: ShownMessage) -> bool:
    return message.says["author"] == "customer" and message.outcome_event_id is None


def _hash_of(event: ShownEvent) -> str:
    try:
        if event.private is None:
            return event_hash(event.prev_hash, event.says)
        return salted_hash(event.prev_hash, event.says, event.private.sealed())
    except (TypeError, ValueError, KeyError, AttributeError):
        return ""


def _message_hash(message: ShownMessage) -> str:
    return message_hash({**message.says, "seq": message.seq}, _sealed(message.words), _sealed(message.writer))


def _sealed(part: Part | None) -> str:
    try:
        return part.sealed() if part is not None else ""
    except (TypeError, ValueError):
        return ""
