"""How well rules and recogniser find who needs a person, on authors that nothing was trained on: docs/detection.md.

`python -m benchmarks.detection [--corpus FOLDER]`; the public messages beside the repository are added where
`HANDRAIL_DATA` names their folder.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from policy.loader import load_pack
from policy.recognisable import PERSON
from recognition.recogniser import SHIPPED, shipped
from recognition.training.corpus import CORPUS
from triggers.assessment import Circumstances, Message, Scores
from triggers.engine import compile_policy

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "detection.md"
TRAINED_ON = frozenset(json.loads((SHIPPED / "trained_on.json").read_text())["authors"])
BUDGET = 0.05
"""False positives at which recalls of the score alone are compared."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A message with its truth and with what became of it."""

    author: str
    language: str
    truth: tuple[str, ...]
    """Families that hold; empty for routine."""
    emergency: bool
    by_words: bool
    by_both: bool
    families: tuple[str, ...]
    immediate: bool
    score: float

    @property
    def needs_person(self) -> bool:
        """Whether a person must have it."""
        return bool(self.truth)


def judged(rows: Iterable[dict[str, Any]]) -> list[Judged]:
    """Each message as the default pack and the shipped recogniser judge it by itself."""
    engine, recogniser = compile_policy(load_pack("default")), shipped()
    found = []
    for row in rows:
        message, none = Message(text=row["text"]), Circumstances()
        words = engine.evaluate(message, none)
        scores = recogniser.recognise(row["text"]).scores
        both = words
        if not words.decision.needs_person:
            both = engine.evaluate(message, none, Scores(recognised=scores))
        found.append(
            Judged(
                author=row["author"],
                language=row.get("lang", "en"),
                truth=(row["trigger"], *(row.get("also") or ())) if row["label"] == "handover" else (),
                emergency=bool(row.get("emergency")),
                by_words=words.decision.needs_person,
                by_both=both.decision.needs_person,
                families=both.families,
                immediate=any(one.sla == "immediate" for one in both.fired),
                score=scores[PERSON],
            )
        )
    return found


def share(rows: Sequence[Judged], holds: Callable[[Judged], bool]) -> str:
    """How many of the rows, in per cent with their number."""
    return f"{100 * sum(map(holds, rows)) / len(rows):.1f} % of {len(rows)}" if rows else "none"


def recall_at(rows: Sequence[Judged], budget: float = BUDGET) -> str:
    """The recall of the score alone at a threshold that lets this share of routine through."""
    routine = sorted((one.score for one in rows if not one.needs_person), reverse=True)
    wanted = [one.score for one in rows if one.needs_person]
    if not routine or not wanted:
        return "none"
    least = routine[int(budget * len(routine))]
    return f"{100 * sum(score > least for score in wanted) / len(wanted):.1f} %"


def calibration(rows: Sequence[Judged]) -> tuple[float, list[tuple[float, float, int]]]:
    """The expected calibration error over ten bins, and (mean score, share that needs a person, messages) by bin."""
    score, truth = np.array([one.score for one in rows]), np.array([one.needs_person for one in rows])
    bins = np.minimum((score * 10).astype(int), 9)
    table = [
        (float(score[bins == one].mean()), float(truth[bins == one].mean()), int((bins == one).sum()))
        for one in range(10)
        if (bins == one).any()
    ]
    return sum(abs(mean - held) * count for mean, held, count in table) / len(rows), table


def line(name: str, rows: Sequence[Judged]) -> str:
    """A row of the table of results."""
    wanted, routine = [one for one in rows if one.needs_person], [one for one in rows if not one.needs_person]
    named = [one for one in wanted if one.by_both]
    return (
        f"| {name} | {share(wanted, lambda one: one.by_words)} | {share(routine, lambda one: one.by_words)} "
        f"| {share(wanted, lambda one: one.by_both)} | {share(routine, lambda one: one.by_both)} "
        f"| {recall_at(rows)} | {share(named, lambda one: bool({*one.families} & {*one.truth}))} |"
    )


