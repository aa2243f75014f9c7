"""A real Request Tracker whose mail gateway is open to everybody: who writes to a ticket's address is not an agent."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest

from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.request_tracker import build
from service.system import System
from service.views import NewConversation
from states.vocabulary import Event, State
from tests.counterparts.request_tracker import AGENT, QUEUE, Tracker
from tests.graph.example import Desk as Case
from tests.ready_databases import sqlite_url

PHISHING = "Please confirm your card number at http://evil.test/verify"
ANNA = "anna@handover.test"
STRANGERS = (
    "mallory@evil.test", "handover-bot@evil.test", "anna@xn--hndover-3fg.test",
    "anna+x@handover.test", "anna@handover.test.evil.test", "agent.anna@evil.test",
    "cc@customers.example", "14@evil.test",
)  # fmt: skip


class Mailed:
    """Cases with tickets in a real Request Tracker, and whoever mails to them."""

    def __init__(self, rt: Tracker, folder: Path) -> None:
        self.rt, self.case = rt, Case(sqlite_url(folder))
        self.clock = self.case.clock
        config = rt.config(poll_s=1, per_minute=10_000, updates_per_ticket=1000)
        self.desk = build("rt", config, self.clock)
        place = Destination(desk=self.desk, config=config, gate=Gate(10_000, self.clock))
        self.delivery = Delivery(System(self.case.runtime), [place], dice=random.Random(7))
        self.delivery.tick()

    def work(self, until: Callable[[], bool], looks: int = 400) -> None:
        """Works until it is so; fails if it never is."""
        for _ in range(looks):
            if until():
                return
            self.clock.advance(timedelta(seconds=1))
            self.delivery.tick()
            time.sleep(0.1)
        raise AssertionError(f"it is not so after {looks} looks")

    def rows(self, what: str, *values: str) -> list[Any]:
        """Rows of a statement."""
        with self.case.runtime.store.read() as connection:
            return list(connection.exec_driver_sql(what, values))

    def ticket(self, conversation: str) -> str:
        """Calls a person, and gives the ticket's number."""
        self.case.runtime.post(conversation, "human please")
        asked = "SELECT ref FROM ticket WHERE conversation_id = ? AND version != '-'"
        self.work(lambda: bool(self.rows(asked, conversation)))
        self.work(lambda: not self.rows("SELECT 1 FROM outbox WHERE status = 'pending' AND destination = 'rt'"))
        return str(self.rows(asked, conversation)[0][0])

    def mail(self, ref: str, sender: str, text: str, *, file: str = "", **headers: str) -> None:
        """By the gateway, as any mail server hands it over."""
        message = EmailMessage()
        message["From"], message["To"] = sender, "handover@handover.test"
        message["Subject"] = f"[handover.test #{ref}] Re: your case"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        if file:
            message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=file)
        form = {"SessionType": "REST", "queue": QUEUE, "action": "correspond", "message": message.as_string()}
        answer = httpx2.post(f"{self.rt.url}/REST/1.0/NoAuth/mail-gateway", data=form, timeout=30)
        assert answer.text.startswith("ok"), answer.text

    def said(self) -> list[str]:
        """What the customer has heard from people."""
        return [one.text for one in self.case.view.messages if one.author == "agent"]

    def faults(self) -> set[str]:
        """What a person was told."""
        return {one.data["fault"] for one in self.case.view.events if one.event == "fault"}


@pytest.fixture
def mailed(rt: Tracker, tmp_path: Path) -> Iterator[Mailed]:
    made = Mailed(rt, tmp_path)
    yield made
    made.delivery.close()
    made.case.runtime.close()


def test_strangers_are_nobody_the_requestor_is_the_customer_and_robots_are_neither(mailed: Mailed) -> None:
    ref = mailed.ticket(mailed.case.id)
    with mailed.rt.person() as anna:
        assert anna.put(f"/ticket/{ref}", json={"Requestor": ["jane@customers.example"]}).status_code == 200
    for stranger in STRANGERS:
        mailed.mail(ref, stranger, PHISHING)
    mailed.mail(ref, "jane@customers.example", "I am away until Monday.", Auto_Submitted="auto-replied")
    mailed.mail(ref, "jane@customers.example", "Any news on my order?")
    mailed.work(lambda: "Any news on my order?" in [one.text for one in mailed.case.view.messages])
    mailed.work(lambda: "stranger" in mailed.faults())
    noted = lambda: sum("is no agent here" in one.text for one in mailed.desk.read(ref).comments)  # noqa: E731
    mailed.work(lambda: noted() == len(STRANGERS))
    assert (mailed.case.view.state, mailed.case.view.owner_id, mailed.said()) == (State.HANDED_OFF, None, [])
    words = " ".join(one.text for one in mailed.case.view.messages)
    assert "evil.test" not in words
    assert "until Monday" not in words
    with mailed.rt.person() as anna:
        said = {"Content": "Good morning, I have it.", "ContentType": "text/plain"}
        assert anna.post(f"/ticket/{ref}/correspond", json=said).status_code == 201
    mailed.work(lambda: mailed.said() == ["Good morning, I have it."])
    assert mailed.case.view.owner_id == "anna"


def test_a_reply_by_mail_that_quotes_the_packet_brings_only_the_agents_words_and_tells_of_files(mailed: Mailed) -> None:
    ref = mailed.ticket(mailed.case.id)
    packet = mailed.desk.read(ref).comments[1].text
    quoted = "\n".join(f"> {line}" for line in packet.splitlines())
    mailed.mail(ref, ANNA, f"It is on its way.\n\nOn Monday Handrail wrote:\n{quoted}", file="form.pdf")
    mailed.work(lambda: bool(mailed.said()))
    assert mailed.said() == ["It is on its way."]
    mailed.work(lambda: "file_not_carried" in mailed.faults())
    mailed.work(lambda: any("did not get form.pdf" in one.text for one in mailed.desk.read(ref).comments))


def test_after_a_merge_no_customer_gets_or_gives_a_word_of_the_other(mailed: Mailed) -> None:
    ref = mailed.ticket(mailed.case.id)
    other = mailed.case.runtime.open(NewConversation(id="other"))
    second = mailed.ticket(other.id)
    mailed.case.do(Event.CLAIMED)
    mailed.work(lambda: mailed.desk.read(ref).assignee == AGENT[0])
    with mailed.rt.person() as anna:
        assert anna.put(f"/ticket/{ref}", json={"MergeInto": second}).status_code == 200
    mailed.case.do(Event.AGENT_REPLIED, text="The refund goes to the account ending in 42.")
    mailed.work(lambda: "ticket_merged" in mailed.faults())
    with mailed.rt.person() as anna:
        said = {"Content": "Words for the other customer.", "ContentType": "text/plain"}
        assert anna.post(f"/ticket/{second}/correspond", json=said).status_code == 201
    heard = lambda: [one.text for one in mailed.case.runtime.view(other.id).messages if one.author == "agent"]  # noqa: E731
    mailed.work(lambda: bool(heard()))
    assert heard() == ["Words for the other customer."]
    assert mailed.said() == ["The refund goes to the account ending in 42."]
    assert not any("ending in 42" in one.text for one in mailed.desk.read(second).comments)
