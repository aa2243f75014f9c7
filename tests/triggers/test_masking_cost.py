"""What masking costs: linear in the text's length whatever it holds, and nothing at all beyond the limits.

Work is counted in the interpreter's steps and not in time, so that the machine does not decide. The times stand in
`python -m benchmarks.masking`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from benchmarks.masking import GROWTH, HOSTILE, answered, hostile
from tests.triggers.policies import CARD, support_policy
from triggers import pii
from triggers.assessment import Circumstances, Decision, Message
from triggers.engine import WITHHELD, Engine
from triggers.folding import fold
from triggers.pii import find, redact
from triggers.private.detectors import MAX_CANDIDATES, MAX_CHARS, MAX_READ, TooMuchToMask

SIZE = 400
FACTOR = 1.3
"""How much more than ten times the work ten times the text may cost."""


def work(act: Callable[[], object]) -> int:
    """Steps of the interpreter while something is done."""
    steps = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return steps


def growth(act: Callable[[str], object], text: Callable[[int], str]) -> float:
    """How many times the work of a text is that of a tenth of it."""
    few, many = (work(lambda size=size: act(text(size))) for size in (SIZE, SIZE * GROWTH))  # type: ignore[misc]
    return many / few


def test_the_corpus_is_large() -> None:
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("name", HOSTILE)
def test_ten_times_the_text_costs_ten_times_the_work(name: str) -> None:
    answered(hostile(name, SIZE))
    assert growth(answered, lambda size: hostile(name, size)) < GROWTH * FACTOR


def test_a_quadratic_search_would_be_noticed() -> None:
    def pairs(text: str) -> int:
        return sum(one < other for one in text for other in text)

    assert growth(pairs, lambda size: "4" * (size // 4)) > GROWTH * FACTOR


def test_a_text_beyond_the_limit_is_refused_before_it_is_read() -> None:
    def refused(text: str) -> None:
        with pytest.raises(TooMuchToMask):
            redact(text)

    assert work(lambda: refused(f"{CARD} " * MAX_CHARS)) < 1_000
    assert redact("a" * MAX_CHARS)[1] == ()


def test_a_text_with_too_many_candidates_is_refused() -> None:
    with pytest.raises(TooMuchToMask) as refused:
        find(fold("pin 4821, " * (MAX_CANDIDATES + 1)))
    assert refused.value.kind == "masking_budget"


def test_a_text_with_too_many_numbers_is_refused() -> None:
    with pytest.raises(TooMuchToMask):
        redact("4 1 1 1 " * (MAX_READ // 8 + 1))


@pytest.mark.parametrize("text", ["pin 4821, " * (MAX_CANDIDATES + 1), f"{CARD} " * 20_000])
def test_what_cannot_be_masked_is_withheld_and_goes_to_a_person(text: str) -> None:
    loaded = support_policy()
    limits = loaded.policy.limits.model_copy(update={"message_chars": 1_000_000})
    engine = Engine(replace(loaded, policy=loaded.policy.model_copy(update={"limits": limits})))
    judged = engine.evaluate(Message(text=text), Circumstances())
    assert (judged.decision, judged.fault, judged.redacted_text) == (Decision.FAULT, "masking_budget", WITHHELD)
    assert engine.redact(text)[0] == WITHHELD == pii.WITHHELD
    again = engine.evaluate(Message(text=WITHHELD), Circumstances())
    assert (again.decision, again.fault) == (Decision.FAULT, "masking_budget")
    assert engine.screen(text) != ()
