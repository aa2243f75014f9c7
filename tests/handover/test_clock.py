"""Clocks stand where they are put, and ids grow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from states.clock import FrozenClock, Prefix, SequentialIds, SystemClock, SystemIds
from states.errors import BadInput

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)


def test_the_system_clock_speaks_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_frozen_clock_moves_only_when_told() -> None:
    clock = FrozenClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(minutes=5)) == clock.now() == NOON + timedelta(minutes=5)
    assert clock.set(NOON) == NOON


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="no time zone"):
        FrozenClock(NOON.replace(tzinfo=None))


def test_ids_grow_within_a_millisecond_and_when_the_clock_is_set_back() -> None:
    clock = FrozenClock(NOON)
    ids = SystemIds(clock)
    made = [ids.new(Prefix.EVENT) for _ in range(500)]
    clock.set(NOON - timedelta(hours=1))
    made.append(ids.new(Prefix.EVENT))
    clock.set(NOON + timedelta(milliseconds=1))
    made.append(ids.new(Prefix.EVENT))
    assert made == sorted(set(made))
    assert all(name.startswith("evt_") and len(name) == 30 for name in made)


def test_ids_made_by_many_threads_are_all_different() -> None:
    ids = SystemIds()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new("msg_"), range(2000)))
    assert len(set(made)) == len(made)


def test_sequential_ids_count_for_each_prefix() -> None:
    ids = SequentialIds()
    assert [ids.new("cnv_"), ids.new("msg_"), ids.new("cnv_")] == ["cnv_000001", "msg_000001", "cnv_000002"]
