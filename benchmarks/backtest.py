"""How fast a backtest is, that its memory stays flat, and what a second process is worth: docs/backtest.md.

`python -m benchmarks.backtest [--rows N] [--words]` repeats the corpus until there are so many rows and judges them
under two packs, with one process and with two; before that a quarter of them, to compare memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from app.judging import maker_of
from audit.backtest.parts import Part, plan
from audit.backtest.run import Kept, backtest
from audit.backtest.work import here, in_processes
from policy.loader import load_pack

CORPUS = Path(__file__).parents[1] / "corpus"


def main() -> None:
    """Prints the lines of the table; each run is a process of its own, so that memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--words", action="store_true", help="without the recogniser")
    parser.add_argument("--workers", type=int, help="one run with so many, as JSON")
    given = parser.parse_args()
    if given.workers:
        sys.stdout.write(json.dumps(run(given.rows, given.workers, words=given.words)))
        return
    found = {}
    for rows, workers in ((given.rows // 4, 1), (given.rows, 1), (given.rows, 2)):
        asked = [sys.executable, "-m", "benchmarks.backtest", f"--rows={rows}", f"--workers={workers}"]
        told = subprocess.run([*asked, *(["--words"] if given.words else [])], check=True, capture_output=True)
        one = found[rows, workers] = json.loads(told.stdout)
        print(f"| {rows:,} rows, processes: {workers} | {one['rate']:,.0f} rows/s, {one['megabytes']:.0f} MB at most |")
    same = found[given.rows, 1]["figures"] == found[given.rows, 2]["figures"]
    print(f"| the same sums from one process and from two | {'yes' if same else 'no'} |")


def run(rows: int, workers: int, *, words: bool) -> dict[str, Any]:
    """One run: rows a second, making the policies ready included, and the most memory of one process."""
    maker = maker_of(load_pack("default"), load_pack("finance"), None, meaning=not words)
    with tempfile.TemporaryDirectory(prefix="handrail-bench-") as folder:
        file = Path(folder) / "rows.jsonl"
        write(file, rows)
        parts = plan(file)

        def work(missing: Iterable[Part]) -> Any:
            return here(maker, missing, file) if workers == 1 else in_processes(maker, missing, file, workers)

        started = perf_counter()
        tally = backtest(parts, Kept.under(Path(folder) / "kept", parts, maker.key), work, None, lambda size: None)
        seconds = perf_counter() - started
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"rate": rows / seconds, "megabytes": most / 1024, "figures": tally.figures()}


def write(file: Path, rows: int) -> None:
    """The corpus over and over, each time with other ids."""
    lines = [line for path in sorted(CORPUS.glob("messages_*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    with file.open("w", encoding="utf-8") as out:
        for number, line in enumerate(islice(cycle(lines), rows)):
            out.write(json.dumps({**json.loads(line), "id": f"r{number}"}) + "\n")


if __name__ == "__main__":
    main()
