"""From a trigger to a Slack that nobody here wrote and a pager, and from a click there back to a claim."""

from __future__ import annotations

import json
import random
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery import words
from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks import pagerduty
from desks.config import PagerDutyConfig, SlackConfig
from desks.slack import desk as slack
from desks.slack.cards import CLAIM_ACTION, OPEN_ACTION
from service.system import System
from states.errors import BadSignature
from states.vocabulary import Event, Role
from tests.counterparts import nodejs
from tests.counterparts.loopback import Got, Receiver, Reply, receiver
from tests.desks.test_pagerduty import ROUTING_KEY, Service
from tests.desks.test_slack_clicks import body_of, payload, signed
from tests.graph.example import Desk as Case
from tests.ready_databases import sqlite_url

ANNA, SARA, STRANGER = "UANNA00001", "USARA00001", "USTRANGER1"
WORDS = "I smell gas, write to maria.keller@example.org or charge 4111 1111 1111 1111"


class Office:
    """A case with a Slack channel and a pager."""

    def __init__(self, url: str, slack_url: str, pager_url: str, between: Receiver) -> None:
        self.case, self.slack_url, self._between = Case(url), slack_url, between
        self.runtime, self.clock = self.case.runtime, self.case.clock
        channels: Any = nodejs.ask(slack_url, "conversations.list")["channels"]
        self.channel = next(one["id"] for one in channels if one["name"] == nodejs.CHANNEL_NAME)
        chat = SlackConfig.model_validate(
            {
                "kind": "slack", "base_url": between.url, "token": nodejs.TOKEN, "channel": self.channel,
                "signing_secrets": [nodejs.SIGNING_SECRET], "per_minute": 10_000,
                "agents": {ANNA: "frontline_agent/anna", SARA: "escalation_specialist/sara"},
            }
        )  # fmt: skip
        pager = PagerDutyConfig.model_validate(
            {"kind": "pagerduty", "base_url": pager_url, "routing_key": ROUTING_KEY, "per_minute": 10_000}
        )
        desks: Any = (
            (slack.build("chat", chat, self.clock), chat),
            (pagerduty.build("pager", pager, self.clock), pager),
        )
        self.desks = [desk for desk, _ in desks]
        places = [Destination(desk=desk, config=config, gate=Gate(10_000, self.clock)) for desk, config in desks]
        self.delivery = Delivery(System(self.runtime), places, dice=random.Random(1), link="https://desk.example/")

    def work(self, **wait: float) -> None:
        """Time passes, clocks fire, and delivery works until there is nothing to do."""
        self.clock.advance(timedelta(**wait))
        self.runtime.tick()
        while self.delivery.tick():
            pass

    @property
    def cards(self) -> list[dict[str, Any]]:
        """What the channel shows of this case, oldest first."""
        handover = self.case.view.handover
        found: Any = nodejs.ask(self.slack_url, "conversations.history", channel=self.channel, limit="200")["messages"]
        return [one for one in reversed(found) if handover.id in json.dumps(one)]

    @property
    def whispers(self) -> list[tuple[str, str]]:
        """Who was told what alone."""
        said = [got.json for got in self._between.got if got.path == "/chat.postEphemeral"]
        return [(one["user"], one["text"].partition(" (")[0]) for one in said]

    def buttons(self, card: dict[str, Any]) -> list[str]:
        """The buttons of a card."""
        rows = [block["elements"] for block in card["blocks"] if block["type"] == "actions"]
        return [one["action_id"] for row in rows for one in row]

    def click(self, user: str, value: str, at: str = "1.5", action: str = CLAIM_ACTION) -> bool:
        """A click as Slack sends it."""
        actions = [{"action_id": action, "type": "button", "value": value, "action_ts": at}]
        container = {"type": "message", "message_ts": "1.1", "channel_id": self.channel}
        body = body_of(payload(user={"id": user}, container=container, actions=actions))
        stamp = str(int(self.clock.now().timestamp()))
        return self.delivery.receive("chat", signed(body, nodejs.SIGNING_SECRET, stamp), body)

    def close(self) -> None:
        """Lets go."""
        self.delivery.close()
        self.runtime.close()
        for desk in self.desks:
            desk.web.client.close()


@pytest.fixture(scope="module")
def slack_url() -> Iterator[str]:
    with nodejs.slack() as url:
        yield url


@pytest.fixture
def service() -> Service:
    return Service()


