"""Encoded by a channel, stretched, spelt apart or in disguise: what a text says is found and masked all the same."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.loader import load_pack
from tests.triggers.policies import CARD
from tests.triggers.respellings import ENCODINGS, EVERY
from tests.triggers.samples import Sample, engine, fired, held, positives
from tests.triggers.test_readings import PRIVATE, _plain_only
from triggers.assessment import Circumstances, Message
from triggers.engine import Engine
from triggers.masks import redact
from triggers.readings import readings
from triggers.respelt import respelt

SOAK = os.environ.get("HANDRAIL_SOAK") == "1"


def _dice(text: str) -> random.Random:
    return random.Random(f"respelt:{text}")


def _respelt(samples: Sequence[Sample]) -> Iterator[tuple[Sample, str]]:
    """Every sample in one way, the ways in turn; in the long campaign in every way."""
    ways = list(EVERY.values())
    for at, sample in enumerate(samples):
        for way in ways if SOAK else (ways[at % len(ways)],):
            yield sample, way(sample.vector.text, _dice(sample.vector.text))


def _lost(judge: Engine | None, samples: Sequence[Sample]) -> list[str]:
    return [
        text
        for sample, text in _respelt(samples)
        if fired(engine(sample.pack), sample.vector.text, sample) - fired(judge or engine(sample.pack), text, sample)
    ]


def test_no_encoding_and_no_spelling_takes_a_trigger_away() -> None:
    assert len(positives()) > 1_000
    assert _lost(None, positives() if SOAK else positives()[::2]) == []


def test_one_reading_alone_loses_most_of_them() -> None:
    """The mutant."""
    some = [one for one in positives() if one.pack == "default"][::25]
    assert len(_lost(Engine(load_pack("default"), read=_plain_only), some)) > len(some) // 3


@pytest.mark.parametrize("name", ENCODINGS)
def test_no_encoding_takes_a_filter_away(name: str) -> None:
    for sample in held()[:: 1 if SOAK else 12]:
        text = ENCODINGS[name](sample.vector.text, _dice(sample.vector.text))
        wanted = {hit.filter_id for hit in engine(sample.pack).screen(sample.vector.text)}
        assert wanted <= {hit.filter_id for hit in engine(sample.pack).screen(text)}, text


@pytest.mark.parametrize("name", ENCODINGS)
def test_no_encoding_takes_a_mask_away(name: str) -> None:
    """Whole: not a character of the encoded value is left."""
    for text in PRIVATE[:: 1 if SOAK else 5]:
        values = [text[one.start : one.end] for one in redact(text)[1]]
        encoded = ENCODINGS[name](text, _dice(text))
        clean, redactions = redact(encoded)
        assert redactions, encoded
        assert not any(value in "".join(one.text for one in readings(clean)) for value in values), clean


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("I smellllll gassss in the kitchen", "safety.danger"),
        ("i want to killllll myselfffff", "safety.self_harm"),
        ("heeeelp i cant breatheeee", "safety.danger"),
        ("mein mann schlääääägt mich", "vulnerability.abuse"),
        ("i want to d*e", "safety.self_harm"),
        ("i want to k*ll myself", "safety.self_harm"),
        ("k1ll mys3lf", "safety.self_harm"),
        ("1 c4n sm3ll g45 1n my k17ch3n", "safety.danger"),
        ("I w@nt t0 d!e", "safety.self_harm"),
        ("#ICanSmellGas #help", "safety.danger"),
        ("#IWantToDie", "safety.self_harm"),
        ("nehctik ym ni sag llems nac I", "safety.danger"),
        ("i want to d i e", "safety.self_harm"),
        ("w a n t   t o   d i e", "safety.self_harm"),
        ("i w.a.n.t t.o d.i.e", "safety.self_harm"),
        ("I want to&#32;die", "safety.self_harm"),
        ("Ich m=C3=B6chte sterben", "safety.self_harm"),
        ("quiero mor&iacute;r", "safety.self_harm"),
        ("I%20want%20to%20die", "safety.self_harm"),
    ],
)
def test_what_was_once_missed_is_found(text: str, trigger: str) -> None:
    found = engine("default").evaluate(Message(text=text), Circumstances())
    assert trigger in {one.trigger_id for one in found.fired}
    assert all(text[one.start : one.end] for fire in found.fired for one in fire.evidence if one.start >= 0)


def test_what_is_masked_is_masked_to_its_last_sign() -> None:
    coded = "".join(f"&#{ord(digit)};" for digit in CARD)
    assert redact(f"my card {coded} please")[0] == "my card [card] please"
    assert redact("my password is <b>hun</b>ter2, thanks")[0].count("ter2") == 0
    assert redact("pin%3A%204821")[0] == "pin%3A%20[secret]"


@pytest.mark.parametrize(
    "text",
    ["I bought 2 mp3 players at 3pm", "U.S.A. and U.K. sizes", "see www.shop.test?a=b", "5 < 6 & 7 > 3", "C&A; H&M",
     "100% cotton", "my iPhone and my McDonald's", "all well that ends well", "a b or c", "hmmm", "room 101a"],
)  # fmt: skip
def test_ordinary_texts_fire_nothing_by_being_read_otherwise(text: str) -> None:
    assert engine("default").evaluate(Message(text=text), Circumstances()).fired == ()
    assert redact(text) == (text, ())


@given(
    st.lists(
        st.sampled_from(
            ["&#103;", "&amp;", "%C3%A9", "=20", "<b>", "</p>", "aaaa", "s.m.e", "k1ll", "d*e", "aBcD", "é", " "]
        )
        | st.text(max_size=6)
    ).map("".join),
    st.integers(-5, 90),
    st.integers(-5, 90),
)
def test_spans_never_leave_the_original_and_hold_what_was_read(text: str, start: int, end: int) -> None:
    read = list(respelt(text))
    assert len(read) <= 4
    for folded in read:
        first, last = folded.span(start, end)
        assert 0 <= first <= last <= len(text)
        assert folded.span(0, len(folded.text))[1] <= len(text)
