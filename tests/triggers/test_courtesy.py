"""A courtesy is recognised as a whole, and nothing that needs somebody is taken for one."""

from __future__ import annotations

import pytest

from policy.loader import load_pack
from tests.packs.english_messages import FRESH
from tests.packs.life_threat_messages import ASIDE, LIFE_THREATS
from tests.packs.test_translations import NEEDS_A_PERSON
from tests.triggers.courtesy_messages import ENDS, NEEDS, TAPBACKS, generated
from triggers.courtesy import LONGEST, Courtesy, CourtesyKind, courtesy
from triggers.courtesy_words import FILLERS, PHRASES

GENERATED = generated()


def _needs() -> list[str]:
    blocks = (*LIFE_THREATS.values(), *ASIDE.values(), *NEEDS_A_PERSON.values())
    lines = [line.strip() for block in blocks for line in block.strip().splitlines()]
    triggers = load_pack("default").policy.triggers
    vectors = [
        vector.text for trigger in triggers for vector in trigger.vectors.positive if vector.text and not vector.facts
    ]
    return [*lines, *vectors, *(text for texts in FRESH.values() for text in texts)]


def test_there_are_enough_examples_on_each_side() -> None:
    assert len({text for _, _, text in GENERATED}) + len(TAPBACKS) >= 350
    assert len(set(NEEDS)) >= 145


def test_every_courtesy_of_the_grammar_is_known_with_its_kind() -> None:
    found = {text: courtesy(text, language) for language, _, text in GENERATED}
    assert [text for text, one in found.items() if one is None] == []
    wrong = [(text, kind) for _, kind, text in GENERATED if (one := found[text]) and one.kind != kind]
    assert wrong == []


def test_the_language_is_the_words_own_or_the_one_given() -> None:
    told = [courtesy(text, "en") for language, kind, text in GENERATED if language == "de" and kind == "thanks"]
    assert {one.language for one in told if one} == {"de"}
    assert courtesy("ok", "pt") == Courtesy(kind=CourtesyKind.ACKNOWLEDGEMENT, language="pt")
    assert courtesy("👍", "fr") == Courtesy(kind=CourtesyKind.TAPBACK, language="fr")


@pytest.mark.parametrize("text", TAPBACKS)
def test_a_reaction_is_a_tapback_with_what_it_was_put_on(text: str) -> None:
    found = courtesy(text, "en")
    assert found is not None
    assert found.kind is CourtesyKind.TAPBACK
    assert bool(found.quoted) == any(char in text for char in '“„«"')
    assert found.quoted in text


@pytest.mark.parametrize("text", NEEDS)
def test_what_says_more_is_no_courtesy(text: str) -> None:
    assert [one for language in ("en", "de", "es", "fr", "pt") if (one := courtesy(text, language))] == []


def test_no_need_of_the_packs_is_a_courtesy() -> None:
    taken = [text for text in _needs() if courtesy(text, "en")]
    assert taken == []


def test_a_need_beside_a_courtesy_makes_it_an_ordinary_message() -> None:
    needs = [text for text in _needs() if len(text) < LONGEST // 2]
    both = [
        text
        for at, (_, _, polite) in enumerate(GENERATED * 3)
        for text in (f"{polite} {needs[at % len(needs)]}", f"{needs[at % len(needs)]}. {polite}")
    ]
    assert len(both) >= 2_000
    assert [text for text in both if courtesy(text, "en")] == []


def test_one_word_more_that_is_not_known_is_no_courtesy() -> None:
    """Every word of the packs' needs beside a courtesy: what it says is not for this module to judge."""
    polite = {word.strip(".,!") for _, _, text in GENERATED for word in text.lower().split()} | FILLERS
    known = {word for by in PHRASES.values() for several in by.values() for one in several for word in _words(one)}
    words = sorted({word for text in _needs() for word in _words(text.lower())} - polite - known)
    assert len(words) > 1_000
    assert [word for word in words if courtesy(f"thanks {word}", "en") or courtesy(f"{word}, thanks", "en")] == []


def _words(text: str) -> list[str]:
    return "".join(char if char.isalpha() else " " for char in text).split()


def test_somebody_may_be_thanked_by_the_name_the_caller_knows() -> None:
    assert courtesy("Thank you, Anna!", "en") is None
    found = courtesy("Thank you, Anna!", "en", names=("Anna Meier",))
    assert found == Courtesy(kind=CourtesyKind.THANKS, language="en")
    assert courtesy("Anna", "en", names=("Anna Meier",)) is None


def test_stretched_letters_and_disguises_are_read_as_meant() -> None:
    for text in ("thaaaanks", "okkkk", "Thank youuuu!!!", "coool", "T​hanks", "ＴＨＡＮＫＳ"):
        assert courtesy(text, "en") is not None, text


@pytest.mark.parametrize("text", ["", " ", ".", "...", "!!!", "  ", "\n", *(end for end in ENDS if end in (".", "!"))])
def test_nothing_said_is_no_courtesy(text: str) -> None:
    assert courtesy(text, "en") is None


def test_a_long_message_is_none() -> None:
    assert courtesy("thanks " * (LONGEST // 7), "en") is not None
    assert courtesy("thanks " * (LONGEST // 7 + 1), "en") is None
