"""Masking leaves everyday numbers alone: at most three in a thousand of each kind, drawn with a fixed seed."""

from __future__ import annotations

import pytest

from benchmarks.everyday import KINDS, Kind
from benchmarks.masking import SAMPLES, destroyed
from triggers.pii import redact

LIMIT = 0.003


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_everyday_numbers_are_not_destroyed(kind: Kind) -> None:
    lost = destroyed(kind)
    print(f"{kind.name}: {len(lost)} of {SAMPLES}, {len(lost) / SAMPLES:.2%}")
    assert len(lost) <= LIMIT * SAMPLES, lost[:5]


@pytest.mark.parametrize(
    "text",
    ["boards in 300 71 1000", "part KX204060A", "at 40.712776, -74.005974", "pin 48.858370, 2.294481", "map pin 4821",
     "items 40213456 and 40214567", "40213456 40214567", "4006381333931", "SSCC 00340434161094042557",
     "Sendungsnummer 00340434161094042557", "order 4111-22, part 536-90-4399", "boarding pass: 12A",
     "palabra clave: zapatos", "the task-management-system-overview page", "it fits, 28.98348738N 4.76032318E"],
)  # fmt: skip
def test_numbers_that_were_once_destroyed_stay(text: str) -> None:
    assert redact(text) == (text, ())
