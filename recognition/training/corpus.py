"""The messages that are trained on, as arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from policy.recognisable import EMERGENCY, FAMILIES, PERSON, RECOGNISABLE

CORPUS = Path(__file__).parent.parent.parent / "corpus"
HELD_ASIDE = frozenset("no")
"""Authors that are never trained on or tuned by: they only score what is finished."""
TUNED_ON = "abcdegh"
"""Authors on whom the encoder is tuned; n-grams are learnt from all that are not held aside."""
JUDGES = "ijk"
"""Authors on whom the scores are joined and calibrated: the encoder has not seen them, and the n-grams leave the author
out whom they score."""


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """N messages."""

    texts: tuple[str, ...]
    truth: npt.NDArray[np.float32]
    """(N, labels): 1 where the label holds."""
    authors: npt.NDArray[np.str_]
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
    return Corpus(
        texts=tuple(row["text"] for row in rows),
        truth=np.array([_truth(row) for row in rows], np.float32),
        authors=np.array([row["author"] for row in rows]),
        families=tuple(row["trigger"] for row in rows),
    )


def _truth(row: dict[str, object]) -> list[bool]:
    also = row.get("also")
    held = {row["trigger"], *(also if isinstance(also, list) else ())}
    held |= {PERSON} if row["label"] == "handover" else set()
    held |= {EMERGENCY} if row.get("emergency") else set()
    return [label in held for label in RECOGNISABLE] if held & {*FAMILIES, PERSON} else [False] * len(RECOGNISABLE)
