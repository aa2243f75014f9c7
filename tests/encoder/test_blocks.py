"""What is kept in 4 bits comes back near what it was, and unchanged where it came from such blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from encoder.blocks import BLOCK, blocks, in_bytes, unpacked


@given(
    seed=st.integers(0, 10_000), rows=st.integers(1, 5), many=st.integers(1, 4), size=st.sampled_from([1e-3, 1.0, 40])
)
def test_a_number_is_off_by_at_most_an_eighth_of_the_farthest_of_its_block(
    seed: int, rows: int, many: int, size: float
) -> None:
    given_rows = (np.random.default_rng(seed).normal(size=(rows, many * BLOCK)) * size).astype(np.float32)
    found = unpacked(*blocks(given_rows))
    far = np.abs(given_rows.reshape(rows, -1, BLOCK)).max(-1, keepdims=True).repeat(BLOCK, -1).reshape(rows, -1)
    assert (np.abs(found - given_rows) <= far / 8 * 1.01).all()


@given(seed=st.integers(0, 10_000))
def test_what_was_unpacked_is_packed_unchanged(seed: int) -> None:
    random = np.random.default_rng(seed)
    once = unpacked(*blocks(random.normal(size=(3, 2 * BLOCK)).astype(np.float32)))
    np.testing.assert_array_equal(unpacked(*blocks(once)), once)


def test_a_block_of_nothing_stays_nothing() -> None:
    assert not unpacked(*blocks(np.zeros((1, BLOCK), np.float32))).any()


@given(seed=st.integers(0, 10_000))
def test_a_matrix_in_bytes_is_the_blocks_in_steps_of_each_output(seed: int) -> None:
    matrix = np.random.default_rng(seed).normal(size=(2 * BLOCK, 5)).astype(np.float32)
    bits, scale = blocks(np.ascontiguousarray(matrix.T))
    step = (np.abs(matrix).max(axis=0) / 64).astype(np.float32)
    found = in_bytes(bits, scale, step)
    assert found.shape == matrix.shape
    assert found.flags.c_contiguous
    assert (np.abs(found * step - unpacked(bits, scale).T) <= step / 2 * 1.001).all()
