"""An event that threatens life ends immediate, with its own script, whatever else is said beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import cycle

import pytest

from handover.people.routing import routing
from policy.loader import load_pack, load_text
from policy.schema import IMMEDIATE, Policy
from tests.handover.example import case, fired, loaded
from tests.packs.life_threat_messages import ASIDE, ASIDE_LOOK_ALIKES, LIFE_THREATS, LOOK_ALIKES
from tests.policy.test_life_threats import LIVELY
from triggers.assessment import Assessment, Circumstances, Message
from triggers.engine import Engine, compile_policy
from triggers.vectors import run_vectors, slower

PACKS = ("default", "finance", "healthcare", "privacy")
LEAST_ASIDE = 0.9


def _lines(*blocks: dict[str, str]) -> list[tuple[str, str]]:
    texts = [(language, text) for block in blocks for language, text in block.items()]
    return [(language, line.strip()) for language, text in texts for line in text.strip().splitlines()]


POSITIVES, OTHERS = _lines(LIFE_THREATS), _lines(LOOK_ALIKES)


@cache
def engine(pack: str) -> Engine:
    return compile_policy(load_pack(pack))


def _assessed(pack: str, text: str, language: str) -> Assessment:
    return engine(pack).evaluate(Message(text=text, language=language), Circumstances())


def _ends(pack: str, text: str, language: str) -> str | None:
    """How the packet's own routing ends the case otherwise than it may; None if it does not."""
    policy: Policy = engine(pack).policy
    assessment = _assessed(pack, text, language)
    if not assessment.decision.needs_person:
        return "stays with the assistant"
    routed = routing(case(fired=assessment.fired, facts={}), policy)
    rule = routed.rule
    if routed.sla_class != IMMEDIATE:
        return f"ends {routed.sla_class}"
    return None if rule is not None and rule.life_threat and rule.script else f"ends with {routed.head.trigger_id}"


def test_there_are_enough_messages() -> None:
    assert len(POSITIVES) >= 150
    assert len(OTHERS) >= 150


@pytest.mark.parametrize("pack", PACKS)
def test_every_life_threat_is_immediate_with_its_script(pack: str) -> None:
    slow = {text: how for language, text in POSITIVES if (how := _ends(pack, text, language))}
    assert slow == {}


@pytest.mark.parametrize("pack", PACKS)
def test_no_look_alike_is_taken_for_a_life_threat(pack: str) -> None:
    marked = {trigger.id for trigger in engine(pack).policy.triggers if trigger.life_threat}
    taken = {
        text: found
        for language, text in OTHERS
        if (found := marked & {one.trigger_id for one in _assessed(pack, text, language).fired})
    }
    assert taken == {}


def test_most_of_what_was_written_aside_is_recognised_and_little_of_its_look_alikes() -> None:
    aside, others = _lines(ASIDE), _lines(ASIDE_LOOK_ALIKES)
    missed = [text for language, text in aside if _ends("default", text, language)]
    assert len(missed) <= (1 - LEAST_ASIDE) * len(aside), missed
    wrong = [text for language, text in others if _ends("default", text, language) is None]
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("pack", PACKS)
def test_a_life_threat_stays_immediate_whatever_fires_beside_it(pack: str) -> None:
    """Every message beside an example of every trigger in turn, before it and after it."""
    beside = [
        (trigger.id, vector.text)
        for trigger in engine(pack).policy.triggers
        for vector in trigger.vectors.positive[:2]
        if vector.text and not vector.facts
    ]
    slow = [
        (text, other)
        for (language, text), (_, other) in zip(POSITIVES * 2, cycle(beside), strict=False)
        if (pair := (f"{other}.\n{text}", f"{text}.\n{other}")) and any(_ends(pack, both, language) for both in pair)
    ]
    assert len(beside) > 60
    assert slow == []


def test_the_check_of_the_examples_sees_a_life_threat_that_ends_behind_another_trigger() -> None:
    """The mutant: another critical trigger stands first and decides, as before the order was the loader's."""
    other = LIVELY[LIVELY.rindex("  - id: safety.gas") :].replace("life_threat: true\n", "compliance: true\n")
    other = other.replace("safety.gas", "fraud.gas").replace("family: safety", "family: fraud")
    whole = load_text(LIVELY + other)
    assert run_vectors(whole) == ()
    turned = whole.policy.model_copy(update={"triggers": whole.policy.triggers[::-1]})
    failures = [str(failure) for failure in run_vectors(replace(whole, policy=turned, hash="turned"))]
    assert failures == ["safety.gas: positive vector 'I smell gas' ends with the script of 'fraud.gas'"]


def test_the_check_of_the_examples_sees_a_slower_class() -> None:
    whole = load_text(LIVELY)
    slow = [one.model_copy(update={"sla": "standard"}) if one.life_threat else one for one in whole.policy.triggers]
    mutant = replace(whole, policy=whole.policy.model_copy(update={"triggers": tuple(slow)}), hash="slower")
    failures = [str(failure) for failure in run_vectors(mutant)]
    assert failures == ["safety.gas: positive vector 'I smell gas' ends in the class 'standard' of 'safety.gas'"]


def test_nothing_fired_is_said_to_end_with_the_assistant() -> None:
    assert slower(engine("default"), ()) == "ends with the assistant"


def test_the_tightest_class_of_all_that_fired_wins() -> None:
    """A policy may give a high trigger a slower class than a normal one that fires beside it."""
    severe = fired("legal.threat", sla="calendar")
    tight = fired("human.asked", sla=IMMEDIATE)
    assert routing(case(fired=(severe, tight), facts={}), loaded().policy).sla_class == IMMEDIATE
