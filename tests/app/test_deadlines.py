"""`handrail sla` says what the clocks do, over a weekend and in the policy's own time zone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from tests.handover.example import POLICY

PAGE = Path(__file__).parents[2] / "docs" / "sla.md"


@pytest.fixture
def file(tmp_path: Path, no_config: None) -> str:
    """The lantern shop's policy as a file: business hours in Berlin."""
    path = tmp_path / "lantern.yaml"
    path.write_text(POLICY)
    return str(path)


def _said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_a_day_of_business_hours_ends_after_the_weekend(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _said(["sla", "standard", "--since", "2026-06-12T16:30", "--policy", file], capsys)
    lines = [line.split() for line in out.splitlines() if "2026-" in line]
    assert code == 0
    assert "waits since Fri 2026-06-12 16:30 CEST" in err
    assert "in business hours" in out
    assert lines[0][:5] == ["Wed", "2026-06-17", "16:30", "CEST", "5"]
    assert "claim: due, tell the team again" in out
    assert "escalate and page" in out


def test_an_early_page_is_told_as_data_too(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    since = "2026-06-12T16:30:00+00:00"
    code, out, _ = _said(["sla", "immediate", "--since", since, "--policy", file, "--json"], capsys)
    told = json.loads(out)
    assert code == 0
    assert told["policy"] == "lantern-shop"
    assert [(one["clock"], one["step"], one["at"][11:19]) for one in told["classes"]["immediate"][:3]] == [
        ("page", "page", "16:33:00"),
        ("claim", "renotify", "16:35:00"),
        ("claim", "escalate", "16:37:30"),
    ]


def test_without_a_class_all_are_told_the_tightest_first(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _said(["sla", "--since", "2026-06-12T16:30", "--policy", file], capsys)
    assert out.index("immediate:") < out.index("standard:")
    assert "calendar: claim 24h, resolve 72h, around the clock" in out


def test_both_sides_of_a_clock_change_are_shown_with_their_zone(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _said(["sla", "calendar", "--since", "2026-03-28T12:00", "--policy", file], capsys)
    assert "Sun 2026-03-29 13:00 CEST" in out  # 24 real hours, of which the wall clock skipped one.


@pytest.mark.parametrize("name", ["standard", "immediate"])
def test_the_page_about_deadlines_shows_what_the_command_says(
    name: str, no_config: None, capsys: pytest.CaptureFixture[str]
) -> None:
    command = f"sla {name} --since 2026-06-12T16:30"
    shown = PAGE.read_text().split(f"$ handrail {command}\n")[1].split("```")[0]
    _, out, _ = _said(command.split(), capsys)
    assert [line.split() for line in shown.splitlines() if line.strip()] == [
        line.split() for line in out.splitlines() if line.strip()
    ]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(["sla", "swift"], "it has calendar, immediate, standard"), (["sla", "--since", "soon"], "is no time")],
)
def test_what_cannot_be_told_is_refused_with_a_remedy(
    arguments: list[str], problem: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _said([*arguments, "--policy", file], capsys)
    assert (code, out) == (2, "")
    assert problem in err
