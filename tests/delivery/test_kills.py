"""Kill -9 at random points of delivery, answers lost after the commit: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.components import SOAK
from tests.ready_databases import sqlite_url

KILLS = 1_000 if SOAK else 40
ROOT = Path(__file__).parent.parent.parent

# The campaign forks, so it runs in a process of its own that has no threads and no connections.
SCRIPT = """
import json, sys
from pathlib import Path
from tests.delivery import campaign
url, folder, kills, look = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "look"
print(json.dumps(campaign.run(url, folder, kills, look)))
"""


def _campaign(folder: Path, kills: int, look: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, sqlite_url(folder), str(folder), str(kills), look],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_kills_and_lost_answers_neither_lose_nor_double_anything(tmp_path: Path) -> None:
    found = _campaign(tmp_path, KILLS, "look")
    assert (found["lost"], found["doubled"], found["wrong"]) == ([], [], [])
    assert found["handovers"] >= found["acknowledged"] >= KILLS
    assert found["looked_up"] > 0


def test_a_naive_retry_doubles_in_the_same_campaign(tmp_path: Path) -> None:
    found = _campaign(tmp_path, 10, "naive")
    assert found["doubled"] != []
    assert found["wrong"] != []
