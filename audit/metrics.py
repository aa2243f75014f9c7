"""The figures decisions are judged by: shares with intervals, and how well a handover is timed. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from math import exp, sqrt

Z95 = 1.959963984540054
EPSILON = 1e-7


@dataclass(frozen=True, kw_only=True)
class Share:
    """`hits` of `of`, with the 95 % Wilson interval; the rate of nothing is None."""

    hits: int
    of: int

    @property
    def rate(self) -> float | None:
        """hits / of."""
        return self.hits / self.of if self.of else None

    def as_json(self) -> dict[str, float | int | None]:
        """Rate, interval and counts, rounded to a ten-thousandth."""
        low, high = wilson(self.hits, self.of)
        rate = self.rate
        return {
            "rate": None if rate is None else round(rate, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            **asdict(self),
        }


def share(values: Iterable[bool]) -> Share:
    """How many of the values are true."""
    listed = list(values)
    return Share(hits=sum(listed), of=len(listed))


def wilson(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a share (E. B. Wilson, 1927); (0, 1) when nothing was counted."""
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share; hits lie between 0 and the count")
    if of == 0:
        return 0.0, 1.0
    rate = hits / of
    scale = 1 + z * z / of
    middle = (rate + z * z / (2 * of)) / scale
    half = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of)) / scale
    # At the ends the exact bounds are 0 and 1; floating point would miss them by a hair.
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == of else middle + half)


def timing(gold: Collection[int], predicted: Collection[int], tolerance: int, late: float = 0.0) -> float:
    """GT-T, golden transfer within tolerance, of one conversation: 1 is on time, 0 is missed or unwanted.

    `gold` and `predicted` are turn indices, `tolerance` is T (1, 2, 3 are published as GT-I, II, III) and `late`
    is lambda in [0, 1): above 0, a late transfer is punished more and an early one less.
    Both empty → 1; one empty → 0; else the mean over p of the best over g of
    exp(-(1 / (1 - lambda * sign(p - g))) * (p - g)^2 / (2 (T + eps)^2)).
    """
    if not gold and not predicted:
        return 1.0
    if not gold or not predicted:
        return 0.0
    return sum(max(_closeness(p - g, tolerance, late) for g in gold) for p in predicted) / len(predicted)


def _closeness(distance: int, tolerance: int, late: float) -> float:
    sign = (distance > 0) - (distance < 0)
    return exp(-(distance * distance) / ((1 - late * sign) * 2 * (tolerance + EPSILON) ** 2))


def mean(values: Iterable[float]) -> float | None:
    """The arithmetic mean; None of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def quantile(values: Iterable[float], q: float) -> float:
    """The q-quantile by nearest rank; 0 of nothing."""
    listed = sorted(values)
    return listed[min(len(listed) - 1, int(q * len(listed)))] if listed else 0.0
