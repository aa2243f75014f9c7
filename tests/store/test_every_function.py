"""The store is tested as a unit: each of its public functions is called here, and nothing above it is needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STORE = HERE.parents[1] / "store"
ABOVE = frozenset({"app", "audit", "delivery", "graph", "service", "ui"})
WHOLE = frozenset({"test_old_database.py"})
"""Tests of what lies above the store, in this folder because the database is what they are about."""
UNITS = sorted(path.name for path in HERE.glob("*.py") if path.name not in WHOLE)


def public(module: Path) -> Iterator[str]:
    """Functions and methods that others may call, as `name` or `Class.name`."""
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (
                f"{node.name}.{one.name}"
                for one in node.body
                if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
            )


@cache
def used() -> frozenset[str]:
    """`module.name` of everything of the store that a unit test names, and the bare names of attributes."""
    found: set[str] = set()
    for name in UNITS:
        tree = ast.parse((HERE / name).read_text())
        modules = {"store"}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "store":
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("store."):
                found |= {f"{(node.module or '').removeprefix('store.')}.{alias.name}" for alias in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                found |= {f".{node.attr}", *([f"{owner}.{node.attr}"] if owner in modules else [])}
    return frozenset(found)


PUBLIC = [(module.stem, name) for module in sorted(STORE.glob("*.py")) for name in public(module)]


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=lambda one: str(one))
def test_each_function_of_the_store_is_called_by_a_unit_test(module: str, name: str) -> None:
    method = name.partition(".")[2]
    assert (f".{method}" if method else f"{module}.{name}") in used()


def test_there_is_something_to_test() -> None:
    assert len(PUBLIC) >= 90


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_test_of_the_store_needs_nothing_above_it(name: str) -> None:
    tree = ast.parse((HERE / name).read_text())
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert {one.partition(".")[0] for one in imported} & ABOVE == set()
