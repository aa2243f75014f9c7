"""Proves what Handrail promises, by searching the whole state space of the table.

Every property is decided on every situation that any sequence of events can reach, with every value of the facts that
guards read; beside that, sequences of any length are walked with a monitor that knows nothing of the latch bit."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from states.abstract import Model, Move, Situation
from states.properties import CHECKS
from states.table import ANSWERING, CLOCKS, TABLE, VOICES, WITH_PERSON, Transition
from states.vocabulary import STAFF, Clock, Effect, Event, State, Voice

DEPTH = 5
"""Length of the sequences that are counted, to say how much one walk stands for."""
_LOCKING = (Event.TRIGGER_FIRED, Event.HUMAN_ACCEPTED, Event.FAULT)


@dataclass(frozen=True, kw_only=True)
class Property:
    """One promise, and whether the table keeps it."""

    name: str
    statement: str
    holds: bool
    counterexample: str = ""
    """A readable path or row that breaks the promise."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was proved, and how much was searched for it."""

    properties: tuple[Property, ...]
    situations: int
    """Abstract situations reached: all there are."""
    steps: int
    """Different steps between them."""
    paths: int
    """Sequences of events that lead through them, up to a depth; the latch is proved for longer ones as well."""
    depth: int
    """Length of the longest of them."""

    @property
    def holds(self) -> bool:
        """Whether the table keeps every promise."""
        return all(proved.holds for proved in self.properties)

    def __str__(self) -> str:
        lines = [
            f"{'ok    ' if proved.holds else 'BROKEN'} {proved.name}: {proved.statement}"
            + ("" if proved.holds else f"\n       {proved.counterexample}")
            for proved in self.properties
        ]
        counts = (
            f"searched {self.situations} situations and {self.steps} steps, all there are; "
            f"walked sequences of any length, {self.paths:,} of them of up to {self.depth} events"
        )
        return "\n".join([*lines, counts])


def prove(
    table: tuple[Transition, ...] = TABLE,
    clocks: Mapping[State, tuple[Clock, Event]] = CLOCKS,
    voices: Mapping[State, Voice] = VOICES,
    depth: int = DEPTH,
) -> Report:
    """Checks every promise against a table. Pure; a few hundredths of a second."""
    model = Model(table, clocks, voices)
    leak = first_leak(model)
    proved = [
        Property(name=name, statement=statement, holds=not found, counterexample=found)
        for name, statement, found in ((name, text, next(check(model), "")) for name, text, check in CHECKS)
    ]
    proved.append(
        Property(
            name="every_sequence_keeps_the_latch",
            statement="in sequences of any length, nothing but a person's hand-back lets the assistant speak again",
            holds=not leak,
            counterexample=leak,
        )
    )
    return Report(
        properties=tuple(proved),
        situations=len(model.situations),
        steps=model.steps,
        paths=count_sequences(model, depth),
        depth=depth,
    )


def count_sequences(model: Model, depth: int) -> int:
    """How many sequences of one to `depth` steps there are from the start."""
    count, ways = 0, Counter({model.situations[0]: 1})
    for _ in range(depth):
        longer: Counter[Situation] = Counter()
        for situation, several in ways.items():
            for move in model.moves(situation):
                longer[move.target] += several
        count, ways = count + longer.total(), longer
    return count


def first_leak(model: Model) -> str:
    """A shortest sequence, of any length, that lets the assistant speak where it must not; empty if there is none.

    The monitor latches on what happened (a trigger, an acceptance, a fault, a state of the person), not on effects.
    What a sequence leaves to the steps after it is where it ends and what the monitor holds, nothing else. So those
    that agree in both are walked on as one, until no sequence ends where none has ended before.
    """
    start: _End = (model.situations[0], False)
    led: dict[_End, tuple[_End, Move] | None] = {start: None}
    ends = deque([start])
    while ends:
        end = ends.popleft()
        for move in model.moves(end[0]):
            locked = _monitored(move, end[1])
            if locked and (Effect.SEND_ANSWER in move.row.effects or move.target.state in ANSWERING):
                return f"{_sequence(led, end)} {move}"
            target = (move.target, locked)
            if target not in led:
                led[target] = (end, move)
                ends.append(target)
    return ""


_End = tuple[Situation, bool]
"""Where a sequence ends, and whether the monitor is latched there."""


def _sequence(led: Mapping[_End, tuple[_End, Move] | None], end: _End) -> str:
    """The moves that led to an end, readable."""
    moves: list[Move] = []
    while (before := led[end]) is not None:
        end, move = before
        moves.append(move)
    return " ".join([str(end[0]), *map(str, reversed(moves))])


def _monitored(move: Move, locked: bool) -> bool:
    if move.row.event is Event.HANDED_BACK and move.role in STAFF:
        return False
    return locked or move.row.event in _LOCKING or move.target.state in WITH_PERSON


if __name__ == "__main__":
    sys.stdout.write(f"{prove()}\n")
