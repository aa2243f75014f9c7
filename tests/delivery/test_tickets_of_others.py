"""A ticket's reference may lead to another customer's ticket one day; what comes with a message besides its words."""

from __future__ import annotations

import itertools

import pytest

from desks.port import Identity, Job, Standing
from handover.packet.attachment import Attachment
from service.views import NewConversation
from states.vocabulary import Event, State
from tests.delivery.example import Office
from tests.triggers.automatic_notices import NOTICES

SECRET = "The refund goes to the account ending in 42."
FORM = Attachment(name="form.pdf", ref="chat:file-7")


def _faults(office: Office) -> list[tuple[str, str]]:
    return [(one.data["fault"], one.data.get("detail", "")) for one in office.case.view.events if one.event == "fault"]


def _two(office: Office) -> None:
    """Two customers with a ticket each, the first one's claimed."""
    office.case.say("human please")
    office.work()
    other = office.runtime.open(NewConversation(id="other"))
    office.runtime.post(other.id, "human please")
    office.work()
    office.case.do(Event.CLAIMED)
    office.work()


@pytest.mark.parametrize("into", ["2", "foreign"])
def test_a_merged_ticket_gets_no_word_of_the_other_customer_and_gives_none(office: Office, into: str) -> None:
    _two(office)
    if into == "foreign":  # a ticket that is none of ours
        ticket = office.tickets.read("2")
        office.tickets._shelf.tickets["foreign"] = type(ticket)(ref="foreign", key="", status="open")
    office.tickets.merge("1", into)
    office.case.do(Event.AGENT_REPLIED, text=SECRET)
    office.work(seconds=31)
    office.tickets.reply(into, "alice", "Words for the other customer.")
    office.work(seconds=31)
    assert not any(SECRET in one.text for one in office.tickets.read(into).comments)
    assert "Words for the other customer." not in [one.text for one in office.case.view.messages]
    assert ("ticket_merged", into) in _faults(office)
    assert [job for job, _ in office.pager.sent][:1] == [Job.PAGE]


