"""Measures everything that the README quotes, writes `docs/figures.json` and the README's table from it.

    python -m benchmarks.figures                     measure this tree, write both
    python -m benchmarks.figures --evaluated         only count spellings and the evaluation data, write both
    python -m benchmarks.figures --readme            write the table from the figures that are there
    python -m benchmarks.figures --against FOLDER    measure another checkout beside this one, in turns; print both

Each figure is the median of its rounds; `load` is the machine's load average before them, which should be near 0. The
evaluation data are counted where `HANDRAIL_DATA` names their folder; elsewhere their rows stay, with the day of their
count. What no bench measures (a campaign) stands under `others` in the file, with how it was measured.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE, README = ROOT / "docs" / "figures.json", ROOT / "README.md"
STARTS = 7
ROWS = (
    ("a durable turn without model time, CPU, at 10 / 500 messages", "{cpu_ms_10} / {cpu_ms_500} ms",
     "6 ms at any length"),
    ("times less CPU than the same pipeline in plain LangGraph (`SqliteSaver`, messages in the state), in one run",
     "{ratio_10} at 10, {ratio_500} at 500 messages", "1.5 and 5"),
    ("bytes a turn at 10 / 500 messages",
     "{bytes_per_turn_10} / {bytes_per_turn_500} (plain LangGraph {plain_bytes_10} / {plain_bytes_500})",
     "at most 8,000, flat"),
    ("transactions / SQL statements of an answered turn, a handover, a claim",
     "{answered_turn_transactions} / {answered_turn_statements}, {handover_transactions} / {handover_statements}, "
     "{claim_transactions} / {claim_statements}", ""),
    ("`evaluate()` with 500 patterns and 20 conditions, 200 / 4,000 characters",
     "{evaluate_us_200} / {evaluate_us_4000} µs", "50 / 150 µs"),
    ("the same with the default pack, 200 / 4,000 characters", "{default_pack_us_200} / {default_pack_us_4000} µs", ""),
    ("LangChain's five PII detectors in the same run", "{langchain_us_200} / {langchain_us_4000} µs", ""),
    ("`handrail check`; `handrail --help`", "{check_s} s; {help_s} s", "1 s; 0.4 s"),
    ("disguised card numbers; spellings of \"speak to a human\"",
     "{cards_masked} of {cards_tried}; {spellings_found} of {spellings_tried} tried in the tests", "9 of 9; 20 of 20"),
    ("rules alone on the evaluation set, core rows: handed over / false positives",
     "{core_handover_percent} % of {core_handover} / {core_routine_percent} % of {core_routine} (on {on})",
     "false positives at most 5 %"),
    ("closed world with the shop's articles, core rows: needs a person but answered (leak)",
     "{leaked} of {core_handover} (on {on})", ""),
    ("`handrail run` on {conversations} recorded conversations, {turns} turns",
     "{run_s} s, {turn_ms} ms a turn (median), faults: {faults} (on {on}, load {data_load})", ""),
)  # fmt: skip
"""What, how it is told, and the aim: the rows of the README's table that a bench measures."""
MEASURED = ("bench", "counted", "evaluated")
"""Where their figures stand in the file."""
BLOCK = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)

Figures = dict[str, float]
Kept = Mapping[str, Any]
"""What the file holds."""


def bench(tree: Path) -> Figures:
    """One round over a checkout."""
    turn = _json(tree, "benchmarks.turn", "--json")
    figures: Figures = {**turn["ours"], **{name: turn[name] for name in ("ratio_10", "ratio_500")}}
    figures |= {f"plain_bytes_{length}": turn["langgraph"][f"bytes_per_turn_{length}"] for length in (10, 500)}
    figures |= {
        name: value for name, value in _json(tree, "benchmarks.triggers", "--json").items() if value is not None
    }
    for act, counts in _crossings(tree).items():
        figures |= {f"{act.replace(' ', '_')}_{name}": value for name, value in counts.items()}
    return figures | start_seconds(tree)


