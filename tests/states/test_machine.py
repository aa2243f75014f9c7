"""The machine executes the table, the whole table and nothing but the table."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from states.errors import ForbiddenRole, GuardRefused, IllegalEvent, Refused
from states.facts import FACT_NAMES, Facts
from states.machine import ConversationMachine, Step
from states.table import INITIAL, LIVE, TABLE, Guard, Transition, allowed_events, allowed_roles
from states.vocabulary import Effect, Event, Role, State

MACHINE = ConversationMachine()


def _facts_for(row: Transition) -> Facts:
    return replace(Facts(), **dict(row.guard.needs))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source.value}-{row.event.value}-{row.target.value}")
def test_the_machine_executes_each_row_for_each_of_its_roles(row: Transition) -> None:
    for role in row.roles:
        step = MACHINE.step(row.source, row.event, role, _facts_for(row))
        assert step == Step(source=row.source, event=row.event, role=role, target=row.target, effects=row.effects)
        assert MACHINE.allows(row.source, row.event, role, _facts_for(row))


def test_the_machine_and_the_table_agree_on_random_facts() -> None:
    chance = random.Random(20)
    taken = refused = 0
    for _ in range(6_000):
        state, event, role = chance.choice([*State]), chance.choice([*Event]), chance.choice([*Role])
        facts = Facts(**{name: chance.random() < 0.5 for name in FACT_NAMES})
        rows = [
            row for row in TABLE
            if (row.source, row.event) == (state, event) and role in row.roles and row.guard.holds(facts)
        ]  # fmt: skip
        assert MACHINE.allows(state, event, role, facts) is bool(rows)
        if rows:
            step = MACHINE.step(state, event, role, facts)
            assert (step.target, step.effects) == (rows[0].target, rows[0].effects)
            taken += 1
        else:
            with pytest.raises(Refused):
                MACHINE.step(state, event, role, facts)
            refused += 1
    assert taken > 50
    assert refused > 50


def test_the_facts_a_caller_forgets_open_no_guard_that_protects_the_customer() -> None:
    for event in (Event.RESOLVED, Event.HANDED_BACK, Event.AGENT_REPLIED, Event.IDENTITY_VERIFIED):
        assert not MACHINE.allows(State.AGENT_VERIFYING, event, Role.FRONTLINE_AGENT, Facts())
    assert not MACHINE.allows(State.RESOLVED, Event.REOPENED, Role.CUSTOMER, Facts())
    assert not MACHINE.allows(State.GUARDED, Event.MESSAGE_ANSWERED, Role.ASSISTANT, Facts())


def test_an_event_out_of_place_names_what_is_possible() -> None:
    with pytest.raises(
        IllegalEvent, match=r"'claimed' cannot happen in state 'bot_handling'.*customer.*human_accepted"
    ):
        MACHINE.step(State.BOT_HANDLING, Event.CLAIMED, Role.CUSTOMER, Facts())


def test_a_role_out_of_place_names_the_roles_that_may() -> None:
    with pytest.raises(ForbiddenRole, match=r"'auditor' may not cause 'claimed'.*allowed roles: frontline_agent"):
        MACHINE.step(State.HANDED_OFF, Event.CLAIMED, Role.AUDITOR, Facts())


def test_a_guard_that_refuses_names_what_it_needs() -> None:
    with pytest.raises(GuardRefused, match="'claimed' in state 'handed_off' needs: nobody owns it"):
        MACHINE.step(State.HANDED_OFF, Event.CLAIMED, Role.FRONTLINE_AGENT, Facts(owned=True))


def test_a_refused_step_changes_nothing_for_the_next() -> None:
    before = MACHINE.step(State.HANDED_OFF, Event.CLAIMED, Role.FRONTLINE_AGENT, Facts())
    with pytest.raises(GuardRefused):
        MACHINE.step(State.HANDED_OFF, Event.CLAIMED, Role.FRONTLINE_AGENT, Facts(owned=True))
    assert MACHINE.step(State.HANDED_OFF, Event.CLAIMED, Role.FRONTLINE_AGENT, Facts()) == before


def test_no_automatic_transition_bypasses_the_table() -> None:
    inner = MACHINE._machine
    assert set(inner.events) == {row.event.value for row in TABLE}
    assert not [name for name in inner.events if name.startswith("to_")]
    assert inner.models == []


def test_bot_cannot_speak_after_a_trigger_without_a_hand_back() -> None:
    every_fact = Facts(**dict.fromkeys(FACT_NAMES, True))
    for state in LIVE[2:]:
        for facts in (Facts(), every_fact):
            assert not MACHINE.allows(state, Event.MESSAGE_ANSWERED, Role.ASSISTANT, facts)
    assert not MACHINE.allows(State.BOT_HANDLING, Event.MESSAGE_ANSWERED, Role.ASSISTANT, Facts(latched=True))


def test_two_threads_share_no_half_made_step() -> None:
    """Both threads step the one machine from different states; neither may ever see the other's state."""
    claim = (State.HANDED_OFF, Event.CLAIMED, Role.FRONTLINE_AGENT, Facts())
    answer = (State.BOT_HANDLING, Event.MESSAGE_ANSWERED, Role.ASSISTANT, Facts())

    def many(arguments: tuple[State, Event, Role, Facts]) -> set[Step]:
        return {MACHINE.step(*arguments) for _ in range(1_500)}

    with ThreadPoolExecutor(2) as pool:
        claims, answers = pool.map(many, (claim, answer))
    assert {step.target for step in claims} == {State.AGENT_VERIFYING}
    assert {step.target for step in answers} == {State.BOT_HANDLING}
    assert len(claims) == len(answers) == 1


def test_a_random_conversation_never_leaves_the_table() -> None:
    chance = random.Random(7)
    pairs = {(row.source, row.target) for row in TABLE}
    for _ in range(60):
        state = INITIAL
        for _ in range(30):
            event = chance.choice([row.event for row in TABLE if row.source is state])
            role = chance.choice(allowed_roles(state, event))
            facts = Facts(**{name: chance.random() < 0.6 for name in FACT_NAMES})
            assert event in allowed_events(state, role)
            if MACHINE.allows(state, event, role, facts):
                step = MACHINE.step(state, event, role, facts)
                assert (state, step.target) in pairs
                state = step.target


def test_effects_are_data() -> None:
    step = MACHINE.step(State.TRIGGERED, Event.PACKET_READY, Role.SYSTEM, Facts(latched=True))
    assert step.effects == (Effect.OPEN_HANDOVER, Effect.SEND_SCRIPT, Effect.DELIVER_HANDOVER)


def test_a_guard_over_an_unknown_fact_is_refused() -> None:
    with pytest.raises(ValueError, match="reads 'mood', which is no fact; add it"):
        Guard("mutant", (("mood", True),))
