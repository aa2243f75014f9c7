"""A person's words go out to the channel's program by a signed webhook, in order, and to nobody who works on cases."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.plan import has_audience
from delivery.work import Delivery
from desks.config import WebhookConfig
from desks.port import Job, Rejected, RetryAfter
from desks.webhook import build
from service.system import System
from states.clock import SystemClock
from states.vocabulary import Event
from tests.counterparts.loopback import receiver, says
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Channel, Office, destination
from tests.delivery.test_plan import RT, Place
from tests.desks.cases import opened
from tests.desks.test_webhook import NEW

SPEAKER = Place(name="speaker", jobs=frozenset({Job.SAID}))


def with_channel(office: Office, *more: object, outcomes: tuple[object, ...] = ()) -> tuple[Delivery, Channel]:
    """Another process, whose destinations are the channel's program and `more`."""
    channel = Channel("channel", Job.SAID, outcomes=outcomes)  # type: ignore[arg-type]  # outcomes of several kinds
    places = [destination(channel, office.clock, give_up_after=2), *more]
    return Delivery(System(office.runtime), places, dice=random.Random(1)), channel  # type: ignore[arg-type]


def work(office: Office, delivery: Delivery, minutes: int = 1) -> None:
    for _ in range(minutes * 6):
        office.clock.advance(timedelta(seconds=10))
        while delivery.tick():
            pass


def speak(office: Office, *words: str) -> None:
    office.case.say("human please")
    office.case.do(Event.CLAIMED)
    for text in words:
        office.case.do(Event.AGENT_REPLIED, text=text)


def texts(channel: Channel) -> list[str]:
    return [one.text for one in channel.tasks]


def test_words_come_in_order_also_when_the_first_attempt_fails(office: Office) -> None:
    delivery, channel = with_channel(office, outcomes=(RetryAfter(seconds=None, code="http_503"),))
    speak(office, "one", "two", "three")
    work(office, delivery, minutes=5)
    assert list(dict.fromkeys(texts(channel))) == ["one", "two", "three"]
    assert [job for job, _ in channel.sent] == [Job.SAID] * 3
    assert [one.message_id for one in channel.tasks][-1] == office.case.view.messages[-1].id


def test_who_hears_words_alone_is_told_of_no_handover(office: Office) -> None:
    """The handover still waits for a destination that tells somebody who works on it."""
    delivery, channel = with_channel(office)
    speak(office, "one")
    work(office, delivery, minutes=3)
    assert texts(channel) == ["one"]
    waiting = office.rows("SELECT effect FROM outbox WHERE status = 'pending' AND destination = ''")
    assert "deliver_handover" in {row["effect"] for row in waiting}
    assert [(one.destination, one.ref) for one in office.case.view.handover.deliveries] == [("channel", "")]
    assert not has_audience("frontline", [SPEAKER])
    assert has_audience("frontline", [SPEAKER, RT])


def test_words_that_do_not_get_through_are_a_fault_on_the_case(office: Office) -> None:
    delivery, _ = with_channel(office, destination(office.pager, office.clock), outcomes=(Rejected(code="gone"),))
    speak(office, "one")
    work(office, delivery)
    faults = [one.data for one in office.case.view.events if one.event == "fault"]
    assert [(one["fault"], one["job"], one["detail"]) for one in faults] == [("given_up", "said", "gone")]
    (dead,) = office.rows("SELECT CAST(payload AS TEXT) AS kept FROM outbox WHERE status = 'dead'")
    assert json.loads(dead["kept"])["text"] == "", "a dead letter says nothing"
    assert office.pager.sent, "somebody is told by another way"


def test_words_written_in_a_ticket_go_out_too(make_office: MakeOffice) -> None:
    office = make_office()
    office.case.say("human please")
    office.work(seconds=1)
    delivery, channel = with_channel(office, destination(office.tickets, office.clock))
    office.tickets.reply(office.ticket.ref, "alice", "From the ticket.")
    work(office, delivery, minutes=2)
    assert texts(channel) == ["From the ticket."]


def test_a_real_receiver_verifies_them_and_takes_each_once(office: Office, tmp_path: Path) -> None:
    replies = iter([says(500), says(200), says(200)])
    with receiver(lambda got: next(replies)) as other:
        given = {"kind": "webhook", "url": other.url, "secrets": [NEW], "jobs": ["said"]}
        config = WebhookConfig.model_validate(given)
        hook = opened(build("events", config, SystemClock()))
        place = Destination(desk=hook, config=config, gate=Gate(config.per_minute, office.clock))
        delivery = Delivery(System(office.runtime), [place], dice=random.Random(1))
        speak(office, "Good morning.", "Your refund is on its way.")
        work(office, delivery, minutes=5)
        delivery.close()
    told = [Verifier(NEW).verify(got.body, dict(got.headers)) for got in other.got]
    assert [one["data"]["text"] for one in told] == ["Good morning.", "Good morning.", "Your refund is on its way."]
    assert [one["type"] for one in told] == ["message.sent"] * 3
    assert len({got.headers["webhook-id"] for got in other.got}) == 2


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """What is given up is logged."""
    caplog.set_level("CRITICAL")
