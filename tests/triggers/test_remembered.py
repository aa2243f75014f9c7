"""A verdict is asked for once: the very same message, window, topics and judge, and no word of it is kept."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.usage import Prices, Usage
from states.errors import DependencyFault
from triggers.llm import ScriptedClassifier, TopicScore, TopicVerdict
from triggers.remembered import RememberingClassifier

TOPICS = {"safety": "Somebody is in danger.", "legal": "Speaks of legal steps."}
TEXT = "The heater sparks whenever I touch it."


class Counting:
    """Scores every topic by a hash of what it was asked, and counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]] = []

    def classify(self, text: str, window: Sequence[str], topics: Mapping[str, str], deadline_s: float) -> TopicVerdict:
        self.asked.append((text, tuple(window), tuple(topics.items())))
        score = (hash(self.asked[-1]) % 1000) / 1000
        scores = tuple(
            TopicScore(topic=one, score=score, quote=text[:3], start=0 if text else -1) for one in topics
        )  # fmt: skip
        return TopicVerdict(scores=scores, model="counting")


def test_the_same_is_asked_once_and_answered_alike() -> None:
    usage, asked = Usage(), ScriptedClassifier({"safety": ["sparks"]})
    remembering = RememberingClassifier(asked, "judge 1", usage)
    first = remembering.classify(TEXT, ("earlier",), TOPICS, 5)
    assert remembering.classify(TEXT, ["earlier"], dict(TOPICS), 1) == first
    assert first.of("safety").quote == "sparks"
    assert len(asked.texts) == 1
    assert usage.told()["remembered"] == 1


@given(
    asked=st.lists(
        st.tuples(
            st.text(alphabet='ab",[ ', max_size=4),
            st.lists(st.text(alphabet='ab",[ ', max_size=4), max_size=2),
            st.dictionaries(st.sampled_from(["safety", "legal", "data"]), st.sampled_from(["x", "y"]), max_size=2),
        ),
        max_size=30,
    )
)
def test_an_answer_from_memory_is_the_one_that_asking_gives(
    asked: list[tuple[str, list[str], dict[str, str]]],
) -> None:
    truth, counted = Counting(), Counting()
    remembering = RememberingClassifier(counted, "judge")
    for text, window, topics in asked:
        assert remembering.classify(text, window, topics, 5) == truth.classify(text, window, topics, 5)
    assert len(counted.asked) == len(set(truth.asked)) == len(remembering)


@pytest.mark.parametrize(
    ("text", "window", "topics"),
    [
        (TEXT + " ", (), TOPICS),
        (TEXT, ("earlier",), TOPICS),
        (TEXT, (), {**TOPICS, "safety": "Somebody could be hurt."}),
        (TEXT, (), {"safety": TOPICS["safety"]}),
        (TEXT, (), dict(reversed(TOPICS.items()))),
    ],
)
def test_another_message_window_or_policy_is_asked_anew(
    text: str, window: tuple[str, ...], topics: dict[str, str]
) -> None:
    asked = ScriptedClassifier()
    remembering = RememberingClassifier(asked, "judge")
    remembering.classify(TEXT, (), TOPICS, 5)
    remembering.classify(text, window, topics, 5)
    assert len(asked.texts) == 2


def test_a_fault_is_not_remembered() -> None:
    asked = ScriptedClassifier(fault=DependencyFault("timeout", "late"))
    remembering = RememberingClassifier(asked, "judge")
    for _ in range(2):
        with pytest.raises(DependencyFault):
            remembering.classify(TEXT, (), TOPICS, 5)
    assert (len(asked.texts), len(remembering)) == (2, 0)


def test_memory_is_bounded_and_lets_go_of_what_was_not_asked_for_longest() -> None:
    asked = ScriptedClassifier()
    remembering = RememberingClassifier(asked, "judge", most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        remembering.classify(text, (), TOPICS, 5)
    assert asked.texts == ["a", "b", "c", "b"]
    assert len(remembering) == 2


def test_no_word_of_a_message_is_kept() -> None:
    remembering = RememberingClassifier(ScriptedClassifier({"safety": ["sparks"]}), "judge")
    remembering.classify(TEXT, ("my name is Quillfeather",), TOPICS, 5)
    held = pickle.dumps(list(remembering._kept.items()))
    for word in (b"heater", b"sparks", b"Quillfeather"):
        assert word not in held


def test_cost_is_told_only_where_everything_was_counted() -> None:
    usage = Usage(Prices(asked=2.0, answered=8.0))
    usage.counted({"input_tokens": 500_000, "output_tokens": 250_000})
    assert usage.told()["cost"] == 3.0
    usage.counted(None)
    assert usage.told()["cost"] is None
    free = Usage()
    free.counted({"input_tokens": 1, "output_tokens": 1})
    assert free.told()["cost"] is None
