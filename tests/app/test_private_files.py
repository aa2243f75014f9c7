"""What lies on the disk is for one user, and what is logged of a failed statement holds nobody's words."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.keys import with_admin_token
from app.settings import Settings
from app.wiring import build
from store.database import open_store
from tests.graph.example import policy

SAID = "what a customer wrote"


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.mark.usefixtures("umask")
def test_data_are_for_one_user_whatever_the_umask(tmp_path: Path) -> None:
    """The folder, the database with what SQLite lays beside it, and both secrets."""
    folder = tmp_path / "data"
    settings = Settings(data_dir=folder)
    system = build(settings, policy=policy())
    with_admin_token(settings, system.door.policy)
    system.tick()
    found = _modes(folder)
    assert {"handrail.db", "handrail.db-wal", "handrail.db-shm", "verification.key", "admin.token"} <= set(found)
    assert {name: mode for name, mode in found.items() if mode != 0o600} == {}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    system.close()


def test_a_database_that_others_could_read_is_closed_to_them_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_store(f"sqlite:///{path}").close()
    path.chmod(0o644)
    open_store(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_statement_that_fails_tells_no_parameters(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'h.db'}")
    with pytest.raises(SQLAlchemyError) as failed, store.write() as connection:
        connection.execute(text("INSERT INTO message (id, text) VALUES (:id, :said)"), {"id": "m1", "said": SAID})
    assert SAID not in str(failed.value)
    assert SAID not in repr(failed.value)
    store.close()
