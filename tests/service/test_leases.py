"""A worker holds a conversation for longer than a turn may take, under whatever policy is in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from policy.durations import LONGEST, Duration
from policy.schema import MAX_ANSWER_TIME
from service.runtime import LEASE_MARGIN_S
from states.errors import PolicyError
from store import arrivals
from store.queries import CONVERSATION
from store.timers import SKEW
from tests.graph.example import Desk, policy
from tests.ready_databases import sqlite_url

SHORT, LONG = "deadline: 2s", "deadline: 45s"
MARGIN = timedelta(seconds=LEASE_MARGIN_S)


class Watched:
    """A desk whose assistant looks at the lease of the conversation while it is asked."""

    def __init__(self, folder: Path) -> None:
        self.held: list[timedelta] = []
        self.desk = Desk(sqlite_url(folder), ScriptedAssistant(self._draft))

    def _draft(self, question: Question) -> Draft:
        with self.desk.runtime.store.read() as connection:
            until: datetime = connection.execute(select(CONVERSATION.c.lease_until)).scalar_one()
        self.held.append(until - self.desk.clock.now())
        assert question.deadline_s < self.held[-1].total_seconds()
        return Draft(text="Three days.", confidence=0.9, verbatim=True, model="test")


def test_a_lease_is_longer_than_a_turn_under_the_policy_that_came_into_force(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    desk = watched.desk
    desk.say("how is delivery")
    desk.runtime.activate(policy((SHORT, LONG)))
    desk.say("how is delivery today")
    desk.runtime.activate(policy())
    desk.say("how is delivery tomorrow")
    desk.runtime.close()
    assert watched.held == [timedelta(seconds=one) + MARGIN for one in (2, 45, 2)]


def test_a_message_that_is_recovered_is_held_by_the_policy_in_force(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    runtime = watched.desk.runtime
    incoming = runtime._messages.incoming(watched.desk.id, "m1", "how is delivery")
    with runtime.store.write() as connection:
        arrivals.receive(connection, incoming, "dead", 1)
    runtime.activate(policy((SHORT, LONG)))
    assert watched.desk.wait(seconds=3) >= 1
    runtime.close()
    assert watched.held == [timedelta(seconds=45) + MARGIN]


@pytest.mark.parametrize("wanted", ["61s", "2m", "9d", f"{LONGEST.days}d"])
def test_a_policy_answers_within_a_minute(wanted: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy((SHORT, f"deadline: {wanted}"))
    (problem,) = refused.value.problems
    assert [told for told in (wanted, "at most 60s", "answers.deadline") if told not in problem] == []


def test_a_minute_is_allowed_and_is_what_the_remedy_names() -> None:
    assert policy((SHORT, "deadline: 60s")).policy.answers.deadline.delta == MAX_ANSWER_TIME
    assert policy((SHORT, "deadline: 1m")).policy.answers.deadline.delta == MAX_ANSWER_TIME


def test_no_lease_of_one_policy_looks_to_another_as_if_the_time_was_set_back() -> None:
    shortest = timedelta(seconds=1) + MARGIN + SKEW
    assert shortest >= MAX_ANSWER_TIME + MARGIN


@pytest.mark.parametrize("wanted", ["3651d", "999999999d", "99999999999d", "9" * 40 + "s"])
def test_a_duration_without_end_is_refused_by_name_wherever_it_stands(wanted: str) -> None:
    for old in ("claim: 24h", "resolve: 72h", SHORT):
        with pytest.raises(PolicyError) as refused:
            policy((old, f"{old.partition(':')[0]}: {wanted}"))
        assert wanted[:20] in refused.value.problems[0]
    with pytest.raises(ValueError, match="; write"):
        Duration.parse(wanted)
