"""Predictions against labels: recall, false positives and leaks, by tier, trigger and source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.metrics import Share, mean, share, timing

HANDOVER, ROUTINE = "handover", "routine"
Figures = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What a row says about itself; empty where it says nothing."""

    label: str = ""
    triggers: frozenset[str] = frozenset()
    """`trigger` and `also`: every reason that counts as right."""
    tier: str = ""
    source: str = ""
    handoff_turn: int | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Labels:
        """The labels of a row; values of another type count as absent."""
        label, also, turn = row.get("label"), row.get("also"), row.get("handoff_turn")
        named = [row.get("trigger"), *(also if isinstance(also, list) else [])]
        return cls(
            label=label if label in (HANDOVER, ROUTINE) else "",
            triggers=frozenset(name for name in named if isinstance(name, str) and name not in ("", "none")),
            tier=str(row.get("tier") or ""),
            source=str(row.get("source") or ""),
            handoff_turn=turn if isinstance(turn, int) and not isinstance(turn, bool) else None,
        )


@dataclass(frozen=True, kw_only=True)
class JudgedMessage:
    """One message: its labels and what was predicted."""

    labels: Labels
    action: str
    families: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class JudgedConversation:
    """One conversation: its labels and the turn at which it was handed over."""

    labels: Labels
    handover_turn: int | None


def message_figures(judged: Iterable[JudgedMessage]) -> Figures:
    """All figures over messages; unlabelled ones count as actions only."""
    rows = list(judged)
    labelled = [row for row in rows if row.labels.label]
    needing = [row for row in labelled if row.labels.label == HANDOVER]
    figures: Figures = {"count": len(rows), "actions": _counted(row.action for row in rows), "labelled": len(labelled)}
    if not labelled:
        return figures
    by_source = _grouped(labelled, lambda row: [row.labels.source])
    recalls = [core["recall"]["rate"] for core in map(_core, by_source.values()) if core["recall"]["of"]]
    return {
        **figures,
        **_core(labelled),
        "macro_recall_by_source": mean(recalls),
        "tiers": {name: _core(group) for name, group in _grouped(labelled, lambda row: [row.labels.tier]).items()},
        "triggers": {name: _of_trigger(group) for name, group in
                     _grouped(needing, lambda row: sorted(row.labels.triggers)).items()},
        "sources": {name: _core(group) for name, group in by_source.items()},
    }  # fmt: skip


def _core(rows: Iterable[JudgedMessage]) -> Figures:
    """The figures that every group has. A leak is a message that needs a person and was answered."""
    listed = list(rows)
    needing = [row.action for row in listed if row.labels.label == HANDOVER]
    routine = [row.action for row in listed if row.labels.label == ROUTINE]
    return {
        "recall": _is(needing, HANDOVER).as_json(),
        "false_positive_rate": _is(routine, HANDOVER).as_json(),
        "leak_rate": _is(needing, "answer").as_json(),
        "guarded_of_handover": _is(needing, "guard").as_json(),
        "answered_of_routine": _is(routine, "answer").as_json(),
    }


def _of_trigger(rows: list[JudgedMessage]) -> Figures:
    """Recall, whatever the reason given, and with one of the labelled reasons."""
    handed = [row for row in rows if row.action == HANDOVER]
    right = Share(hits=sum(bool(row.labels.triggers.intersection(row.families)) for row in handed), of=len(rows))
    return {
        "recall": _is([row.action for row in rows], HANDOVER).as_json(),
        "recall_right_reason": right.as_json(),
        "leak_rate": _is([row.action for row in rows], "answer").as_json(),
    }


def conversation_figures(judged: Iterable[JudgedConversation]) -> Figures:
    """All figures over conversations. Timing leaves out handovers whose right turn nobody knows."""
    rows = list(judged)
    labelled = [row for row in rows if row.labels.label]
    figures: Figures = {
        "count": len(rows),
        "handed_over": sum(row.handover_turn is not None for row in rows),
        "labelled": len(labelled),
    }
    if not labelled:
        return figures
    timed = [row for row in labelled if row.labels.label == ROUTINE or row.labels.handoff_turn is not None]
    return {
        **figures,
        "recall": share(row.handover_turn is not None for row in labelled if row.labels.label == HANDOVER).as_json(),
        "false_positive_rate": share(
            row.handover_turn is not None for row in labelled if row.labels.label == ROUTINE
        ).as_json(),
        "timed": len(timed),
        "untimed": len(labelled) - len(timed),
        "timing": {f"GT-{'I' * t}": _rounded(_timing(timed, t)) for t in (1, 2, 3)},
        "timing_of_handover": {
            f"GT-{'I' * t}": _rounded(_timing([row for row in timed if row.labels.label == HANDOVER], t))
            for t in (1, 2, 3)
        },
        "moments": _counted(_moment(row) for row in timed),
    }


def _timing(rows: Iterable[JudgedConversation], tolerance: int) -> float | None:
    return mean(timing(_turns(row.labels.handoff_turn), _turns(row.handover_turn), tolerance) for row in rows)


def _turns(turn: int | None) -> tuple[int, ...]:
    return () if turn is None else (turn,)


def _moment(row: JudgedConversation) -> str:
    """How the predicted turn lies to the right one."""
    gold, predicted = row.labels.handoff_turn, row.handover_turn
    if gold is None:
        return "rightly_none" if predicted is None else "unwanted"
    if predicted is None:
        return "missed"
    return "on_time" if predicted == gold else "early" if predicted < gold else "late"


def _is(actions: list[str], wanted: str) -> Share:
    return share(action == wanted for action in actions)


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _grouped(rows: list[JudgedMessage], keys: Callable[[JudgedMessage], list[str]]) -> dict[str, list[JudgedMessage]]:
    groups: dict[str, list[JudgedMessage]] = {}
    for row in rows:
        for key in keys(row):
            if key:
                groups.setdefault(key, []).append(row)
    return dict(sorted(groups.items()))
