"""Where handovers are at destinations, how far changes were read, and hints: each kept once, taken by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from states.vocabulary import Effect, State
from store import outbox, steps, tickets
from store.records import WaitingHint
from tests.store.example import HOUR, MINUTE, NOW, Bench, step, ticket


@pytest.fixture
def case(bench: Bench) -> Bench:
    bench.case()
    return bench


def read(bench: Bench, act: Any, *given: Any) -> Any:
    return bench.rows(lambda connection: act(connection, *given))


def hint(bench: Bench, at: Any = NOW) -> WaitingHint | None:
    found: WaitingHint | None = bench.run(tickets.take_hint, "tickets", at, 60)
    return found


def waiting_hint(name: str, asks: str, at: datetime) -> WaitingHint:
    return WaitingHint(
        destination="tickets", delivery_id=name, ref="1", actor="", asks=asks, attempts=1, received_at=at
    )


def test_a_ticket_is_kept_once_and_found_by_handover_and_by_name(case: Bench) -> None:
    case.run(tickets.add_ticket, ticket(), NOW)
    case.run(tickets.add_ticket, ticket(link="another"), NOW)
    case.run(tickets.add_ticket, ticket("2"), NOW)
    assert read(case, tickets.ticket_of, "ho1", "tickets") == ticket()
    assert read(case, tickets.ticket_by_ref, "tickets", "1") == ticket()
    assert read(case, tickets.ticket_by_ref, "tickets", "2") is None, "one ticket of a handover at a place"
    assert read(case, tickets.ticket_of, "ho1", "chat") is None


def test_a_ticket_is_changed_as_it_was_read_or_not_at_all(case: Bench) -> None:
    case.run(tickets.add_ticket, ticket(), NOW)
    assert case.run(tickets.change_ticket, ticket(), NOW, status="claimed", assignee="alice")
    assert not case.run(tickets.change_ticket, ticket(), NOW, status="resolved")
    assert case.run(tickets.change_ticket, ticket(), NOW, any_revision=True, last_comment="7")
    found = read(case, tickets.ticket_of, "ho1", "tickets")
    assert (found.status, found.assignee, found.last_comment, found.revision) == ("claimed", "alice", "7", 2)


def test_a_ticket_is_known_since_it_was_made_or_last_read(case: Bench) -> None:
    def known() -> Any:
        return read(case, tickets.known_at, "ho1", "tickets")

    assert known() is None
    case.run(tickets.add_ticket, ticket(), NOW)
    assert known() == NOW
    case.run(tickets.change_ticket, ticket(), NOW + MINUTE)
    assert known() == NOW + MINUTE
    case.run(tickets.change_ticket, ticket(), NOW + HOUR, any_revision=True, seen=False, status="resolved")
    assert known() == NOW + MINUTE, "it was written, not read"
    assert read(case, tickets.known_at, "ho1", "chat") is None


def test_the_most_urgent_case_of_a_destination_is_the_open_one_that_is_due_first(bench: Bench) -> None:
    for number, due in ((1, 3), (2, 1), (3, 2), (4, 0)):
        name = f"ho{number}"
        bench.case(f"c{number}", name, claim_due_at=NOW + due * HOUR)
        place = "chat" if number == 4 else "tickets"
        placed = ticket(str(number), conversation_id=f"c{number}", handover_id=name, destination=place)
        bench.run(tickets.add_ticket, placed, NOW)
    assert read(bench, tickets.most_urgent, "tickets").handover_id == "ho2"
    bench.commit("c2", handover_changed={"open": False, "closed_at": NOW}, state=State.RESOLVED)
    assert read(bench, tickets.most_urgent, "tickets").handover_id == "ho3"
    assert read(bench, tickets.most_urgent, "pager") is None


def test_deliveries_show_each_place_with_what_waits_and_what_was_given_up(case: Bench) -> None:
    case.run(tickets.add_ticket, ticket(), NOW)
    case.run(steps.add_step, step("s1"), 1, NOW)
    case.run(steps.add_step, step("s2", destination="chat"), 1, NOW)
    dead = case.run(steps.lease_step, "chat", "w", NOW, 60, ())
    case.run(steps.step_dead, dead, {}, {}, "x", NOW)
    found = [
        (one["destination"], one["ref"], one["pending"], one["dead"]) for one in read(case, tickets.deliveries, "ho1")
    ]
    assert found == [("chat", "", 0, 1), ("tickets", "1", 1, 0)]


def test_deliveries_begin_with_what_goes_to_nobody(bench: Bench) -> None:
    bench.case(effects=(Effect.PAGE, Effect.DELIVER_HANDOVER))
    bench.commit(effects=(Effect.PAGE,))
    bench.case("c2", "ho2", effects=(Effect.SEND_CODE,))
    bench.run(tickets.add_ticket, ticket(), NOW)
    assert [one["destination"] for one in read(bench, tickets.deliveries, "ho1")] == ["tickets"]
    for effect_id, _ in read(bench, outbox.effects_in_queue):
        bench.run(outbox.mark_undeliverable, effect_id)
    found = read(bench, tickets.deliveries, "ho1")
    assert [(one["destination"], one["ref"], one["status"]) for one in found] == [
        ("(nobody)", "deliver_handover", "undeliverable"), ("(nobody)", "page ×2", "undeliverable"),
        ("tickets", "1", "open"),
    ]  # fmt: skip


def test_a_handover_is_read_by_its_id(case: Bench) -> None:
    assert read(case, tickets.handover_by_id, "ho1").team == "frontline"
    assert read(case, tickets.handover_by_id, "ho9") is None


def test_changes_are_read_by_one_at_a_time_and_when_it_is_time(bench: Bench) -> None:
    assert read(bench, tickets.is_poll_due, "tickets", NOW)
    assert bench.run(tickets.begin_polling, "tickets", NOW, 30) == ""
    assert not read(bench, tickets.is_poll_due, "tickets", NOW)
    assert bench.run(tickets.begin_polling, "tickets", NOW, 30) is None
    assert bench.run(tickets.move_cursor, "tickets", "", "17")
    assert not bench.run(tickets.move_cursor, "tickets", "", "18"), "another worker was faster"
    assert bench.run(tickets.begin_polling, "tickets", NOW + MINUTE, 30) == "17"


def test_when_changes_were_read_is_kept_beside_when_they_are_read_next(bench: Bench) -> None:
    assert read(bench, tickets.read_at, "tickets") is None
    bench.run(tickets.begin_polling, "tickets", NOW, 30)
    assert read(bench, tickets.read_at, "tickets") is None, "begun is not read"
    for at in (NOW, NOW + MINUTE):
        bench.run(tickets.was_read, "tickets", at)
        assert read(bench, tickets.read_at, "tickets") == at
    assert read(bench, tickets.read_at, "chat") is None
    assert bench.run(tickets.begin_polling, "tickets", NOW + MINUTE, 30) == "", "the cursor is where it was"


def test_a_hint_is_kept_once_and_taken_by_one(bench: Bench) -> None:
    assert bench.run(tickets.keep_hint, "tickets", "d1", "1", NOW, "alice", "claim")
    assert not bench.run(tickets.keep_hint, "tickets", "d1", "1", NOW)
    assert read(bench, tickets.hint_waiting, "tickets", NOW)
    assert not read(bench, tickets.hint_waiting, "chat", NOW)
    assert hint(bench) == WaitingHint(
        destination="tickets", delivery_id="d1", ref="1", actor="alice", asks="claim", attempts=1, received_at=NOW
    )
    assert hint(bench) is None
    again = hint(bench, NOW + 2 * MINUTE)
    assert again is not None
    assert again.attempts == 2


def test_a_hint_that_was_looked_into_ends_older_ones_to_look_and_none_that_ask(bench: Bench) -> None:
    for name, ref, asks, age in (
        ("old", "1", "", 2),
        ("asks", "1", "claim", 2),
        ("new", "1", "", 0),
        ("other", "2", "", 2),
    ):
        bench.run(tickets.keep_hint, "tickets", name, ref, NOW - age * HOUR, "", asks)
    taken = waiting_hint("old", "", NOW - 2 * HOUR)
    bench.run(tickets.hint_processed, taken, NOW - HOUR, NOW)
    left = set()
    while (found := hint(bench)) is not None:
        left.add(found.delivery_id)
    assert left == {"asks", "new", "other"}


def test_a_hint_that_asks_ends_alone(bench: Bench) -> None:
    for name, asks in (("asks", "claim"), ("look", "")):
        bench.run(tickets.keep_hint, "tickets", name, "1", NOW - HOUR, "", asks)
    taken = waiting_hint("asks", "claim", NOW - HOUR)
    bench.run(tickets.hint_processed, taken, NOW, NOW)
    left = hint(bench)
    assert left is not None
    assert left.delivery_id == "look"


def test_a_hint_is_looked_into_again_later_and_forgotten_when_it_is_old(bench: Bench) -> None:
    bench.run(tickets.keep_hint, "tickets", "d1", "1", NOW)
    taken = hint(bench)
    assert taken is not None
    bench.run(tickets.hint_again, taken, NOW + HOUR)
    assert hint(bench, NOW + 2 * MINUTE) is None
    assert hint(bench, NOW + HOUR) is not None
    assert bench.run(tickets.forget_hints, NOW + HOUR) == 0, "it was not looked into"
    bench.run(tickets.hint_processed, taken, NOW, NOW)
    assert bench.run(tickets.forget_hints, NOW + HOUR) == 1
    assert bench.run(tickets.keep_hint, "tickets", "d1", "1", NOW)
