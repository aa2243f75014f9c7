"""What goes wrong on the way out: retries, dead letters, fallbacks, what a system drops in silence, and who is told."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest

from delivery.expand import Expansion
from delivery.perform import Performer
from desks.memory import Fault
from desks.port import Job, Rejected, RetryAfter
from service.system import System
from service.views import NewConversation
from states.errors import NotFound
from states.vocabulary import Event
from store import steps
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Office


def _step(office: Office, job: str, destination: str = "tickets") -> dict[str, object]:
    found = office.rows("SELECT * FROM outbox WHERE destination != ''")
    (step,) = [one for one in found if (one["job"], one["destination"]) == (job, destination)]
    return dict(step)


def test_the_note_waits_for_its_ticket(office: Office) -> None:
    office.tickets.script(Fault.REFUSED)
    office.case.say("human please")
    office.work()
    assert office.tickets.tickets == ()
    assert office.tickets.attempts == 1
    office.work_on(minutes=1)
    assert len(office.ticket.comments) == 2


def test_no_step_overtakes_the_one_before_it(office: Office) -> None:
    office.case.say("human please")
    office.work()
    office.case.say("first")
    office.case.say("second")
    office.tickets.script(Fault.REFUSED)
    office.work()
    assert len(office.ticket.comments) == 2
    office.work_on(minutes=1)
    assert [one.text.split("\n")[0] for one in office.ticket.comments[2:]] == ["first", "second"]


def test_a_refused_connection_is_retried_later_each_time_with_jitter(office: Office) -> None:
    office.tickets.down = True
    office.case.say("human please")
    office.work()
    first = _step(office, "open")
    assert (first["attempts"], bool(first["unsure"]), first["last_code"]) == (1, False, "ConnectError")
    office.work_on(minutes=1)
    assert 2 <= int(str(_step(office, "open")["attempts"])) < 8
    office.tickets.down = False
    office.work_on(minutes=5)
    assert (office.ticket.status, len(office.ticket.comments)) == ("open", 2)


def test_an_asked_pause_is_kept_and_costs_no_attempt(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 1})
    office.tickets.script(Fault.TOO_MANY)
    office.case.say("human please")
    office.work()
    office.work(seconds=29)
    assert (office.tickets.attempts, _step(office, "open")["attempts"]) == (1, 0)
    office.work(seconds=2)
    assert office.ticket.key == office.case.view.handover.id


def test_a_pause_survives_a_restart(office: Office) -> None:
    office.tickets.script(Fault.TOO_MANY)
    office.case.say("human please")
    office.work()
    office.restart()
    office.work(seconds=29)
    assert office.tickets.attempts == 1
    office.work(seconds=2)
    assert office.tickets.attempts == 3


def test_a_rejected_ticket_is_a_dead_letter_and_a_person_is_told_by_another_way(office: Office) -> None:
    office.tickets.script(Fault.REJECTED)
    office.case.say("human please")
    office.work()
    step = _step(office, "open")
    assert (step["status"], step["last_code"]) == ("dead", "http_422")
    assert office.case.events[-1] == "fault"
    data = office.case.view.events[-1].data
    assert (data["fault"], data["destination"], data["job"]) == ("given_up", "tickets", "open")
    assert [job for job, _ in office.pager.sent] == [Job.PAGE]
    found = {one.destination: one for one in office.case.view.handover.deliveries}
    assert (found["tickets"].dead, found["tickets"].pending) == (2, 0)


def test_a_dead_letter_is_given_up_after_so_many_attempts(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 3})
    office.tickets.down = True
    office.case.say("human please")
    office.work_on(minutes=3)
    assert (_step(office, "open")["status"], _step(office, "open")["attempts"]) == ("dead", 3)
    assert office.tickets.attempts == 3


def test_a_replayed_dead_letter_is_looked_up_and_delivered_with_what_followed(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 2}, desk={"idempotent": False})
    office.tickets.script(Fault.REPLY_LOST)
    office.tickets.lag = 100
    office.case.say("human please")
    office.work()
    office.tickets.script(Fault.REFUSED)
    office.work_on(minutes=2)
    assert _step(office, "open")["status"] == "dead"
    office.tickets.lag = 0
    office.case.say("are you there?")
    office.work()
    assert office.outbox.replay() == 3
    office.work_on(minutes=2)
    assert len(office.tickets.tickets) == 1
    assert [one.text.split("\n")[0] for one in office.ticket.comments][-1] == "are you there?"


def test_replaying_what_is_not_dead_is_refused(office: Office) -> None:
    with pytest.raises(NotFound, match="no dead step"):
        office.outbox.replay("evt_1:0:tickets:open")


def test_the_fallback_takes_over_with_a_ticket_of_its_own(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 2, "fallback": "spare"}, spare=True)
    office.tickets.down = True
    office.case.say("human please")
    office.work_on(minutes=2)
    (ticket,) = office.spare.tickets
    assert (ticket.key, len(ticket.comments)) == (office.case.view.handover.id, 2)
    office.case.say("still waiting")
    office.work()
    assert office.spare.tickets[0].comments[-1].text.startswith("still waiting")
    assert [job for job, _ in office.pager.sent] == [Job.PAGE]


def test_a_fallback_that_has_no_tickets_is_at_least_told(make_office: MakeOffice) -> None:
    office = make_office(config={"give_up_after": 1, "fallback": "chat"})
    office.tickets.down = True
    office.case.say("human please")
    office.work_on(minutes=1)
    told = [one["id"] for one in office.rows("SELECT id FROM outbox WHERE id LIKE 'instead:%' AND status = 'done'")]
    assert [one.rpartition(":")[2] for one in told] == ["announce", "announce"]


def test_a_page_that_dies_is_told_by_another_channel_and_does_not_loop(make_office: MakeOffice) -> None:
    office = make_office()
    office.pager.outcomes = [Rejected(code="http_400")] * 50
    office.chat.outcomes = [Rejected(code="channel_not_found")] * 50
    office.case.say("I smell gas")
    office.work_on(minutes=30)
    faults = [one for one in office.case.view.events if one.event == "fault"]
    assert {(one.data["destination"]) for one in faults} == {"pager", "chat"}
    assert len(faults) == 2
    dead = office.rows("SELECT id FROM outbox WHERE status = 'dead'")
    assert 2 <= len(dead) < 20


def test_a_dead_letter_after_the_case_is_closed_pages_without_an_event(office: Office) -> None:
    office.case.say("human please")
    office.case.do(Event.CLAIMED)
    office.work()
    office.case.do(Event.RESOLVED, text="done")
    office.tickets.script(Fault.REJECTED)
    before = office.case.events
    office.work()
    assert office.case.events == before
    assert office.pager.sent[-1][0] is Job.PAGE


def test_a_page_about_a_page_is_not_paged_about_where_no_event_can_end_it(office: Office) -> None:
    office.case.say("human please")
    office.case.do(Event.CLAIMED)
    office.work()
    office.case.do(Event.RESOLVED, text="done")
    office.tickets.script(Fault.REJECTED)
    office.pager.outcomes = [Rejected(code="http_400")] * 50
    office.chat.outcomes = [Rejected(code="http_400")] * 50
    for _ in range(20):
        office.delivery.tick()
    assert 2 <= len(office.rows("SELECT id FROM outbox WHERE status = 'dead'")) <= 4


@pytest.mark.parametrize("dropped", ["queue", "priority", "public"])
def test_what_a_system_drops_in_silence_is_flagged_to_a_person(office: Office, dropped: str) -> None:
    office.tickets.drops = {dropped}
    office.case.say("change my address")
    office.work()
    assert _receipts(office)["open"]["wrong"] == [dropped]
    data = next(one.data for one in office.case.view.events if one.event == "fault")
    assert (data["fault"], data["detail"]) == ("not_taken", dropped)
    assert any("did not take everything" in one.text and dropped in one.text for one in office.ticket.comments)
    assert len([one for one in office.case.events if one == "fault"]) == 1


def _receipts(office: Office) -> dict[str, dict[str, object]]:
    rows = office.rows("SELECT job, receipt FROM outbox WHERE destination = 'tickets' AND job = 'open'")
    return {
        one["job"]: json.loads(one["receipt"]) if isinstance(one["receipt"], str) else one["receipt"] for one in rows
    }


def test_a_ticket_that_cannot_be_read_back_is_not_taken_for_delivered(office: Office) -> None:
    office.tickets.unreadable = 1
    office.case.say("human please")
    office.work()
    step = _step(office, "open")
    assert (step["status"], step["last_code"], bool(step["unsure"])) == ("pending", "not_read_back", True)
    office.work_on(minutes=1)
    assert len(office.ticket.comments) == 2
    assert office.tickets.attempts == 2


def test_steps_that_a_dead_worker_held_come_back_unsure(make_office: MakeOffice) -> None:
    office = make_office(desk={"idempotent": False})
    office.case.say("human please")
    Expansion(System(office.runtime), office.delivery.destinations)()
    place = office.delivery.destinations["tickets"]

    class Shot(BaseException):
        pass

    sent = office.tickets.send

    def send_and_die(request: object) -> object:
        sent(request)  # type: ignore[arg-type]
        raise Shot

    office.tickets.send = send_and_die  # type: ignore[method-assign,assignment]
    with pytest.raises(Shot):
        Performer(System(office.runtime), office.delivery.destinations, dice=random.Random(1)).perform_next(place)
    office.tickets.send = sent  # type: ignore[method-assign]
    office.work()
    assert len(office.tickets.tickets) == 1  # still leased: nobody touches it
    assert _step(office, "open")["status"] == "pending"
    office.work(seconds=place.lease_s + 1)
    assert len(office.tickets.tickets) == 1
    assert len(office.ticket.comments) == 2


def test_our_writes_to_one_ticket_stay_within_its_budget(make_office: MakeOffice) -> None:
    office = make_office(config={"updates_per_ticket": 4})
    office.case.say("human please")
    for number in range(6):
        office.case.say(f"message {number}")
    office.work()
    assert office.tickets.attempts == 4
    office.work(minutes=5)
    assert office.tickets.attempts == 4
    office.work(minutes=5, seconds=1)
    assert office.tickets.attempts == 8
    office.work(minutes=10, seconds=1)
    assert [one.text.split("\n")[0] for one in office.ticket.comments[2:]] == [f"message {n}" for n in range(6)]


def test_a_channel_that_asks_to_be_left_alone_for_ever_is_given_up_after_a_day(make_office: MakeOffice) -> None:
    office = make_office()
    office.chat.outcomes = [RetryAfter(seconds=3600, code="http_429")] * 100
    office.case.say("human please")
    for _ in range(30):
        office.work(hours=1)
    assert _step_status(office, "announce", "chat")[0] == "dead"


def _step_status(office: Office, job: str, destination: str) -> list[str]:
    rows = office.rows("SELECT status, job, destination FROM outbox ORDER BY created_at, id")
    return [one["status"] for one in rows if (one["job"], one["destination"]) == (job, destination)]


def test_teams_decide_who_hears_of_a_handover(make_office: MakeOffice) -> None:
    office = make_office(config={"teams": ["safety"]})
    office.case.say("human please")
    office.work()
    assert office.tickets.tickets == ()
    assert office.chat.sent == [(Job.ANNOUNCE, "New handover")]


def test_what_was_delivered_is_not_kept_twice(office: Office) -> None:
    office.case.say("human please")
    office.work()
    rows = office.rows("SELECT payload, request FROM outbox WHERE destination = 'tickets'")
    assert len(rows) == 2
    assert all("human please" not in str(dict(one)) for one in rows)


def test_an_attempt_that_took_longer_than_its_lease_settles_nothing(office: Office) -> None:
    office.case.say("human please")
    Expansion(System(office.runtime), office.delivery.destinations)()
    with office.runtime.store.write() as connection:
        first = steps.lease_step(connection, "tickets", "a", office.clock.now(), 60, ())
    later = office.clock.advance(timedelta(seconds=61))
    with office.runtime.store.write() as connection:
        second = steps.lease_step(connection, "tickets", "b", later, 60, ())
        assert first is not None
        assert second is not None
        assert (second.id, first.unsure, second.unsure) == (first.id, False, True)
        assert not steps.step_done(connection, first, {"ref": "1"}, later)
        assert not steps.retry_step(connection, first, at=later, code="x", unsure=False, counts=True)
        assert steps.step_done(connection, second, {"ref": "1"}, later)


def test_a_destination_that_asks_to_be_left_alone_is_left_alone_for_all_cases(office: Office) -> None:
    for name in ("other1", "other2"):
        office.runtime.open(NewConversation(id=name))
        office.runtime.post(name, "human please")
    office.tickets.script(Fault.TOO_MANY)
    office.work()
    assert office.tickets.attempts == 1
    office.work(seconds=29)
    assert office.tickets.attempts == 1
    office.work(seconds=2)
    assert len(office.tickets.tickets) == 2
