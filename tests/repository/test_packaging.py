"""What is shipped: our packages and their data, nothing that hides somebody else's, and quick to start."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
HEAVY = (
    "langgraph",
    "gradio",
    "langchain_openai",
    "langchain_core",
    "sqlmodel",
    "sqlalchemy",
    "fastapi",
    "numpy",
    "re2",
)


def tracked(*patterns: str) -> set[str]:
    """Files that git tracks, or would track, under the given paths."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return {name for name in listed if (ROOT / name).is_file()}


def test_no_root_package_hides_a_module_of_a_dependency() -> None:
    known = packages_distributions()
    for name in (*PACKAGES, "tests", "benchmarks"):
        others = set(known.get(name, ())) - {"handrail"}
        assert not others, f"{name} is also a module of {others}"
        assert name not in sys.stdlib_module_names


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if "==" in line and line[0].isalpha())


def test_the_demo_runs_the_versions_that_are_tested() -> None:
    runs, tested = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert len(runs) > 100
    assert {name: tested.get(name) for name in runs} == runs


def test_the_demo_installs_nothing_that_only_checks() -> None:
    recipe = subprocess.run(
        ["make", "-n", "demo", "VENV=/nowhere"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "install_runtime" in recipe.stdout
    assert "requirements-dev.lock" not in recipe.stdout
    installs = (ROOT / ".ci/install_runtime").read_text(encoding="utf-8")
    assert "--require-hashes --requirement requirements.lock" in installs
    assert not {"mypy", "playwright", "pytest", "ruff"} & _pins("requirements.lock").keys()


def test_every_package_of_the_repository_is_shipped() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert found == set(PACKAGES)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_holds_exactly_our_packages_and_their_data(wheel: set[str]) -> None:
    assert wheel == tracked(*PACKAGES)


def test_wheel_holds_the_data_that_the_packages_read(wheel: set[str]) -> None:
    for needed in ("policy/packs/default.yaml", "store/migrations/versions/0001_first_schema.py", "ui/static/page.js"):
        assert needed in wheel
    for folder, ending in (
        ("assistants/knowledge/shop/", ".md"),
        ("assistants/lexicon/", ".yaml"),
        ("prompts/", ".txt"),
    ):
        assert any(name.startswith(folder) and name.endswith(ending) for name in wheel)


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, json\nfrom app.cli import main\nsys.argv = ['handrail', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert not [name for name in HEAVY if name in loaded]


def test_given_packages_have_the_versions_that_were_checked() -> None:
    pinned = {"langgraph==1.2.22", "langchain-openai==1.7.3", "langchain-core==1.7.2", "transitions==0.9.3"}
    assert pinned | {"sqlmodel==0.0.50"} <= set(PROJECT["project"]["dependencies"])


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_have_hashes_and_name_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pins) > 50
    assert text.count("--hash=sha256:") >= len(pins)
    names = {pin.split("==")[0].split("[")[0].lower() for pin in pins}
    wanted = {one.split("=")[0].split(">")[0].split("<")[0].split("[")[0] for one in PROJECT["project"]["dependencies"]}
    assert wanted <= names
