"""What a model says that its sources do not is found, kind by kind; what keeps the facts passes in other words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import claims
from assistants.claims import Claim, Unfounded, unfounded
from tests.assistants.corruptions import CORRUPTIONS, is_other
from tests.assistants.faithful import FAITHFUL

Check = Callable[[str, Sequence[str], str, str], tuple[Unfounded, ...]]
PASSAGES = tuple(dict.fromkeys((language, passage) for language, passage, _ in FAITHFUL))
TRUE = (
    *((language, passage, passage) for language, passage in PASSAGES),
    *(one for one in FAITHFUL if not unfounded(one[2], [one[1]], "", one[0])),
)
"""(language, passage, answer) without a fault."""


def passed(name: str, check: Check = unfounded) -> tuple[list[str], int]:
    """The corrupted answers of one kind that pass, and how many were tried."""
    tried = [
        (language, passage, corrupted)
        for language, passage, answer in TRUE
        if (corrupted := CORRUPTIONS[name](answer)) is not None and is_other(answer, corrupted)
    ]
    return [text for language, passage, text in tried if not check(text, [passage], "", language)], len(tried)


def test_answers_that_keep_the_facts_pass_in_other_words() -> None:
    held = [answer for language, passage, answer in FAITHFUL if unfounded(answer, [passage], "", language)]
    assert len(FAITHFUL) >= 60
    assert len(held) <= len(FAITHFUL) // 10, held


def test_a_passage_stands_in_itself() -> None:
    for language, passage in PASSAGES:
        assert unfounded(passage, [passage], "", language) == ()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_no_corrupted_answer_passes(name: str) -> None:
    through, tried = passed(name)
    assert tried >= 3
    assert through == []


def test_there_are_enough_corrupted_answers() -> None:
    assert len(TRUE) >= 60
    assert len(CORRUPTIONS) >= 20
    assert sum(passed(name)[1] for name in CORRUPTIONS) > 2_000


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Claim.FIGURE, "digit"),
        (Claim.NEGATION, "negation"),
        (Claim.SENTENCE, "word within"),
        (Claim.ACT, "call within"),
    ],
)
def test_a_check_that_overlooks_a_kind_is_caught(kind: Claim, name: str) -> None:
    """The mutant: without one kind of finding, corruptions of that kind pass."""

    def blind(answer: str, sources: Sequence[str], question: str, language: str) -> tuple[Unfounded, ...]:
        return tuple(one for one in unfounded(answer, sources, question, language) if one.kind is not kind)

    assert passed(name, blind)[0]


def test_the_question_lends_words_but_no_facts() -> None:
    source = "Standard delivery costs £3.95."
    assert unfounded("For your sofa, standard delivery costs £3.95.", [source], "what does my sofa cost", "en") == ()
    asked = "is delivery free, 20 %, at http://evil.test?"
    for answer in ("Standard delivery is free.", "Delivery costs 20 %.", "Delivery: http://evil.test"):
        assert unfounded(answer, [source], asked, "en")


def test_two_prices_in_one_sentence_do_not_change_places() -> None:
    source = "The daily limit at cash machines is £500 with a standard card and £1,000 with a Plus card."
    assert unfounded("The daily limit is £1,000 with a standard card.", [source], "", "en")
    assert unfounded("With a Plus card the daily limit is £1,000.", [source], "", "en") == ()


def test_without_sources_nothing_is_founded() -> None:
    assert unfounded("Delivery takes 3 days.", [], "", "en")
    assert unfounded("", [], "", "en") == ()


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=120), st.text(max_size=120), st.sampled_from(["en", "es", "de", "it"]))
def test_no_text_breaks_the_check(answer: str, source: str, language: str) -> None:
    assert isinstance(unfounded(answer, [source], answer, language), tuple)


def test_a_share_that_is_not_asked_for_is_not_given() -> None:
    assert claims.OWN < claims.SHARE <= 1


@pytest.mark.parametrize(
    ("answer", "source", "language"),
    [
        ("Delivery takes one working day.", "Delivery takes three working days.", "en"),
        ("Delivery takes a week.", "Delivery takes three weeks.", "en"),
        ("Die Lieferung dauert einen Tag.", "Die Lieferung dauert drei Tage.", "de"),
        ("La livraison prend une semaine.", "La livraison prend deux semaines.", "fr"),
        ("La entrega tarda un mes.", "La entrega tarda dos meses.", "es"),
        ("A entrega demora uma semana.", "A entrega demora duas semanas.", "pt"),
    ],
)
def test_one_is_a_number_where_a_unit_follows(answer: str, source: str, language: str) -> None:
    assert Claim.FIGURE in {one.kind for one in unfounded(answer, [source], "", language)}
    assert unfounded(answer, [answer], "", language) == ()


def test_a_rate_is_no_number_of_its_own() -> None:
    assert unfounded("Parking costs 5 EUR a day.", ["Parking costs 5 EUR per day."], "", "en") == ()
    assert unfounded("It takes 1 week.", ["It takes a week."], "", "en") == ()


SHOP = (
    "Standard delivery to mainland UK costs £3.95 and takes 3 to 5 working days. Orders over £50 ship free. "
    "Refunds reach your card within 7 days. Our shops are closed on Sundays."
)


@pytest.mark.parametrize(
    "answer",
    [
        "Standard delivery to mainland UK is free.",
        "Standard delivery costs £3.95 and takes 3 to 5 working hours.",
        "Our shops are closed.",
        "Our shops are hardly closed on Sundays.",
        "Standard delivery to mainland UK costs £3.95 per item.",
        "I have refunded your card.",
        "We've refunded your card.",
        "Your order has been refunded.",
        "Orders ship free.",
    ],
)
def test_words_of_a_source_put_together_anew_are_not_its_claim(answer: str) -> None:
    """Every word stands in the passage; what they say together does not."""
    assert unfounded(answer, [SHOP], "", "en")


@pytest.mark.parametrize(
    "answer",
    [
        "Orders over £50 ship free.",
        "Our shops are closed on Sundays.",
        "Refunds reach your card within 7 days.",
        "Standard delivery to mainland UK takes 3 to 5 working days and costs £3.95.",
    ],
)
def test_what_the_source_says_passes(answer: str) -> None:
    assert unfounded(answer, [SHOP], "", "en") == ()
