"""Scores of texts that were left out are those of a fit without them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.training.ridge import Ridge


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), texts=st.integers(4, 20), penalty=st.sampled_from([0.1, 0.5, 2.0]))
def test_what_is_left_out_scores_as_by_a_fit_without_it(seed: int, texts: int, penalty: float) -> None:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(texts, 6))
    truth = (random.random((texts, 3)) < 0.5).astype(np.float64)
    out = random.random(texts) < 0.4
    out[:2] = True, False
    likeness = rows @ rows.T
    ridge = Ridge(likeness, truth, penalty)
    wanted = 2 * truth - 1
    kept = likeness[np.ix_(~out, ~out)] + penalty * np.eye(int((~out).sum()))
    pull = np.linalg.solve(kept, wanted[~out] - ridge.bias)
    found = ridge.without(out)
    np.testing.assert_allclose(found[~out], pull, atol=1e-3)
    assert not found[out].any()
