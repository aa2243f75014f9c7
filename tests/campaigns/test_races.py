"""Two processes on one conversation: nothing is lost, doubled or undone, and the bot never speaks after a claim."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.database import open_store
from tests.campaigns import races
from tests.campaigns.invariants import open_handovers, violations
from tests.components import SOAK
from tests.ready_databases import new_database, sqlite_url

TRIALS = 10_000 if SOAK else 1_000
FEW = 150
MUTANT = 8
"""Trials without the check: most of them go wrong, and some never end."""


def _wrong(url: str, trials: int) -> list[str]:
    store = open_store(url)
    try:
        return [
            what
            for trial in range(trials)
            for what in (
                *violations(store, f"race-{trial}"),
                *([] if open_handovers(store, f"race-{trial}") == 1 else [f"race-{trial}: not one open handover"]),
                *([] if races.claims(store, f"race-{trial}") == 1 else [f"race-{trial}: not one claim"]),
            )
        ]
    finally:
        store.close()


@pytest.mark.postgres
def test_races_between_two_processes_on_postgres_leave_nothing_wrong(postgres: str) -> None:
    url = new_database(postgres, "races")
    assert races.run(url, TRIALS) == []
    assert _wrong(url, TRIALS) == []


@pytest.mark.postgres
def test_without_the_version_check_the_same_races_go_wrong(postgres: str) -> None:
    url = new_database(postgres, "races_mutant")
    races.run(url, MUTANT, check_version=False, wait_s=3)
    found = _wrong(url, MUTANT)
    assert any("bot spoke" in what or "undone" in what or "jumps" in what for what in found)


def test_races_between_two_processes_on_sqlite_leave_nothing_wrong(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    assert races.run(url, FEW) == []
    assert _wrong(url, FEW) == []
