"""A database that is gone, exchanged or older is noticed: nothing is served from what is not the whole log."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.settings import Settings
from app.wiring import build
from service.anchor import FILE
from service.system import System
from service.views import NewConversation
from states.errors import RolledBack
from store.database import open_store
from tests.graph.example import policy
from tests.house import DEMO, House
from tests.service.test_verify import file_of


def started(folder: Path) -> System:
    return build(Settings(data_dir=folder), policy=policy())


def lived(folder: Path) -> None:
    system = started(folder)
    system.door.open(DEMO, NewConversation(id="c1"))
    system.door.post(DEMO, "c1", "when do you deliver")
    assert system.keep_log() == 1
    system.close()


def test_the_same_database_starts_again(tmp_path: Path) -> None:
    lived(tmp_path)
    started(tmp_path).close()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_database_that_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    lived(tmp_path)
    for path in tmp_path.glob("handrail.db*"):
        path.unlink()
    with pytest.raises(RolledBack, match="is gone"):
        started(tmp_path)
    assert not (tmp_path / "handrail.db").exists()
    (tmp_path / FILE).unlink()
    started(tmp_path).close()


def test_an_older_or_an_empty_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    lived(tmp_path)
    kept = tmp_path / "kept"
    kept.mkdir()
    shutil.copyfile(tmp_path / "handrail.db", kept / "handrail.db")
    system = started(tmp_path)
    system.door.post(DEMO, "c1", "thanks")
    assert system.keep_log() == 1
    system.close()
    for older in (kept / "handrail.db", kept / "empty.db"):
        open_store(f"sqlite:///{older}").close()
        for path in tmp_path.glob("handrail.db*"):
            path.unlink()
        shutil.copyfile(older, tmp_path / "handrail.db")
        with pytest.raises(RolledBack, match="put back the newer database"):
            started(tmp_path)


def test_a_file_that_goes_away_while_it_serves_turns_health_red(tmp_path: Path) -> None:
    house = House(tmp_path)
    client = house.client()
    assert client.post("/v1/conversations", json={"id": "c1"}).status_code == 201
    assert client.get("/readyz").status_code == 200
    file = file_of(tmp_path)
    file.rename(file.with_name("away"))
    told = client.post("/v1/conversations/c1/messages", json={"text": "hello"})
    assert told.status_code == 503
    assert client.get("/v1/conversations/c1").status_code == 503
    assert client.get("/readyz").status_code == 503
    file.with_name("away").rename(file)
    assert client.get("/readyz").status_code == 200
    assert client.get("/v1/conversations/c1").status_code == 200
    house.close()
