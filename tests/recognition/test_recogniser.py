"""The recogniser: deterministic scores in their bounds; without an encoder by words; every failure is a fault."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.artefact import MANIFEST, MULTILINGUAL, Artefact
from encoder.encoder import DIMENSIONS, Encoder
from policy.recognisable import FAMILIES, PERSON, RECOGNISABLE
from recognition.head import Head
from recognition.ngrams import BUCKETS, counted, features
from recognition.recogniser import NAMED, SHIPPED, Recogniser, shipped
from recognition.training.corpus import HELD_ASIDE, PLAIN, read
from states.errors import DependencyFault, SettingsError

NEEDS_A_PERSON = {
    "put me through to somebody": "human_request",
    "quiero que me atienda alguien de carne y hueso": "human_request",
    "I can smell gas": "safety",
}
PINNED = ([7975, 20352, 27258, 42312, 44287], 27, 798487)
"""Buckets of the words, how many of the letters there are, and their sum."""
ROUTINE = ("How long does delivery take?", "Which socket fits the lamp?", "Do your gnomes sing?")


class Broken:
    """A part of a model that gives what is no number, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def run(self, outputs: None, asked: dict[str, Any], /) -> list[Any]:
        if self.error is not None:
            raise self.error
        return [np.full((*asked["attention_mask"].shape, DIMENSIONS), np.nan, np.float32)]


@pytest.fixture(scope="module")
def by_words() -> Recogniser:
    return Recogniser(Artefact.open(SHIPPED), None)


@pytest.mark.parametrize(("text", "family"), NEEDS_A_PERSON.items())
def test_what_no_phrase_names_is_recognised_by_its_meaning(text: str, family: str) -> None:
    found = shipped().recognise(text)
    assert found.scores[PERSON] > 0.85
    assert found.family == family


@pytest.mark.parametrize("text", ROUTINE)
def test_routine_is_not_taken_for_more(text: str) -> None:
    assert shipped().recognise(text).scores[PERSON] < 0.5


def test_no_family_scores_higher_than_the_need_for_a_person() -> None:
    for text in (*NEEDS_A_PERSON, *ROUTINE, "", "?", "so " * 2000):
        found = shipped().recognise(text)
        assert set(found.scores) == set(RECOGNISABLE)
        assert max(found.scores[family] for family in FAMILIES) == found.scores[found.family] == found.scores[PERSON]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_scores_that_are_probabilities(text: str) -> None:
    found = Recogniser.recognise(shipped(), text)
    assert all(0 <= score <= 1 for score in found.scores.values())


def test_what_stands_before_a_fragment_only_adds() -> None:
    alone = shipped().recognise("and my mother too")
    after = shipped().recognise("and my mother too", before=("there is smoke coming out of the charger",))
    assert all(after.scores[label] >= alone.scores[label] for label in RECOGNISABLE)
    assert after.scores[PERSON] > alone.scores[PERSON]


@pytest.mark.parametrize("before", [9, 14, 22, 31])
def test_a_plea_in_the_middle_of_a_long_letter_is_read(before: int) -> None:
    filler = "The garden chair that I ordered in spring is green and stands beside the pond. "
    letter = filler * before + "I want to speak to a real person now, please. " + filler * (40 - before)
    calm = shipped().recognise(filler * 40)
    found = shipped().recognise(letter)
    assert not found.whole
    assert found.scores[PERSON] > 0.85 > calm.scores[PERSON]
    assert found.family == "human_request"


def test_the_evidence_in_words_is_of_the_family_and_from_the_corpus() -> None:
    listed = json.loads((SHIPPED / "examples.json").read_text(encoding="utf-8"))
    found = shipped().recognise("put me through to somebody")
    assert 1 <= len(found.like) <= NAMED
    assert set(found.like) <= set(listed[found.family])


def test_nothing_is_trained_on_that_is_held_aside(tmp_path: Path) -> None:
    row = {"text": "hello", "label": "routine", "trigger": "none"}
    for author in ("a", *HELD_ASIDE):
        (tmp_path / f"messages_{author}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert set(read(tmp_path).authors) == {"a"}


def test_plain_words_are_learnt_as_routine_and_measure_nobody(tmp_path: Path) -> None:
    message = {"text": "hello", "label": "handover", "trigger": "legal"}
    (tmp_path / "messages_a.jsonl").write_text(json.dumps(message) + "\n", encoding="utf-8")
    (tmp_path / "plain_v.jsonl").write_text('{"text": "thanks"}\n{"text": "hello"}\n', encoding="utf-8")
    says = [{"role": "customer", "text": "and in green?"}, {"role": "assistant", "text": "Yes."}]
    talks = ({"golden_turn": None, "turns": says}, {"golden_turn": 0, "turns": [{"role": "customer", "text": "gas!"}]})
    (tmp_path / "conversations_f.jsonl").write_text("\n".join(map(json.dumps, talks)), encoding="utf-8")
    (tmp_path / "help" / "shop").mkdir(parents=True)
    article = "---\ntitle: Sizes\nquestions:\n  - Which sizes are there?\nkeywords: [size]\n---\n  - no question\n"
    (tmp_path / "help" / "shop" / "sizes.md").write_text(article, encoding="utf-8")
    found = read(tmp_path)
    assert found.texts == ("hello", "thanks", "and in green?", "Which sizes are there?")
    assert found.authors.tolist() == ["a", PLAIN, PLAIN, PLAIN]
    assert found.truth[0].any()
    assert not found.truth[1:].any()


def test_without_an_encoder_words_are_judged_alone(by_words: Recogniser) -> None:
    asked, routine = (
        by_words.recognise("I want to speak to a person"),
        by_words.recognise("How long does delivery take?"),
    )
    assert asked.scores[PERSON] > routine.scores[PERSON]
    assert by_words.fingerprint != shipped().fingerprint


@pytest.mark.parametrize("part", [Broken(), Broken(RuntimeError("secret"))])
def test_a_broken_encoder_is_a_fault_and_no_score(part: Broken) -> None:
    broken = Recogniser(Artefact.open(SHIPPED), Encoder(Artefact.open(MULTILINGUAL), lambda _, __: part))
    with pytest.raises(DependencyFault) as raised:
        broken.recognise("my PIN is 4711")
    assert "4711" not in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_head_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "artefact"
    shutil.copytree(SHIPPED, folder)
    (folder / "head.npz").write_bytes(b"something else")
    with pytest.raises(SettingsError, match="pinned"):
        Head.open(Artefact.open(folder))


def test_every_file_of_the_artefact_is_pinned() -> None:
    pinned = json.loads((SHIPPED / MANIFEST).read_text())["files"]
    assert {path.name for path in SHIPPED.iterdir()} == {MANIFEST, "README.md", *pinned}


@settings(deadline=None)
@given(st.text(max_size=300))
def test_features_are_bounded_and_have_a_length_of_at_most_one_in_each_half(text: str) -> None:
    row = features(text, np.ones(BUCKETS, np.float32))
    assert all(0 <= bucket < BUCKETS for bucket in row.buckets)
    assert float(row.values @ row.values) <= 2.0001


def test_the_buckets_of_a_text_are_fixed_for_all_machines() -> None:
    (words, _), (letters, _) = counted("Gas leak!")
    assert (sorted(words.tolist()), len(letters), int(letters.sum())) == PINNED
