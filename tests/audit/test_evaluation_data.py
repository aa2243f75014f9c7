"""The shipped policy over the evaluation data, where it lies beside the repository: one prediction a row, no fault."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from audit.evaluation import evaluate
from audit.judge import Judge
from audit.recordings import CUSTOMER_ROLES, read_lines
from policy.loader import load_pack
from tests.rules import rules_of

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("HANDRAIL_EVAL_DATA") or ROOT.parent / "shared" / "data")

pytestmark = [
    pytest.mark.evaluation,
    pytest.mark.skipif(not DATA.is_dir(), reason="no evaluation data here; name it with HANDRAIL_EVAL_DATA"),
]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(rules_of(load_pack("default")))


@pytest.mark.parametrize("name", ["messages.jsonl", "conversations.jsonl"])
def test_every_row_is_judged_in_order_and_none_is_a_fault(judge: Judge, name: str) -> None:
    out = io.StringIO()
    figures = evaluate(read_lines(DATA / name), judge, out).figures()
    rows = [line.value["id"] for line in read_lines(DATA / name) if line.value]
    predictions = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["id"] for one in predictions] == rows
    assert figures["bad_lines"] == []
    assert not [one for one in predictions if "system.fault" in one.get("rules", ())]


def test_labelled_handover_turns_are_indices_of_customer_turns() -> None:
    """The convention of our predictions is the convention of the labels."""
    for line in read_lines(DATA / "conversations.jsonl"):
        assert line.value is not None
        if line.value["handoff_turn"] is not None:
            assert line.value["turns"][line.value["handoff_turn"]]["role"] in CUSTOMER_ROLES
