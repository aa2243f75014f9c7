"""Drives recorded conversations through the whole system, resumably: what is stored is not done again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from audit.metrics import quantile
from audit.recordings import Line, RecordedTurn, Recording, parse_recording
from service.views import Actor, ConversationView, NewConversation
from states.errors import BadInput, Conflict, MessageTooLong, NotFound
from states.table import WITH_PERSON
from states.vocabulary import Event

if TYPE_CHECKING:
    from service.door import Handrail

CHANNEL = "recording"


@dataclass
class Drive:
    """What a run did so far."""

    conversations: int = 0
    turns: int = 0
    skipped: int = 0
    """Turns that were stored by an earlier run."""
    faults: int = 0
    states: dict[str, int] = field(default_factory=dict)
    """The state each conversation ended in."""
    triggers: dict[str, int] = field(default_factory=dict)
    handovers: int = 0
    bad_lines: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Turns the system did not take, with the line they came from; the rest of their conversation went on."""
    seconds: list[float] = field(default_factory=list)

    def took(self, seconds: float, *, repeated: bool) -> None:
        """One turn more."""
        self.turns += 1
        if repeated:
            self.skipped += 1
        else:
            self.seconds.append(seconds)

    def ended(self, view: ConversationView, posted: Iterable[str]) -> None:
        """One conversation more: where it ended, and what the messages of these ids led to."""
        self.states[view.state.value] = self.states.get(view.state.value, 0) + 1
        self.handovers += view.state in WITH_PERSON
        for event in filter(None, map(view.decision_of, posted)):
            self.faults += bool(event.data.get("fault") or event.event == Event.FAULT.value)
            for fired in event.data.get("fired", ()):
                trigger = str(fired["trigger_id"])
                self.triggers[trigger] = self.triggers.get(trigger, 0) + 1

    def summary(self) -> dict[str, Any]:
        """Everything as plain JSON; times in milliseconds per turn."""
        return {
            "conversations": self.conversations,
            "turns": self.turns,
            "skipped_turns": self.skipped,
            "handovers": self.handovers,
            "faults": self.faults,
            "states": dict(sorted(self.states.items())),
            "triggers": dict(sorted(self.triggers.items(), key=lambda item: (-item[1], item[0]))),
            "bad_lines": [{"line": number, "problem": problem} for number, problem in self.bad_lines],
            "refused_turns": [{"line": number, "problem": problem} for number, problem in self.refused],
            "turn_ms": {
                "median": round(quantile(self.seconds, 0.5) * 1000, 2),
                "p95": round(quantile(self.seconds, 0.95) * 1000, 2),
                "total": round(sum(self.seconds) * 1000, 1),
            },
        }


class Driver:
    """Posts every recorded customer turn; the system answers for itself, recorded answers are not posted."""

    def __init__(self, door: Handrail, *, channel: Actor, reader: Actor) -> None:
        """`channel` opens the conversations and writes in them; `reader` sees what came of it."""
        self._door, self._channel, self._reader = door, channel, reader

    def drive(self, lines: Iterable[Line], progress: Callable[[int], None] = lambda size: None) -> Drive:
        """All recordings, one after the other."""
        done = Drive()
        for line in lines:
            try:
                if line.value is None:
                    raise BadInput(line.problem)
                self._one(line.number, parse_recording(line.value), done)
            except (BadInput, NotFound) as error:
                done.bad_lines.append((line.number, str(error)))
            progress(line.size)
        return done

    def _one(self, number: int, recording: Recording, done: Drive) -> None:
        """One recording. Its id is the conversation's id and `<id>:<turn>` each message's, so it can be run again.

        NotFound where another channel has a conversation of that id.
        """
        new = NewConversation(id=recording.id, channel=CHANNEL, language=recording.language)
        self._door.open(self._channel, new)
        done.conversations += 1
        posted = []
        for turn, message_id in _messages(recording):
            started = perf_counter()
            try:
                result = self._door.post(self._channel, recording.id, turn.text, message_id=message_id)
            except (Conflict, MessageTooLong, BadInput) as error:
                done.refused.append((number, f"turn {turn.index}: {error}"))
                continue
            posted.append(message_id)
            done.took(perf_counter() - started, repeated=result.repeated)
        done.ended(self._door.view(self._reader, recording.id), posted)


def _messages(recording: Recording) -> Iterator[tuple[RecordedTurn, str]]:
    for turn in recording.customer_turns:
        yield turn, f"{recording.id}:{turn.index}"
