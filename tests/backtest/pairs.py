"""Judges that are made in other processes: a small policy before and after a change, without a recogniser."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from app.judging import judge_of
from audit.backtest.judged import Pair
from audit.backtest.work import Maker
from policy.loader import LoadedPolicy
from tests.graph.example import policy

CHANGE = ("phrases: [human please, speak to a human]", "phrases: [speak to a human, blue or green]")


def policies() -> tuple[LoadedPolicy, LoadedPolicy]:
    """Before and after: `human please` no longer calls a person, `blue or green` does."""
    return policy(), policy(CHANGE)


def pair(marker: Path | None = None) -> Pair:
    """The judges; where a marker is named and not there yet, this process dies the way a machine takes one away."""
    if marker is not None:
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    old, new = (judge_of(one, None, meaning=False, recogniser=None) for one in policies())
    return Pair(old=old, new=new)


def maker(marker: Path | None = None) -> Maker:
    """What makes them."""
    return Maker(key=f"small {marker}", make=partial(pair, marker))


def deadly() -> Pair:
    """No judges: whoever makes them dies."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def rows(count: int) -> Iterator[dict[str, object]]:
    """Messages and conversations with labels; some flip toward a person, some away, some lines are broken."""
    said = ("human please", "is it blue or green", "hello there", "speak to a human", "when do you deliver")
    for number in range(count):
        text = f"{said[number % 5]} {number}"
        if number % 7 == 3:
            turns = [{"role": "customer", "text": "hello"}, {"role": "bot", "text": "Hello."},
                     {"role": "customer", "text": text}]  # fmt: skip
            row: dict[str, object] = {"id": f"c{number}", "turns": turns}
        else:
            row = {"id": f"m{number}", "text": text}
        needs = number % 5 in (0, 3)
        yield {**row, "label": "handover" if needs else "routine", **({"handoff_turn": 2} if needs else {})}
