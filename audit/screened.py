"""Screened replies against labels: what had to be blocked and was, what might pass and was blocked, by reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.metrics import share

BLOCK, ALLOW = "block", "allow"
_LABELS = {"block": BLOCK, "allow": ALLOW, "pass": ALLOW}


@dataclass(frozen=True, kw_only=True)
class JudgedReply:
    """One reply: its label, and why it was held back."""

    label: str
    """`block`, `allow`, or empty where the row says nothing."""
    wanted: frozenset[str]
    """The reasons that the row names."""
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any], reasons: tuple[str, ...]) -> JudgedReply:
        """With the labels of a row; values of another type count as absent, `pass` is another word for `allow`."""
        label, told = row.get("label"), row.get("reasons")
        return cls(
            label=_LABELS.get(label, "") if isinstance(label, str) else "",
            wanted=frozenset(one for one in told if isinstance(one, str)) if isinstance(told, list) else frozenset(),
            reasons=reasons,
        )


def reply_figures(judged: Iterable[JudgedReply]) -> dict[str, Any]:
    """All figures over replies; unlabelled ones are only counted."""
    rows = list(judged)
    labelled = [row for row in rows if row.label]
    counted = {"count": len(rows), "blocked": sum(bool(row.reasons) for row in rows), "labelled": len(labelled)}
    if not labelled:
        return counted
    unwanted = [row for row in labelled if row.label == BLOCK]
    wanted = sorted({reason for row in unwanted for reason in row.wanted})
    return {
        **counted,
        "recall": share(bool(row.reasons) for row in unwanted).as_json(),
        "false_positive_rate": share(bool(row.reasons) for row in labelled if row.label == ALLOW).as_json(),
        "reasons": {
            reason: {
                "recall": share(bool(row.reasons) for row in unwanted if reason in row.wanted).as_json(),
                "recall_right_reason": share(
                    bool(row.wanted.intersection(row.reasons)) for row in unwanted if reason in row.wanted
                ).as_json(),
            }
            for reason in wanted
        },
    }
