"""Articles found by words and meaning: what is said in other words is found, and what lies beside is still refused."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants import both
from assistants.both import Beside, Together, confidence_of_both, fused, is_forbidden
from assistants.confidence import Signals
from assistants.index import preferred
from assistants.knowledge_base import KnowledgeBase
from assistants.meaning import Near
from assistants.port import Draft, Question
from encoder.encoder import Encoder, shipped
from states.errors import DependencyFault
from tests.assistants.near import KNOWLEDGE, NearMiss, covered, near_misses
from tests.assistants.test_near_misses import BESIDE, declared

HELP = KNOWLEDGE.parent.parent / "corpus/help"
encoder = cache(shipped)


@cache
def knowing(name: str) -> KnowledgeBase:
    """The articles of a demonstration, or of a help centre, with their vectors."""
    folder = KNOWLEDGE / name if (KNOWLEDGE / name).is_dir() else HELP / name
    made = KnowledgeBase(folder, encoder=encoder)
    assert made.learn()
    return made


def ask(text: str, name: str = "shop", language: str = "en") -> Draft:
    return knowing(name).draft(Question(text=text, language=language))


SAID_OTHERWISE = (
    ("education", "is a phone picture of my id good enough", "how-to-enrol"),
    ("education", "going camping. can i save the videos", "learning-platform"),
    ("education", "how many hours a week should I plan for the online course", "online-evening"),
    ("education", "how fast do evening tutors mail back", "tutors-hours"),
    ("energy", "we run a small cafe how much vat is on it", "business"),
    ("energy", "can i keep my fixed price at the new place", "move-home"),
    ("energy", "do I include the red numbers?", "read-meter"),
    ("energy", "how many people can I bring a year", "refer"),
)


@pytest.mark.parametrize(("name", "text", "article"), SAID_OTHERWISE)
def test_what_is_said_in_other_words_is_answered(name: str, text: str, article: str) -> None:
    assert KnowledgeBase(HELP / name).draft(Question(text=text)).text == ""
    draft = ask(text, name)
    assert draft.text
    assert draft.verbatim
    assert {one.source for one in draft.citations} == {article}


def test_near_misses_that_were_never_tuned_on_are_hardly_answered() -> None:
    answered = [one.text for one in near_misses("held_out") if ask(one.text, one.knowledge, one.language).text]
    assert len(answered) <= 4, answered


def test_covered_questions_are_answered_at_least_as_often_as_by_words() -> None:
    every = covered("held_out")
    drafts = [ask(one.text, one.knowledge, one.language) for one in every]
    right = sum(one.is_answered(draft) for one, draft in zip(every, drafts, strict=True))
    wrong = sum(bool(draft.text) for draft in drafts) - right
    assert right >= 0.92 * len(every)
    assert wrong <= 3


@pytest.mark.parametrize("number", range(len(BESIDE)))
def test_a_declared_question_with_something_beside_is_another_question(number: int) -> None:
    asked = [(name, f"{text.rstrip(' ?')} {BESIDE[number]}?") for name, _, text in declared()[number :: len(BESIDE)]]
    assert len(asked) > 10
    assert [text for name, text in asked if ask(text, name).text] == []


def test_a_noun_that_no_article_knows_takes_a_declared_question_s_answer() -> None:
    changed = [one for name, _, text in declared()[::4] for one in _with_strangers(name, text)]
    assert len(changed) > 60
    assert [one.text for one in changed if ask(one.text, one.knowledge).text] == []


def _with_strangers(name: str, question: str) -> list[NearMiss]:
    """The question with an unknown noun in the place of each of its own."""
    words = knowing(name)._indexes()[0]["en"].lexicon.words(question)
    texts = (
        re.sub(rf"\b{re.escape(word.surface)}\w*", "aquarium", question, count=1, flags=re.IGNORECASE)
        for word in words
        if not (word.light or word.optional)
    )
    return [NearMiss(knowledge=name, family="noun", text=text, language="en") for text in texts if text != question]


def test_without_what_the_words_forbid_the_same_questions_would_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: to meaning alone a declared question with trouble beside it is the question."""
    monkeypatch.setattr(both, "is_forbidden", lambda signals, together: False)
    asked = [(name, f"{text.rstrip(' ?')} though it does not work?") for name, _, text in declared()[::4]]
    assert any(ask(text, name).text for name, text in asked)


# What the words forbid, and how both agree


def signals(**given: float) -> Signals:
    """A question that is met in all that it says."""
    met = dict.fromkeys(("coverage", "substance", "anchor", "asks", "margin"), 1.0)
    none = dict.fromkeys(("agreement", "strays", "unknown", "caution", "narrates", "wishes", "elsewhere"), 0.0)
    return Signals(**{**met, **none, **given})


NOTHING = Beside(words=0.0, bound=0.0, names=0.0)
ALIKE = Together(agreed=1.0, margin=1.0, likest=0.0, beside=NOTHING)
NEAR = Near(passage=1.0, sentence=1.0, heading=1.0, question=1.0)


