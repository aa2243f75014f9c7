"""From a committed effect to a ticket, a card and a page, through everything that goes wrong on the way."""

from __future__ import annotations

from desks.memory import Fault
from desks.port import Job
from states.vocabulary import Event
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Office


def test_a_handover_becomes_one_ticket_with_the_packet_in_a_note_and_one_card(office: Office) -> None:
    office.case.say("change my address")
    office.work()
    handover = office.case.view.handover
    ticket = office.ticket
    assert (ticket.key, ticket.queue, ticket.priority, ticket.status) == (handover.id, "privacy", "high", "open")
    assert ticket.packet == handover.packet
    assert [one.public for one in ticket.comments] == [False, False]
    assert "Why: The customer wants personal data changed." in ticket.comments[1].text
    assert office.chat.sent == [(Job.ANNOUNCE, "New handover")]
    assert office.pager.sent == []


def test_an_answered_message_reaches_no_destination(office: Office) -> None:
    office.case.say("When do you deliver?")
    office.work()
    assert (office.tickets.attempts, office.chat.sent) == (0, [])


def test_the_view_shows_where_the_handover_was_delivered(office: Office) -> None:
    office.case.say("human please")
    office.work()
    found = {one.destination: one for one in office.case.view.handover.deliveries}
    assert (found["tickets"].ref, found["tickets"].link) == ("1", "memory://tickets/1")
    assert (found["tickets"].status, found["tickets"].pending, found["tickets"].dead) == ("open", 0, 0)
    assert set(found) == {"tickets", "chat"}


def test_what_customer_and_agent_write_reaches_the_ticket_in_order(office: Office) -> None:
    office.case.say("human please")
    office.case.say("my order is 4711")
    office.case.do(Event.CLAIMED)
    office.case.do(Event.AGENT_REPLIED, text="Good morning, I have it.")
    office.case.do(Event.RESOLVED, text="refunded")
    office.work()
    ticket = office.ticket
    said = [one.text.split("\n")[0] for one in ticket.comments[2:]]
    assert said == ["my order is 4711", "Claimed by anna (frontline_agent)", "Good morning, I have it.", "refunded"]
    assert (ticket.status, ticket.assignee) == ("resolved", "alice")
    assert [one.text.split("\n")[0] for one in ticket.comments if one.public] == ["Good morning, I have it."]


def test_a_lost_reply_is_looked_up_before_it_is_sent_again(make_office: MakeOffice) -> None:
    office = make_office(desk={"idempotent": False})
    office.tickets.script(Fault.REPLY_LOST, Fault.REPLY_LOST)
    office.case.say("human please")
    office.work_on(minutes=2)
    assert len(office.tickets.tickets) == 1
    assert len(office.ticket.comments) == 2
    assert office.tickets.attempts == 2


def test_without_the_look_up_the_same_faults_double_the_ticket(make_office: MakeOffice) -> None:
    office = make_office(desk={"idempotent": False}, look=False)
    office.tickets.script(Fault.REPLY_LOST)
    office.case.say("human please")
    office.work_on(minutes=2)
    assert len(office.tickets.tickets) == 2
