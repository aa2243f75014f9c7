"""How well the screen on the way out holds what must not be said, on authors it was not trained on: docs/screen.md.

`python -m benchmarks.screen`, in the environment of the extra `train`; the public replies beside the repository are
added where `HANDRAIL_DATA` names their folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from policy.loader import load_pack
from recognition.replies import BLOCKED, shipped
from recognition.training.replies import ALLOWED, CORPUS, GENERAL, Fitted, calibration, crossed, read
from triggers.engine import compile_policy

PAGE = Path(__file__).parent.parent / "docs" / "screen.md"
WIDER = (0.05, 0.10)
"""Other shares of allowed replies that one could let the threshold block."""


@dataclass(frozen=True, kw_only=True)
class Screened:
    """One reply, and what became of it."""

    author: str
    language: str
    reasons: frozenset[str]
    must: bool
    """It must not be said."""
    by_rules: bool
    score: float
    """The reader's, made without its author."""
    blocked: bool
    """By the rules or the reader."""


def corpus() -> list[Screened]:
    """The replies of f, l and p. Each is read by a reader whose weights *and* threshold never saw its author."""
    written, engine = read(), compile_policy(load_pack("default"))
    rows = [
        json.loads(line)
        for path in sorted(CORPUS.glob("replies_?.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    found = []
    for author in sorted({*written.authors.tolist()} - {GENERAL}):
        others = written.of(written.authors != author)
        scores = crossed(others)
        kept = ~np.isnan(scores)
        slope, constant, threshold = calibration(scores[kept], others.truth[kept, BLOCKED])
        fitted = Fitted(others)
        for number in np.flatnonzero(written.authors == author):
            row = rows[number]
            raw = float(fitted.scores((written.texts[number],))[0, BLOCKED])
            score = float(1 / (1 + np.exp(-(slope * raw + constant))))
            by_rules = bool(engine.screen(row["reply"], row["lang"]))
            found.append(
                Screened(
                    author=author, language=row["lang"], reasons=frozenset(row["reasons"]),
                    must=row["label"] == "block",
                    by_rules=by_rules, score=score, blocked=by_rules or score >= threshold,
                )
            )  # fmt: skip
    return found


def public(folder: Path) -> list[Screened]:
    """The public replies, read by what is shipped; none of them was trained on."""
    engine, reader = compile_policy(load_pack("default")), shipped()
    found = []
    for line in (folder / "output_filter.jsonl").read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        by_rules, judged = bool(engine.screen(row["reply"], "en")), reader.read(row["reply"])
        found.append(
            Screened(
                author=f"public, {row['source']}", language="en", reasons=frozenset(), must=row["label"] == "block",
                by_rules=by_rules, score=judged.score, blocked=by_rules or judged.blocked,
            )
        )  # fmt: skip
    return found


def page(own: list[Screened], others: list[Screened]) -> str:
    """The page."""
    authors = sorted({one.author for one in own})
    lines = [
        INTRODUCTION,
        HEADING,
        *(_row(f"author {name}", [one for one in own if one.author == name]) for name in authors),
        _row("all three", own),
        *(_row(name, [one for one in others if one.author == name]) for name in sorted({one.author for one in others})),
        "\n## By reason\n\n| | filters | both |\n|---|---|---|",
        *_reasons(own),
        f"\n## By language\n\n{HEADING}",
        *(_row(name, [one for one in own if one.language == name]) for name in sorted({one.language for one in own})),
        f"\n## What another threshold would do\n\nThe reader alone, on all three authors: {_curve(own)}.",
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, rows: list[Screened]) -> str:
    cells = (
        _share(found, [one for one in rows if one.must is must])
        for found in (lambda one: one.by_rules, lambda one: one.blocked)
        for must in (True, False)
    )
    return f"| {name} | {' | '.join(cells)} |"


def _reasons(rows: list[Screened]) -> Iterable[str]:
    for reason in sorted({one for row in rows for one in row.reasons}):
        group = [row for row in rows if reason in row.reasons]
        by_rules, by_both = _share(lambda one: one.by_rules, group), _share(lambda one: one.blocked, group)
        yield f"| {reason.replace('_', ' ')} | {by_rules} | {by_both} |"


def _share(found: Callable[[Screened], bool], rows: list[Screened]) -> str:
    return f"{sum(map(found, rows)) / len(rows):.1%} of {len(rows)}".replace("%", " %") if rows else "–"


def _curve(rows: list[Screened]) -> str:
    allowed = np.array([one.score for one in rows if not one.must])
    blocked = np.array([one.score for one in rows if one.must])
    told = []
    for share in (ALLOWED, *WIDER):
        hit = float((blocked > np.quantile(allowed, 1 - share)).mean())
        told.append(f"{hit:.0%} blocked at {share:.0%} false".replace("%", " %"))
    return ", ".join(told)


HEADING = "| | filters: blocked | filters: false | both: blocked | both: false |\n|---|---|---|---|---|"
INTRODUCTION = """# What an assistant may not say, and how much of it is held

Written by `python -m benchmarks.screen`. A draft is held by the policy's *filters* or by the *reader of replies*
([its card](../recognition/reply_artefact/README.md)); held, it never reaches the customer, and a person has the
conversation. An article's own approved words are screened by the filters alone. `handrail evaluate` screens `{id,
context, reply}` in the same way ([cli.md](cli.md)).

**The aim, 95 % blocked at 3 % false, is not reached.** Every reply below was read by a reader whose weights and
threshold never saw its author. In the corpus an allowed reply is meant to look like a blocked one (most prompts of p
have both), which is harder than a day's drafts; p was written after its author had read a sample of f and l, so read
p as the kindest. Public replies (XSTest, a moderation set) are general talk that no support assistant has: they tell
how little is known of it; the author of q, whose rows train it, had read samples of them. Before the reader, the
filters alone held what the first columns say. What passes both still has to stand on its articles, sentence by
sentence, before a model's draft gets here (`assistants.claims`); that is not counted here, for these rows cite none.
Blocking everything holds 100 % at 100 % false.

More authors pay: with one author trained on, words ranked the next one's replies right in 86 to 88 % of pairs, with
two in 89 to 95 %. The encoder's vector beside the words found another 4 to 12 % of blocked replies at 3 % false in
the same trial; it is not shipped, because it would tie this file to the encoder's weights.
"""


if __name__ == "__main__":
    given = os.environ.get("HANDRAIL_DATA")
    PAGE.write_text(page(corpus(), public(Path(given)) if given else []), encoding="utf-8")
