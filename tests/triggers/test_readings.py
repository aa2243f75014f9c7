"""Readings: whatever is put around or into a text adds to what is found in it and takes nothing away."""

from __future__ import annotations

import os
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.loader import load_pack
from tests.triggers.decorations import EVERY, FAMILIES, PLACES, decorated
from tests.triggers.policies import CARD
from tests.triggers.samples import Sample, engine, fired, held, positives
from tests.triggers.test_private_data import DISGUISES, TOLD
from triggers.assessment import Circumstances, Decision, Message
from triggers.engine import Engine
from triggers.folding import Folded, fold
from triggers.masks import redact
from triggers.readings import Readings, readings
from triggers.respelt import Respelt

SOAK = os.environ.get("HANDRAIL_SOAK") == "1"
EACH = 150 if SOAK else 12
"""Decorations tried on every example; for drafts and masks, of which there are few, several times as many."""
PRIVATE = (*(f"Please charge {form} today" for form in DISGUISES.values()), *(text for _, text in TOLD))
_SIGNS = re.compile(r"[^a-z0-9]")


def _dice(text: str) -> random.Random:
    return random.Random(f"8:{text}")


def _lost_triggers(judge: Callable[[str], Engine], samples: Iterable[Sample], each: int) -> Iterator[str]:
    for sample in samples:
        wanted = fired(judge(sample.pack), sample.vector.text, sample)
        for made in decorated(sample.vector.text, _dice(sample.vector.text), each):
            lost = wanted - fired(judge(sample.pack), made.text, sample)
            if lost:
                yield f"{sorted(lost)}: {made.text[:150]!r} ({made.how})"


def _lost_filters(judge: Callable[[str], Engine], samples: Iterable[Sample], each: int) -> Iterator[str]:
    for sample in samples:
        wanted = {hit.filter_id for hit in judge(sample.pack).screen(sample.vector.text)}
        for made in decorated(sample.vector.text, _dice(sample.vector.text), each):
            lost = wanted - {hit.filter_id for hit in judge(sample.pack).screen(made.text)}
            if lost:
                yield f"{sorted(lost)}: {made.text[:150]!r} ({made.how})"


def _drawn(dice: random.Random) -> str:
    """A few characters from anywhere in Unicode but ASCII and the Western letters."""
    chars = [chr(dice.choice((dice.randrange(0x100, 0x3000), dice.randrange(0x100, 0x30000)))) for _ in range(9)]
    return "".join([char for char in chars if unicodedata.category(char) != "Cn" and char not in "œŒŸ"][:3])


def test_no_characters_from_anywhere_take_a_trigger_away() -> None:
    dice, lost = random.Random(8), []
    for _ in range(60_000 if SOAK else 3_000):
        sample, mark, place = dice.choice(positives()), _drawn(dice), dice.choice(list(PLACES))
        text = PLACES[place](sample.vector.text, mark, dice) if not mark.isspace() else None
        judge = engine(sample.pack)
        if text and fired(judge, sample.vector.text, sample) - fired(judge, text, sample):
            lost.append(text)
    assert lost == []


def _bare(text: str) -> str:
    """ASCII letters and digits alone."""
    return _SIGNS.sub("", text.lower())


def _lost_masks(read: Readings, texts: Iterable[str], each: int) -> Iterator[str]:
    for text in texts:
        values = [value for one in redact(text)[1] if (value := _bare(text[one.start : one.end]))]
        for made in decorated(text, _dice(text), each):
            clean, redactions = redact(made.text, read)
            if not redactions or any(value in _bare(clean) for value in values):
                yield f"{clean[:150]!r} ({made.how})"


def _private_texts() -> tuple[str, ...]:
    marked = (one.vector.text for one in positives() if redact(one.vector.text)[1])
    return tuple(dict.fromkeys((*PRIVATE, *marked)))


def test_no_decoration_takes_a_trigger_away() -> None:
    assert len(positives()) > 1_000
    assert list(_lost_triggers(engine, positives(), EACH)) == []


def test_no_decoration_takes_a_filter_away() -> None:
    assert len(held()) > 150
    assert list(_lost_filters(engine, held(), 4 * EACH)) == []


def test_no_decoration_takes_a_mask_away() -> None:
    assert list(_lost_masks(readings, _private_texts(), 8 * EACH)) == []


def _backwards(text: str) -> tuple[Folded, ...]:
    """The mutant: letters typed upside down in the beginning turn the whole text round, and nothing else is read."""
    if sum(char in "ɐǝɟƃɥᴉɾʞɯɹʇʌʍʎɔ" for char in text[:240]) >= 3:
        return (Folded(text, text[::-1], lambda: range(len(text) - 1, -1, -1)),)
    return (fold(text),)


def _plain_only(text: str) -> tuple[Folded, ...]:
    """The mutant: one reading."""
    return (fold(text),)


