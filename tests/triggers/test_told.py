"""What is called a password, card or account, or is laid out like one, is in no stored text and in no quote."""

from __future__ import annotations

from collections import Counter

import pytest

from policy.loader import load_pack
from tests.triggers import told
from tests.triggers.told import Told
from triggers.assessment import Circumstances, Message
from triggers.engine import Engine
from triggers.pii import redact

EVERYTHING = told.everything()
ENGINE = Engine(load_pack("default"))


def holds(text: str, one: Told) -> bool:
    """Whether the value is left in a text, also cut differently."""
    return one.value in text or one.secret in "".join(filter(str.isalnum, text)).lower()


def test_the_family_is_large() -> None:
    assert len(EVERYTHING) >= 600
    assert min(Counter(one.kind for one in EVERYTHING).values()) >= 8
    assert all(holds(one.text, one) for one in EVERYTHING)


@pytest.mark.parametrize("kind", sorted({one.kind for one in EVERYTHING}))
def test_nothing_that_was_told_is_left_in_the_text(kind: str) -> None:
    left = [one.text for one in EVERYTHING if one.kind == kind and holds(redact(one.text)[0], one)]
    assert left == []


@pytest.mark.parametrize("kind", sorted({one.kind for one in EVERYTHING}))
def test_no_quote_of_evidence_holds_what_was_told(kind: str) -> None:
    quoted = []
    for one in (one for one in EVERYTHING if one.kind == kind):
        judged = ENGINE.evaluate(Message(text=one.text), Circumstances())
        quotes = [evidence.quote or "" for fired in judged.fired for evidence in fired.evidence]
        quoted += [one.text for text in (*quotes, judged.redacted_text) if holds(text, one)]
    assert quoted == []


@pytest.mark.parametrize("kind", sorted({one.kind for one in EVERYTHING}))
def test_masking_what_was_told_twice_changes_nothing_more(kind: str) -> None:
    for one in (one for one in EVERYTHING if one.kind == kind):
        clean = redact(one.text)[0]
        assert redact(clean) == (clean, ())
