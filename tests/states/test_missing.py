"""A refusal names what is missing, and nothing that holds already."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from states.errors import GuardRefused
from states.facts import FACT_NAMES, Facts
from states.machine import ConversationMachine
from states.missing import WORDS, lacking, missing
from states.table import TABLE, Transition
from states.vocabulary import Event, Role, State

MACHINE = ConversationMachine()
OWNED = Facts(actor_owns=True, owned=True, regulated=False, compliance=False)
GUARDED = [row for row in TABLE if row.guard.needs]


def _refusal(event: Event, facts: Facts, state: State = State.AGENT_VERIFYING) -> str:
    with pytest.raises(GuardRefused) as refused:
        MACHINE.step(state, event, Role.FRONTLINE_AGENT, facts)
    return str(refused.value).partition("needs: ")[2]


def test_every_literal_of_the_table_has_words_and_no_other() -> None:
    assert set(WORDS) == {literal for row in TABLE for literal in row.guard.needs}
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: f"{row.source.value}-{row.event.value}-{row.guard.name}")
def test_one_missing_thing_is_named_alone(row: Transition) -> None:
    for fact, value in row.guard.needs:
        facts = replace(Facts(), **dict(row.guard.needs) | {fact: not value})
        assert lacking([row], facts) == WORDS[fact, value]


def test_what_is_named_is_what_some_row_misses_first() -> None:
    chance, refused = random.Random(34), 0
    for _ in range(4_000):
        state, event, role = chance.choice([*State]), chance.choice([*Event]), chance.choice([*Role])
        facts = Facts(**{name: chance.random() < 0.5 for name in FACT_NAMES})
        rows = [row for row in TABLE if (row.source, row.event) == (state, event) and role in row.roles]
        if not rows or any(row.guard.holds(facts) for row in rows):
            continue
        refused += 1
        with pytest.raises(GuardRefused) as told:
            MACHINE.step(state, event, role, facts)
        assert str(told.value).partition("needs: ")[2] in {WORDS[missing(row, facts)[0]] for row in rows}
    assert refused > 40


OWNERS = sorted({(row.source, row.event, row.roles[0]) for row in TABLE if ("actor_owns", True) in row.guard.needs})


@pytest.mark.parametrize(("state", "event", "role"), OWNERS, ids=str)
def test_who_does_not_own_a_case_learns_nothing_of_it(state: State, event: Event, role: Role) -> None:
    chance, told = random.Random(35), set()
    for _ in range(100):
        facts = Facts(**{name: chance.random() < 0.5 for name in FACT_NAMES} | {"actor_owns": False})
        with pytest.raises(GuardRefused) as refused:
            MACHINE.step(state, event, role, facts)
        told.add(str(refused.value).partition("needs: ")[2])
    assert told == {"the actor owns it"}


def test_the_words_are_about_what_the_actor_can_do() -> None:
    assert _refusal(Event.RESOLVED, replace(OWNED, steps_done=True, outcome_written=True)) == (
        "the customer's identity is verified"
    )
    regulated = replace(OWNED, regulated=True)
    assert _refusal(Event.AGENT_REPLIED, regulated) == "the words are approved content, such as a template"
    compliance = replace(OWNED, compliance=True, outcome_written=True)
    assert _refusal(Event.HANDED_BACK, compliance) == "a second person has agreed to this very outcome"
    assert _refusal(Event.HANDED_BACK, OWNED) == "an outcome is written"
    assert _refusal(Event.AGENT_REPLIED, replace(OWNED, actor_owns=False)) == "the actor owns it"
