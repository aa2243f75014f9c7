"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.components import SOAK, postgres_cluster
from tests.counterparts.request_tracker import Tracker, request_tracker
from tests.one_dialect import share

# Tests of other parts do without the vectors of articles, which take seconds for each process.
os.environ.setdefault("HANDRAIL_MEANING", "false")

if TYPE_CHECKING:
    from tests.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A whole Handrail under the example policy."""
    from tests.house import House  # it loads FastAPI and SQLAlchemy, which most tests do without

    opened = House(tmp_path)
    yield opened
    opened.close()


_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30


def _memory_serves() -> bool:
    """Whether there is a file system in memory with room, in which programs may run."""
    if not os.access(_MEMORY, os.W_OK) or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(_MEMORY).free > _ROOM


# Tests commit thousands of times, and a disk that is asked to keep each one takes milliseconds. What kills and races
# show does not hang on it: a killed process loses no page that the kernel has.
if _memory_serves():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

share()

# No property passes or fails by the clock; every day the same examples, in a soak many that nobody has seen.
settings.register_profile("everyday", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("soak", deadline=None, max_examples=2_000)
settings.load_profile("soak" if SOAK else "everyday")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives tests that share what their module opens to one worker: each worker would start the server anew."""
    for item in items:
        if not list(item.iter_markers("xdist_group")) and shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def shares_with_its_module(item: pytest.Item) -> bool:
    """Whether a fixture that the test asks for, itself or through another, is opened once for its module."""
    known = getattr(item, "_fixtureinfo", None)
    return known is not None and any(found[-1].scope == "module" for found in known.name2fixturedefs.values() if found)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A throw-away PostgreSQL cluster, by URL."""
    with postgres_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def rt() -> Iterator[Tracker]:
    """A real Request Tracker."""
    with request_tracker() as tracker:
        yield tracker