HEAD = (
    "| | words: handed over | words: false | both: handed over | both: false | score alone, recall at 5 % false "
    "| family right |\n|---|---|---|---|---|---|---|"
)


OPENING = """# Who needs a person: what is found, and what is not

Written by `python -m benchmarks.detection`. Every figure is of messages whose authors nothing was trained on; the rules
of the default pack and the shipped recogniser judge each message by itself. *Words* are the phrases and patterns alone,
*both* adds the recogniser at the pack's thresholds; *false* is the share of routine that is handed over. In the corpus
a routine message is meant to look like one that needs a person: it is harder than a day's mail. Handing over everything
finds 100 % at 100 % false, nothing 0 % at 0 %. The scores were calibrated and the pack's
thresholds set on authors a to o, each scored without what was learnt of that author.
The default pack's lines were trimmed on the same authors.
"""


def page(groups: dict[str, list[Judged]]) -> str:
    """The whole page."""
    ours = [one for name, rows in groups.items() if name != "public" for one in rows]
    return "\n".join([OPENING, *_tables(groups, ours), ""])


def _tables(groups: dict[str, list[Judged]], ours: list[Judged]) -> Iterator[str]:
    yield from (HEAD, *(line(name, rows) for name, rows in groups.items()))
    if len(groups) > 1 and ours:
        yield line("all authors", ours)
    if not ours:
        return
    yield from ("", "## By language", "", HEAD)
    yield from (line(one, [row for row in ours if row.language == one]) for one in sorted({r.language for r in ours}))
    yield from ("", "## By family", "", "| | words | both |", "|---|---|---|")
    for family in sorted({row.truth[0] for row in ours if row.truth}):
        rows = [row for row in ours if row.truth[:1] == (family,)]
        yield f"| {family} | {share(rows, lambda r: r.by_words)} | {share(rows, lambda r: r.by_both)} |"
    urgent = [row for row in ours if row.emergency]
    yield from ("", "## Emergencies", "")
    yield (
        f"Handed over: {share(urgent, lambda r: r.by_both)} (by words {share(urgent, lambda r: r.by_words)}); "
        f"in the class immediate: {share(urgent, lambda r: r.immediate)}."
    )
    error, table = calibration(ours)
    yield from ("", "## Calibration of the score", "", f"Expected calibration error {error:.3f}.", "")
    yield from ("| mean score | needs a person | messages |", "|---|---|---|")
    yield from (f"| {mean:.2f} | {held:.2f} | {count} |" for mean, held, count in table)
    yield from ("", "## Cost", "", cost())


def cost() -> str:
    """CPU time of a recognition, by length."""
    recogniser, told = shipped(), []
    for length in (40, 200, 1000, 4000):
        times = []
        for number in range(15):
            text = f"{number} " + ("Could you tell me when the garden chair that I ordered will arrive? " * 60)[:length]
            began = time.thread_time()
            recogniser.recognise(text)
            times.append(1000 * (time.thread_time() - began))
        told.append(f"{sorted(times)[7]:.1f} ms at {length:,}")
    return f"CPU time of one recognition, median: {', '.join(told)} characters; one thread."


def read(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The messages of authors that were not trained on, by author; and the core rows of the public data."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("messages_?.jsonl")):
        if (author := path.stem[-1]) not in TRAINED_ON:
            lines = path.read_text(encoding="utf-8").splitlines()
            found[f"author {author}"] = [{**json.loads(one), "author": author} for one in lines]
    public = os.environ.get("HANDRAIL_DATA")
    if public:
        lines = (Path(public) / "messages.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(one) for one in lines]
        found["public"] = [{**row, "author": "public"} for row in rows if row["tier"] == "core"]
    return found


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    groups = {name: judged(rows) for name, rows in read(parser.parse_args().corpus).items()}
    if not groups:
        print("there are no messages of authors that were not trained on")
        return
    PAGE.write_text(page(groups), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
