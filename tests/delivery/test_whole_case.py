"""One case through all of it: trigger, ticket and card, claim, identity, reply, end, survey, and the customer again."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.config import MemoryConfig
from desks.fakes.freshdesk import FreshdeskFake
from desks.fakes.servicenow import ServiceNowFake
from desks.fakes.zendesk import ZendeskFake
from service.system import System
from states.vocabulary import Event, State
from tests.counterparts import nodejs
from tests.counterparts.chat import Chat
from tests.desks.benches import FreshdeskBench, ServiceNowBench, ZendeskBench, bench_of
from tests.graph.example import Desk as Case
from tests.graph.example import policy
from tests.ready_databases import sqlite_url

CARD, MAIL = "4111 1111 1111 1111", "maria.keller@example.org"
SYSTEMS = ((ZendeskBench, ZendeskFake), (FreshdeskBench, FreshdeskFake), (ServiceNowBench, ServiceNowFake))
SURVEY = ("playbooks:\n", "survey: {person: true}\nplaybooks:\n")


@pytest.fixture(scope="module")
def slack_url() -> Any:
    with nodejs.slack() as url:
        yield url


class Whole:
    """A case with a ticket system and a chat."""

    def __init__(self, folder: Path, bench: Any, case: Case, slack_url: str) -> None:
        self.case, self.bench, self.chat = case, bench, Chat(slack_url, case.clock)
        agents = {bench.ann: "frontline_agent/anna"}
        tickets = MemoryConfig(kind="memory", agents=agents, per_minute=10_000, poll_s=5, updates_per_ticket=1000)
        places = [
            Destination(desk=bench.made(agents=agents), config=tickets, gate=Gate(10_000, case.clock)),
            self.chat.destination,
        ]
        self.delivery = Delivery(System(case.runtime), places, dice=random.Random(3), link="https://desk.example")
        self.work_on(seconds=10)

    def work_on(self, seconds: int = 180) -> None:
        """The worker looks every ten seconds."""
        for _ in range(seconds // 10):
            self.case.clock.advance(timedelta(seconds=10))
            self.case.runtime.tick()
            while self.delivery.tick():
                pass

    @property
    def ref(self) -> str:
        """Where the newest handover's ticket is."""
        (found,) = (one for one in self.case.view.handover.deliveries if one.destination != "chat")
        return str(found.ref)

    @property
    def cards(self) -> str:
        """Everything the channel shows of this case."""
        return self.chat.shows(self.case.view.handover.id)

    def close(self) -> None:
        """Lets go."""
        self.delivery.close()
        self.chat.close()


@pytest.mark.parametrize(("kind", "fake"), SYSTEMS, ids=lambda one: one.__name__)
def test_a_case_goes_all_the_way_and_comes_again(tmp_path: Path, slack_url: str, kind: Any, fake: Any) -> None:
    case = Case(sqlite_url(tmp_path))
    case.runtime.activate(policy(SURVEY))
    with bench_of(kind, fake, case.clock) as bench:
        whole = Whole(tmp_path, bench, case, slack_url)
        _all_the_way(whole)
        whole.close()
    case.runtime.close()


def _all_the_way(whole: Whole) -> None:
    case, bench = whole.case, whole.bench
    case.say(f"change my address, write to {MAIL} about {CARD}")
    whole.work_on()
    ref, ticket = whole.ref, bench.desk.read(whole.ref)
    assert (ticket.key, ticket.packet) == (case.view.handover.id, case.view.handover.packet)
    assert case.view.handover.id in whole.cards
    for private in (MAIL, CARD, "change my address"):
        assert private not in whole.cards
        assert private not in bench.subject(ref)
    assert CARD not in json.dumps(ticket.packet)

    bench.assign(ref, bench.ann)
    whole.work_on()
    assert (case.view.state, case.view.owner_id) == (State.AGENT_VERIFYING, "anna")
    bench.resolve(ref)
    whole.work_on()
    assert case.view.state is State.AGENT_VERIFYING, "neither identity nor required steps are done"
    assert any("identity" in one.text for one in bench.desk.read(ref).comments if not one.public)

    case.do(Event.IDENTITY_VERIFIED, text="called the number on file")
    case.do(Event.STEP_DONE, step="checked")
    bench.reply(ref, bench.ann, "Your address is changed.")
    whole.work_on()
    assert [one.text for one in case.view.messages if one.author == "agent"] == ["Your address is changed."]
    bench.resolve(ref)
    whole.work_on()
    assert (case.view.state, case.view.survey) == (State.RESOLVED, "person")

    case.say("5")
    assert case.events[-1] == Event.SURVEY_ANSWERED
    assert case.view.state is State.RESOLVED
    case.say("it still goes to the old address")
    whole.work_on()
    assert case.view.state is State.HANDED_OFF
    assert whole.ref != ref
    assert bench.tickets() == 2