@pytest.mark.parametrize("mutant", [_backwards, _plain_only])
def test_a_reading_that_replaces_the_others_is_caught(mutant: Readings) -> None:
    @cache
    def broken(pack: str) -> Engine:
        return Engine(load_pack(pack), read=mutant)

    assert any(_lost_triggers(broken, positives()[::20], 40))
    assert any(_lost_filters(broken, held(), 10))
    assert any(_lost_masks(mutant, PRIVATE, 40))


def test_every_family_and_every_decoration_is_drawn() -> None:
    drawn = {made.how.split(",")[0] for one in positives() for made in decorated(one.vector.text, _dice(one.rule), 3)}
    assert drawn == set(FAMILIES)
    assert len(EVERY) > 90


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("I can smell gas in my kitchen ɐǝɟ", "safety.danger"),
        ("x " * 200 + "uɐɯnɥ ɐ oʇ ʞɐǝds ǝɯ ʇǝl", "person.request"),
        ("".join(chr(0xE0000 + ord(char)) for char in "let me speak to a human") + "How long does delivery take?",
         "person.request"),
        ("I can sm🔥ell g\u200bas in my kit·chen", "safety.danger"),
    ],
)  # fmt: skip
def test_a_decorated_or_hidden_request_is_found(text: str, trigger: str) -> None:
    found = engine("default").evaluate(Message(text=text), Circumstances())
    assert trigger in {one.trigger_id for one in found.fired}
    assert all(text[one.start : one.end] for fire in found.fired for one in fire.evidence if one.start >= 0)


def test_what_is_quoted_and_masked_holds_the_decoration_that_stood_inside() -> None:
    text = f"I can smell 🔥🔥 gas, card {CARD[:8]}🔥🔥🔥🔥🔥🔥{CARD[8:]}"
    found = engine("default").evaluate(Message(text=text), Circumstances())
    quotes = {one.quote for fire in found.fired for one in fire.evidence}
    assert "smell 🔥🔥 gas" in quotes
    assert found.redacted_text == "I can smell 🔥🔥 gas, card [card]"


def test_what_is_urgent_in_a_message_that_is_too_long_stays_urgent() -> None:
    text = "la la " * 5_000 + "I can smell gas in my kitchen"
    found = engine("default").evaluate(Message(text=text), Circumstances())
    assert (found.decision, found.fault) == (Decision.FAULT, "message_too_long")
    (danger,) = [one for one in found.fired if one.trigger_id == "safety.danger"]
    assert "smell gas" in text[danger.evidence[0].start : danger.evidence[0].end]
    assert danger.sla == "immediate"


def test_what_is_urgent_stays_urgent_where_private_data_cannot_be_told() -> None:
    def unreadable(text: str) -> tuple[Folded, ...]:
        folded = fold(text)
        folded.original = None  # type: ignore[assignment]  # what looks for private data fails on it
        return (folded,)

    found = Engine(load_pack("default"), read=unreadable).evaluate(Message(text="I can smell gas"), Circumstances())
    assert (found.decision, found.fault) == (Decision.FAULT, "evaluation_error")
    assert [(one.trigger_id, {told.quote for told in one.evidence}) for one in found.fired] == [
        ("safety.danger", {"[secret]"})
    ]


def test_a_lookalike_that_is_repeated_does_not_hide_what_comes_after_it() -> None:
    text = "How do I kill a background process? " * 60 + "I will kill you."
    found = engine("default").evaluate(Message(text=text), Circumstances())
    calm = engine("default").evaluate(Message(text="How do I kill a background process? " * 60), Circumstances())
    assert [one.family for one in found.fired if one not in calm.fired]


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
MIXED = st.lists(
    st.sampled_from([one for _, one in EVERY if len(one) < 20]) | st.sampled_from(["gas ", "I", " smell", "é"])
)


@given(ANY_TEXT | MIXED.map("".join))
def test_every_reading_leads_back_to_the_characters_it_reads(text: str) -> None:
    read = readings(text)
    assert 1 <= len(read) <= 18
    assert read[0].text == fold(text).text
    for folded in read:
        if isinstance(folded, Respelt):
            continue  # Its characters stand for several: tests/triggers/test_respelt.py.
        for at, char in enumerate(folded.text[:60]):
            first, last = folded.span(at, at + 1)
            assert last - first == 1
            turned = text[first:last].translate(str.maketrans("nupdbq", "undpqb"))
            tag = chr(ord(text[first]) - 0xE0000) if 0xE0000 < ord(text[first]) < 0xE0080 else ""
            folds = fold(text[first:last]).text + fold(turned).text + fold(tag).text
            assert char in folds or (char == " " and text[first].isspace())


@given(ANY_TEXT, st.integers(-5, 90), st.integers(-5, 90))
def test_spans_of_readings_never_leave_the_original(text: str, start: int, end: int) -> None:
    for folded in readings(text):
        first, last = folded.span(start, end)
        assert 0 <= first <= last <= len(text)


@pytest.mark.parametrize("text", ["where is my order", "Is it 50% off? Yes - ask us (Mo-Fri).", "don't\nwrite\n\nback"])
def test_an_ordinary_text_has_one_reading(text: str) -> None:
    assert len(readings(text)) == 1
