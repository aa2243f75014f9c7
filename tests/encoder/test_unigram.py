"""The pieces of many languages are those of the reference tokeniser, and the best cut there is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.artefact import MULTILINGUAL, Artefact
from encoder.unigram import BEGIN, END, LONGEST_WORD, MARK, UNKNOWN, Unigram, normal

REFERENCE: dict[str, list[int]] = json.loads((Path(__file__).parent / "unigram_ids.json").read_text(encoding="utf-8"))
"""Text → ids by Hugging Face's `tokenizers` 0.23 with the shipped pieces, without marks."""
PIECES = Unigram.from_text(Artefact.open(MULTILINGUAL).read("pieces.tsv").decode())
SMALL = {"a": -2.0, "b": -2.5, "ab": -3.0, "ba": -4.0, "aba": -6.5, MARK: -1.0, f"{MARK}a": -2.2, "bab": -5.1}
SCORES = {BEGIN: (0, 0.0), END: (1, 0.0), UNKNOWN: (2, 0.0)} | {
    piece: (number, score) for number, (piece, score) in enumerate(SMALL.items(), 3)
}


@pytest.mark.parametrize("text", REFERENCE)
def test_the_pieces_are_those_of_the_reference(text: str) -> None:
    assert PIECES.ids(text) == REFERENCE[text]


@given(st.text(alphabet="ab", min_size=1, max_size=9))
def test_no_other_cut_scores_higher(word: str) -> None:
    @cache
    def best(rest: str) -> float:
        heads = (piece for piece in SMALL if rest.startswith(piece))
        return max((SMALL[piece] + best(rest[len(piece) :]) for piece in heads), default=-1e9) if rest else 0.0

    names = {number: piece for piece, (number, _) in SCORES.items()}
    found = [names[one] for one in Unigram(SCORES).ids(word)]
    assert "".join(found) == MARK + word
    assert sum(SMALL[piece] for piece in found) == pytest.approx(best(MARK + word))


def test_a_mark_that_a_customer_writes_is_read_as_signs_and_letters() -> None:
    found = PIECES.ids("<s> </s> <unk>")
    assert PIECES.cls not in found
    assert PIECES.sep not in found


@given(st.text(max_size=200))
def test_any_text_can_be_cut(text: str) -> None:
    assert all(one >= 0 for one in PIECES.ids(text))


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\u200b", "\ufeff", "\u00a0", "\t", "\u2028"])
def test_signs_that_nobody_sees_are_nothing_or_a_blank(letter: str) -> None:
    assert normal(f"a{letter}b") in ("ab", "a b")
    assert PIECES.ids(f"gas {letter} leak") == PIECES.ids("gas leak")


def test_a_word_without_an_end_costs_a_bounded_time() -> None:
    counted = Counted(SCORES)
    counted.ids("ab" * 10_000)
    assert counted.longest <= LONGEST_WORD


class Counted(Unigram):
    """Notes the longest run that is cut at once."""

    longest = 0

    def _pieces(self, word: str) -> tuple[int, ...]:
        self.longest = max(self.longest, len(word))
        return super()._pieces(word)
