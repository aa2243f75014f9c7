"""A customer who is asked which article is meant gets the one that they choose, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.choice import SPEAKERS, chosen, listed
from assistants.knowledge_base import KnowledgeBase
from assistants.port import NEAREST, Question, Turn

SHOP = KnowledgeBase(Path(__file__).parents[2] / "assistants/knowledge/shop")
TITLES = sorted({article.title for article in SHOP.articles})
ASKED = ("Delivery times", "Delivery costs", "Large items and furniture delivery")


def answer(text: str, titles: tuple[str, ...], role: str = "system", before: str = "delivery") -> Question:
    said = f"I am not sure which of these you mean: {listed(titles)}. Please write its number. Would you like a person?"
    return Question(text=text, window=(Turn(role="customer", text=before), Turn(role=role, text=said)))


@given(titles=st.lists(st.sampled_from(TITLES), min_size=1, max_size=NEAREST, unique=True), data=st.data())
def test_every_title_can_be_chosen_by_its_number_and_by_its_name(titles: list[str], data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(titles)))
    wanted = titles[number - 1]
    for text in (f"{number}", f" {number}). ", f"number {number}", wanted, f"{wanted.upper()}!"):
        found = chosen(answer(text, tuple(titles)), SHOP.articles)
        assert found is not None
        assert found.title == wanted


@pytest.mark.parametrize(
    "text", ["4", "0", "12", "1 or 2", "delivery", "none of them", "", "1 but it is broken", "1?2"]
)
def test_what_names_no_offered_article_chooses_none(text: str) -> None:
    assert chosen(answer(text, tuple(TITLES[:NEAREST])), SHOP.articles) is None


@pytest.mark.parametrize("role", ["customer", "agent"])
def test_only_the_system_offers_articles(role: str) -> None:
    assert role not in SPEAKERS
    assert chosen(answer("1", tuple(TITLES[:2]), role), SHOP.articles) is None


def test_a_number_that_nothing_was_asked_before_chooses_none() -> None:
    assert chosen(Question(text="1"), SHOP.articles) is None
    window = (Turn(role="system", text="Hello, how can I help?"),)
    assert chosen(Question(text="1", window=window), SHOP.articles) is None


def test_an_older_offer_is_void_once_something_else_was_said() -> None:
    offered = answer("1", tuple(TITLES[:2])).window
    later = (*offered, Turn(role="customer", text="hm"), Turn(role="system", text="All right."))
    assert chosen(Question(text="1", window=later), SHOP.articles) is None


def test_the_chosen_article_is_answered_word_for_word_and_all_of_the_message_is_accounted_for() -> None:
    draft = SHOP.draft(answer("2", (TITLES[0], TITLES[1])))
    article = next(one for one in SHOP.articles if one.title == TITLES[1])
    assert draft.intent == article.source
    assert draft.verbatim
    assert draft.confidence == 1.0
    assert draft.matched == ("2",)
    assert all(one.text in draft.text for one in article.passages)


def test_of_a_long_article_the_passage_nearest_to_the_question_is_said(tmp_path: Path) -> None:
    sections = "\n\n".join(
        f"## Part {name}\n\nThe {name} costs 5 pounds. " + "More words. " * 60 for name in ("kite", "drum", "harp")
    )
    (tmp_path / "long.md").write_text(f"# Toys\n\n{sections}\n", "utf-8")
    draft = KnowledgeBase(tmp_path).draft(answer("1", ("Toys",), before="what does the drum cost"))
    assert "The drum costs" in draft.text
    assert "The kite costs" not in draft.text
