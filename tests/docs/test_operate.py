"""What the operator's page says is so, and its code works on a database that is in use."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from pathlib import Path

import pytest

from app.cli import main
from app.keys import KEY_FILE, TOKEN_FILE
from app.settings import Settings
from app.wiring import build
from service.models import MOST_ASKED
from service.views import NewConversation
from tests.house import DEMO

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operate.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The page's first block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HANDRAIL_CONFIG", "HANDRAIL_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_copy_of_a_database_in_use_is_whole_and_decides_the_same(working: Path) -> None:
    system = build(Settings())
    try:
        system.door.open(DEMO, NewConversation(id="one"))
        system.door.post(DEMO, "one", "I can smell gas in my kitchen", message_id="m1")
        exec(compile(block("python"), "docs/operate.md", "exec"), {})
        system.door.post(DEMO, "one", "hello?", message_id="m2")
    finally:
        system.close()
    with sqlite3.connect("backup.db") as copy:
        assert copy.execute("SELECT count(*) FROM message WHERE author = 'customer'").fetchone() == (1,)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HANDRAIL_DATABASE_URL", f"sqlite:///{working}/backup.db")
        with pytest.raises(SystemExit) as ended:
            main(["replay", "--verify", "--all"])
    assert ended.value.code == 0


def test_the_proxys_settings_are_settings(working: Path) -> None:
    settings = Settings(**tomllib.loads(block("toml")))
    assert settings.public_url == "https://support.example.com"


def test_the_names_and_counts_of_the_page_are_those_of_the_code() -> None:
    assert f"at most {MOST_ASKED} ask a model at once" in PAGE
    assert {Path(KEY_FILE).suffix, Path(TOKEN_FILE).suffix} == set(re.findall(r"`\*(\.\w+)`", PAGE))
    source = "\n".join(path.read_text() for room in ("delivery", "service") for path in (ROOT / room).rglob("*.py"))
    told = re.search(r"the log's lines (.*?)\. `handrail", PAGE, flags=re.DOTALL)
    assert told is not None
    for line in re.findall(r"`([^`]+)`", told[1]):
        assert re.search(rf'"{line}', source), line
