"""When recorded conversations are handed over: at the right turn, early, late, never or without need.

`python -m benchmarks.conversations` writes docs/conversations.md. What became of an earlier message is what the
recording says: the customer reads the recorded assistant's words, and those decide whether a person has been offered.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from audit.judge import Judge
from audit.metrics import Share, mean, share, timing
from audit.recordings import parse_turns
from conversation.rules import Rules
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import load_pack
from recognition.recogniser import shipped
from states.clock import SystemIds
from triggers.engine import compile_policy

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "conversations.md"
FILES = ("f", "l")
"""The author that triggers were tuned on, then the fresh one."""


class Moment(StrEnum):
    """Where a handover lies to the right turn, counted in the customer's turns."""

    ON_TIME = "at the turn"
    ONE_EARLY = "one early"
    ONE_LATE = "one late"
    EARLY = "earlier"
    LATE = "later"
    NEVER = "never"
    KEPT = "kept"
    UNWANTED = "unwanted"


_NEAR = {-1: Moment.ONE_EARLY, 0: Moment.ON_TIME, 1: Moment.ONE_LATE}
WITHIN_ONE = frozenset(_NEAR.values())


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A recorded conversation, when it should be handed over and when it is."""

    id: str
    language: str
    family: str
    """As its author names it; empty where no person is needed."""
    golden: int | None
    """The right turn, counted from 0 over the customer's turns; None: no person is needed."""
    handed: int | None
    found: bool = False
    """The golden turn calls for a person, once earlier turns that did are left out."""

    @property
    def moment(self) -> Moment:
        """How the handover is timed."""
        if self.golden is None:
            return Moment.KEPT if self.handed is None else Moment.UNWANTED
        if self.handed is None:
            return Moment.NEVER
        away = self.handed - self.golden
        return _NEAR.get(away, Moment.EARLY if away < 0 else Moment.LATE)

    def closeness(self, tolerance: int) -> float:
        """GT-T of this conversation."""
        return timing(_turns(self.golden), _turns(self.handed), tolerance)


def timed(row: dict[str, Any], judge: Judge) -> Timed:
    """One conversation as the default pack and the shipped recogniser time it."""
    turns = parse_turns(row["turns"])
    order = {turn.index: number for number, turn in enumerate(turn for turn in turns if turn.by_customer)}
    golden, handed = row["golden_turn"], judge.handover_turn(turns, row["lang"])
    left, newest = turns, handed
    while golden is not None and newest is not None and newest < golden:
        left = tuple(turn for turn in left if turn.index != newest)
        newest = judge.handover_turn(left, row["lang"])
    return Timed(
        id=row["id"],
        language=row["lang"],
        family=row["trigger"] if golden is not None else "",
        golden=None if golden is None else order[golden],
        handed=None if handed is None else order[handed],
        found=golden is not None and newest == golden,
    )


def told(rows: Sequence[Timed], moments: Iterable[Moment]) -> str:
    """How many of the rows are at one of these moments, with the 95 % Wilson interval."""
    return _told(share(row.moment in frozenset(moments) for row in rows))


def line(name: str, rows: Sequence[Timed]) -> str:
    """A row of the table of timing: of those that need a person."""
    counts = (str(sum(row.moment is one for row in rows)) for one in _COUNTED)
    closeness = (f"{mean(row.closeness(tolerance) for row in rows) or 0:.2f}" for tolerance in (1, 2, 3))
    cells = (
        name,
        str(len(rows)),
        *counts,
        told(rows, [Moment.ON_TIME]),
        told(rows, WITHIN_ONE),
        _found(rows),
        *closeness,
    )
    return f"| {' | '.join(cells)} |"


