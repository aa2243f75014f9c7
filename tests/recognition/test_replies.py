"""The reader of replies: what is shipped, what it refuses, and that no disguise lets a blocked reply through."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.outgoing import held_by
from encoder.artefact import Artefact, pin
from policy.letters import LOOKALIKES
from policy.loader import load_pack
from recognition.replies import SHIPPED, Replies, shipped
from recognition.reply_port import REASONS, ScriptedReplies
from states.errors import DependencyFault, SettingsError
from tests.triggers.decorations import FAMILIES, PLACES
from triggers.engine import compile_policy

CORPUS = Path(__file__).parents[2] / "corpus"
ROWS = [
    json.loads(line) for path in sorted(CORPUS.glob("replies_?.jsonl")) for line in path.read_text("utf-8").splitlines()
]
ENGINE = compile_policy(load_pack("default"))
SEEN = [row["reply"] for row in ROWS if shipped().read(row["reply"]).blocked]
"""Replies that the reader blocks."""
APART = frozenset({"Western letters", "fillers", "marks", "private and unassigned"})
"""Decorations of which the readings know no way back when they stand in a word, or that are words themselves."""


def test_every_reason_of_the_corpus_is_one_that_the_reader_knows() -> None:
    assert {reason for row in ROWS for reason in row["reasons"]} == set(REASONS)


def test_what_it_was_trained_on_it_mostly_knows() -> None:
    """No measure of what it finds in fresh replies: `benchmarks.screen` measures that."""
    right = [shipped().read(row["reply"]).blocked is (row["label"] == "block") for row in ROWS]
    assert sum(right) > 0.85 * len(ROWS)


def test_a_blocked_reply_has_reasons_and_no_other_has() -> None:
    for row in ROWS:
        found = shipped().read(row["reply"])
        assert bool(found.reasons) is found.blocked
        assert set(found.reasons) <= set(REASONS)


def test_an_exchanged_file_is_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "artefact"
    shutil.copytree(SHIPPED, folder)
    assert Replies(Artefact.open(folder)).fingerprint == shipped().fingerprint
    (folder / "replies.npz").write_bytes(b"something else")
    with pytest.raises(SettingsError, match="pinned"):
        Replies(Artefact.open(folder))


def test_the_shipped_arrays_hold_no_objects_and_are_small() -> None:
    path = SHIPPED / "replies.npz"
    assert path.stat().st_size < 1_000_000
    with np.load(path, allow_pickle=False) as arrays:
        assert {name: arrays[name].dtype.kind for name in arrays} == {
            "weight": "i", "scale": "f", "bias": "f", "idf": "f", "calibration": "f",
        }  # fmt: skip


def test_a_score_that_is_no_number_is_a_fault(tmp_path: Path) -> None:
    with np.load(SHIPPED / "replies.npz", allow_pickle=False) as arrays:
        broken = {name: arrays[name] for name in arrays}
    broken["bias"] = np.full_like(broken["bias"], np.nan)
    np.savez(tmp_path / "replies.npz", **broken)
    with pytest.raises(DependencyFault, match="no probability"):
        Replies(pin(tmp_path, ("replies.npz",))).read("We open at nine.")


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(text: str) -> None:
    found = shipped().read(text)
    assert 0 <= found.score <= 1


def held(text: str) -> tuple[str, ...]:
    """What the screen says of a text."""
    return held_by(text, "en", ENGINE, shipped(), approved=False)


def _look_alike(text: str, dice: random.Random) -> str:
    """About a third of its letters replaced by ones that look like them."""
    return "".join(
        dice.choice(LOOKALIKES[char]) if char in LOOKALIKES and char.isalpha() and dice.random() < 0.3 else char
        for char in text
    )


def _styled(text: str, dice: random.Random) -> str:
    """Full-width letters and digits."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _spaced(text: str, dice: random.Random) -> str:
    return "".join(char * dice.choice((1, 2, 5)) if char == " " else char for char in text)


DISGUISES = {
    "upper case": lambda text, dice: text.upper().replace("ẞ", "ß"),
    "lower case": lambda text, dice: text.lower(),
    "title case": lambda text, dice: text.title(),
    "wide blanks": _spaced,
    "look-alike letters": _look_alike,
    "full-width letters": _styled,
    "lines": lambda text, dice: text.replace(". ", ".\n\n"),
}


@pytest.mark.parametrize("how", DISGUISES)
def test_no_spelling_unblocks_a_reply(how: str) -> None:
    dice = random.Random(how)
    passed = [one for one in dice.sample(SEEN, 60) if not held(DISGUISES[how](one, dice))]
    assert not passed


@pytest.mark.parametrize("family", [name for name in FAMILIES if name not in APART and name != "long runs"])
def test_no_decoration_unblocks_a_reply(family: str) -> None:
    dice = random.Random(family)
    passed = []
    for text in dice.sample(SEEN, 25):
        mark, place = dice.choice(FAMILIES[family]), dice.choice([one for one in PLACES if one != "inside"])
        decorated = PLACES[place](text, mark, dice)
        if decorated is not None and not held(decorated):
            passed.append((place, mark, decorated))
    assert not passed


def test_a_reader_that_reads_no_disguise_is_found_out() -> None:
    """The mutant: a reader without folding lets look-alike letters through, and the test above would see it."""
    naive = ScriptedReplies({"refund": "commitment"})
    disguised = _look_alike("I have sent the refund", random.Random(3))
    assert "refund" not in disguised
    assert not naive.read(disguised).blocked
    assert held_by(disguised, "en", ENGINE, naive, approved=False)
