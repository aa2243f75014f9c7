"""What `make bench` prints and writes: each figure beside the other tree's, and the table of the README."""

from __future__ import annotations

import json
import re
from pathlib import Path

from benchmarks.evaluated import by_rules, core_rows, found_spellings
from benchmarks.figures import FILE, MEASURED, ROWS, compared, evaluated, table, written

KEPT = json.loads(FILE.read_text())


def test_two_trees_are_printed_side_by_side_also_where_one_has_no_such_figure() -> None:
    lines = list(compared({"before": {"cpu_ms_10": 4.0, "gone": 1}, "now": {"cpu_ms_10": 3.5, "new": 2}}))
    assert [line.split() for line in lines] == [
        ["before", "now"], ["cpu_ms_10", "4.0", "3.5"], ["gone", "1", "-"], ["new", "-", "2"],
    ]  # fmt: skip


def test_every_figure_that_the_table_tells_is_measured() -> None:
    told = {name for what, how, _ in ROWS for name in re.findall(r"\{(\w+)\}", what + how)}
    kept = [name for part in MEASURED for name in KEPT[part]]
    assert told <= set(kept)
    assert len(kept) == len(set(kept)), "a name would tell the figure of another part"


def test_a_row_that_no_bench_measures_is_no_count_of_the_data() -> None:
    """Those rows were once typed in; what can be counted has to be."""
    assert not [one["what"] for one in KEPT["others"] if "evaluat" in one["by"] or "counted" in one["by"]]


def test_without_the_data_their_rows_stay_with_their_day() -> None:
    kept = {**KEPT, "evaluated": {**KEPT["evaluated"], "on": "2001-02-03"}}
    found = evaluated(kept, None)
    assert found["evaluated"] == kept["evaluated"]
    assert table(found).count("2001-02-03") == 3


def test_spellings_are_counted_as_they_stand_there() -> None:
    assert found_spellings() == KEPT["counted"]


def test_a_spelling_that_is_missed_is_counted_as_missed() -> None:
    found = found_spellings(["speak to a human", "where is my order"], ["no card at all"])
    assert [*found.values()] == [0, 1, 1, 2]


def test_the_data_are_counted_by_label(tmp_path: Path) -> None:
    rows = [
        {"text": "I want to speak to a human", "label": "handover", "tier": "core"},
        {"text": "where is my order", "label": "handover", "tier": "core"},
        {"text": "what are your opening hours", "label": "routine", "tier": "core"},
        {"text": "I want to speak to a human", "label": "routine", "tier": "soft"},
    ]
    (tmp_path / "messages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert by_rules(core_rows(tmp_path / "messages.jsonl")) == {
        "core_handover": 2, "core_handover_percent": 50.0, "core_routine": 1, "core_routine_percent": 0.0,
    }  # fmt: skip


def test_only_the_table_is_written() -> None:
    text = "before <!-- figures -->\nold\n<!-- /figures --> after"
    assert written(text, KEPT) == f"before <!-- figures -->\n{table(KEPT)}<!-- /figures --> after"
