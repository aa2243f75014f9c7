"""The word pieces are those of the reference tokeniser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.artefact import Artefact
from encoder.windows import MOST, WINDOW, windows
from encoder.wordpiece import WordPiece

REFERENCE: dict[str, list[int]] = json.loads((Path(__file__).parent / "reference_ids.json").read_text())
"""Text → ids by Hugging Face's `tokenizers` 0.23 with MiniLM's own tokenizer.json, without marks."""
PIECES = WordPiece.from_text(Artefact.open().read("vocab.txt").decode())


@pytest.mark.parametrize("text", [text for text in REFERENCE if "[CLS]" not in text])
def test_the_pieces_are_those_of_the_reference(text: str) -> None:
    assert PIECES.ids(text) == REFERENCE[text]


def test_a_mark_that_a_customer_writes_is_read_as_signs_and_letters() -> None:
    found = PIECES.ids("[CLS] [SEP]")
    assert PIECES.cls not in found
    assert PIECES.sep not in found


@given(st.text(max_size=200))
def test_any_text_can_be_cut(text: str) -> None:
    assert all(isinstance(one, int) for one in PIECES.ids(text))


@given(st.lists(st.integers(1, 9), max_size=6 * WINDOW))
def test_windows_are_bounded_and_tell_whether_they_hold_all(ids: list[int]) -> None:
    numbered = list(range(len(ids)))
    found, whole = windows(numbered)
    assert 1 <= len(found) <= MOST
    assert all(len(one) <= WINDOW for one in found)
    assert whole == ({piece for one in found for piece in one} == set(numbered))
    assert found[0][:1] == numbered[:1]
    assert found[-1][-1:] == numbered[-1:]
