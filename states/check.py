"""Proves what Handrail promises, by searching the whole state space of the table.

Every property is decided on every situation that any sequence of events can reach, with every value of the facts that
guards read; beside that, all sequences up to a depth are walked one by one with a monitor that knows nothing of the
latch bit."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from states.abstract import Model, Move, Situation
from states.properties import CHECKS
from states.table import ANSWERING, CLOCKS, TABLE, VOICES, WITH_PERSON, Transition
from states.vocabulary import STAFF, Clock, Effect, Event, State, Voice

DEPTH = 5
"""Length of the sequences that `handrail check` walks; a campaign goes deeper (each event more: 14 times the paths)."""
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
    """Sequences of events walked one by one."""
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
            f"walked {self.paths:,} sequences of up to {self.depth} events"
        )
        return "\n".join([*lines, counts])


def prove(
    table: tuple[Transition, ...] = TABLE,
    clocks: Mapping[State, tuple[Clock, Event]] = CLOCKS,
    voices: Mapping[State, Voice] = VOICES,
    depth: int = DEPTH,
) -> Report:
    """Checks every promise against a table. Pure; well under half a second at the default depth."""
    model = Model(table, clocks, voices)
    paths, spoken_over = walk(model, depth)
    proved = [
        Property(name=name, statement=statement, holds=not found, counterexample=found)
        for name, statement, found in ((name, text, next(check(model), "")) for name, text, check in CHECKS)
    ]
    proved.append(
        Property(
            name="every_sequence_keeps_the_latch",
            statement="in every sequence walked, nothing but a person's hand-back lets the assistant speak again",
            holds=not spoken_over,
            counterexample=spoken_over,
        )
    )
    return Report(
        properties=tuple(proved), situations=len(model.situations), steps=model.steps, paths=paths, depth=depth
    )


def walk(model: Model, depth: int) -> tuple[int, str]:
    """Walks every sequence of up to `depth` steps from the start: how many there are, and the first bad one.

    The monitor latches on what happened (a trigger, an acceptance, a fault, a state of the person), not on effects.
    """
    count = 0
    stack: list[tuple[Situation, bool, tuple[Move, ...]]] = [(model.situations[0], False, ())]
    while stack:
        situation, locked, path = stack.pop()
        for move in model.moves(situation):
            count += 1
            now = _monitored(move, locked)
            if now and (Effect.SEND_ANSWER in move.row.effects or move.target.state in ANSWERING):
                return count, " ".join(map(str, (model.situations[0], *path, move)))
            if len(path) + 1 < depth:
                stack.append((move.target, now, (*path, move)))
    return count, ""


def _monitored(move: Move, locked: bool) -> bool:
    if move.row.event is Event.HANDED_BACK and move.role in STAFF:
        return False
    return locked or move.row.event in _LOCKING or move.target.state in WITH_PERSON


if __name__ == "__main__":
    sys.stdout.write(f"{prove()}\n")
