"""How surely a passage answers a routine question: eight signals, one logistic formula, calibrated.

Routine is recognised, not assumed:

    confidence = 1 / (1 + exp(-(BIAS + sum of WEIGHTS.s * Signals.s)))

Words count by rarity (inverse document frequency over the articles, 1 for the rarest); a word that the article lacks
counts at least 0.6 against it and a word that no article uses counts 1. Words that name trouble, another person, a
reason or a change to be made, and negations, are met only where title, headings, keywords or example questions name
them; numbers, only beside the same word. What the chosen passage does not say costs, names twice, and half where it is
said elsewhere in the article or the passage speaks of any item. A statement starts far behind a question, a story
behind a statement; a wish for an act and a country that the passage does not hold for are not answered.

The signs were set beforehand, the weights fitted by logistic regression (`tests/assistants/calibrate.py`) on questions
written for the purpose and on half of a set of real messages, then set by hand on near misses (`tests/assistants/
near_misses.yaml`), a half of them held out. `BIAS` is the operating point at 0.6. Figures and method:
docs/decisions/0003-closed-world-confidence.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What speaks for one passage being the answer to one question; each from 0 to 1."""

    coverage: float
    """Share of the question's content, weighted by rarity, that the article says anything about."""
    substance: float
    """How much was met at all: a single common word is no question."""
    anchor: float
    """The same share, counting title, headings, keywords and example questions alone."""
    agreement: float
    """Best overlap (F-measure) with one title, heading, keyword or example question as a whole."""
    strays: float
    """Content words the passage does not know, half where the article does elsewhere: 0 none, 1 two or more."""
    unknown: float
    """Content words that no article knows: 0 none, 1 two or more."""
    caution: float
    """Unmet words of trouble, of another person or of negation: 0 none, 1 two or more."""
    asks: float
    """1 for a question or a request for information, 0.5 for a bare phrase, 0 for a statement."""
    narrates: float
    """1 if the writer tells what happened to them."""
    wishes: float
    """1 if the writer wants something done ("send me ..."), and not what an example question asks."""
    elsewhere: float
    """1 if a country is named that the passage does not hold for."""
    margin: float
    """How far the next article is behind."""


WEIGHTS = Signals(
    coverage=2.3,
    substance=6.0,
    anchor=0.3,
    agreement=2.2,
    strays=-8.0,
    unknown=-4.5,
    caution=-12.0,
    asks=3.3,
    narrates=-2.6,
    wishes=-6.0,
    elsewhere=-6.0,
    margin=0.5,
)
BIAS = -8.3
_NAMED = tuple((field.name, float(getattr(WEIGHTS, field.name))) for field in fields(Signals))


def confidence(signals: Signals) -> float:
    """The calibrated probability that the passage answers a routine question."""
    total = BIAS + sum(weight * getattr(signals, name) for name, weight in _NAMED)
    return 1 / (1 + math.exp(-total))
