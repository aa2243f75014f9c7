"""What the default pack's lines cost on our own corpus: routine messages that they hand over, and what they find.

Lines may be written on the messages of the training authors; authors r, s, t and u are held aside and never read here.
Words alone need not find most of what needs a person: the recogniser does. What they find, they must find rightly.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from policy.loader import PACKS, load_pack, load_text
from policy.schema import Action
from triggers.engine import Engine, compile_policy

CORPUS = Path(__file__).parents[2] / "corpus"
TRAINING = "abcdeghijkno"
"""Authors that lines may be written on."""

MOST_FALSE_HANDOVERS = 0.012
LEAST_RECALL = 0.135
ERRS_OFTEN = 3
"""Routine messages from which on a single line has to be more often right than wrong."""
LEAST_PRECISION = 0.7
MOST_LINES = 900
"""Of a file of phrases: who answers for a policy has to be able to read it."""
MOST_PHRASES = 21
"""Of a trigger in one language, unless a person must come whatever a model thinks."""
WHATEVER_A_MODEL_THINKS = frozenset({"person.request", "regulated.legal"})

BARE = """
handrail: 1
name: bare
triggers:
  - id: topic.bare
    family: vulnerability
    reason: Somebody has died.
    any:
      - phrases: [(funeral|widow*|late (husband|wife|aunt|grandfather)|died)]
    sla: standard
    route: {team: care}
"""

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

    def erring(self, spared: frozenset[str]) -> list[str]:
        """Lines of other triggers than the spared ones that meet routine messages often and are seldom right."""
        right, wrong = self.lines["handover"], self.lines["routine"]
        often = (line for line, n in wrong.items() if n >= ERRS_OFTEN and line[0] not in spared)
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
    return earned(compile_policy(load_pack("default")), _rows())


def _rows() -> Iterator[tuple[str, str]]:
    """(label, text) of the training authors."""
    files = (CORPUS / f"messages_{author}.jsonl" for author in TRAINING)
    rows = (json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return ((row["label"], row["text"]) for row in rows)


def test_the_lines_hand_over_few_routine_messages() -> None:
    assert default_pack().of["routine"] > 2000
    assert default_pack().share("routine") <= MOST_FALSE_HANDOVERS


def test_the_lines_find_what_they_found() -> None:
    assert default_pack().of["handover"] > 3000
    assert default_pack().share("handover") >= LEAST_RECALL


def threatens_life() -> frozenset[str]:
    """Triggers for which a false handover costs less than a missed one."""
    return frozenset(trigger.id for trigger in load_pack("default").policy.triggers if trigger.life_threat)


def test_no_line_is_more_often_wrong_than_it_may_be() -> None:
    assert default_pack().erring(threatens_life()) == []


def test_a_bare_word_is_seen_to_err() -> None:
    """The mutant: a topic without the customer's own matter, as the packs had them."""
    bare = load_text(BARE, "bare")
    found = earned(compile_policy(bare), _rows())
    assert [line.split(":")[0] for line in found.erring(frozenset())] == ["topic.bare"]


def test_who_answers_for_the_pack_can_read_it() -> None:
    files = [path for path in PACKS.glob("default*.yaml") if path.stem not in ("default", "default.base")]
    assert len(files) == 6
    assert [path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES] == []


def test_a_trigger_has_few_lines() -> None:
    spared = threatens_life() | WHATEVER_A_MODEL_THINKS
    many = [
        (trigger.id, language, len(phrases))
        for trigger in load_pack("default").policy.triggers
        for evidence in trigger.any
        for language, phrases in (evidence.phrases or {}).items()
        if trigger.id not in spared and len(phrases) > MOST_PHRASES
    ]
    assert many == []
