"""The command line: light to start, clear when it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from app.cli import INTERRUPTED, REFUSED, main
from app.commands import recorded
from app.commands.terminal import printable
from states.errors import SettingsError

ROOT = Path(__file__).parents[2]
HEAVY = (
    "langgraph", "langchain_core", "langchain_openai", "gradio", "sqlmodel", "sqlalchemy", "fastapi", "uvicorn",
    "numpy", "transitions", "structlog", "re2", "yaml", "phonenumbers",
    "policy", "triggers", "conversation", "desks", "store", "graph", "service", "delivery", "audit", "ui",
)  # fmt: skip


def _leave(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["policy", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom app.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit as left: assert not left.code\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(["--help"]) == 0
    shown = capsys.readouterr().out
    commands = ("demo", "serve", "worker", "check", "graph", "run", "evaluate", "chat", "show", "policy")
    assert all(f"  {name} " in shown for name in commands)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--policy", "nowhere.yaml"], "nowhere.yaml"),
        (["show", "cnv_1", "--data-dir", "nowhere"], "--data-dir"),
        (["graph", "--format", "svg", "--conversation", "cnv_1", "--data-dir", "nowhere"], "--data-dir"),
        (["serve", "--port", "99999"], "port = 99999"),
        (["policy", "show", "nothing-of-that-name"], "nothing-of-that-name"),
    ],
)
@pytest.mark.usefixtures("no_config")
def test_a_refusal_is_one_clear_line_and_exit_code_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _leave(arguments) == REFUSED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("handrail: ")
    assert said in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.usefixtures("no_config")
def test_a_taken_port_is_told_before_anything_is_opened(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from app.server import bind

    with bind("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert _leave(["serve", "--port", port]) == REFUSED
    assert f"port {port} on 127.0.0.1 is in use; choose another with --port" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(["fly"]) == 2
    assert "fly" in capsys.readouterr().err


def test_an_interrupt_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    import app.cli

    def interrupted(arguments: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app.cli, "app", interrupted)
    assert _leave(["demo"]) == INTERRUPTED


def test_an_error_of_the_tree_is_said_not_raised(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import app.cli

    def refused(arguments: list[str]) -> None:
        raise SettingsError("data_dir 'x' is missing; make it")

    monkeypatch.setattr(app.cli, "app", refused)
    assert _leave(["demo"]) == REFUSED
    assert capsys.readouterr().err == "handrail: data_dir 'x' is missing; make it\n"


def test_the_policy_schema_is_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(["policy", "schema"]) == 0
    assert "triggers" in json.loads(capsys.readouterr().out)["properties"]


@pytest.mark.parametrize("figures", [{}, {"messages": {"count": 1, "actions": {"answer": 1}, "labelled": 0}}])
def test_figures_without_labels_are_shown(figures: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    recorded._show_figures(
        {"policy": "p", "policy_hash": "0" * 64, "closed_world": False, "seconds": 0.1, "lines": 1, "predictions": 1,
         "bad_lines": [], **figures}
    )  # fmt: skip
    assert "1 predictions" in capsys.readouterr().err


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert _leave(["--version"]) == 0
    assert capsys.readouterr().out.strip() == version("handrail")


def test_control_characters_cannot_drive_the_readers_terminal() -> None:
    assert printable("caf\u00e9\n\x1b[2J\x07ok\u202e") == "caf\u00e9\n\ufffd[2J\ufffdok\ufffd"
