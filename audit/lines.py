"""What each line of a policy earns: how often it meets labelled messages, rightly and wrongly.

A line is a phrase or a pattern of a trigger. A message that needs a person is a right hit whatever its family, because
a person gets it; `of_family` counts those of the trigger's own family. A line that meets nothing tells nothing here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from audit.recordings import Line
from triggers.engine import Engine

LABELS = ("handover", "routine")


@dataclass(frozen=True, kw_only=True)
class LineFigures:
    """One line of a trigger on labelled messages; counts are messages."""

    trigger: str
    line: str
    right: int = 0
    of_family: int = 0
    wrong: int = 0
    alone: int = 0
    """Right hits that no other line of the policy meets: what would be lost with it."""

    @property
    def hits(self) -> int:
        """Messages that it meets."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """The share of right hits, 0 to 1; None if it meets nothing."""
        return self.right / self.hits if self.hits else None


@dataclass(frozen=True, kw_only=True)
class Explained:
    """All lines of a policy, in its order, and the messages that they were tried on."""

    lines: tuple[LineFigures, ...]
    handover: int
    routine: int
    bad_lines: tuple[tuple[int, str], ...] = ()
    """Rows that could not be used: number and problem."""


def explain_lines(engine: Engine, rows: Iterable[Line]) -> Explained:
    """Tries every line of the engine's policy on rows with `text`, `label` (one of `LABELS`), `trigger` and `also`."""
    families = {trigger.id: trigger.family for trigger in engine.policy.triggers}
    right: dict[tuple[str, str], list[frozenset[str]]] = defaultdict(list)
    wrong: dict[tuple[str, str], int] = defaultdict(int)
    alone: dict[tuple[str, str], int] = defaultdict(int)
    counts, bad = dict.fromkeys(LABELS, 0), []
    for row in rows:
        text, label, problem = _read(row)
        if problem or row.value is None:
            bad.append((row.number, problem))
            continue
        counts[label] += 1
        met = engine.lines(text)
        for line in met:
            if label == "routine":
                wrong[line] += 1
            else:
                right[line].append(_families(row.value))
        if label == "handover" and len(met) == 1:
            alone[met[0]] += 1
    figures = (
        LineFigures(
            trigger=line[0],
            line=line[1],
            right=len(right[line]),
            of_family=sum(families[line[0]] in named for named in right[line]),
            wrong=wrong[line],
            alone=alone[line],
        )
        for line in _lines(engine)
    )
    return Explained(lines=tuple(figures), handover=counts["handover"], routine=counts["routine"], bad_lines=tuple(bad))


def _lines(engine: Engine) -> Sequence[tuple[str, str]]:
    """Every phrase and pattern of the policy's triggers, in its order."""
    evidence = ((trigger.id, one) for trigger in engine.policy.triggers for one in trigger.any)
    told = (
        (name, line)
        for name, one in evidence
        for line in (*(phrase for phrases in (one.phrases or {}).values() for phrase in phrases), *(one.pattern or ()))
    )
    return list(dict.fromkeys(told))


def _read(row: Line) -> tuple[str, str, str]:
    """Text, label and the problem that keeps the row from being used."""
    if row.value is None:
        return "", "", row.problem
    text, label = row.value.get("text"), row.value.get("label")
    if not isinstance(text, str) or not text.strip():
        return "", "", "text is missing; give each row its message"
    if label not in LABELS:
        return "", "", f"label is {label!r}; write handover or routine"
    return text, str(label), ""


def _families(value: Any) -> frozenset[str]:
    also = value.get("also")
    return frozenset((str(value.get("trigger")), *(map(str, also) if isinstance(also, list) else ())))
