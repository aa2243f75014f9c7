"""The docs are true: links lead somewhere, commands exist, generated pages are current, the example policy holds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli import app
from policy.facts import FACTS
from policy.linter import require_safe
from policy.loader import load_text, pack_names
from states.diagram import svg
from states.table import TABLE
from triggers.vectors import run_vectors

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.name != "LICENSE")
COMMANDS = set(getattr(get_command(app), "commands", {}))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_named_exist(page: Path) -> None:
    text = page.read_text()
    for command in re.findall(r"(?:^\$ |`)handrail ([a-z]+)", text, flags=re.MULTILINE):
        assert command in COMMANDS, f"{page.name} names handrail {command}"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for target in re.findall(r"(?:^\$ |`)make ([a-z]+)", text, flags=re.MULTILINE):
        assert target in targets, f"{page.name} names make {target}"


def test_policy_of_the_readme_is_safe_and_its_vectors_pass() -> None:
    found = re.search(r"```yaml\n(handrail: 1.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert found is not None
    loaded = load_text(found[1], "README.md")
    require_safe(loaded)
    assert run_vectors(loaded) == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_are_named_exist(page: Path) -> None:
    for named in re.findall(r"`(tests/[\w/]+(?:\.py)?)`", page.read_text()):
        assert (ROOT / named).exists(), f"{page.name} names {named}"


def test_readme_counts_what_there_is() -> None:
    text = (ROOT / "README.md").read_text()
    assert all(f"`{name}`" in text for name in pack_names())


def test_drawing_of_the_readme_is_current() -> None:
    assert (ROOT / "docs" / "images" / "machine.svg").read_text() == svg(TABLE)


def test_page_of_policies_tells_every_fact_as_it_is() -> None:
    page = (ROOT / "docs" / "policy.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| \w+ \| [^|]+ \| (.+) \|$", page, flags=re.MULTILINE))
    assert rows == {fact.name: fact.meaning for fact in FACTS}


def test_help_of_make_names_every_command() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in ("setup", "demo", "test", "check", "bench", "soak"):
        assert re.search(rf"^{name}\s+\S", told, flags=re.MULTILINE), f"make help does not tell of {name}"


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    home = str(ROOT)
    for name in listed.splitlines():
        path = ROOT / name
        if path.suffix != ".png" and path.is_file():
            assert home not in path.read_text(errors="replace"), f"{name} names {home}"
