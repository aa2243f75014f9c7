"""What `make bench` prints and writes: each figure beside the other tree's, and the table of the README."""

from __future__ import annotations

import json
import re

from benchmarks.figures import FILE, ROWS, compared, table, written

KEPT = json.loads(FILE.read_text())


def test_two_trees_are_printed_side_by_side_also_where_one_has_no_such_figure() -> None:
    lines = list(compared({"before": {"cpu_ms_10": 4.0, "gone": 1}, "now": {"cpu_ms_10": 3.5, "new": 2}}))
    assert [line.split() for line in lines] == [
        ["before", "now"], ["cpu_ms_10", "4.0", "3.5"], ["gone", "1", "-"], ["new", "-", "2"],
    ]  # fmt: skip


def test_every_figure_that_the_table_tells_is_measured() -> None:
    told = {name for _, how, _ in ROWS for name in re.findall(r"\{(\w+)\}", how)}
    assert told <= KEPT["bench"].keys()


def test_only_the_table_is_written() -> None:
    text = "before <!-- figures -->\nold\n<!-- /figures --> after"
    assert written(text, KEPT) == f"before <!-- figures -->\n{table(KEPT)}<!-- /figures --> after"