def test_without_the_look_before_a_write_the_reply_reaches_the_other_customers_ticket(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: a desk that always says the ticket is the handover's own."""
    _two(office)
    key = office.tickets.read("1").key
    monkeypatch.setattr(office.tickets, "identify", lambda ref: Identity(ref=ref, key=key))
    office.tickets.merge("1", "2")
    office.case.do(Event.AGENT_REPLIED, text=SECRET)
    office.work()
    assert any(SECRET in one.text for one in office.tickets.read("2").comments)


def test_while_the_system_cannot_be_read_only_a_ticket_that_was_read_lately_is_written_to(office: Office) -> None:
    _two(office)
    office.tickets.unreadable = 10_000
    office.case.do(Event.AGENT_REPLIED, text="At once.")
    office.work()
    assert any("At once." in one.text for one in office.tickets.tickets[0].comments)
    office.work_on(minutes=10)
    office.case.do(Event.AGENT_REPLIED, text=SECRET)
    office.work_on(minutes=1)
    assert not any(SECRET in one.text for one in office.tickets.tickets[0].comments)
    office.tickets.unreadable = 0
    office.work_on(minutes=10)
    assert any(SECRET in one.text for one in office.tickets.tickets[0].comments)


@pytest.mark.parametrize(
    ("shown", "elsewhere"),
    [
        (Identity(ref="1", key="h"), ""), (Identity(ref="1", key=""), ""), (Identity(ref="2", key="h"), ""),
        (Identity(ref="2", key="x"), "2"), (Identity(ref="2", key=""), "2"), (Identity(ref="1", key="x"), "1"),
        (Identity(ref="1", key="h", merged_into="9"), "9"), (Identity(ref="1", key="h", merged_into="?"), "?"),
    ],
)  # fmt: skip
def test_a_reference_leads_to_the_handovers_own_ticket_or_elsewhere(shown: Identity, elsewhere: str) -> None:
    assert shown.elsewhere("1", "h") == elsewhere


@pytest.mark.parametrize("why", ["rejected", "cancelled", "duplicate", "spam"])
def test_a_ticket_that_is_set_aside_is_not_resolved(office: Office, why: str) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.assign("1", "alice")
    office.work(seconds=31)
    office.tickets.set_aside("1", why)
    office.work(seconds=31)
    assert (office.case.view.state, _faults(office)) == (State.AGENT_VERIFYING, [("ticket_set_aside", why)])


STRANGERS = list(itertools.product(("zoe", "ALICE", "al\u0456ce", "alice.", "alice@evil.test"), Standing))


@pytest.mark.parametrize(("name", "standing"), STRANGERS)
def test_only_whom_the_settings_or_the_system_know_claims_and_speaks(
    office: Office, name: str, standing: Standing
) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.hire(name, standing)
    office.tickets.mail_in("1", name, "I take over.")
    office.work(seconds=31)
    known = standing is Standing.STAFF
    assert (office.case.view.owner_id == f"tickets:{name}") is known
    assert ("I take over." in [one.text for one in office.case.view.messages]) is known
    assert (("stranger", name) in _faults(office)) is not known


@pytest.mark.parametrize("standing", [Standing.OUTSIDER, Standing.BARRED])
def test_a_ticket_that_a_stranger_holds_is_put_right(office: Office, standing: Standing) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.hire("zoe", standing)
    office.tickets.assign("1", "zoe")
    office.work(seconds=31)
    office.work(seconds=31)
    assert (office.case.view.owner_id, office.ticket.assignee) == (None, "")
    assert any("zoe was given this ticket" in one.text for one in office.ticket.comments)


def test_an_agent_of_the_settings_who_was_shut_out_there_is_nobody(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.hire("alice", Standing.BARRED)
    office.tickets.reply("1", "alice", "I am still here.")
    office.work(seconds=31)
    assert office.case.view.owner_id is None
    office.tickets.hire("alice", Standing.OUTSIDER)
    office.tickets.reply("1", "alice", "The settings say that I am an agent.")
    office.work(seconds=31)
    assert office.case.view.owner_id == "anna"


# What comes with words, and without


@pytest.mark.parametrize("by", ["alice", "zoe", "customer"])
def test_answers_of_absence_are_nobodys(office: Office, by: str) -> None:
    office.case.say("human please")
    office.work()
    before = office.case.view.messages
    if by == "customer":
        office.tickets.write_in("1", "jane", "I am away until Monday.", automatic=True)
    else:
        office.tickets.reply("1", by, "I am away until Monday.", automatic=True)
    office.work(seconds=31)
    assert (office.case.view.messages, office.case.view.owner_id, _faults(office)) == (before, None, [])


@pytest.mark.parametrize("text", NOTICES[::4])
def test_an_agents_answer_of_absence_without_headers_claims_nothing_and_reaches_nobody(
    office: Office, text: str
) -> None:
    """Zendesk and Freshdesk hand on no headers: such a notice claimed the case and was sent to the customer."""
    office.case.say("human please")
    office.work()
    office.tickets.reply("1", "alice", text)
    office.work(seconds=31)
    assert office.case.view.owner_id is None
    assert [one for one in office.case.view.messages if one.author == "agent"] == []
    assert [fault for fault, _ in _faults(office)] == ["reply_not_passed_on"]
    assert any("reads as an automatic reply" in one.text and not one.public for one in office.ticket.comments)


def test_an_absence_is_no_outcome(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.reply("1", "alice", "The lamp is on its way again.")
    office.work(seconds=31)
    office.tickets.reply("1", "alice", "Out of office until Monday")
    office.tickets.set_status("1", "resolved")
    office.work(seconds=31)
    assert office.case.view.handover is not None
    assert "Out of office" not in str(office.case.view.handover.outcome)


def test_files_that_come_after_the_handover_are_named_in_the_ticket(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.runtime.post(office.case.id, "here it is", attachments=(FORM,))
    office.runtime.post(office.case.id, "", attachments=(Attachment(name="photo.jpg", ref="chat:file-8"),))
    office.work()
    said = [one.text for one in office.ticket.comments[2:]]
    assert "here it is\nFiles:\n- form.pdf (chat:file-7)" in said[0]
    assert "- photo.jpg (chat:file-8)" in said[1]


def test_files_are_named_again_when_a_dead_letter_is_replayed(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.down = True
    office.runtime.post(office.case.id, "here it is", attachments=(FORM,))
    office.work_on(minutes=40)
    office.tickets.down = False
    office.outbox.replay()
    office.work_on(minutes=10)
    assert any("here it is\nFiles:\n- form.pdf (chat:file-7)" in one.text for one in office.ticket.comments)


@pytest.mark.parametrize("text", ["", "Please fill this in."])
def test_a_file_of_an_agent_is_not_lost_without_a_word(office: Office, text: str) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.reply("1", "alice", text, files=(FORM,))
    office.work(seconds=31)
    assert (_faults(office), office.pager.sent[0][0]) == ([("file_not_carried", "form.pdf")], Job.PAGE)
    assert any("did not get form.pdf" in one.text and not one.public for one in office.ticket.comments)
    assert (text in [one.text for one in office.case.view.messages if one.author == "agent"]) is bool(text)


def test_a_file_of_the_customer_in_the_ticket_is_on_the_case(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.tickets.write_in("1", "jane", "", files=(FORM,))
    office.work(seconds=31)
    assert office.case.view.messages[-1].attachments or office.case.view.messages[-2].attachments


def test_a_reply_that_quotes_the_packet_reaches_the_customer_without_it(office: Office) -> None:
    office.case.say("change my address")
    office.work()
    note = office.ticket.comments[1].text
    office.tickets.reply("1", "alice", f"Done, it is changed.\n\nOn Monday handover wrote:\n{note}")
    office.work(seconds=31)
    said = [one.text for one in office.case.view.messages if one.author == "agent"]
    assert said == ["Done, it is changed."]


def test_a_reply_that_has_our_words_within_its_own_is_held_back_and_told(office: Office) -> None:
    office.case.say("change my address")
    office.work()
    (line,) = [one for one in office.ticket.comments[1].text.splitlines() if one.startswith("Claim by")]
    office.tickets.reply("1", "alice", f"They told me: {line}, so be quick")
    office.work(seconds=31)
    assert [one.text for one in office.case.view.messages if one.author == "agent"] == []
    assert _faults(office) == [("reply_not_passed_on", "")]
