"""No test passes or fails by the clock: nothing that was read from one, or computed from what was read, is asserted.

A loop may look at a clock to give up; what it gave up on is then asserted, not how long it took.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
CLOCKS = frozenset({"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time"})
GROWING = frozenset({"append", "add", "extend", "insert"})


def reads_clock(node: ast.AST) -> bool:
    """A call of `time.monotonic`, `perf_counter`, `time.time` and the like, or of the machine's `datetime.now`."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Name):
        return called.id in CLOCKS
    if not isinstance(called, ast.Attribute):
        return False
    owner = called.value.id if isinstance(called.value, ast.Name) else ""
    return called.attr in CLOCKS or (owner, called.attr) in {("time", "time"), ("time", "time_ns"), ("datetime", "now")}


def offences(source: str) -> Iterator[int]:
    """Lines that assert on time that was measured."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _of(node)


def _of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[int]:
    measured: set[str] = set()
    size = -1
    while size != len(measured):
        size = len(measured)
        for node in ast.walk(function):
            measured |= _taken(node, measured)
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and _is_measured(node.test, measured):
            yield node.lineno


def _taken(node: ast.AST, measured: set[str]) -> set[str]:
    """Names that a statement gives what was read from a clock, or what was computed from it."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return _names(*targets) if _is_measured(node.value, measured) else set()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GROWING:
        return _names(node.func.value) if any(_is_measured(one, measured) for one in node.args) else set()
    return set()


def _is_measured(value: ast.AST, measured: set[str]) -> bool:
    """A clock is read, or a name of what was measured; the machine's date alone is data, its difference is not."""
    for node in ast.walk(value):
        if isinstance(node, ast.Name) and node.id in measured:
            return True
        if reads_clock(node) and (not _is_date(node) or _subtracts(value)):
            return True
    return False


def _is_date(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "now"


def _subtracts(value: ast.AST) -> bool:
    return any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) for node in ast.walk(value))


def _names(*targets: ast.AST) -> set[str]:
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


FILES = sorted(str(path.relative_to(TESTS)) for path in TESTS.rglob("*.py"))


@pytest.mark.parametrize("name", FILES)
def test_no_test_passes_or_fails_by_the_clock(name: str) -> None:
    found = list(offences((TESTS / name).read_text()))
    assert not found, f"lines {found}: inject a clock, count, or wait for an event"


@pytest.mark.parametrize(
    "body",
    [
        "began = time.monotonic()\n    work()\n    assert time.monotonic() - began < 2",
        "began = perf_counter()\n    took = perf_counter() - began\n    assert took < 0.5, 'slow'",
        "taken = []\n    began = time.perf_counter()\n    taken.append(time.perf_counter() - began)\n"
        "    assert median(taken) < 0.05",
        "until = time.monotonic() + 20\n    while pending():\n        assert time.monotonic() < until",
        "start, spent = time.process_time(), 0.0\n    spent += time.process_time() - start\n    assert spent < 1",
        "assert abs(stamp - datetime.now(UTC).timestamp()) < 10",
        "at = time.time()\n    work()\n    assert 0 <= time.time() - at <= 1",
    ],
)
def test_a_test_that_measures_is_found(body: str) -> None:
    assert list(offences(f"def test_it():\n    {body}\n")) != []


@pytest.mark.parametrize(
    "body",
    [
        "end = time.monotonic() + 60\n    while time.monotonic() < end:\n        look()\n    assert found",
        "now = datetime.now(UTC)\n    assert verify(headers, now)",
        "clock.advance(hours=1)\n    assert clock.now() - began == timedelta(hours=1)",
        "assert view.timers['claim'] - START < timedelta(hours=2)",
        "assert event.wait(30)",
    ],
)
def test_a_test_that_waits_or_has_a_clock_of_its_own_is_not(body: str) -> None:
    assert list(offences(f"def test_it():\n    {body}\n")) == []
