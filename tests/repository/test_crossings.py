"""How much one act crosses, as `make bench` counts it: transactions and statements are bounded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST = {"answered turn": (2, 9), "handover": (3, 20), "claim": (2, 14), "ticket": (9, 49)}
"""Transactions and statements. Fewer are welcome; more need a reason: a handover reads the customer's other cases, a
ticket carries a signed head of the log, and what became of each step is journalled."""


def test_an_act_needs_few_transactions_and_statements() -> None:
    command = [sys.executable, "-m", "benchmarks.crossings", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found.keys() == MOST.keys()
    for act, (transactions, statements) in MOST.items():
        assert 0 < found[act]["transactions"] <= transactions, act
        assert 0 < found[act]["statements"] <= statements, act
        assert found[act]["modules"] >= 10, f"{act} was hardly seen"
