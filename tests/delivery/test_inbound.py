"""What people do in a ticket becomes acts here, once; what the machine refuses is said there and put right."""

from __future__ import annotations

import pytest

from desks.memory import Fault
from desks.port import Job, Outcome, Request, Ticket
from states.errors import BadSignature, NotFound
from states.vocabulary import Event
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Office, hook
from tests.graph.example import BEN, SARA


@pytest.fixture
def open_case(office: Office) -> Office:
    """A case that waits, with its ticket."""
    office.case.say("human please")
    office.work()
    return office


def _notes(office: Office) -> list[str]:
    """What we have written into the ticket since its packet."""
    return [one.text.split("\n[")[0] for one in office.ticket.comments[2:] if one.author == "handrail"]


def test_taking_the_ticket_claims_the_case_for_the_person_the_settings_name(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    open_case.work(seconds=31)
    view = open_case.case.view
    assert (view.state.value, view.owner_id, view.owner_role.value) == ("agent_verifying", "anna", "frontline_agent")
    assert view.messages[-1].text == "A person has joined."
    assert open_case.chat.sent[-1] == (Job.ANNOUNCE, "Claimed")


def test_somebody_the_settings_do_not_name_is_a_frontline_agent_known_by_place_and_name(open_case: Office) -> None:
    open_case.tickets.assign("1", "zoe")
    open_case.work(seconds=31)
    assert open_case.case.view.owner_id == "tickets:zoe"


def test_a_claim_in_the_ticket_is_not_written_back_to_it(open_case: Office) -> None:
    before = open_case.tickets.attempts
    open_case.tickets.assign("1", "alice")
    open_case.work_on(minutes=3)
    assert open_case.tickets.attempts == before
    assert open_case.case.events.count("claimed") == 1


def test_a_public_reply_reaches_the_customer_once_and_claims_first(open_case: Office) -> None:
    open_case.tickets.reply("1", "alice", "Good morning, which order is it?")
    open_case.work_on(minutes=3)
    said = [(one.author, one.text) for one in open_case.case.view.messages]
    assert said.count(("agent", "Good morning, which order is it?")) == 1
    assert open_case.case.view.owner_id == "anna"
    assert _notes(open_case) == []


def test_a_reply_that_quotes_a_note_of_ours_still_reaches_the_customer(open_case: Office) -> None:
    quoted = f"As we said > [{open_case.case.view.handover.id}#2] your parcel is on its way"
    open_case.tickets.reply("1", "alice", quoted)
    open_case.work(seconds=31)
    assert open_case.case.view.messages[-1].text == quoted


def test_an_internal_note_reaches_nobody(open_case: Office) -> None:
    open_case.tickets.note("1", "alice", "he sounds angry")
    open_case.work(seconds=31)
    assert all("angry" not in one.text for one in open_case.case.view.messages)
    assert open_case.state == "handed_off"


def test_the_customer_who_writes_into_the_ticket_is_a_customer_and_no_agent(open_case: Office) -> None:
    open_case.tickets.write_in("1", "jane", "my order is 4711")
    open_case.work_on(minutes=2)
    assert ("customer", "my order is 4711") in [(one.author, one.text) for one in open_case.case.view.messages]
    assert [one.text for one in open_case.ticket.comments].count("my order is 4711") == 1


def test_resolving_the_ticket_resolves_the_case_with_the_last_words_as_outcome(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    open_case.tickets.note("1", "alice", "refunded 20 euros")
    open_case.tickets.set_status("1", "resolved")
    open_case.work(seconds=31)
    view = open_case.case.view
    assert (view.state.value, view.handover.outcome) == ("resolved", "refunded 20 euros")
    open_case.work_on(minutes=2)
    assert open_case.ticket.status == "resolved"


def test_a_resolution_that_is_not_allowed_is_explained_once_and_the_ticket_is_put_right(office: Office) -> None:
    office.case.say("change my address")
    office.work()
    office.tickets.assign("1", "alice")
    office.tickets.set_status("1", "resolved")
    office.work_on(minutes=2)
    assert office.state == "agent_verifying"
    assert (office.ticket.status, office.ticket.assignee) == ("claimed", "alice")
    (note,) = [one for one in _notes(office) if "could not follow" in one]
    assert "required step “Check the request.”" in note
    assert "identity is not verified" in note
    office.tickets.set_status("1", "resolved")
    office.work_on(minutes=2)
    assert office.ticket.status == "claimed"
    assert len([one for one in _notes(office) if "could not follow" in one]) == 1
    office.case.do(Event.IDENTITY_VERIFIED, text="called back")
    office.case.do(Event.RESOLVED, text="changed", steps_done=["checked"])
    office.work_on(minutes=1)
    assert office.ticket.status == "resolved"


def test_a_ticket_that_is_resolved_without_the_newest_message_is_put_right_and_then_followed(open_case: Office) -> None:
    """The message comes a second after the ticket was resolved: it is brought there, and nobody has seen it."""
    open_case.tickets.assign("1", "alice")
    open_case.work(seconds=31)
    open_case.tickets.set_status("1", "resolved")
    open_case.case.say("and my other order", message_id="late")
    open_case.work_on(minutes=5)
    assert open_case.state == "agent_verifying"
    assert any("and my other order" in one.text for one in open_case.ticket.comments)
    (note,) = [one for one in _notes(open_case) if "could not follow" in one]
    assert "'late'" in note
    assert open_case.ticket.status == "claimed"
    open_case.tickets.set_status("1", "resolved")
    open_case.work_on(minutes=2)
    assert open_case.state == "resolved"


def test_two_systems_that_fight_over_a_ticket_are_left_to_a_person(office: Office) -> None:
    office.case.say("change my address")
    office.work()
    office.tickets.assign("1", "alice")
    for _ in range(12):
        office.tickets.set_status("1", "resolved")
        office.work(seconds=40)
    assert office.tickets.attempts < 20
    assert "two_systems_disagree" in [one.data.get("fault") for one in office.case.view.events]


def test_giving_the_ticket_to_a_colleague_changes_the_owner(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    open_case.work(seconds=31)
    open_case.tickets.assign("1", "zoe")
    open_case.work(seconds=31)
    assert open_case.case.view.owner_id == "tickets:zoe"
    assert open_case.case.events[-3:] == ["claimed", "released", "claimed"]


def test_letting_the_ticket_go_releases_the_case(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    open_case.work(seconds=31)
    open_case.tickets.assign("1", "")
    open_case.work(seconds=31)
    assert (open_case.state, open_case.case.view.owner_id) == ("handed_off", None)
    assert open_case.ticket.assignee == ""


def test_who_takes_a_ticket_that_somebody_has_here_is_told_and_it_is_put_right(open_case: Office) -> None:
    open_case.case.do(Event.CLAIMED)
    open_case.work()
    assert open_case.ticket.assignee == "alice"
    open_case.case.do(Event.RELEASED)
    open_case.case.do(Event.CLAIMED, BEN)
    open_case.work()
    open_case.tickets.assign("1", "alice")
    open_case.work_on(minutes=2)
    assert open_case.case.view.owner_id == "ben"
    assert any("could not follow this (claimed)" in one for one in _notes(open_case))
    assert open_case.ticket.assignee == ""


def test_a_reply_by_somebody_who_does_not_have_the_case_is_not_lost_in_silence(open_case: Office) -> None:
    open_case.case.do(Event.CLAIMED, BEN)
    open_case.work()
    open_case.tickets.reply("1", "alice", "I will do it")
    open_case.work_on(minutes=1)
    assert all(one.text != "I will do it" for one in open_case.case.view.messages)
    assert any("The message was not passed on" in one for one in _notes(open_case))


def test_a_frontline_agent_cannot_take_an_escalated_case_in_the_ticket(open_case: Office) -> None:
    open_case.case.do(Event.ESCALATED, SARA)
    open_case.work()
    open_case.tickets.assign("1", "alice")
    open_case.work_on(minutes=1)
    assert (open_case.state, open_case.case.view.owner_id) == ("escalated", None)
    assert (open_case.ticket.status, open_case.ticket.assignee) == ("open", "")
    open_case.tickets.assign("1", "sam")
    open_case.work_on(minutes=1)
    assert (open_case.state, open_case.case.view.owner_id) == ("escalated", "sara")


def test_our_own_claim_is_no_claim_by_the_ticket_however_it_overlaps(open_case: Office) -> None:
    for _ in range(3):
        open_case.case.do(Event.CLAIMED)
        open_case.delivery.tick()
        open_case.case.do(Event.RELEASED)
        open_case.work(seconds=31)
    assert (open_case.state, open_case.ticket.assignee) == ("handed_off", "")
    assert open_case.case.events.count("claimed") == 3


def test_a_look_between_our_write_and_its_settling_takes_nothing_for_a_persons_doing(open_case: Office) -> None:
    office, sent = open_case, open_case.tickets.send

    def send(request: Request) -> Outcome:
        outcome = sent(request)
        if request.job is Job.CLAIM:
            office.case.do(Event.RELEASED)
            office.delivery.receive("tickets", *hook(office, "1", "d1"))
            office.delivery.tick()
        return outcome

    office.tickets.send = send  # type: ignore[method-assign]
    office.case.do(Event.CLAIMED)
    office.work_on(minutes=1)
    assert office.case.events.count("claimed") == 1
    assert (office.state, office.ticket.assignee) == ("handed_off", "")


def test_a_read_that_was_overtaken_by_our_own_writes_is_read_again(open_case: Office) -> None:
    office, real = open_case, open_case.tickets.read

    def read(ref: str) -> Ticket:
        office.tickets.read = real  # type: ignore[method-assign]
        office.case.do(Event.CLAIMED)
        office.delivery.tick()
        office.delivery.tick()
        seen = real(ref)
        assert seen.assignee == "alice"
        office.case.do(Event.RELEASED)
        office.delivery.tick()
        office.delivery.tick()
        return seen

    office.delivery.receive("tickets", *hook(office, "1", "d1"))
    office.tickets.read = read  # type: ignore[method-assign]
    office.work_on(minutes=1)
    assert office.case.events.count("claimed") == 1
    assert (office.state, office.ticket.assignee) == ("handed_off", "")


def test_a_ticket_as_it_was_before_is_not_followed(open_case: Office) -> None:
    office, real = open_case, open_case.tickets.read
    office.tickets.assign("1", "alice")
    old = real("1")
    office.tickets.assign("1", "")
    office.work(seconds=31)
    office.tickets.read = lambda ref: old  # type: ignore[method-assign]
    office.delivery.receive("tickets", *hook(office, "1", "late"))
    office.work()
    assert (office.state, office.case.events.count("claimed")) == ("handed_off", 0)


def test_a_ticket_that_was_reopened_after_the_case_was_closed_says_so(open_case: Office) -> None:
    open_case.case.do(Event.CLAIMED)
    open_case.case.do(Event.RESOLVED, text="done")
    open_case.work()
    open_case.tickets.set_status("1", "claimed")
    open_case.work_on(minutes=2)
    assert open_case.state == "resolved"
    assert [one for one in _notes(open_case) if "closed in Handrail" in one] != []


def test_a_reopened_case_gets_a_ticket_of_its_own(open_case: Office) -> None:
    open_case.case.do(Event.CLAIMED)
    open_case.case.do(Event.RESOLVED, text="done")
    open_case.case.say("it broke again")
    open_case.work()
    assert [one.status for one in open_case.tickets.tickets] == ["resolved", "open"]


def test_what_arrives_out_of_order_or_twice_changes_nothing(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    for number in (3, 1, 2, 1, 3):
        open_case.delivery.receive("tickets", *hook(open_case, "1", f"delivery-{number}"))
    open_case.work()
    assert open_case.case.events.count("claimed") == 1
    assert open_case.delivery.receive("tickets", *hook(open_case, "1", "delivery-1")) is False


def test_a_webhook_is_followed_at_once_and_the_poller_finds_what_no_webhook_told(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    open_case.work(seconds=1)
    assert open_case.state == "handed_off"
    open_case.delivery.receive("tickets", *hook(open_case, "1", "d1"))
    open_case.work()
    assert open_case.state == "agent_verifying"
    open_case.tickets.reply("1", "alice", "Hello")
    open_case.work(seconds=60)
    assert open_case.case.view.messages[-1].text == "Hello"


def test_a_ticket_that_cannot_be_read_is_read_later(open_case: Office) -> None:
    open_case.tickets.assign("1", "alice")
    open_case.delivery.receive("tickets", *hook(open_case, "1", "d1"))
    open_case.tickets.unreadable = 3
    open_case.work()
    assert open_case.state == "handed_off"
    open_case.work_on(minutes=2)
    assert open_case.state == "agent_verifying"


def test_somebody_who_was_faster_than_our_own_answer_is_not_overlooked(make_office: MakeOffice) -> None:
    office = make_office(desk={"idempotent": False}, config={"poll_s": 3600})
    office.tickets.script(Fault.REPLY_LOST)
    office.case.say("human please")
    office.work()
    office.tickets.assign("1", "alice")
    office.delivery.receive("tickets", *hook(office, "1", "d1"))
    office.work()
    assert office.rows("SELECT * FROM ticket WHERE destination = 'tickets'") == []
    office.work_on(minutes=2)
    assert office.case.view.owner_id == "anna"


def test_a_ticket_that_is_gone_calls_a_person(open_case: Office) -> None:
    open_case.delivery.receive("tickets", *hook(open_case, "1", "d1"))
    open_case.tickets.lose("1")
    open_case.work()
    assert open_case.case.view.events[-1].data["fault"] == "ticket_gone"


def test_a_hint_about_a_ticket_that_is_none_of_ours_is_dropped(open_case: Office) -> None:
    open_case.delivery.receive("tickets", *hook(open_case, "4711", "d1"))
    open_case.work()
    assert open_case.rows("SELECT * FROM inbox WHERE processed_at IS NULL") == []


@pytest.mark.parametrize("broken", ["signature", "age", "garbage"])
def test_a_webhook_whose_signature_does_not_hold_is_refused_and_not_kept(open_case: Office, broken: str) -> None:
    headers, body = hook(open_case, "1", "d1")
    if broken == "signature":
        body = b"2"
    elif broken == "age":
        headers, body = hook(open_case, "1", "d1", minutes=-6)
    else:
        headers = {**headers, "x-memory-timestamp": "\xff soon"}
    with pytest.raises(BadSignature):
        open_case.delivery.receive("tickets", headers, body)
    assert open_case.rows("SELECT * FROM inbox WHERE delivery_id = 'd1'") == []


@pytest.mark.parametrize("name", ["nobody", "chat", ""])
def test_only_destinations_that_send_webhooks_have_one(open_case: Office, name: str) -> None:
    with pytest.raises(NotFound):
        open_case.delivery.receive(name, {}, b"")


def _closed(office: Office) -> None:
    """The case ends, and the window in which the customer could have come back."""
    office.case.do(Event.CLAIMED)
    office.case.do(Event.RESOLVED, text="done")
    office.work()
    office.case.wait(hours=73)
    assert office.case.view.closed


def test_a_danger_that_a_customer_mails_to_a_closed_case_gets_a_person_and_a_ticket(open_case: Office) -> None:
    _closed(open_case)
    open_case.tickets.write_in("1", "cus-1", "I smell gas in the kitchen")
    open_case.work_on(minutes=2)
    assert open_case.state == "handed_off"
    assert open_case.case.view.handover.packet["why"]["severity"] == "critical"
    assert [one.status for one in open_case.tickets.tickets] == ["resolved", "open"]


def test_what_a_customer_mails_to_a_closed_case_besides_is_kept_and_its_ticket_says_so(open_case: Office) -> None:
    _closed(open_case)
    open_case.tickets.write_in("1", "cus-1", "and where is the second lamp")
    open_case.work_on(minutes=2)
    assert open_case.case.view.messages[-1].text == "and where is the second lamp"
    assert open_case.case.view.closed
    (note,) = [one for one in _notes(open_case) if "reopen window has ended" in one]
    assert "kept" in note
    assert "not passed on" not in note
