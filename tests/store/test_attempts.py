"""The counters of failed identity checks: one row a customer, moved on only from what was read."""

from __future__ import annotations

from datetime import timedelta

from handover.people.attempts import Attempts
from store import attempts
from tests.store.example import HOUR, NOW, Bench

KEY = "customer:cus-1"


def read(bench: Bench, key: str = KEY) -> Attempts:
    found: Attempts = bench.rows(lambda connection: attempts.attempts_of(connection, key))
    return found


def test_a_counter_begins_empty_and_is_read_back_as_it_was_written(bench: Bench) -> None:
    assert read(bench) == Attempts(key=KEY)
    first = read(bench).checked(NOW, failed=True)
    assert bench.run(attempts.write_attempts, first)
    second = read(bench).checked(NOW + HOUR, failed=True)
    assert bench.run(attempts.write_attempts, second)
    assert read(bench) == second
    assert (read(bench).recent(NOW + HOUR, timedelta(hours=2)), read(bench, "customer:cus-2").failed) == (2, ())


def test_of_two_who_read_the_same_counter_one_writes(bench: Bench) -> None:
    same = read(bench)
    assert bench.run(attempts.write_attempts, same.checked(NOW, failed=True))
    assert not bench.run(attempts.write_attempts, same.checked(NOW, failed=False))
    again = read(bench)
    assert bench.run(attempts.write_attempts, again.checked(NOW + HOUR, failed=True))
    assert not bench.run(attempts.write_attempts, again.checked(NOW + HOUR, failed=True))
    assert len(read(bench).failed) == 2
