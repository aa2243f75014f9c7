"""Every ticket carries a signed head of the log, and what became of each step stands in the journal."""

from __future__ import annotations

from proof.heads import Signer, heads_in
from service.verify import verify
from states.vocabulary import Event
from store import log
from store.append_only import drop_append_only
from store.exhibits import journal_of
from tests.delivery.example import Office, hook


def test_a_ticket_carries_a_head_that_has_the_handover_in_it(office: Office) -> None:
    office.case.say("human please")
    office.work()
    (head,) = heads_in(office.ticket.comments[1].text)
    store = office.case.runtime.store
    assert verify(store, kept=[head]).findings == ()
    with store.write() as connection:
        drop_append_only(connection)
        connection.exec_driver_sql("DELETE FROM log_leaf")
    assert any("the log ends before" in one.what for one in verify(store, kept=[head]).findings)


def test_a_ticket_goes_out_where_no_head_can_be_signed(office: Office) -> None:
    store = office.case.runtime.store
    with store.write() as connection:
        log.add_head(connection, Signer(b"k" * 32).head(1, 1, "ab" * 32), "")
    office.case.say("human please")
    office.work()
    assert "Why: " in office.ticket.comments[1].text
    assert heads_in(office.ticket.comments[1].text) == ()


def test_receipts_stand_in_the_journal_and_hints_in_that_of_the_house(office: Office) -> None:
    office.case.say("human please")
    office.case.do(Event.CLAIMED)
    office.work()
    office.tickets.assign("1", "alice")
    office.delivery.receive("tickets", *hook(office, "1", "d1"))
    office.work()
    with office.case.runtime.store.read() as connection:
        entries = journal_of(connection, "c1")
        hints = journal_of(connection, "")
    delivered = [(one["data"]["destination"], one["data"]["job"]) for one in entries if one["kind"] == "delivered"]
    assert ("tickets", "open") in delivered
    assert ("chat", "announce") in delivered
    assert all(one["data"]["receipt"]["attempts"] == 1 for one in entries)
    assert {"destination": "tickets", "delivery_id": "d1", "ref": "1"} in [one["data"] for one in hints]
    assert verify(office.case.runtime.store).findings == ()
