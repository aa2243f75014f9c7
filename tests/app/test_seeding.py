"""What the demo begins with was lived through by the real system, and holds when it is decided again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.seeding import moments, seed
from app.settings import DemoSettings
from app.wiring import build, build_knowledge, load_policy
from audit.replay import Replay
from policy.loader import LoadedPolicy
from recognition.port import ScriptedRecogniser
from service.archive import Search
from service.system import System
from states.clock import StagedClock
from states.vocabulary import State
from tests.graph.example import policy
from tests.house import AUDITOR
from tests.ready_databases import sqlite_url

OPENING = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""A Wednesday at noon: everybody is at work."""


class Opening:
    """A system before it opens."""

    def __init__(self, folder: Path, loaded: LoadedPolicy) -> None:
        sqlite_url(folder)
        self.clock = StagedClock(moments(OPENING)[0].at - timedelta(minutes=1))
        self.system: System = build(
            DemoSettings(data_dir=folder), policy=loaded, assistant=build_knowledge("shop", loaded), clock=self.clock,
            recogniser=ScriptedRecogniser(),
        )  # fmt: skip


@pytest.fixture(scope="module")
def opening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opening]:
    made = Opening(tmp_path_factory.mktemp("seeded"), load_policy("default"))
    yield made
    made.system.close()


def test_every_room_has_something_to_show_and_all_of_it_holds(opening: Opening) -> None:
    done = seed(opening.system, opening.clock, OPENING)
    assert done.refused == ()
    door = opening.system.door
    views = door.conversations(AUDITOR, 100)
    assert len(views) == done.conversations == len({one.conversation for one in moments(OPENING)})
    assert {one.state for one in views} >= {*State} - {State.TRIGGERED, State.BOT_HANDLING}
    assert door.queue(AUDITOR), "somebody waits for a person"
    assert door.archive.find(AUDITOR, Search(breached=True), 10).items, "a deadline was missed"
    assert max(one.updated_at for one in views) <= opening.clock.now() == OPENING
    replay = Replay()
    checked = [replay.verify(door.archive.case(AUDITOR, one.id).record) for one in views]
    assert all(one.holds for one in checked)
    assert sum(len(one.steps) for one in checked) > 80

    before = opening.clock.now()
    assert seed(opening.system, opening.clock, OPENING + timedelta(days=9)).conversations == 0
    assert opening.clock.now() == before, "what is there is left alone"


def test_what_does_not_fit_another_policy_is_left_out_and_told(tmp_path: Path) -> None:
    other = Opening(tmp_path, policy())
    done = seed(other.system, other.clock, OPENING)
    other.system.close()
    assert done.conversations == len({one.conversation for one in moments(OPENING)})
    assert done.refused
    assert all(one.startswith("demo-") for one in done.refused)


def test_a_clock_that_was_let_go_is_the_machines() -> None:
    clock = StagedClock(OPENING)
    clock.advance(timedelta(hours=1))
    assert clock.now() == OPENING + timedelta(hours=1)
    clock.let_go()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
