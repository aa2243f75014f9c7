"""Predictions line by line, and the figures drawn from labels."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from audit.evaluation import evaluate, evaluate_file
from audit.judge import Judge
from audit.recordings import read_lines
from states.errors import BadInput


def _file(tmp_path: Path, rows: list[Any]) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def _run(tmp_path: Path, judge: Judge, rows: list[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    out = io.StringIO()
    found = evaluate(read_lines(_file(tmp_path, rows)), judge, out)
    return [json.loads(line) for line in out.getvalue().splitlines()], found.figures()


def test_every_line_with_an_id_gets_one_prediction_in_order(tmp_path: Path, open_judge: Judge) -> None:
    rows = [{"id": "a", "text": "a person"}, "{bad", {"text": "no id"}, {"id": 7, "text": "hello"}, {"id": "c"}]
    predictions, figures = _run(tmp_path, open_judge, rows)
    assert [one["id"] for one in predictions] == ["a", 7, "c"]
    assert [one["line"] for one in figures["bad_lines"]] == [2, 3]
    assert (figures["lines"], figures["predictions"]) == (5, 3)


def test_a_message_prediction_has_action_triggers_rules_and_score(tmp_path: Path, open_judge: Judge) -> None:
    predictions, _ = _run(tmp_path, open_judge, [{"id": "a", "text": "a person"}])
    assert predictions == [
        {"id": "a", "action": "handover", "handover": True, "triggers": ["human_request"],
         "rules": ["person.request"], "score": 0.9}
    ]  # fmt: skip


@pytest.mark.parametrize("row", [{}, {"text": None}, {"text": 5}, {"text": " "}])
def test_a_missing_text_goes_to_a_person_with_a_note(tmp_path: Path, open_judge: Judge, row: dict[str, Any]) -> None:
    predictions, figures = _run(tmp_path, open_judge, [{"id": "a", **row}])
    assert (predictions[0]["action"], predictions[0]["handover"]) == ("handover", True)
    assert "person" in predictions[0]["note"]
    assert figures["unjudged_lines"][0]["line"] == 1


def test_a_broken_conversation_goes_to_a_person_at_its_first_turn(tmp_path: Path, open_judge: Judge) -> None:
    predictions, _ = _run(tmp_path, open_judge, [{"id": "a", "turns": [{"role": "user"}]}, {"id": "b", "turns": None}])
    assert [one["handover_turn"] for one in predictions] == [0, 0]
    assert all("note" in one for one in predictions)


def test_conversations_predict_the_turn_or_nothing(tmp_path: Path, open_judge: Judge) -> None:
    turns = [{"role": "user", "text": "hello"}, {"role": "assistant", "text": "yes"}]
    rows = [
        {"id": "a", "turns": [*turns, {"role": "user", "text": "a person"}]},
        {"id": "b", "turns": turns},
    ]
    predictions, _ = _run(tmp_path, open_judge, rows)
    assert predictions == [{"id": "a", "handover_turn": 2}, {"id": "b", "handover_turn": None}]


def test_recall_false_positives_and_leaks_are_counted_by_label(tmp_path: Path, open_judge: Judge) -> None:
    rows = [
        {"id": 1, "text": "a person", "label": "handover", "trigger": "human_request", "tier": "core"},
        {"id": 2, "text": "law", "label": "handover", "trigger": "legal", "also": ["human_request"], "tier": "core"},
        {"id": 3, "text": "careful", "label": "handover", "trigger": "legal", "tier": "soft"},
        {"id": 4, "text": "missing person report", "label": "routine", "trigger": "none", "tier": "core"},
        {"id": 5, "text": "delivery", "label": "routine", "trigger": "none", "tier": "core"},
        {"id": 6, "text": "delivery"},
    ]
    _, figures = _run(tmp_path, open_judge, rows)
    found = figures["messages"]
    assert (found["count"], found["labelled"]) == (6, 5)
    assert (found["recall"]["hits"], found["recall"]["of"]) == (1, 3)
    assert (found["false_positive_rate"]["hits"], found["false_positive_rate"]["of"]) == (1, 2)
    assert (found["leak_rate"]["hits"], found["leak_rate"]["of"]) == (1, 3)
    assert found["tiers"]["soft"]["guarded_of_handover"]["rate"] == 1.0
    asked = found["triggers"]["human_request"]["recall"]
    assert (asked["hits"], asked["of"]) == (1, 2)
    assert "none" not in found["triggers"]


def test_conversation_timing_leaves_out_turns_nobody_knows(tmp_path: Path, open_judge: Judge) -> None:
    def row(name: str, text: str, **labels: Any) -> dict[str, Any]:
        return {"id": name, "turns": [{"role": "user", "text": "hello"}, {"role": "user", "text": text}], **labels}

    rows = [
        row("on time", "a person", label="handover", handoff_turn=1),
        row("late", "a person", label="handover", handoff_turn=0),
        row("missed", "nothing", label="handover", handoff_turn=1),
        row("unwanted", "a person", label="routine"),
        row("rightly none", "nothing", label="routine", handoff_turn=None),
        row("nobody knows", "a person", label="handover"),
    ]
    _, figures = _run(tmp_path, open_judge, rows)
    found = figures["conversations"]
    assert found["moments"] == {"late": 1, "missed": 1, "on_time": 1, "rightly_none": 1, "unwanted": 1}
    assert (found["timed"], found["untimed"]) == (5, 1)
    assert found["timing"]["GT-I"] == pytest.approx((1 + 0.6065 + 0 + 0 + 1) / 5, abs=1e-4)
    assert found["recall"]["hits"] == 3


def test_odd_labels_count_as_no_labels(tmp_path: Path, open_judge: Judge) -> None:
    rows = [{"id": 1, "text": "x", "label": ["handover"], "trigger": {}, "also": "legal", "tier": 3}]
    _, figures = _run(tmp_path, open_judge, rows)
    assert figures["messages"]["labelled"] == 0


def test_odd_unicode_is_predicted_and_written(tmp_path: Path, open_judge: Judge) -> None:
    rows = ['{"id": "a", "text": "\\ud800 \\u0000 person"}', '{"id": "\\ud800", "text": "hello"}']
    predictions, _ = _run(tmp_path, open_judge, rows)
    assert [one["action"] for one in predictions] == ["handover", "answer"]


def test_predictions_appear_only_when_they_are_complete(tmp_path: Path, open_judge: Judge) -> None:
    target = tmp_path / "out.jsonl"
    with pytest.raises(BadInput):
        evaluate_file(read_lines(tmp_path / "missing.jsonl"), open_judge, target)
    assert list(tmp_path.iterdir()) == []
    evaluate_file(read_lines(_file(tmp_path, [{"id": 1, "text": "hi"}])), open_judge, target)
    assert json.loads(target.read_text())["id"] == 1


def test_a_target_that_cannot_be_written_is_refused_in_words(tmp_path: Path, open_judge: Judge) -> None:
    lines = read_lines(_file(tmp_path, [{"id": 1, "text": "hi"}]))
    with pytest.raises(BadInput, match="cannot be written"):
        evaluate_file(lines, open_judge, tmp_path / "no" / "where" / "out.jsonl")
