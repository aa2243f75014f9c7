"""Dead letters carry none of the words that were to be delivered, and a replay finds them again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select, text, update

from desks.memory import Fault
from desks.port import Rejected
from states.vocabulary import Event
from store.queries import OUTBOX
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Office

MAIL = "maria.keller@example.org"
KEY = "sk-canary0123456789canary0123456789"
HOOK = "https://hooks.canary.example/workflows/SECRETPATH"
CARD = "4111 1111 1111 1111"
WORDS = "my husband died last week"
REPLY, OUTCOME = "We write to maria.keller@example.org", "Called +49 30 901820 and settled it"
PLANTED = (MAIL, KEY, HOOK, CARD, "4111111111111111", WORDS, "+49 30 901820")
SAID = f"I want a human. {WORDS}; {MAIL}, card {CARD}, key {KEY}, {HOOK}"


def whole_case(office: Office) -> None:
    """A case of which every step has something that must not come out."""
    office.case.say(SAID)
    office.work()
    office.case.say(f"are you there? {MAIL}")
    office.case.do(Event.CLAIMED)
    office.case.do(Event.AGENT_REPLIED, text=REPLY)
    office.case.do(Event.RESOLVED, text=OUTCOME)
    office.work()


def outbox(office: Office) -> list[dict[str, Any]]:
    """Every row with every column."""
    with office.runtime.store.read() as connection:
        found = connection.execute(select(OUTBOX).order_by(OUTBOX.c.destination, OUTBOX.c.number))
        return [dict(row) for row in found.mappings()]


def shown(things: Iterable[object]) -> list[str]:
    """What was planted and can be read in these things."""
    whole = "\n".join(map(str, things))
    return [one for one in PLANTED if one in whole]


def test_what_is_given_up_keeps_no_words(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.tickets.script(*[Fault.REJECTED] * 50)
    office.chat.outcomes = [Rejected(code="http_400", field_errors={"text": SAID})] * 50
    office.pager.outcomes = [Rejected(code="http_400")] * 50
    with caplog.at_level(logging.DEBUG):
        whole_case(office)
    rows = outbox(office)
    dead = [row for row in rows if row["status"] == "dead"]
    assert {row["job"] for row in dead} >= {"open", "note", "customer_message", "reply", "close", "announce", "page"}
    assert [row for row in rows if row["destination"] and row["status"] == "pending"] == []
    assert shown(rows) == []
    assert shown(office.outbox.unsettled(1000)) == []
    assert shown(event.data for event in office.case.view.events if event.event == "fault") == []
    assert shown(office.chat.sent + office.pager.sent) == []
    assert shown([caplog.text, *(record.__dict__ for record in caplog.records)]) == []


def test_mutant_a_row_that_keeps_its_task_is_seen(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.down = True
    office.case.say(f"hello? {MAIL}")
    office.delivery.tick()
    with office.runtime.store.write() as connection:
        connection.execute(text("UPDATE outbox SET status = 'dead' WHERE status = 'pending'"))
    assert shown(outbox(office)) == [MAIL]


def test_a_replay_says_what_would_have_been_said(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 1})
    office.tickets.down = True
    whole_case(office)
    assert office.tickets.tickets == ()
    office.tickets.down = False
    office.restart()
    assert office.outbox.replay() == 6
    office.work_on(minutes=3)
    assert [row["id"] for row in outbox(office) if row["status"] != "done"] == []
    assert office.ticket.status == "resolved"
    assert MAIL in office.ticket.comments[1].text  # the packet, whole
    assert [one.text.split("\n")[0] for one in office.ticket.comments[2:]] == [
        f"are you there? {MAIL}", "Claimed by anna (frontline_agent)", REPLY, OUTCOME,
    ]  # fmt: skip


def test_what_died_after_its_reply_was_lost_is_not_doubled_by_a_replay(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 1}, desk={"idempotent": False})
    office.case.say("human please")
    office.work()
    office.tickets.script(Fault.REPLY_LOST)
    office.case.say("are you there?")
    office.work()
    (dead,) = [row for row in outbox(office) if row["status"] == "dead"]
    assert (dead["job"], dead["request"], len(dead["receipt"]["request"])) == ("customer_message", None, 64)
    office.restart()
    assert office.outbox.replay(dead["id"]) == 1
    office.work_on(minutes=1)
    assert [one.text.split("\n")[0] for one in office.ticket.comments].count("are you there?") == 1


def test_a_replay_after_the_fallback_took_over_doubles_nothing_there(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 2, "fallback": "spare"}, spare=True)
    office.tickets.down = True
    office.case.say("human please")
    office.work_on(minutes=2)
    office.tickets.down = False
    office.restart()
    assert office.outbox.replay() == 2
    office.work_on(minutes=2)
    assert [len(desk.tickets) for desk in (office.tickets, office.spare)] == [1, 1]
    assert len(office.ticket.comments) == len(office.spare.tickets[0].comments) == 2


def test_what_is_given_up_twice_reaches_a_fallback_with_its_words(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 1}, spare=True)
    office.tickets.down = True
    office.case.say("human please")
    office.work()
    office.case.say("are you there?")
    office.work()
    assert {row["status"] for row in outbox(office) if row["destination"] == "tickets"} == {"dead"}
    office.config = {"give_up_after": 1, "fallback": "spare"}
    office.restart()
    assert office.outbox.replay() == 3
    office.work_on(minutes=2)
    (ticket,) = office.spare.tickets
    assert [one.text.split("\n")[0] for one in ticket.comments][-1] == "are you there?"


def test_a_replay_of_what_the_conversation_has_no_more_is_given_up_again(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.script(Fault.REJECTED)
    office.case.say("are you there?")
    office.work()
    (dead,) = [row for row in outbox(office) if row["status"] == "dead"]
    with office.runtime.store.write() as connection:
        gone = {**dead["payload"], "message_id": "gone"}
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == dead["id"]).values(payload=gone))
    office.outbox.replay(dead["id"])
    office.work_on(minutes=1)
    (again,) = [row for row in outbox(office) if row["status"] == "dead"]
    assert (again["id"], again["last_code"]) == (dead["id"], "record_gone")
