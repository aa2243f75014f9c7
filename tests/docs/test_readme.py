"""The README says what is so: its counts are counted here, its figures come from the file that the bench writes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from app.settings import Settings
from benchmarks.figures import FILE, ROWS, table, written
from policy.loader import load_pack
from states.check import prove
from states.vocabulary import State
from tests.triggers.test_engine import SPELLINGS
from tests.triggers.test_private_data import DISGUISES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
FIGURES = json.loads(FILE.read_text())
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
OUTSIDE = frozenset({"HANDRAIL_CONFIG", "HANDRAIL_REQUIRE_ALL", "HANDRAIL_SOAK", "HANDRAIL_HANDOVERS"})
"""Variables that are no settings: where the settings lie, and what the tests ask for."""


def everyday(module: str, name: str) -> int:
    """A campaign's size in `make test`, whatever this run is told: `NAME = soak if SOAK else everyday`."""
    found = re.search(rf"^{name} = .* else ([\d_]+)$", (ROOT / "tests" / module).read_text(), flags=re.MULTILINE)
    assert found is not None, f"tests/{module} has no {name}"
    return int(found[1])


def counted() -> dict[str, object]:
    """Sentences of the README, and what has to stand in them."""
    pack = load_pack("default")
    texts = (set(words) for words in pack.policy.scripts.values())
    languages = max(len(found) for found in texts)
    return {
        r"proves it, with (\d+) other\s+properties": len(prove(depth=1).properties) - 1,
        r"(\w+) states, one table": WORDS[len(State)].capitalize(),
        r"\((\d+) triggers in": len(pack.policy.triggers),
        r"triggers in (\w+) languages\)": WORDS[languages],
        r"([\d,]+)\s+races between two processes": f"{everyday('campaigns/test_races.py', 'TRIALS'):,}",
        r"and (\d+) kills -9 leave": everyday("campaigns/test_kills.py", "KILLS"),
        r"\| (\d+) kills -9 of the delivering process": everyday("delivery/test_kills.py", "KILLS"),
        r"spellings of \"speak to a human\" \| (\d+ of \d+; \d+ of \d+) tried": (
            f"{len(DISGUISES)} of {len(DISGUISES)}; {len(SPELLINGS)} of {len(SPELLINGS)}"
        ),
    }


@pytest.mark.parametrize("sentence", list(counted()))
def test_readme_counts_what_there_is(sentence: str) -> None:
    found = re.search(sentence, README)
    assert found is not None, "the sentence is gone: take it out of this test, too"
    assert found[1] == str(counted()[sentence])


def test_figures_of_the_readme_are_those_of_the_bench() -> None:
    assert written(README, FIGURES) == README, "`python -m benchmarks.figures --readme` writes them"
    assert table(FIGURES) in README


def test_a_changed_figure_would_be_noticed() -> None:
    changed = {**FIGURES, "bench": {**FIGURES["bench"], "cpu_ms_10": 99.0}}
    assert written(README, changed) != README


def test_no_figure_stands_there_twice() -> None:
    whats = [what for what, _, _ in ROWS] + [one["what"] for one in FIGURES["others"]]
    assert len(whats) == len(set(whats))
    assert all(one["by"] for one in FIGURES["others"])


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def names_of_settings() -> set[str]:
    found = set()
    for name, field in Settings.model_fields.items():
        found.add(f"HANDRAIL_{name}".upper())
        nested = getattr(field.annotation, "model_fields", {})
        found |= {f"HANDRAIL_{name}__{inner}".upper() for inner in nested}
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_that_are_named_exist(page: Path) -> None:
    known = names_of_settings() | OUTSIDE
    for name in re.findall(r"HANDRAIL_[A-Z][A-Z_]*[A-Z]", page.read_text()):
        top = name.split("__")[0]
        deep = [one for one in known if one.startswith(f"{name.rpartition('__')[0]}__")]
        assert name in known or (top in known and not deep), f"{page.name} names {name}"


FOLDERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
PATHS = re.compile(rf"`((?:{'|'.join([*FOLDERS, 'tests', 'docs', 'benchmarks'])})/[\w./-]*)`")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    for name in PATHS.findall(page.read_text()):
        assert (ROOT / name).exists() or list(ROOT.glob(f"{name}*")), f"{page.name} names {name}"
