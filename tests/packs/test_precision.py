"""What the default pack's lines cost on our own corpus: routine messages that they hand over, and what they find.

Lines may be written on the messages of the training authors; authors i and j are held aside and never read here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from policy.loader import load_pack
from policy.schema import Action
from triggers.engine import Engine, compile_policy

CORPUS = Path(__file__).parents[2] / "corpus"
TRAINING = "abcdeghk"
"""Authors that lines may be written on."""

MOST_FALSE_HANDOVERS = 0.035
LEAST_RECALL = 0.235
ERRS_OFTEN = 4
"""Routine messages from which on a single line has to be more often right than wrong."""
LEAST_PRECISION = 0.6

Met = frozenset[tuple[str, str]]
"""(trigger id, line) that a message meets."""


@dataclass
class Earned:
    """What the lines of a policy do on labelled messages; counts are messages."""

    handed_over: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    lines: dict[str, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {"handover": Counter(), "routine": Counter()}
    )

    def share(self, label: str) -> float:
        """Messages of a label that are handed over, 0 to 1."""
        return self.handed_over[label] / self.of[label]

    def erring(self) -> list[str]:
        """Lines that meet routine messages often and are seldom right."""
        right, wrong = self.lines["handover"], self.lines["routine"]
        often = (line for line, n in wrong.items() if n >= ERRS_OFTEN)
        bad = (line for line in often if right[line] < LEAST_PRECISION * (right[line] + wrong[line]))
        return [f"{name}: {right[name, line]} right, {wrong[name, line]} wrong: {line}" for name, line in bad]


def earned(engine: Engine, rows: Iterable[tuple[str, str]]) -> Earned:
    """The lines of the engine's policy on (label, text)."""
    hands_over = {trigger.id for trigger in engine.policy.triggers if trigger.action is Action.HANDOVER}
    figures = Earned()
    for label, text in rows:
        met: Met = frozenset(engine.lines(text))
        figures.of[label] += 1
        figures.lines[label].update(met)
        figures.handed_over[label] += any(name in hands_over for name, _ in met)
    return figures


@cache
def default_pack() -> Earned:
    """The default pack on the training authors, tried once."""
    files = (CORPUS / f"messages_{author}.jsonl" for author in TRAINING)
    rows = (json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return earned(compile_policy(load_pack("default")), ((row["label"], row["text"]) for row in rows))


def test_the_lines_hand_over_few_routine_messages() -> None:
    assert default_pack().of["routine"] > 2000
    assert default_pack().share("routine") <= MOST_FALSE_HANDOVERS


def test_the_lines_find_what_they_found() -> None:
    assert default_pack().of["handover"] > 3000
    assert default_pack().share("handover") >= LEAST_RECALL


def test_no_line_is_more_often_wrong_than_it_may_be() -> None:
    assert default_pack().erring() == []
