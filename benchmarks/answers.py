"""What the embedded assistant answers of the help centres' questions, and what it answers that it should not.

Run as `python -m benchmarks.answers [--words]`. Nothing was tuned on what is measured here: questions of
corpus/questions_m.jsonl, and messages that need a person of authors i and j, each judged over every help centre.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistants.articles import Article
from assistants.knowledge_base import KnowledgeBase
from assistants.port import Draft, Question
from audit.judge import Judge
from conversation.decide import Asked, Disposition, unread_of
from conversation.rules import Rules
from encoder.encoder import shipped
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import load_pack
from states.clock import SystemIds
from triggers.engine import compile_policy
from triggers.history import History

CORPUS = Path(__file__).parents[1] / "corpus"
HELD_OUT_AUTHORS = ("i", "j")


@dataclass(kw_only=True)
class Tally:
    """What became of one industry's questions, and of the messages judged over its articles."""

    covered: int = 0
    right: int = 0
    wrong: int = 0
    """Answered from another passage than the one that answers."""
    offered: int = 0
    """Not answered, and the right article is among the titles that the customer is asked about."""
    near: int = 0
    near_answered: int = 0
    person: int = 0
    person_answered: int = 0
    person_asked: int = 0
    """Not answered, and asked about titles beside the offer of a person."""
    person_passed: int = 0
    """Answered, and not held by a rule of the default policy either."""

    def add(self, other: Tally) -> None:
        """Counts both."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", action="store_true", help="without the encoder: by words alone")
    given = parser.parse_args()
    encoder = None if given.words else shipped()
    names = sorted(path.name for path in (CORPUS / "help").iterdir() if path.is_dir())
    centres = {name: KnowledgeBase(CORPUS / "help" / name, encoder=lambda: encoder) for name in names}
    for one in centres.values():
        one.load()
        one.learn()
    tallies = {name: questions(centre, rows_of("questions_m", industry=name)) for name, centre in centres.items()}
    needing = [row for author in HELD_OUT_AUTHORS for row in rows_of(f"messages_{author}", label="handover")]
    people(centres, tallies, needing)
    for line in table(tallies):
        print(line)


def rows_of(name: str, **wanted: str) -> list[dict[str, Any]]:
    """Rows of a file of the corpus with these fields."""
    lines = (CORPUS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [row for line in lines if wanted.items() <= (row := json.loads(line)).items()]


def is_answered(text: str, language: str, draft: Draft) -> bool:
    """Whether a draft would be said: confident, and every clause of the message accounted for."""
    asked = Asked(text=text, language=language, history=History(), facts={}, guarded=False)
    return bool(draft.text) and not unread_of(asked, draft)


def questions(centre: KnowledgeBase, rows: Sequence[dict[str, Any]]) -> Tally:
    """What becomes of one help centre's own questions."""
    tally = Tally()
    for row in rows:
        text, language = row["question"], row["lang"]
        draft = centre.draft(Question(text=text, language=language))
        answered = is_answered(text, language, draft)
        if row["answered"]:
            right = answered and _holds(centre, draft, row["article"], row["heading"])
            tally.covered, tally.right = tally.covered + 1, tally.right + right
            tally.wrong += answered and not right
            tally.offered += not answered and _article(centre, row["article"]).title in draft.near
        else:
            tally.near, tally.near_answered = tally.near + 1, tally.near_answered + answered
    return tally


def people(centres: dict[str, KnowledgeBase], tallies: dict[str, Tally], rows: Iterable[dict[str, Any]]) -> None:
    """What becomes of messages that need a person, over the articles of every help centre."""
    judge = _rules_alone()
    for row in rows:
        passes: bool | None = None
        for name, centre in centres.items():
            tally = tallies[name]
            draft = centre.draft(Question(text=row["text"], language=row["lang"]))
            tally.person += 1
            if not is_answered(row["text"], row["lang"], draft):
                tally.person_asked += bool(draft.near)
            else:
                if passes is None:
                    passes = judge.message(row["text"], row["lang"]).disposition is not Disposition.HANDOVER
                tally.person_answered, tally.person_passed = tally.person_answered + 1, tally.person_passed + passes


def table(tallies: dict[str, Tally]) -> list[str]:
    """The lines of a Markdown table, the sum last."""
    everything = Tally()
    for one in tallies.values():
        everything.add(one)
    lines = [
        "| help centre | covered, answered rightly | asked back, right title offered | from a wrong passage "
        "| near misses answered | need a person, answered | with the rules | asked back |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in [*tallies.items(), ("all", everything)]:
        cells = (
            f"{one.right} of {one.covered} ({_share(one.right, one.covered)})",
            f"{one.offered} ({_share(one.offered, one.covered)})", f"{one.wrong}",
            f"{one.near_answered} of {one.near} ({_share(one.near_answered, one.near)})",
            f"{one.person_answered} of {one.person} ({_share(one.person_answered, one.person, 2)})",
            f"{one.person_passed} ({_share(one.person_passed, one.person, 2)})",
            f"{_share(one.person_asked, one.person)}",
        )  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _holds(centre: KnowledgeBase, draft: Draft, article: str, heading: str) -> bool:
    """Whether one of the draft's passages is the one of this article under this heading."""
    wanted = {passage.text for passage in _article(centre, article).passages if passage.heading == heading}
    return any(one.source == article and one.quote in wanted for one in draft.citations)


def _article(centre: KnowledgeBase, source: str) -> Article:
    return next(article for article in centre.articles if article.source == source)


def _rules_alone() -> Judge:
    loaded = load_pack("default")
    codes = CodeMaker(bytes(MIN_KEY))
    return Judge(Rules(loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=codes))


def _share(part: int, whole: int, digits: int = 0) -> str:
    return f"{100 * part / max(1, whole):.{digits}f} %"


if __name__ == "__main__":
    main()
