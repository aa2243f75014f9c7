"""Drives recorded conversations through the whole system, resumably: what is stored is not done again.

Without this module a policy could only be tried on live customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

from audit.metrics import quantile
from audit.recordings import Line, RecordedTurn, Recording, parse_recording
from service.views import ConversationView, NewConversation, TurnResult
from states.errors import BadInput, Conflict, MessageTooLong, NotFound
from states.table import WITH_PERSON

CHANNEL = "recording"


class System(Protocol):
    """The part of the runtime that a recording needs."""

    def open(self, new: NewConversation) -> ConversationView: ...
    def view(self, conversation_id: str) -> ConversationView: ...
    def post(self, conversation_id: str, text: str, *, message_id: str | None = None) -> TurnResult: ...


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


def drive(lines: Iterable[Line], system: System, progress: Callable[[int], None] = lambda size: None) -> Drive:
    """Posts every recorded customer turn; the system answers for itself, recorded answers are not posted."""
    done = Drive()
    for line in lines:
        try:
            if line.value is None:
                raise BadInput(line.problem)
            _drive_one(line.number, parse_recording(line.value), system, done)
        except BadInput as error:
            done.bad_lines.append((line.number, str(error)))
        progress(line.size)
    return done


def _drive_one(number: int, recording: Recording, system: System, done: Drive) -> None:
    """One recording. Its id is the conversation's id and `<id>:<turn>` each message's, so it can be run again."""
    _open(recording, system)
    done.conversations += 1
    for turn, message_id in _messages(recording):
        started = perf_counter()
        try:
            result = system.post(recording.id, turn.text, message_id=message_id)
        except (Conflict, MessageTooLong, BadInput) as error:
            done.refused.append((number, f"turn {turn.index}: {error}"))
            continue
        _count(result, perf_counter() - started, done)
    state = system.view(recording.id).state
    done.states[state.value] = done.states.get(state.value, 0) + 1
    done.handovers += state in WITH_PERSON


def _messages(recording: Recording) -> Iterator[tuple[RecordedTurn, str]]:
    for turn in recording.customer_turns:
        yield turn, f"{recording.id}:{turn.index}"


def _open(recording: Recording, system: System) -> None:
    """The conversation of that id, made if it is not there."""
    try:
        system.view(recording.id)
    except NotFound:
        system.open(NewConversation(id=recording.id, channel=CHANNEL, language=recording.language))


def _count(result: TurnResult, seconds: float, done: Drive) -> None:
    done.turns += 1
    if result.repeated:
        done.skipped += 1
    else:
        done.seconds.append(seconds)
    decision: Mapping[str, Any] = result.decision
    done.faults += bool(decision.get("fault") or decision.get("event") == "fault")
    for fired in decision.get("fired", ()):
        trigger = str(fired["trigger_id"])
        done.triggers[trigger] = done.triggers.get(trigger, 0) + 1
