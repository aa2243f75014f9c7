"""Idioms, titles and trade names are no law, illness, danger or attack, and the same words in earnest still are."""

from __future__ import annotations

from functools import cache

import pytest

from policy.loader import load_pack
from policy.schema import Action
from tests.packs.look_alike_messages import IN_EARNEST, LOOK_ALIKES
from triggers.assessment import Circumstances, Message
from triggers.engine import Engine, compile_policy

PACKS = ("default", "finance", "healthcare", "privacy")


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines()]


@cache
def engine(pack: str) -> Engine:
    return compile_policy(load_pack(pack))


def _fired(pack: str, text: str) -> set[str]:
    assessment = engine(pack).evaluate(Message(text=text), Circumstances())
    return {one.trigger_id for one in assessment.fired if one.action is not Action.FLAG}


def test_there_are_enough_look_alikes_of_each_kind() -> None:
    assert sum(len(_lines(block)) for block in LOOK_ALIKES.values()) >= 170
    assert min(len(_lines(block)) for block in LOOK_ALIKES.values()) >= 12


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("kind", LOOK_ALIKES)
def test_a_look_alike_stays_with_the_assistant(kind: str, pack: str) -> None:
    taken = {text: found for text in _lines(LOOK_ALIKES[kind]) if (found := _fired(pack, text))}
    assert taken == {}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("trigger_id", IN_EARNEST)
def test_the_same_words_in_earnest_reach_a_person(trigger_id: str, pack: str) -> None:
    missed = [text for text in _lines(IN_EARNEST[trigger_id]) if trigger_id not in _fired(pack, text)]
    assert missed == []
