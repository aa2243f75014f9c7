"""Folding: the same text however it is typed, and the way back to the original."""

from __future__ import annotations

import unicodedata

import pytest
from confusable_homoglyphs import confusables
from hypothesis import given
from hypothesis import strategies as st

from triggers.folding import fold

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
"""Every code point, lone surrogates included."""


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("HELLO", "hello"),
        ("Héllo Straße İstanbul ﬁne", "hello strasse istanbul fine"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("ѕреаk", "speak"),
        ("𝓼𝓹𝓮𝓪𝓴 𝕥𝕠 𝖺 🆑", "speak to a 🆑"),
        ("h\u200bu\u200dm\u00ada\ufeffn\u202e", "human"),
        ("e\u0301\u0327te\u0301", "ete"),
        ("٤١١١ १२", "4111 12"),
        ("don’t “quote” – it", 'don\'t "quote" - it'),
        ("nul\0l", "null"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_disguises_fold_to_plain_letters(typed: str, plain: str) -> None:
    assert fold(typed).text == plain


@given(ANY_TEXT, st.integers(-5, 300), st.integers(-5, 300))
def test_spans_never_leave_the_original(text: str, start: int, end: int) -> None:
    folded = fold(text)
    for first, last in (folded.span(start, end), folded.byte_span(max(0, start), max(0, end))):
        assert 0 <= first <= last <= len(text)
    view = folded.squeezed
    first, last = view.span(max(0, start), max(0, end))
    assert 0 <= first <= last <= len(folded.data)


@given(ANY_TEXT)
def test_every_folded_character_leads_back_to_the_one_it_came_from(text: str) -> None:
    folded = fold(text)
    for at, char in enumerate(folded.text[:50]):
        first, last = folded.span(at, at + 1)
        assert last - first == 1
        assert char in fold(text[first:last]).text


@given(st.text(st.characters(codec="ascii"), max_size=100))
def test_ascii_folds_to_its_lower_case(text: str) -> None:
    assert fold(text).text == text.replace("\0", "").lower()


def test_every_digit_folds_to_an_ascii_one() -> None:
    """What counts digits and what reads numbers out of them must mean the same characters."""
    folded = fold("".join(map(chr, range(0x30000)))).text
    assert [char for char in set(folded) if char.isdigit() and not char.isascii()] == []
    assert fold("➃²፪").text == "422"


def test_other_scripts_survive() -> None:
    for text in ("你好，我的订单", "مرحبا", "שלום", "हिन्दी", "ไทย", "한국어"):
        assert any(unicodedata.category(char)[0] == "L" for char in fold(text).text)


def test_the_squeezed_view_reads_leet_and_leads_back() -> None:
    folded = fold("S.p-3 a k  T0 a  hum4n")
    assert folded.squeezed.data == b"speaktoahuman"
    assert folded.squeezed.span(0, 13) == (0, len(folded.data))
    assert fold("h!m wa|t").squeezed.data == b"h1mwa1t"
    assert fold("h|u|m|a|n").squeezed.data == b"human"


def test_a_euro_sign_among_letters_is_an_e_and_beside_a_price_is_not() -> None:
    folded = fold("sp€ak for 50€")
    assert folded.squeezed.data == b"speakforso"
    assert folded.char_at(folded.squeezed.span(0, 5)[1]) == 5


def test_stretched_letters_are_read_once_and_twice_and_lead_back() -> None:
    folded = fold("I neeeed a huuuman")
    plain, once, twice = folded.squeezed_views
    assert plain is folded.squeezed
    assert (once.data, twice.data) == (b"1nedahuman".replace(b"1", b"i"), b"ineedahuuman")
    assert folded.text[slice(*once.span(5, 10))] == "huuuman"
    assert folded.text[slice(*twice.span(1, 5))] == "neeeed"
    assert len(fold("bill late").squeezed_views) == 1


def test_lookalikes_agree_with_the_published_table() -> None:
    """Greek and Cyrillic letters whose only Latin look-alike is one letter must fold to that letter."""
    wrong = []
    for char in map(chr, (*range(0x391, 0x3CA), *range(0x400, 0x460))):
        found = confusables.is_confusable(char, greedy=True, preferred_aliases=["latin"])
        latin = {one["c"].casefold() for one in found[0]["homoglyphs"] if one["c"].isascii()} if found else set()
        if len(latin) == 1 and len(min(latin)) == 1 and fold(char).text not in latin:
            wrong.append((char, fold(char).text, latin))
    assert [one for one in wrong if one[0] not in "ΙІӀβ"] == []
