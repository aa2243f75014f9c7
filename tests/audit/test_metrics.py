"""Figures against numbers worked out by hand or taken from the literature."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.metrics import mean, quantile, share, timing, wilson


def test_wilson_agrees_with_published_values() -> None:
    # Newcombe (1998), table I: 81 of 263 and 15 of 148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_wilson_of_nothing_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_wilson_refuses_what_is_no_share() -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_surrounds_the_rate(counts: tuple[int, int]) -> None:
    hits, of = counts
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1


def test_timing_is_one_when_nothing_was_due_and_nothing_happened() -> None:
    assert timing((), (), 1) == 1.0


def test_timing_is_zero_when_missed_or_unwanted() -> None:
    assert timing((3,), (), 2) == 0.0
    assert timing((), (3,), 2) == 0.0


def test_timing_falls_with_distance_and_rises_with_tolerance() -> None:
    assert timing((4,), (4,), 1) == 1.0
    assert timing((4,), (5,), 1) == pytest.approx(exp(-1 / 2), abs=1e-6)
    assert timing((4,), (6,), 2) == pytest.approx(exp(-4 / 8), abs=1e-6)
    assert timing((4,), (6,), 1) < timing((4,), (6,), 2) < timing((4,), (6,), 3)


def test_timing_with_lambda_punishes_late_more_than_early() -> None:
    late, early = timing((4,), (5,), 1, late=0.5), timing((4,), (3,), 1, late=0.5)
    assert late == pytest.approx(exp(-2 / 2), abs=1e-6)
    assert early == pytest.approx(exp(-(1 / 1.5) / 2), abs=1e-6)
    assert timing((4,), (5,), 1) == timing((4,), (3,), 1)


def test_timing_averages_over_predictions_and_takes_the_nearest_right_turn() -> None:
    assert timing((2, 8), (2, 9), 1) == pytest.approx((1 + exp(-0.5)) / 2, abs=1e-6)


@given(st.sets(st.integers(0, 50), max_size=4), st.sets(st.integers(0, 50), max_size=4), st.integers(1, 3))
def test_timing_lies_between_zero_and_one(gold: set[int], predicted: set[int], tolerance: int) -> None:
    assert 0 <= timing(gold, predicted, tolerance) <= 1


def test_a_share_counts_and_reports_its_interval() -> None:
    figure = share([True, True, False, True]).as_json()
    assert (figure["hits"], figure["of"], figure["rate"]) == (3, 4, 0.75)
    assert share([]).as_json()["rate"] is None


def test_means_and_quantiles_of_nothing_are_harmless() -> None:
    assert mean([]) is None
    assert quantile([], 0.5) == 0.0
    assert quantile([3, 1, 2], 0.5) == 2
