"""The head's score is the sum that its docstring says, of any text and vectors, and its calibration is bounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.artefact import Artefact
from encoder.encoder import DIMENSIONS
from policy.recognisable import PERSON, RECOGNISABLE
from recognition.head import MOST_CHARS, Head, kernel, size_of
from recognition.recogniser import SHIPPED

HEAD = Head.open(Artefact.open(SHIPPED))
TEXT = "where is my parcel"


def vectors(seed: int, windows: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(windows, DIMENSIONS)).astype(np.float32) * HEAD.spread + HEAD.mean


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_message_scores_by_its_likeness_to_each_that_was_learnt(seed: int) -> None:
    sense = vectors(seed, 1)
    plain = (sense[0] - HEAD.mean) / HEAD.spread
    learnt = HEAD.learnt.astype(np.float64)
    cosines = learnt @ plain / np.linalg.norm(learnt, axis=1) / np.linalg.norm(plain)
    wanted = np.exp(cosines - 1) @ HEAD.pull + HEAD.beside.scores(TEXT, HEAD.idf)
    np.testing.assert_allclose(HEAD.scores(TEXT, HEAD.likeness(sense)), wanted, atol=2e-3)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), windows=st.integers(2, 3))
def test_of_several_windows_the_strongest_counts(seed: int, windows: int) -> None:
    sense = vectors(seed, windows)
    alone = [HEAD.scores(TEXT, HEAD.likeness(one[None])) for one in sense]
    np.testing.assert_allclose(HEAD.scores(TEXT, HEAD.likeness(sense)), np.max(alone, axis=0), atol=2e-3)


def test_a_message_that_was_learnt_is_most_like_itself() -> None:
    for row in (0, 100, 5000):
        sense = (HEAD.learnt[row : row + 1].astype(np.float32) * HEAD.spread) + HEAD.mean
        likeness = HEAD.likeness(sense)[0]
        assert int(likeness.argmax()) == row
        assert kernel(likeness)[row] == pytest.approx(1.0, abs=1e-4)


def test_a_vector_that_is_no_number_gives_no_probability() -> None:
    sense = np.full((1, DIMENSIONS), np.nan, np.float32)
    assert HEAD.probabilities(TEXT, HEAD.likeness(sense))[PERSON] != HEAD.probabilities(TEXT, None)[PERSON]
    assert np.isnan(HEAD.probabilities(TEXT, HEAD.likeness(sense))[PERSON])


def test_how_long_a_text_is_counts_only_up_to_what_is_read() -> None:
    assert size_of("a" * MOST_CHARS) == size_of("a" * 10 * MOST_CHARS) > size_of("a") > 0


def test_the_arrays_fit_each_other() -> None:
    labels = len(RECOGNISABLE)
    assert HEAD.learnt.shape[1] == DIMENSIONS
    assert HEAD.pull.shape == (len(HEAD.learnt), labels)
    for grams in (HEAD.beside, HEAD.alone):
        assert grams.weight.shape == (len(HEAD.idf), labels)
    lost = replace(HEAD, pull=np.zeros_like(HEAD.pull))
    np.testing.assert_allclose(
        lost.scores(TEXT, HEAD.likeness(vectors(0, 1))), HEAD.beside.scores(TEXT, HEAD.idf), atol=1e-6
    )
