"""Kill -9 at random points of the turn: nothing acknowledged is lost or doubled, recovery completes the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.components import SOAK
from tests.ready_databases import sqlite_url

KILLS = 10_000 if SOAK else 200
MUTANT_BATCH, MUTANT_BATCHES = 30, 20
"""Kills of the naive order. On a quiet machine about one in four does damage; on a busy one the shot often falls
before the child was given time to work, so the campaign goes on until it has found damage or spent its bound."""
ROOT = Path(__file__).parent.parent.parent

# The campaign forks, so it runs in a process of its own that has no threads and no connections.
SCRIPT = """
import json, sys
from tests.campaigns import kills, verify
url, count, order, batches = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
work = kills.SplitUnitOfWork if order == "naive" else kills.UnitOfWork
told, wrong = [], []
for batch in range(batches):
    told += kills.run(url, count, work, first=batch * count)
    wrong = verify.wrong(url, told)
    if wrong:
        break
print(json.dumps({"acknowledged": len(told), "wrong": wrong}))
"""


def _campaign(url: str, count: int, order: str, batches: int = 1) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, url, str(count), order, str(batches)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_kills_at_random_points_lose_and_double_nothing(tmp_path: Path) -> None:
    found = _campaign(sqlite_url(tmp_path), KILLS, "ours")
    assert found["wrong"] == []
    assert int(str(found["acknowledged"])) >= KILLS


def test_the_naive_order_fails_in_the_same_campaign(tmp_path: Path) -> None:
    found = _campaign(sqlite_url(tmp_path), MUTANT_BATCH, "naive", MUTANT_BATCHES)
    assert found["wrong"] != []
