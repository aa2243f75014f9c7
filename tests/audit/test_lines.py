"""What each line of a policy earns on labelled messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from audit.lines import LineFigures, explain_lines
from audit.recordings import Line
from policy.loader import load_pack, load_text
from tests.policy.example import SAFE
from triggers.engine import compile_policy

ROWS = (
    {"text": "My lawyer will hear of this", "label": "handover", "trigger": "legal"},
    {"text": "my lawyer says I shall take you to court", "label": "handover", "trigger": "fraud", "also": ["legal"]},
    {"text": "a birthday card for my lawyer please", "label": "routine", "trigger": "none"},
    {"text": "When do you open?", "label": "routine", "trigger": "none"},
)


def _lines(rows: tuple[dict[str, object], ...]) -> list[Line]:
    return [Line(number=number, size=0, value=row) for number, row in enumerate(rows, 1)]


def test_right_wrong_and_alone_are_counted() -> None:
    explained = explain_lines(compile_policy(load_text(SAFE)), _lines(ROWS))
    found = {one.line: one for one in explained.lines if one.hits}
    assert (explained.handover, explained.routine) == (2, 2)
    assert found["my lawyer"] == LineFigures(
        trigger=found["my lawyer"].trigger, line="my lawyer", right=2, of_family=2, wrong=1, alone=1
    )
    assert found["my lawyer"].precision == pytest.approx(2 / 3)
    assert found["take you to court"].alone == 0


def test_every_line_is_told_and_what_meets_nothing_has_no_precision() -> None:
    loaded = load_pack("default")
    explained = explain_lines(compile_policy(loaded), [])
    told = {(one.trigger, one.line) for one in explained.lines}
    for trigger in loaded.policy.triggers:
        for one in trigger.any:
            assert all((trigger.id, line) in told for phrases in (one.phrases or {}).values() for line in phrases)
            assert all((trigger.id, line) in told for line in one.pattern or ())
    assert {one.precision for one in explained.lines} == {None}


@pytest.mark.parametrize(
    ("row", "said"), [({"label": "routine"}, "text is missing"), ({"text": "Hi", "label": "maybe"}, "'maybe'")]
)
def test_a_row_that_cannot_be_used_is_named(row: dict[str, object], said: str) -> None:
    explained = explain_lines(compile_policy(load_text(SAFE)), _lines((row,)))
    assert [(number, said in problem) for number, problem in explained.bad_lines] == [(1, True)]


def _run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_check_explains_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy, corpus = tmp_path / "policy.yaml", tmp_path / "rows.jsonl"
    policy.write_text(SAFE, encoding="utf-8")
    corpus.write_text("".join(json.dumps(row) + "\n" for row in (*ROWS, {"text": "", "label": "x"})), encoding="utf-8")
    assert _run(["check", "--policy", str(policy), "--explain", str(corpus), "--json"]) == 0
    told = capsys.readouterr()
    lines = {one["line"]: one for one in json.loads(told.out)["lines"]}
    assert (lines["my lawyer"]["right"], lines["my lawyer"]["wrong"]) == (2, 1)
    assert "line 5" in told.err
    assert _run(["check", "--policy", str(policy), "--explain", str(corpus)]) == 0
    assert "my lawyer" in capsys.readouterr().out


def test_a_corpus_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["check", "--explain", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err
