"""Whole messages: small talk, answers to the offer of a person, the screen on the way out, and vectors."""

from __future__ import annotations

import pytest

from states.errors import PolicyError
from tests.triggers.policies import CARD, policy, support_policy, trigger
from triggers.engine import Engine
from triggers.vectors import activate, run_vectors

ENGINE = Engine(support_policy())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi", "greeting"), ("Hi there!!! 👋", "greeting"), ("HELLO", "greeting"), ("Hi Anna,", "greeting"),
        ("thanks a lot", "thanks"), ("thanks, bye", "goodbye"), ("hello, good morning", "greeting"),
    ],
)  # fmt: skip
def test_a_message_of_small_talk_only_is_recognised(text: str, kind: str) -> None:
    found = ENGINE.smalltalk(text, "en")
    assert found is not None
    assert found[0] == kind


@pytest.mark.parametrize(
    "text",
    ["", " ", "👋", "hi, my card was stolen", "thanks but where is it", "hi 我的卡被盗了", "hello [card]", "Anna",
     "hi Bob Smith", "hi bob", "hi 12345", "thanks " * 40],
)  # fmt: skip
def test_anything_besides_small_talk_is_not_recognised(text: str) -> None:
    assert ENGINE.smalltalk(text, "en") is None


def test_small_talk_is_answered_in_the_language_of_the_conversation() -> None:
    assert ENGINE.smalltalk("hola", "en") == ("greeting", "Hello.")
    assert ENGINE.smalltalk("hi", "es") == ("greeting", "Hola.")
    assert ENGINE.smalltalk("hola") == ("greeting", "Hola.")
    assert ENGINE.smalltalk("thanks", "es") == ("thanks", "You are welcome.")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "accept"), ("Yes please!", "accept"), ("ok, thanks", "accept"), ("👍", "accept"), ("no", "decline"),
        ("No, thank you.", "decline"), ("not now", "decline"), ("👎", "decline"), ("yes no", None), ("", None),
        ("yes but my card was stolen", None), ("what", None), ("please", None),
    ],
)  # fmt: skip
def test_the_offer_of_a_person_is_answered_by_a_whole_message(text: str, answer: str | None) -> None:
    assert ENGINE.offer_answer(text) == answer


def test_a_draft_that_promises_a_person_is_held_unless_promises_are_allowed() -> None:
    hits = ENGINE.screen("One moment, I will connect you.")
    assert [(hit.filter_id, hit.promises_person) for hit in hits] == [("phantom.person", True)]
    assert ENGINE.screen("One moment, I will connect you.", promises_allowed=True) == ()
    assert ENGINE.screen("Connect the cable.") == ()


def test_a_draft_that_repeats_a_card_is_held_without_quoting_it() -> None:
    hits = ENGINE.screen(f"Your card {CARD} is fine.")
    assert [hit.filter_id for hit in hits] == ["leaks.card"]
    assert CARD not in repr(hits)


def test_vectors_of_a_good_policy_pass() -> None:
    good = policy(
        trigger("ask.person", any=[{"phrases": ["a person"]}], vectors={"positive": ["a person!"], "negative": ["hi"]}),
        trigger(
            "answer.low",
            when="answer.confidence < 0.3",
            vectors={"positive": [{"facts": {"answer.confidence": 0.1}}], "negative": [{"text": "hi"}]},
        ),
    )
    assert run_vectors(good) == ()
    activate(good)


def test_a_policy_that_fails_its_own_examples_does_not_become_active() -> None:
    bad = policy(
        trigger(
            "ask.person",
            any=[{"phrases": ["a person"]}],
            vectors={"positive": ["someone"], "lookalike": ["a person"]},
        ),
        filters=[
            {"id": "no.refund", "reason": "x", "any": [{"phrases": ["refund"]}], "vectors": {"negative": ["a refund"]}}
        ],
    )
    assert [(one.rule_id, one.kind) for one in run_vectors(bad)] == [
        ("ask.person", "positive"),
        ("ask.person", "lookalike"),
        ("no.refund", "negative"),
    ]
    with pytest.raises(PolicyError, match="fails 3 of its own examples") as caught:
        activate(bad)
    assert len(caught.value.problems) == 3