def passing_to(url: str) -> Callable[[Got], Reply]:
    """Hands every call on to the Slack that runs, so that a test can see what was said to it."""

    def answer(got: Got) -> Reply:
        headers = {name: got.headers[name] for name in ("authorization", "content-type") if name in got.headers}
        request = urllib.request.Request(url + got.path, got.body, headers)
        with urllib.request.urlopen(request, timeout=5) as said:
            return Reply(body=said.read())

    return answer


@pytest.fixture
def office(tmp_path: Path, slack_url: str, service: Service) -> Iterator[Office]:
    with receiver(service) as pager, receiver(passing_to(slack_url)) as between:
        made = Office(sqlite_url(tmp_path), slack_url, pager.url, between)
        yield made
        made.close()


def test_a_trigger_becomes_a_card_a_page_a_click_a_claim_and_silence(office: Office, service: Service) -> None:
    office.case.say(WORDS)
    office.work()
    handover = office.case.view.handover
    (card,) = office.cards
    assert card["blocks"][0]["text"]["text"] == "New handover (critical)"
    assert office.buttons(card) == [CLAIM_ACTION, OPEN_ACTION]
    for secret in ("maria", "4111", "smell gas"):
        assert secret not in json.dumps(card)

    for _ in range(20):
        if service.open:
            break
        office.work(minutes=2)
    assert service.open == {handover.id: "triggered"}

    value = card["blocks"][3]["elements"][0]["value"]
    user = SARA if office.case.view.state == "escalated" else ANNA
    assert office.click(user, value)
    office.work()
    view = office.case.view
    assert (view.owner_id, view.handover.id) == ("sara" if user == SARA else "anna", handover.id)
    first = office.cards[0]
    assert first["ts"] == card["ts"]
    assert f"<@{user}>" in json.dumps(first)
    assert office.buttons(first) == [OPEN_ACTION]
    assert service.open == {}


def test_a_claim_in_the_queue_changes_the_card_and_the_end_closes_it(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.case.do(Event.CLAIMED)
    office.work()
    (card,) = office.cards
    assert card["blocks"][2]["elements"][0]["text"] == f"Claimed by <@{ANNA}>."
    office.case.do(Event.RELEASED)
    office.work()
    assert CLAIM_ACTION in office.buttons(office.cards[0])
    office.case.do(Event.CLAIMED)
    office.case.do(Event.RESOLVED, text="done")
    office.work()
    (card,) = office.cards
    assert card["blocks"][2]["elements"][0]["text"] == "Closed."
    assert office.buttons(card) == [OPEN_ACTION]


def test_whoever_clicks_is_told_what_came_of_it_and_nobody_else_is(office: Office) -> None:
    office.case.say("human please")
    office.work()
    value = office.case.view.handover.id
    assert office.click(STRANGER, value)
    office.work(seconds=1)
    assert office.case.view.owner_id is None
    assert office.click(ANNA, value, at="2.5")
    assert not office.click(ANNA, value, at="2.5")
    office.work(seconds=1)
    assert office.click(SARA, value, at="3.5")
    assert office.click(ANNA, value, at="4.5")
    office.work(seconds=1)
    assert (office.case.view.owner_id, office.case.view.owner_role) == ("anna", Role.FRONTLINE_AGENT)
    assert [event.event for event in office.case.view.events].count("claimed") == 1
    assert sorted(office.whispers) == sorted(
        [
            (STRANGER, words.NOT_NAMED),
            (ANNA, words.YOURS),
            (SARA, "Somebody else has it already."),
            (ANNA, "You have it already."),
        ]
    )
    assert len(office.cards) == 1


def test_an_old_card_does_not_claim_the_next_handover(office: Office) -> None:
    office.case.say("human please")
    office.work()
    old = office.case.view.handover.id
    office.case.do(Event.CLAIMED)
    office.case.do(Event.RESOLVED, text="done")
    office.case.say("human please, it is broken again")
    office.work()
    assert office.case.view.handover.id != old
    assert office.click(ANNA, old)
    office.work()
    assert office.case.view.owner_id is None


def test_opening_the_link_is_answered_and_forgotten(office: Office) -> None:
    office.case.say("human please")
    office.work()
    before = office.case.view.version
    assert office.click(ANNA, office.case.view.handover.id, action=OPEN_ACTION)
    office.work()
    assert office.case.view.version == before


def test_an_unsigned_click_is_refused_and_kept_nowhere(office: Office) -> None:
    office.case.say("human please")
    office.work()
    body = body_of(payload())
    with pytest.raises(BadSignature):
        office.delivery.receive("chat", signed(body, "not the secret", "1"), body)
    office.work()
    assert office.case.view.owner_id is None
