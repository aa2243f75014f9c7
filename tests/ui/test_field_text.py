"""Fields of the packet are written as lines and read back as they were; what cannot be read is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.packet.review import EDITABLE
from states.errors import BadInput
from ui.field_text import HINTS, as_text, from_text

WORDS = st.text(st.characters(categories=("L", "N"), include_characters=" .,'!?-"), min_size=1).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip
TURNS = st.lists(st.integers(1, 500), min_size=1, max_size=6)
PLAIN = WORDS.map(lambda text: text.replace(",", "")).filter(lambda text: bool(text.strip())).map(str.strip)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "context.summary": st.lists(st.fixed_dictionaries({"claim": WORDS, "turns": TURNS})),
    "context.steps_tried": st.lists(
        st.fixed_dictionaries({"action": WORDS, "result": WORDS, "turn": st.integers(1, 500)})
    ),
    "context.entities": st.dictionaries(PLAIN, st.lists(PLAIN, min_size=1)),
    "context.open_questions": st.lists(WORDS),
    "action.next_steps": st.lists(WORDS),
    "context.intent": WORDS,
    "context.customer.tier": WORDS,
    "context.customer.ref": WORDS,
}


def test_every_field_that_can_be_edited_says_how_it_is_written() -> None:
    assert set(HINTS) == EDITABLE == set(VALUES)


@pytest.mark.parametrize("field", sorted(VALUES))
def test_what_is_written_is_read_back(field: str) -> None:
    @given(VALUES[field])
    def holds(value: Any) -> None:
        assert from_text(field, as_text(field, value)) == value

    holds()


@pytest.mark.parametrize(
    ("field", "text", "line"),
    [
        ("context.summary", "The lamp is broken. [1]\nNo numbers here", "No numbers here"),
        ("context.summary", "[3]", "[3]"),
        ("context.steps_tried", "no colon [2]", "no colon"),
        ("context.steps_tried", "asked: nothing came", "asked: nothing came"),
        ("context.entities", "order 4711", "order 4711"),
        ("context.entities", ": 4711", ": 4711"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_how_it_is_written(field: str, text: str, line: str) -> None:
    with pytest.raises(BadInput) as refused:
        from_text(field, text)
    assert line in str(refused.value)
    assert HINTS[field] in str(refused.value)


def test_no_lines_are_an_empty_value() -> None:
    assert [from_text(field, " \n ") for field in ("context.summary", "context.entities", "context.intent")] == [
        [], {}, "",
    ]  # fmt: skip