@pytest.mark.parametrize("name", ["caution", "wishes", "elsewhere"])
def test_no_nearness_outweighs_what_the_words_forbid(name: str) -> None:
    assert confidence_of_both(signals(), NEAR, ALIKE) > 0.9
    assert confidence_of_both(signals(**{name: 0.2}), NEAR, ALIKE) == 0.0


@given(words=st.floats(0, 3), bound=st.floats(0, 3), names=st.floats(0, 3), likest=st.floats(0, 1))
def test_a_name_beside_or_one_word_beside_a_declared_question_forbids(
    words: float, bound: float, names: float, likest: float
) -> None:
    together = replace(ALIKE, likest=likest, beside=Beside(words=words, bound=bound, names=names))
    assert is_forbidden(signals(), together) == bool(names or (likest >= both.DECLARED and words))


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 1)), min_size=1, max_size=20))
def test_what_both_put_first_is_first(pairs: list[tuple[float, float]]) -> None:
    scores, nearness = [one for one, _ in pairs], [two for _, two in pairs]
    order = fused([*scores, 99.0], [*nearness, 2.0])
    assert order[0] == (len(pairs), 1.0)
    assert sorted(number for number, _ in order) == list(range(len(pairs) + 1))
    assert all(0 < agreed <= 1 for _, agreed in order)


def test_what_words_are_surer_of_is_said_only_where_meaning_bears_it_out() -> None:
    found = knowing("shop")._indexes()[0]["en"].nearest("how long does delivery take?", 3)
    first, *others = (replace(one, confidence=0.1, near=NEAR) for one in found)
    sure = replace(first, confidence=0.9)
    assert preferred((sure,), (first, *others)) == (sure, *others)
    assert preferred((sure,), (*others, first)) == (*others, first)
    far = replace(first, near=Near(passage=0.2, sentence=0.3, heading=0.9, question=0.1))
    assert preferred((sure,), (far, *others)) == (far, *others)
    assert preferred((), tuple(others)) == tuple(others)


# Without an encoder


class Failing:
    """An encoder that fails from a text on."""

    fingerprint = "failing"

    def __init__(self, *, after: int) -> None:
        self.left = after

    def encode(self, text: str) -> Any:
        self.left -= 1
        if self.left < 0:
            raise DependencyFault("encoder", "the encoder failed (RuntimeError)")
        made = encoder()
        assert made is not None
        return made.encode(text)


def test_without_an_encoder_it_answers_by_words_as_before() -> None:
    words, none = KnowledgeBase(KNOWLEDGE / "shop"), KnowledgeBase(KNOWLEDGE / "shop", encoder=lambda: None)
    assert not words.learn()
    assert not none.learn()
    for text in ("how long does delivery take?", "what can I do with empty batteries", "Do your gnomes sing?"):
        assert words.draft(Question(text=text)) == none.draft(Question(text=text))
        assert words.draft(Question(text=text)).near == ()
    assert words.ping().endswith("by words alone")


def test_an_encoder_that_fails_at_the_articles_is_told_of_and_done_without(caplog: pytest.LogCaptureFixture) -> None:
    knowledge = KnowledgeBase(KNOWLEDGE / "shop", encoder=lambda: Failing(after=5))
    assert not knowledge.learn()
    assert "meaning_missing" in caplog.text
    assert knowledge.draft(Question(text="how long does delivery take?")).text


def test_an_encoder_that_fails_at_a_message_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "hours.md").write_text("# Hours\n\nOpen from 9 to 5.\n", "utf-8")
    failing = Failing(after=3)
    knowledge = KnowledgeBase(tmp_path, encoder=lambda: failing)
    assert knowledge.learn()
    with pytest.raises(DependencyFault) as fault:
        knowledge.draft(Question(text="when do you open?"))
    assert fault.value.kind == "encoder"


def test_the_record_names_what_decided() -> None:
    made = encoder()
    assert isinstance(made, Encoder)
    assert ask("how long does delivery take?").model.endswith(f" meaning {made.fingerprint}")
    assert "meaning" not in KnowledgeBase(KNOWLEDGE / "shop").draft(Question(text="hours")).model
    assert knowing("shop").ping().endswith("found by words and meaning")


@pytest.mark.parametrize("language", ["es", "fr", "de", "pt"])
def test_other_languages_are_found_by_words_alone(language: str) -> None:
    words = KnowledgeBase(KNOWLEDGE / "shop")
    for one in covered("tuning"):
        if one.language == language:
            question = Question(text=one.text, language=language)
            assert knowing("shop").draft(question).text == words.draft(question).text


def test_a_draft_encodes_a_message_of_one_question_once(tmp_path: Path) -> None:
    (tmp_path / "hours.md").write_text("# Hours\n\nOpen from 9 to 5.\n", "utf-8")
    made = encoder()
    assert made is not None
    seen: list[str] = []

    class Counting:
        fingerprint = "counting"

        def encode(self, text: str) -> Any:
            seen.append(text)
            return made.encode(text)

    knowledge = KnowledgeBase(tmp_path, encoder=Counting)
    knowledge.learn()
    seen.clear()
    knowledge.draft(Question(text="what can I do with empty batteries"))
    assert seen == ["what can I do with empty batteries"]
