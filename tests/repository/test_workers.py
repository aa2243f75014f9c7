"""Tests that share what their module opens run in one worker; all others run wherever there is room."""

from __future__ import annotations

import pytest

MODULE = "tests/repository/test_workers.py"


@pytest.fixture(scope="module")
def opened() -> object:
    """Stands for a server."""
    return object()


@pytest.fixture
def through(opened: object) -> object:
    """What asks for it."""
    return opened


def groups(request: pytest.FixtureRequest) -> list[object]:
    return [mark.args[0] for mark in request.node.iter_markers("xdist_group")]


def test_who_shares_it_has_a_worker_in_common(opened: object, request: pytest.FixtureRequest) -> None:
    assert groups(request) == [MODULE]


def test_who_asks_through_another_fixture_has_the_same(through: object, request: pytest.FixtureRequest) -> None:
    assert groups(request) == [MODULE]


@pytest.mark.xdist_group("a group of its own")
def test_who_has_a_group_keeps_it(opened: object, request: pytest.FixtureRequest) -> None:
    assert groups(request) == ["a group of its own"]


def test_who_shares_nothing_has_none(request: pytest.FixtureRequest) -> None:
    assert groups(request) == []
