"""The figures of detection say what they say they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.detection import TRAINED_ON, Judged, calibration, page, read, recall_at
from recognition.training.corpus import HELD_ASIDE


def one(score: float, *truth: str, author: str = "x") -> Judged:
    return Judged(
        author=author, language="en", truth=truth, emergency=False, by_words=False, by_both=score >= 0.85,
        families=truth[:1], immediate=False, score=score,
    )  # fmt: skip


def test_recall_is_counted_above_the_share_of_routine_that_may_pass() -> None:
    routine = [one(n / 100) for n in range(100)]
    assert recall_at([*routine, one(0.95, "legal"), one(0.93, "legal")]) == "50.0 %"


def test_calibration_compares_scores_with_what_holds() -> None:
    error, table = calibration([one(0.75, "legal"), one(0.75, "legal"), one(0.75, "legal"), one(0.75)])
    assert error == pytest.approx(0.0)
    assert table == [(pytest.approx(0.75), pytest.approx(0.75), 4)]


def test_nobody_is_measured_who_was_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANDRAIL_DATA", raising=False)
    row = json.dumps({"text": "hello", "label": "routine", "trigger": "none"})
    for author in "abcdeghijk":
        (tmp_path / f"messages_{author}.jsonl").write_text(row + "\n", encoding="utf-8")
    assert set(read(tmp_path)) == {f"author {author}" for author in set("abcdeghijk") - TRAINED_ON}
    assert not TRAINED_ON & HELD_ASIDE


def test_the_page_has_each_group_and_the_cost() -> None:
    shown = page({"author x": [one(0.9, "legal"), one(0.1)]})
    assert "| author x | 0.0 % of 1 | 0.0 % of 1 | 100.0 % of 1 | 0.0 % of 1 |" in shown
    assert "## Cost" in shown
