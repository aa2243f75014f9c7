"""Checking in two processes finds what checking in one finds."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from app.check import run_checks
from policy.loader import load_text
from states.check import prove
from states.table import TABLE
from states.vocabulary import Event
from tests.policy.example import SAFE
from triggers.assessment import Assessment, Circumstances, Message
from triggers.engine import Engine
from triggers.vectors import run_vectors


def test_a_vector_that_fails_is_reported_whichever_process_tries_it() -> None:
    loaded = load_text(SAFE.replace("phrases: [my lawyer, take you to court]", "phrases: [a horse]"))
    expected = sorted(str(failure) for failure in run_vectors(loaded))
    checked = run_checks(loaded, prove)
    assert expected != []
    assert sorted(checked.vector_failures) == expected
    assert not checked.passed
    assert checked.machine.holds


def test_a_safe_policy_passes() -> None:
    checked = run_checks(load_text(SAFE), prove)
    assert (checked.errors, checked.vector_failures, checked.passed) == ((), (), True)


def test_rules_that_a_dying_process_had_claimed_are_tried_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process dies at its first vector; what it had taken must not pass for tried. No trigger fires here."""
    start, end = SAFE.index("  - id: regulated.legal"), SAFE.index("    playbook: legal")
    several = [f"  - id: other.legal{number}{SAFE[start + 23 : end]}" for number in range(20)]
    vectors = "    script: handover.legal\n    vectors: {positive: [I will ask my lawyer]}\n"
    loaded = load_text(SAFE[:start] + vectors.join([*several, SAFE[start:]]))
    rules = (*loaded.policy.triggers, *loaded.policy.filters)
    texts = {one.text for rule in rules for one in (*rule.vectors.positive, *rule.vectors.lookalike)}
    here, died = os.getpid(), []
    ends, alive = os.pipe()

    def dies(engine: Engine, message: Message, about: Circumstances, *more: Any) -> Assessment:
        if os.getpid() != here and message.text in texts and not about.facts:  # a turn of the program's proof has facts
            os._exit(9)
        if os.getpid() == here and not died:
            os.close(alive)
            died.append(os.read(ends, 1) == b"")  # as soon as nobody else holds the other end
        return evaluate(engine, replace(message, text="x"), about, *more)

    evaluate = Engine.evaluate
    monkeypatch.setattr(Engine, "evaluate", dies)
    expected = [f"{one.id}: positive" for one in loaded.policy.triggers for _ in one.vectors.positive]
    found = sorted(run_checks(loaded, prove).vector_failures)
    os.close(ends)
    assert sorted(" ".join(one.split()[:2]) for one in found) == sorted(expected)
    assert died == [True]


def test_a_table_that_is_not_safe_does_not_pass() -> None:
    broken = prove(tuple(row for row in TABLE if row.event is not Event.CLAIMED))
    checked = run_checks(load_text(SAFE), lambda: broken)
    assert (checked.machine.holds, checked.passed) == (False, False)
