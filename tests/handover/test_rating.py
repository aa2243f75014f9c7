"""A score is read only where one certainly stands; everything else is a message like any other."""

from __future__ import annotations

import pytest

from handover.words.rating import Rating, rating


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5", 5), (" 1 ", 1), ("4!", 4), ("3.", 3), ("4/5", 4), ("3 / 5", 3), ("5 out of 5", 5), ("5 von 5", 5),
        ("4 sur 5", 4), ("5 de 5", 5), ("５", 5), ("5️⃣", 5), ("⭐⭐⭐⭐", 4), ("★★", 2), ("👍", 5), ("👍🏽", 5),
        ("👍👍", 5), ("👎", 1), ("five", 5), ("Fünf!", 5), ("cinco", 5), ("cinq", 5), ("quatro", 4), ("três", 3),
    ],
)  # fmt: skip
def test_a_score_alone_is_read(text: str, score: int) -> None:
    assert rating(text) == Rating(score=score)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 thanks", Rating(score=4, words="thanks", certain=False)),
        ("4, thanks", Rating(score=4, words="thanks")),
        ("1 - you never fixed it", Rating(score=1, words="you never fixed it")),
        ("2: still broken", Rating(score=2, words="still broken")),
        ("5/5 great", Rating(score=5, words="great")),
        ("👎 still broken", Rating(score=1, words="still broken")),
        ("2 items are missing", Rating(score=2, words="items are missing", certain=False)),
        ("1. The lamp is broken", Rating(score=1, words="The lamp is broken", certain=False)),
    ],
)
def test_words_beside_a_score_are_kept_and_tell_whether_it_is_certain(text: str, found: Rating) -> None:
    assert rating(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "6", "55", "10", "4.5", "4,5", "5,000 euros are missing", "5%", "-1", "2nd", "3pm", "4/10",
        "1/2", "5:30", "thanks", "it was a 5", "I give you 5", "one more question", "five lamps are missing",
        "⭐⭐⭐⭐⭐⭐",
        "?", "no",
    ],
)  # fmt: skip
def test_what_is_no_score_is_none(text: str) -> None:
    found = rating(text)
    assert found is None or (not found.certain and found.words), found