def start_seconds(tree: Path) -> Figures:
    """The median wall time of two commands, after a run that fills the caches."""
    found: Figures = {}
    for name, command in (("check_s", "check"), ("help_s", "--help")):
        times = []
        for _ in range(STARTS + 1):
            started = perf_counter()
            _run(tree, "-c", f"from app.cli import main; main([{command!r}])")
            times.append(perf_counter() - started)
        found[name] = round(median(times[1:]), 2)
    return found


def _crossings(tree: Path) -> dict[str, dict[str, int]]:
    """Counted by this tree's bench, whichever tree it is."""
    found: dict[str, dict[str, int]] = _json(ROOT, "benchmarks.crossings", "--json", "--tree", str(tree))
    return found


def _json(tree: Path, module: str, *arguments: str) -> Any:
    return json.loads(_run(tree, "-m", module, *arguments))


def _run(tree: Path, *arguments: str) -> str:
    told = {**os.environ, "PYTHONPATH": str(tree), "LANGSMITH_TRACING": "false"}
    done = subprocess.run([sys.executable, *arguments], cwd=tree, env=told, capture_output=True, text=True, check=True)
    return done.stdout


def rounds(trees: Mapping[str, Path], count: int) -> dict[str, Figures]:
    """The trees in turns: each has the same share of whatever else the machine does."""
    several: dict[str, list[Figures]] = {name: [] for name in trees}
    for _ in range(count):
        for name, tree in trees.items():
            several[name].append(bench(tree))
    return {
        name: {key: round(median(one[key] for one in found), 2) for key in found[0]} for name, found in several.items()
    }


def evaluated(kept: Kept, data: str | None) -> dict[str, Any]:
    """What the file holds with what is counted anew; of data that are not there what was counted before."""
    # Imported here: it takes the tests' spellings, which the timed benches do not need.
    from benchmarks.evaluated import found_spellings, on_data

    return {**kept, "counted": found_spellings(), **({"evaluated": on_data(Path(data))} if data else {})}


def table(kept: Kept) -> str:
    """The README's table."""
    lines = ["| what | measured | aim |", "|---|---|---|"]
    told = {name: _told(value) for part in MEASURED for name, value in kept[part].items()}
    lines += [f"| {what.format(**told)} | {how.format(**told)} | {aim} |" for what, how, aim in ROWS]
    lines += [f"| {one['what']} | {one['measured']} | {one['aim']} |" for one in kept["others"]]
    return "\n".join(lines) + "\n"


def _told(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:g}"


def written(text: str, kept: Kept) -> str:
    """The README with the table of these figures."""
    return BLOCK.sub(lambda _: table(kept), text)


def compared(found: Mapping[str, Figures]) -> Iterator[str]:
    """A line for each figure, the trees side by side."""
    names = list(found)
    yield f"{'':34}" + "".join(f"{name:>14}" for name in names)
    for key in dict.fromkeys(key for one in found.values() for key in one):
        yield f"{key:34}" + "".join(f"{found[name].get(key, '-'):>14}" for name in names)


def main() -> None:
    """Measures and writes, or compares and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readme", action="store_true", help="only write the table")
    parser.add_argument("--evaluated", action="store_true", help="only count what is not timed")
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    kept = json.loads(FILE.read_text())
    if asked.against is not None:
        print("\n".join(compared(rounds({"before": asked.against.resolve(), "now": ROOT}, asked.rounds))))
        return
    if not asked.readme:
        if not asked.evaluated:
            kept["load"] = round(os.getloadavg()[0], 1)
            kept["bench"] = rounds({"now": ROOT}, asked.rounds)["now"]
            print("\n".join(compared({"now": kept["bench"]})))
        kept = evaluated(kept, os.environ.get("HANDRAIL_DATA"))
        print(json.dumps({name: kept[name] for name in ("counted", "evaluated")}, indent=2))
        FILE.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    README.write_text(written(README.read_text(), kept))


if __name__ == "__main__":
    main()
