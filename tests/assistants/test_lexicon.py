"""The word lists hold together: no word that can never match, none with two meanings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistants.lexicon import STEMMERS, fold, lexicon
from assistants.vocabulary import one_slip
from states.errors import SettingsError

FOLDER = Path(__file__).parents[2] / "assistants/lexicon"
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
CAREFUL = ("negation", "persons", "alarm", "acts")


def raw(language: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8")))


def listed(language: str, kind: str) -> list[str]:
    return str(raw(language).get(kind) or "").split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_listed_word_is_written_as_words_are_compared(language: str) -> None:
    for kind in ("neutral", *CAREFUL):
        for word in listed(language, kind):
            assert lexicon(language).surfaces(word) == [fold(word)] == [word], f"{kind}: {word}"
    for group in raw(language)["synonyms"]:
        for word in group.split():
            assert fold(word) == word, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_neutral_and_a_reason_for_care(language: str) -> None:
    neutral = set(listed(language, "neutral"))
    for kind in CAREFUL:
        assert neutral & set(listed(language, kind)) == set(), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_has_one_synonym_group(language: str) -> None:
    counts = Counter(word for group in raw(language)["synonyms"] for word in group.split())
    assert [word for word, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_synonym_is_no_neutral_word(language: str) -> None:
    neutral = set(listed(language, "neutral"))
    assert neutral & {word for group in raw(language)["synonyms"] for word in group.split()} == set()


def test_synonyms_and_endings_meet_in_one_stem() -> None:
    english = lexicon("en")
    assert english.stems(["shipping"]) == english.stems(["delivered"]) == english.stems(["deliveries"])
    assert english.stems(["money back"]) == english.stems(["refunds"])


def test_negations_are_found_in_contractions() -> None:
    for text in ("it isn't here", "it isn’t here", "I can't", "never"):
        assert "not" in lexicon("en").stems([text]), text


def test_accents_and_width_do_not_matter() -> None:
    assert lexicon("es").stems(["Envío"]) == lexicon("es").stems(["envio"])
    assert lexicon("en").stems(["ＲＥＦＵＮＤ"]) == lexicon("en").stems(["refund"])


def test_numbers_other_persons_and_troubles_call_for_care() -> None:
    words = {word.surface: word for word in lexicon("en").words("my wife lost 200 teapots")}
    assert {surface for surface, word in words.items() if word.caution} == {"wife", "lost", "200"}


def test_a_language_with_a_stemmer_and_no_list_still_works() -> None:
    italian = next(code for code in STEMMERS if code == "it")
    assert lexicon(italian).stems(["spedizioni"]) == lexicon(italian).stems(["spedizione"])


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(SettingsError, match="tlh"):
        lexicon("tlh")


@pytest.mark.parametrize(
    ("written", "meant", "alike"),
    [
        ("delivry", "delivery", True),
        ("delievry", "delivery", True),
        ("deilvrey", "delivery", False),
        ("deilvery", "delivery", True),
        ("deliveryy", "delivery", True),
        ("dolivery", "delivery", True),
        ("delivers", "delivery", True),
        ("deliver", "recover", False),
        ("warrantee", "warranty", False),
    ],
)
def testone_slip_of_the_pen_is_forgiven_and_two_are_not(written: str, meant: str, alike: bool) -> None:
    assert one_slip(written, meant) is alike
