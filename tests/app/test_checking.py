"""Checking in two processes finds what checking in one finds."""

from __future__ import annotations

from app.check import run_checks
from policy.loader import load_text
from tests.policy.example import SAFE
from triggers.vectors import run_vectors


def test_a_vector_that_fails_is_reported_whichever_process_tries_it() -> None:
    loaded = load_text(SAFE.replace("phrases: [my lawyer, take you to court]", "phrases: [a horse]"))
    expected = sorted(str(failure) for failure in run_vectors(loaded))
    checked = run_checks(loaded)
    assert expected != []
    assert sorted(checked.vector_failures) == expected
    assert not checked.passed
    assert checked.machine.holds


def test_a_safe_policy_passes() -> None:
    checked = run_checks(load_text(SAFE))
    assert (checked.errors, checked.vector_failures, checked.passed) == ((), (), True)
