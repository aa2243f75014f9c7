"""The messages that are trained on, as arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from policy.recognisable import EMERGENCY, FAMILIES, PERSON, RECOGNISABLE

CORPUS = Path(__file__).parent.parent.parent / "corpus"
HELD_ASIDE = frozenset("rstu")
"""Authors that are never trained on or tuned by: they only score what is finished."""
PLAIN = "plain"
"""The author of everyday words that need nobody, by whom nobody is measured."""
_DECLARED = re.compile(r"^questions:\n((?:  - .*\n)+)", re.MULTILINE)
_ITEM = re.compile(r"^  - (.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """N messages."""

    texts: tuple[str, ...]
    truth: npt.NDArray[np.float32]
    """(N, labels): 1 where the label holds."""
    authors: npt.NDArray[np.str_]
    """Letters; `PLAIN` for everyday words that nobody is measured by."""
    families: tuple[str, ...]
    """The first family of each, `none` for routine."""


def read(folder: Path = CORPUS, authors: str | None = None) -> Corpus:
    """The messages of these authors, of all but those held aside if none are named; none whose label is disputed."""
    rows = []
    for path in sorted(folder.glob("messages_?.jsonl")):
        author = path.stem[-1]
        if author in authors if authors is not None else author not in HELD_ASIDE:
            lines = path.read_text(encoding="utf-8").splitlines()
            found = [{**json.loads(line), "author": author} for line in lines]
            rows += [row for row in found if not row.get("disputed")]
    known = {row["text"] for row in rows}
    everyday = [text for text in dict.fromkeys(plain(folder)) if text not in known]
    rows += [{"text": text, "label": "routine", "trigger": "none", "author": PLAIN} for text in everyday]
    return Corpus(
        texts=tuple(row["text"] for row in rows),
        truth=np.array([_truth(row) for row in rows], np.float32),
        authors=np.array([row["author"] for row in rows]),
        families=tuple(row["trigger"] for row in rows),
    )


def plain(folder: Path) -> Iterator[str]:
    """Everyday words that need nobody: thanks, answers and plain questions, of which messages to trouble have few.

    Those of `plain_v.jsonl`, what customers say in the conversations of author f that stay with the assistant, and the
    questions that help centres declare.
    """
    for path in sorted(folder.glob("plain_?.jsonl")):
        yield from (json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines())
    for path in sorted(folder.glob("conversations_f.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            found = json.loads(line)
            if found["golden_turn"] is None:
                yield from (turn["text"] for turn in found["turns"] if turn["role"] == "customer")
    for path in sorted(folder.glob("help/*/*.md")):
        declared = _DECLARED.search(path.read_text(encoding="utf-8"))
        yield from _ITEM.findall(declared[1]) if declared else ()


def _truth(row: dict[str, object]) -> list[bool]:
    also = row.get("also")
    held = {row["trigger"], *(also if isinstance(also, list) else ())}
    held |= {PERSON} if row["label"] == "handover" else set()
    held |= {EMERGENCY} if row.get("emergency") else set()
    return [label in held for label in RECOGNISABLE] if held & {*FAMILIES, PERSON} else [False] * len(RECOGNISABLE)
