"""Whatever a file holds, the answer is a policy or a PolicyError, never another exception."""

from __future__ import annotations

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.linter import lint
from policy.loader import load_text
from states.errors import PolicyError
from tests.policy.example import SAFE

PIECES = (
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "\n",
    "  ",
    "&a ",
    "*a",
    "!!x ",
    "'",
    '"',
    "|",
    ">",
    "#",
    "~",
    "null",
    "\t",
    "9",
)


KEYS = ("id", "any", "phrases", "en", "triggers", "vectors", "positive", "scripts", "x")
SECTIONS = (
    "triggers", "sla", "scripts", "smalltalk", "filters", "hours", "roles", "offer", "translations", "extends",
    "playbooks", "sentiment",
)  # fmt: skip
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)


def _problems(text: str, base_dir: Path | None = None) -> tuple[str, ...]:
    """Why the text is no policy, empty where it is one; anything but a policy or a PolicyError raises."""
    try:
        loaded = load_text(text, base_dir=base_dir)
    except PolicyError as error:
        return error.problems or ("a PolicyError without problems",)
    assert all(problem.line >= 1 for problem in lint(loaded))
    return ()


def _survives(text: str) -> bool:
    problems = _problems(text)
    assert all(problem.startswith("policy:") for problem in problems)
    return not problems


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_text_is_refused_with_a_policy_error(text: str) -> None:
    assert not _survives(text)


@given(SHAPES, st.sampled_from(SECTIONS))
@settings(max_examples=250, deadline=None, derandomize=True)
def test_any_shape_under_any_key_is_a_policy_or_a_policy_error(shape: object, key: str) -> None:
    _survives(f"handrail: 1\nname: kite\n{key}: {json.dumps(shape)}\n")


TRANSLATION = """handrail: 1
language: de
triggers: {x: {phrases: [ja], unless: [nein], vectors: {positive: [ja]}}}
filters: {x: {phrases: [ja]}}
smalltalk: {x: {phrases: [hallo], reply: Hallo.}}
sentiment: {negative: [schlecht]}
offer: {accept: [ja]}
scripts: {x: Text.}
"""


@given(SHAPES, st.sampled_from(SECTIONS))
@settings(max_examples=250, deadline=None, derandomize=True)
def test_a_translation_of_any_shape_is_a_policy_or_a_policy_error(shape: object, key: str) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "kite.de.yaml").write_text(TRANSLATION)
        shaped = {"id": "x", "any": shape, "unless": shape, "vectors": shape}
        value = [shaped] if key in ("triggers", "filters") else {"x": shape}
        text = f"handrail: 1\nname: kite\n{key}: {json.dumps(value)}\n"
        assert _problems(text + "translations: [kite.de.yaml]\n", Path(folder))


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_policy_is_a_policy_or_a_policy_error(seed: int) -> None:
    chance = random.Random(seed)
    kept = 0
    for _ in range(60):
        text = SAFE
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(text))
            text = text[:place] + chance.choice(PIECES) * chance.randint(0, 2) + text[place + chance.randint(0, 3) :]
        kept += _survives(text)
    assert kept < 60


def test_a_child_of_the_wrong_shape_is_refused_after_merging() -> None:
    for line in ("triggers: 3", "triggers: [3, [x], {id: [a]}]", "sla: [x]", "scripts: x", "offer: []"):
        assert not _survives(f"handrail: 1\nname: kite\nextends: default\n{line}\n")
