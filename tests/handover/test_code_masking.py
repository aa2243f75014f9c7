"""A one-time code is masked however it is typed, and reads as the code it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.people.codes import MASK, CodeMaker, digits_of, masked_codes

WORDS = {
    "English": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "Spanish": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
    "French": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    "German": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "Portuguese": ["zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove"],
}  # fmt: skip
SCRIPTS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
JOINTS = (" ", "  ", "-", ".", ",", ", ", " - ", "_", "/", "\u00a0", "\t", "\n", "·", "–", ":", "", "\u200b")

CODES = st.text("0123456789", min_size=6, max_size=6)
SPOKEN = st.builds(
    lambda code, words, joint: (code, joint.join(words[int(digit)] for digit in code)),
    CODES,
    st.sampled_from(list(WORDS.values())),
    st.sampled_from([" ", "  ", ", ", " - ", "-", ". ", "\n"]),
)


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """A code and how it is typed: in one script, cut into groups, with one joint or several."""
    code, script = draw(CODES), draw(st.sampled_from(SCRIPTS))
    joints = draw(
        st.lists(st.sampled_from(JOINTS), min_size=5, max_size=5) | st.sampled_from([[one] * 5 for one in JOINTS])
    )
    kept = draw(st.lists(st.booleans(), min_size=5, max_size=5))
    digits = [script[int(digit)] for digit in code]
    written = digits[0] + "".join(
        (joint if keep else "") + digit for joint, keep, digit in zip(joints, kept, digits[1:], strict=True)
    )
    return code, written


@given(typed() | SPOKEN, st.sampled_from(["{}", "my code is {}", "it is {}!", "{} ok?", "code: {}.", "«{}»", "é {} ñ"]))
def test_a_code_is_masked_in_every_format(given_code: tuple[str, str], sentence: str) -> None:
    code, written = given_code
    text = sentence.replace("{}", written)
    hidden, groups = masked_codes(text)
    assert hidden == sentence.replace("{}", MASK)
    assert [digits_of(group) for group in groups] == [code]
    assert masked_codes(groups[0]) == (MASK, groups)
    assert masked_codes(hidden) == (hidden, ())


@pytest.mark.parametrize(
    "written", ["926,579", "926  579", "9 2 6 5 7 9", "nine two six five seven nine", "nine two six, five seven nine",
                "double nine two six five seven", "neun zwei sechs fünf sieben neun", "９２６５７９", "92 65 79",
                "926–579", "926 and then 579", "92 and 65 and 79", "926 dann 579", "926 y luego 579", "926, puis 579",
                "926 e depois 579", "9 2 6 (pause) 5 7 9", "9, 2, 6 and 5, 7, 9", "926 dash 579",
                "nine two six and then five seven nine"],
)  # fmt: skip
def test_codes_that_were_once_missed_are_masked(written: str) -> None:
    assert masked_codes(f"so {written} it is")[0] == f"so {MASK} it is"


@given(typed() | SPOKEN)
def test_the_right_code_matches_however_it_is_typed(given_code: tuple[str, str]) -> None:
    code, written = given_code
    maker = CodeMaker(b"k" * 32)
    assert maker.seal(written) == maker.seal(code)


@pytest.mark.parametrize("text", ["1234567", "order 12345", "one of five", "12 34 5", "2026", "fifty-five", "a1b2c3",
                                  "12 of 3456", "3 kettles and 24 cups", "10 or 2000 and more"])  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    assert masked_codes(text) == (text, ())


@pytest.mark.parametrize("text", ["hunter2", "a1b2c3", "12 monkeys", "", "solo", "1234-ab"])
def test_other_answers_stay_as_they_are(text: str) -> None:
    assert digits_of(text) == text
