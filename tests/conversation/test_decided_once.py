"""The judge and a posted turn decide alike: for random drafts, histories and policies, and where they once did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from assistants.port import Changed, Citation, Draft, Question
from assistants.scripted import ScriptedAssistant
from audit.judge import Judge
from conversation.decide import Disposition
from conversation.records import Snapshot
from policy.loader import LoadedPolicy
from service.runtime import Runtime
from service.views import NewConversation, TurnResult
from states.clock import FrozenClock, SystemIds
from states.errors import DependencyFault
from states.vocabulary import Event, State
from store import queries
from store.database import Store, open_store
from store.queries import CONVERSATION
from tests.components import examples
from tests.graph.example import START, policy
from tests.ready_databases import sqlite_url
from tests.rules import rules_of
from triggers.history import History

LATE = """triggers:
  - id: answer.ungrounded
    family: low_confidence
    reason: The answer names no source.
    when: answer.drafted && !answer.grounded && answer.confidence > 0.5
    sla: standard
    route: {team: frontline}
  - id: answer.late_words
    family: frustration
    reason: Annoyed, and the answer is weak.
    any: [{phrases: [hopeless]}]
    when: answer.confidence < 0.9
    sla: standard
    route: {team: frontline}
  - id: answer.failed_often
    family: repeated_failure
    reason: Nothing helped.
    when: answer.drafted && conversation.failed_answers >= 2
    sla: standard
    route: {team: frontline}
"""


def _policies() -> tuple[LoadedPolicy, ...]:
    late = ("triggers:\n", LATE)
    return (
        policy(),
        policy(late),
        policy(late, ("guard: {clear_after: 2, misses: 2}", "guard: {clear_after: 1, misses: 3}")),
        policy(("confidence: 0.6, guarded_confidence: 0.75", "confidence: 0.3, guarded_confidence: 0.95")),
    )


POLICIES = _policies()
TEXTS = (
    "how long is delivery", "thanks", "yes please", "no thanks", "human please", "this is annoying",
    "this is annoying, how is delivery", "something unheard of", "I smell gas", "hopeless, how is delivery",
    "my card is 4111 1111 1111 1111", "?", "ok",
)  # fmt: skip
SAID = ("", "Delivery takes three days.", "An agent will call you.", "  ", "See http://example.com")
drafts = st.builds(
    Draft,
    text=st.sampled_from(SAID),
    confidence=st.one_of(st.floats(0, 1), st.sampled_from([-1.0, 0.6, 0.75, 1.5, float("nan"), float("inf")])),
    citations=st.sampled_from([(), (Citation(source="a", title="A", quote="Q"),)]),
    verbatim=st.booleans(),
    wants_person=st.sampled_from([False, False, False, True]),
    intent=st.sampled_from(["", "delivery"]),
    changed=st.sampled_from([(), (Changed(tool="crm", result="noted"),)]),
)
histories = st.builds(
    History,
    turns=st.integers(0, 9), failed_answers=st.integers(0, 3), misses=st.integers(0, 3),
    clean_turns=st.integers(0, 3), contradictions=st.integers(0, 2), offered=st.booleans(), offers=st.integers(0, 2),
    disarmed=st.sampled_from([(), ("context.loop",), ("answer.failed_often",)]),
)  # fmt: skip
situations = st.tuples(
    st.sampled_from(range(len(POLICIES))), st.sampled_from(TEXTS), drafts, histories,
    st.sampled_from([State.BOT_HANDLING, State.GUARDED]), st.sampled_from([None, "timeout"]),
)  # fmt: skip


class World:
    """One database, a runtime for each policy, and the assistant that they share."""

    def __init__(self, store: Store) -> None:
        self.store, self.count = store, 0
        self.draft: Draft | DependencyFault = Draft(text="", confidence=0.0)
        self.assistant = ScriptedAssistant(self._next)
        self.runtimes = tuple(
            Runtime(store=store, policy=one, assistant=self.assistant, clock=FrozenClock(START), ids=SystemIds())
            for one in POLICIES
        )

    def _next(self, question: Question) -> Draft | DependencyFault:
        return self.draft

    def posted(self, number: int, text: str, history: History, state: State) -> tuple[TurnResult, Snapshot, Snapshot]:
        """A turn of a conversation that stands like this, with how it stood before and after."""
        self.count += 1
        runtime, name = self.runtimes[number], f"c{self.count}"
        runtime.open(NewConversation(id=name))
        with self.store.write() as connection:
            standing = {"history": history.to_json(), "state": state.value}
            connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == name).values(standing))
            before = queries.snapshot(connection, name)
        result = runtime.post(name, text)
        with self.store.read() as connection:
            return result, before, queries.snapshot(connection, name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(open_store(sqlite_url(tmp_path_factory.mktemp("decided"))))
    yield made
    for runtime in made.runtimes:
        runtime.close()


def _disposition(result: TurnResult) -> Disposition:
    if result.state not in (State.BOT_HANDLING, State.GUARDED):
        return Disposition.HANDOVER
    cautioned = result.decision["event"] == Event.CAUTION_RAISED
    return Disposition.GUARD if cautioned else Disposition.ANSWER


@settings(max_examples=examples(400, 20_000), deadline=None)
@given(situations)
def test_the_judge_and_a_posted_turn_agree(world: World, situation: tuple[Any, ...]) -> None:
    number, text, draft, history, state, fault = situation
    world.draft = DependencyFault(fault, "too late") if fault else draft
    result, before, after = world.posted(number, text, history, state)
    judge = Judge(rules_of(POLICIES[number]), world.assistant, START)
    stored = replace(before, window=(), pending=None)
    redacted = rules_of(POLICIES[number]).redacted(text)
    forecast, standing = judge.turn(redacted, stored)
    assert forecast.disposition is _disposition(result), (forecast, dict(result.decision))
    if forecast.disposition is not Disposition.HANDOVER:
        assert (standing.state, standing.latched, standing.language) == (after.state, after.latched, after.language)
        assert standing.history == after.history


def _both(world: World, number: int, text: str, draft: Draft) -> tuple[Disposition, Disposition]:
    world.draft = draft
    result, before, _ = world.posted(number, text, History(), State.BOT_HANDLING)
    judge = Judge(rules_of(POLICIES[number]), world.assistant, START)
    return judge.turn(text, replace(before, window=(), pending=None))[0].disposition, _disposition(result)


def test_a_confidence_beyond_one_is_no_confidence(world: World) -> None:
    said = Draft(text="Delivery takes three days.", confidence=1.5, verbatim=True)
    assert _both(world, 0, "how long is delivery", said) == (Disposition.GUARD, Disposition.GUARD)


def test_a_rule_on_ungrounded_answers_hands_over(world: World) -> None:
    said = Draft(text="Delivery takes three days.", confidence=0.9, verbatim=True)
    assert _both(world, 1, "how long is delivery", said) == (Disposition.HANDOVER, Disposition.HANDOVER)


def test_late_triggers_know_the_message_and_what_rests(world: World) -> None:
    world.draft = Draft(text="", confidence=0.1)
    resting = History(failed_answers=2, disarmed=("answer.failed_often",))
    result, before, _ = world.posted(1, "something unheard of", resting, State.BOT_HANDLING)
    judge = Judge(rules_of(POLICIES[1]), world.assistant, START)
    forecast, _ = judge.turn("something unheard of", replace(before, window=(), pending=None))
    assert forecast.disposition is _disposition(result)