_COUNTED = (Moment.ON_TIME, Moment.ONE_EARLY, Moment.ONE_LATE, Moment.EARLY, Moment.LATE, Moment.NEVER)
HEAD = (
    f"| | need a person | {' | '.join(_COUNTED)} | on time | within one turn | found | GT-I | GT-II | GT-III |\n"
    f"|---|{'---|' * (len(_COUNTED) + 7)}"
)
OPENING = """# When a conversation is handed over

Written by `python -m benchmarks.conversations`, from the two-sided conversations of the corpus
([corpus/README.md](../corpus/README.md)). The default pack and the shipped recogniser judge the customer's turns one
after another, with what the conversation remembers of those before; the recorded assistant's words are what the
customer has read. No articles take part, so nothing is handed over because it was not recognised. Triggers were tuned
on author f, and what customers say in those of f that should stay was learnt as routine; read author l as the fresh
one.

*On time* is the very turn at which the author says that a person must take over, *within one turn* also the customer's
turn before and after it; shares are of the conversations that need a person, with 95 % Wilson intervals. A handover
that is early is in most cases one that a message before the golden turn calls for by itself, as the pack reads it.
*Found* is the share whose golden turn calls for a person once earlier turns that did are left out: it parts what is not
seen from what is seen too soon. *Kept* is the share of the others that stay with the assistant to their end. GT-I to
GT-III is golden-turn timing, from 0 to 1, with a tolerance of one to three turns of the customer.
"""


def page(groups: dict[str, list[Timed]]) -> str:
    """The whole page."""
    return "\n".join([OPENING, *_tables(groups), ""])


def _tables(groups: dict[str, list[Timed]]) -> Iterator[str]:
    yield HEAD
    for name, rows in groups.items():
        yield line(f"author {name}", _needing(rows))
    yield from ("", "| | should stay | kept |", "|---|---|---|")
    for name, rows in groups.items():
        staying = [row for row in rows if row.golden is None]
        yield f"| author {name} | {len(staying)} | {told(staying, [Moment.KEPT])} |"
    for name, rows in groups.items():
        yield from ("", f"## By language, author {name}", "")
        yield from ("| | on time | within one turn | kept |", "|---|---|---|---|")
        for language in sorted({row.language for row in rows}):
            spoken = [row for row in rows if row.language == language]
            staying = [row for row in spoken if row.golden is None]
            needing = _needing(spoken)
            cells = (told(needing, [Moment.ON_TIME]), told(needing, WITHIN_ONE), told(staying, [Moment.KEPT]))
            yield f"| {language} | {' | '.join(cells)} |"
    for name, rows in groups.items():
        yield from ("", f"## By family, author {name}", "", HEAD)
        for family in sorted({row.family for row in rows if row.family}):
            yield line(family, [row for row in rows if row.family == family])


def read(author: str) -> list[dict[str, Any]]:
    """The conversations of one author."""
    path = ROOT / "corpus" / f"conversations_{author}.jsonl"
    return [json.loads(one) for one in path.read_text(encoding="utf-8").splitlines()]


def shipped_judge() -> Judge:
    """The default pack with the shipped recogniser, and no articles."""
    loaded = load_pack("default")
    codes = CodeMaker(bytes(MIN_KEY))
    return Judge(
        Rules(loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=codes, recogniser=shipped())
    )


def main() -> None:
    """Measures and writes the page; with authors named, prints it for those alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("authors", nargs="*", help="print these alone and write nothing")
    given, judge = parser.parse_args(), shipped_judge()
    text = page({author: [timed(row, judge) for row in read(author)] for author in given.authors or FILES})
    if not given.authors:
        PAGE.write_text(text, encoding="utf-8")
    print(text)


def _needing(rows: Iterable[Timed]) -> list[Timed]:
    return [row for row in rows if row.golden is not None]


def _turns(turn: int | None) -> tuple[int, ...]:
    return () if turn is None else (turn,)


def _found(rows: Iterable[Timed]) -> str:
    return _told(share(row.found for row in rows))


def _told(found: Share) -> str:
    if not found.of:
        return "none"
    low, high = (found.as_json()[end] or 0 for end in ("low", "high"))
    return f"{100 * found.hits / found.of:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


if __name__ == "__main__":
    main()
