"""The figures of docs/conversations.md count what they say they count."""

from __future__ import annotations

import pytest

from benchmarks.conversations import Moment, Timed, page, read, shipped_judge, timed


def one(golden: int | None, handed: int | None) -> Timed:
    return Timed(id="x", language="en", family="legal" if golden is not None else "", golden=golden, handed=handed)


@pytest.mark.parametrize(
    ("golden", "handed", "moment"),
    [
        (2, 2, Moment.ON_TIME), (2, 1, Moment.ONE_EARLY), (2, 3, Moment.ONE_LATE), (2, 0, Moment.EARLY),
        (2, 4, Moment.LATE), (2, None, Moment.NEVER), (None, None, Moment.KEPT), (None, 0, Moment.UNWANTED),
    ],
)  # fmt: skip
def test_a_handover_has_one_moment(golden: int | None, handed: int | None, moment: Moment) -> None:
    assert one(golden, handed).moment is moment


def test_the_page_counts_those_that_need_a_person_apart_from_those_that_stay() -> None:
    shown = page({"x": [one(2, 2), one(2, 1), one(2, None), one(2, 0), one(None, None), one(None, 1)]})
    assert "| author x | 4 | 1 | 1 | 0 | 1 | 0 | 1 | 25 % (5 to 70) | 50 % (15 to 85) | 0 % (0 to 49) |" in shown
    assert "| author x | 2 | 50 % (9 to 91) |" in shown


def test_turns_are_counted_over_the_customer_alone_and_nothing_is_judged_after_the_handover() -> None:
    row = {
        "id": "x", "lang": "en", "trigger": "safety", "golden_turn": 2,
        "turns": [
            {"role": "customer", "text": "How long does delivery take?"}, {"role": "assistant", "text": "Two days."},
            {"role": "customer", "text": "I can smell gas in my kitchen"}, {"role": "assistant", "text": "Oh."},
            {"role": "customer", "text": "I want to speak to a person"},
        ],
    }  # fmt: skip
    found = timed(row, shipped_judge())
    assert (found.golden, found.handed, found.moment) == (1, 1, Moment.ON_TIME)


def test_a_golden_turn_is_found_behind_a_handover_that_came_too_soon() -> None:
    row = {
        "id": "x", "lang": "en", "trigger": "safety", "golden_turn": 2,
        "turns": [
            {"role": "customer", "text": "I want to speak to a person"}, {"role": "assistant", "text": "Two days."},
            {"role": "customer", "text": "I can smell gas in my kitchen"},
        ],
    }  # fmt: skip
    found, judge = timed(row, shipped_judge()), shipped_judge()
    assert (found.moment, found.found) == (Moment.ONE_EARLY, True)
    row["turns"][2]["text"] = "How long does delivery take?"  # type: ignore[index]  # a row is plain JSON
    assert not timed(row, judge).found


@pytest.mark.parametrize("author", ["f", "l"])
def test_each_golden_turn_is_a_customers(author: str) -> None:
    rows = read(author)
    assert all(row["golden_turn"] is None or row["turns"][row["golden_turn"]]["role"] == "customer" for row in rows)
