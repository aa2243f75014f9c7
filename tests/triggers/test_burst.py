"""Bursts: a message that was cut in pieces is found, quoted and masked as if it had been sent whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import pytest

from tests.triggers.policies import CARD, SilentSet, support_policy
from tests.triggers.samples import Sample, engine, positives
from tests.triggers.test_private_data import DISGUISES, TOLD
from triggers.assessment import Assessment, Circumstances, Decision, Fired, Message
from triggers.burst import MOST_PARTS, Burst, BurstAssessment, Part, mask
from triggers.engine import Engine
from triggers.masks import redact

SOAK = os.environ.get("HANDRAIL_SOAK") == "1"
FAMILIES = ("safety", "personal_data", "fraud", "vulnerability", "human_request")
_BLANK = re.compile(r"\s+")


def cuts(text: str, pieces: int) -> Iterator[tuple[str, ...]]:
    """Every way to send a text in so many messages, cut between words."""
    blanks = list(_BLANK.finditer(text.strip()))
    for chosen in combinations(blanks, pieces - 1):
        ends = [*(one.start() for one in chosen), len(text.strip())]
        starts = [0, *(one.end() for one in chosen)]
        yield tuple(text.strip()[start:end] for start, end in zip(starts, ends, strict=True))


def burst_of(*texts: str, settled: int = 0) -> Burst:
    parts = [Part(id=f"m{n}", text=text, settled=n < settled) for n, text in enumerate(texts)]
    return Burst.of(parts[-1], parts[:-1], most_chars=20_000)


def judge(burst: Burst, judged_by: Engine | None = None, **facts: bool | int | float | str) -> BurstAssessment:
    around = Circumstances(facts=facts)
    message = Message(text=burst.newest.text, language="en")
    return (judged_by or engine("default")).evaluate_burst(burst, message, around)


def ids(fired: Iterable[Fired]) -> set[str]:
    return {one.trigger_id for one in fired}


def _lost(
    samples: Iterable[Sample], pieces: int, read: Callable[[Engine, Burst, Sample], Assessment]
) -> Iterator[tuple[set[str], tuple[str, ...]]]:
    for sample in samples:
        whole = Message(text=sample.vector.text, language="en")
        around = Circumstances(facts=sample.vector.facts)
        wanted = ids(engine(sample.pack).evaluate(whole, around).fired)
        for texts in cuts(sample.vector.text, pieces):
            lost = wanted - ids(read(engine(sample.pack), burst_of(*texts), sample).fired)
            if lost:
                yield lost, texts


def _together(judge: Engine, burst: Burst, sample: Sample) -> Assessment:
    message = Message(text=burst.newest.text, language="en")
    return judge.evaluate_burst(burst, message, Circumstances(facts=sample.vector.facts)).assessment


def _newest_alone(judge: Engine, burst: Burst, sample: Sample) -> Assessment:
    message = Message(text=burst.newest.text, language="en")
    return judge.evaluate(message, Circumstances(facts=sample.vector.facts))


def _urgent() -> list[Sample]:
    return [one for one in positives() if one.family in FAMILIES]


def test_what_is_sent_in_two_messages_fires_what_it_fires_in_one() -> None:
    assert list(_lost(positives() if SOAK else _urgent(), 2, _together)) == []


def test_what_is_sent_in_three_messages_fires_what_it_fires_in_one() -> None:
    assert list(_lost(_urgent() if SOAK else _urgent()[::4], 3, _together)) == []


def test_to_judge_the_newest_message_alone_is_caught() -> None:
    assert len(list(_lost(_urgent()[::10], 2, _newest_alone))) > 50


@pytest.mark.parametrize("pieces", [2, 3])
def test_what_is_private_is_masked_in_all_messages_it_was_cut_into(pieces: int) -> None:
    texts = [*(f"Please charge {form} today" for form in DISGUISES.values()), *(text for _, text in TOLD)]
    bad = []
    for text in texts:
        values = [_bare(text[one.start : one.end]) for one in redact(text)[1]]
        for cut in cuts(text, pieces):
            masked = mask(burst_of(*cut))
            left = _bare("".join(masked[f"m{n}"][0] if f"m{n}" in masked else one for n, one in enumerate(cut)))
            if any(value and value in left for value in values):
                bad.append((cut, left))
    assert bad == []


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_evidence_leads_back_to_the_messages_it_stands_in() -> None:
    found = judge(burst_of("sometimes I just want", "to die")).assessment
    (fired,) = [one for one in found.fired if one.trigger_id == "safety.self_harm"]
    texts = {"m0": "sometimes I just want", "m1": "to die"}
    pieces = [texts[one.message_id][one.start : one.end] for one in fired.evidence[0].places]
    assert pieces == ["want", "to die"]
    assert fired.evidence[0].quote == "want to die"
    assert fired.sla == "immediate"


def test_evidence_in_the_newest_message_keeps_its_offsets_there() -> None:
    text = "hm, let me speak to a human"
    found = judge(burst_of("where is my order", text)).assessment
    (fired,) = found.fired
    assert all(text[one.start : one.end] == one.quote for one in fired.evidence)
    assert not any(one.places for one in fired.evidence)


def test_a_card_in_two_messages_is_masked_in_both_and_quoted_nowhere() -> None:
    found = judge(burst_of(f"my card number is {CARD[:8]}", f"{CARD[8:]} thanks"))
    assert found.masked["m0"][0] == "my card number is [card]"
    assert found.assessment.redacted_text == "[card] thanks"
    assert "data.card_number" in ids(found.assessment.fired)
    assert CARD[:8] not in repr(found)
    assert CARD[8:] not in repr(found)


def test_a_password_in_the_second_message_is_masked() -> None:
    found = judge(burst_of("my password is", "Sommer2024!"))
    assert found.assessment.redacted_text.startswith("[secret]")
    assert "Sommer" not in repr(found)
    assert found.masked == {}


def test_what_an_answered_message_showed_alone_does_not_count_again() -> None:
    texts = ("let me speak to a human", "where is my order")
    assert ids(judge(burst_of(*texts)).assessment.fired) == {"person.request"}
    assert ids(judge(burst_of(*texts, settled=1)).assessment.fired) == set()
    assert "safety.danger" in ids(judge(burst_of("I can smell", "gas in my kitchen", settled=1)).assessment.fired)


def test_a_lookalike_in_one_message_takes_nothing_back_in_others() -> None:
    judged_by = Engine(support_policy())
    found = judge(burst_of("how do I kill a process", "I will", "kill him with", "my bare hands"), judged_by)
    assert "safety.threat" in ids(found.assessment.fired)
    assert "safety.threat" not in ids(judge(burst_of("hello", "how do I kill a process"), judged_by).assessment.fired)


def test_a_burst_is_bounded_and_keeps_the_newest() -> None:
    parts = [Part(id=f"m{n}", text="hello") for n in range(40)]
    assert len(Burst.of(parts[-1], parts[:-1], most_chars=20_000).parts) == MOST_PARTS
    small = Burst.of(parts[-1], parts[:-1], most_chars=12)
    assert [part.id for part in small.parts] == ["m38", "m39"]
    assert Burst.of(Part(id="m", text="x" * 50), parts, most_chars=12).parts[0].id == "m"


def test_the_question_of_a_burst_is_what_was_not_answered() -> None:
    assert burst_of("hi", "do you ship", "to Ireland?", settled=1).question == "do you ship to Ireland?"


def test_a_burst_that_cannot_be_judged_is_a_fault() -> None:
    silent = Engine(support_policy(), make_set=SilentSet)
    assert judge(burst_of("a", "b"), silent).assessment.decision is Decision.FAULT


@pytest.mark.parametrize(
    ("value", "told", "trigger"),
    [("hunter2", "is my password", "data.secret"), ("4821", "is my pin", "data.secret"),
     ("4821", "is the gate code", "data.secret"), ("737", "is the cvv of my card", "data.secret"),
     ("Sommer2024!", "ist mein Passwort", "data.secret"), ("482913", "is the verification code", "data.secret")],
)  # fmt: skip
def test_what_a_later_message_calls_an_earlier_one_fires(value: str, told: str, trigger: str) -> None:
    """The value stands whole in the first message, and nothing told then what it is."""
    judged = judge(burst_of(value, told, settled=1))
    assert trigger in ids(judged.assessment.fired)
    assert any(text.startswith("[secret]") for text, _ in judged.masked.values())


def test_what_was_masked_before_fires_not_again() -> None:
    assert judge(burst_of("[card]", "and how long does it take", settled=1)).assessment.fired == ()
