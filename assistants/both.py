"""How surely a passage answers, judged by words and meaning together.

Meaning finds a passage that is said in other words; it cannot tell a question from its neighbour ("pay by fax" is near
"pay by card"). So it may speak only where nothing in the words forbids: no unmet word of care, no number, no wish, no
country, no name beside the passage, and no word beside a question that an article nearly declares. Then

    confidence = 1 / (1 + exp(-(BIAS + sum of weight * signal)))

Signs were set beforehand, weights fitted by logistic regression and rounded, `BIAS` is the operating point at 0.6.
Figures and method: docs/decisions/0016-words-and-meaning.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistants.confidence import Signals
from assistants.meaning import Near

BIAS = -5.6
SURE = 0.6
"""From here on what words and meaning find together goes before what words alone find."""
DECLARED = 0.5
"""Agreement from which a question is nearly a declared one, so that one more word makes another of it."""
FAR = 4.0
"""A lead in rank that counts as a whole one."""
BORNE_OUT = 0.4
"""Nearness from which meaning bears out what words alone are surer of."""
LIKE = 0.4
"""Nearness above which a bound word beside the passage is a restriction that the passage does not have."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Content words of a question that its passage does not have, apart from words of care and light ones."""

    words: float
    bound: float
    """Those after a preposition."""
    names: float
    """Those written as names."""


@dataclass(frozen=True, kw_only=True)
class Together:
    """What is known once all candidates are measured."""

    agreed: float
    """How far words and meaning agree on the article: 1 where both put it first."""
    margin: float
    """How far the next article is behind, 0 to 1."""
    likest: float
    """The best agreement of the question with a title, heading, keyword or declared question of any candidate."""
    beside: Beside


def fused(scores: Sequence[float], nearness: Sequence[float]) -> list[tuple[int, float]]:
    """(candidate, how far both agree on it) in the order of reciprocal ranks (Cormack et al., SIGIR 2009)."""
    by_words, by_meaning = _ranks(scores), _ranks(nearness)
    order = sorted(range(len(scores)), key=lambda n: -(1 / (10 + by_words[n]) + 1 / (10 + by_meaning[n])))
    return [(n, 0.5 / (1 + by_words[n]) + 0.5 / (1 + by_meaning[n])) for n in order]


def rank_of_both(signals: Signals, untold: float, near: Near) -> float:
    """By which passages are ordered; fitted as a choice among a question's candidates."""
    words = 1.7 * signals.coverage + 0.7 * signals.agreement + 2.8 * signals.substance
    against = 1.6 * signals.elsewhere + 0.3 * untold + 0.4 * signals.strays
    return words - against + 5.8 * near.passage + 7.0 * near.sentence + 2.4 * near.heading + 0.6 * near.question


def lead(rank: float, following: float) -> float:
    """A lead in rank from 0 to 1."""
    return min(max((rank - following) / FAR, 0.0), 1.0)


def confidence_of_both(signals: Signals, near: Near, together: Together) -> float:
    """The calibrated probability that the passage answers a routine question; 0 where the words forbid an answer."""
    if is_forbidden(signals, together):
        return 0.0
    bound = together.beside.bound * max(0.0, near.best - LIKE)
    total = (
        BIAS
        + 3.0 * near.sentence
        + 2.1 * near.passage
        + 2.5 * together.agreed
        + 2.1 * together.margin
        - 2.1 * signals.unknown
        - 4.5 * bound
    )
    return 1 / (1 + math.exp(-total))


def is_forbidden(signals: Signals, together: Together) -> bool:
    """Whether the words forbid that meaning answers."""
    beside = together.beside
    careful = signals.caution or signals.wishes or signals.elsewhere or beside.names
    return bool(careful) or (together.likest >= DECLARED and bool(beside.words or signals.unknown))


def _ranks(values: Sequence[float]) -> list[int]:
    order = sorted(range(len(values)), key=lambda n: -float(values[n]))
    ranks = [0] * len(values)
    for rank, n in enumerate(order):
        ranks[n] = rank
    return ranks
