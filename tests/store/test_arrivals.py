"""Commit 1: a conversation begins once, a message is kept once, and one worker at a time may decide."""

from __future__ import annotations

from datetime import datetime

import pytest

from handover.packet.attachment import Attachment
from states.errors import MessageConflict, NotFound
from states.vocabulary import Clock, State
from store import arrivals, queries
from tests.store.example import HOUR, MINUTE, NOW, Bench

ASKED = {"asked": ["m1", "find_order 0f"]}


def test_a_conversation_begins_once_with_its_idle_clock(bench: Bench) -> None:
    assert bench.open()
    assert not bench.open(customer="somebody else")
    row = bench.rows(lambda connection: queries.conversation(connection, "c1"))
    assert (row["state"], row["version"], row["customer"], row["closed"]) == (State.BOT_HANDLING, 0, "cus-1", False)
    assert bench.rows(lambda connection: queries.timers(connection, "c1")) == {Clock.IDLE: NOW + 24 * HOUR}


def test_a_policy_is_remembered_once(bench: Bench) -> None:
    for text in ("first", "second"):
        bench.run(arrivals.remember_policy, "h", "name", text, NOW)
    assert bench.rows(lambda connection: queries.policy_text(connection, "h")) == "first"
    assert bench.rows(lambda connection: queries.policy_text(connection, "other")) is None


def test_a_message_is_kept_with_the_snapshot_it_is_decided_on(bench: Bench) -> None:
    bench.open()
    files = (Attachment(name="form.pdf", size=8),)
    received = bench.receive(attachments=files)
    assert (received.repeated, received.decided, received.leased) == (False, False, True)
    assert (received.snapshot.pending.id, received.snapshot.pending.attachments) == ("m1", files)


def test_the_same_message_again_is_known_before_and_after_it_was_decided(bench: Bench) -> None:
    bench.open()
    bench.receive()
    again = bench.receive()
    assert (again.repeated, again.decided, again.leased) == (True, False, True)
    bench.answer("c1", "m1", "hi")
    once_more = bench.receive()
    assert (once_more.repeated, once_more.decided, once_more.leased) == (True, True, False)
    assert bench.rows(lambda connection: queries.length(connection, "c1")) == 2


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing(bench: Bench) -> None:
    bench.open()
    bench.receive(text="one")
    with pytest.raises(MessageConflict, match="'m1'"):
        bench.receive(text="two")
    assert [one.text for one in bench.rows(lambda connection: queries.transcript(connection, "c1"))] == ["one"]


def test_an_id_of_the_assistants_is_no_customers(bench: Bench) -> None:
    bench.open()
    bench.receive()
    reply = bench.answer("c1", "m1", "hi").replies[0]
    with pytest.raises(MessageConflict):
        bench.receive(message_id=reply.id)


def test_a_conversation_that_is_not_there_takes_nothing(bench: Bench) -> None:
    with pytest.raises(NotFound, match="'c9'"):
        bench.receive("c9")


def test_a_message_that_comes_after_the_window_is_kept_as_late(bench: Bench) -> None:
    bench.open()
    bench.receive(message_id="m1")
    bench.commit(closed=True, state=State.RESOLVED, timers={})
    bench.receive(message_id="m2")
    found = bench.rows(lambda connection: queries.transcript(connection, "c1"))
    assert [(one.id, one.late) for one in found] == [("m1", False), ("m2", True)]


def test_one_worker_holds_a_conversation_until_it_lets_go_or_its_time_is_over(bench: Bench) -> None:
    bench.open()

    def take(owner: str, at: object = NOW) -> bool:
        taken: bool = bench.run(arrivals.take_lease, "c1", owner, at, 60.0)
        return taken

    assert take("w1")
    assert take("w1"), "renewed"
    assert not take("w2")
    bench.run(arrivals.drop_lease, "c1", "w2")
    assert not take("w2"), "only its holder gives a lease back"
    bench.run(arrivals.drop_lease, "c1", "w1")
    assert take("w2")
    assert take("w3", NOW + 2 * MINUTE), "a dead worker's lease ends"
    assert take("w4", NOW - 2 * HOUR), "a lease far in the future was taken before the time was set back"


def test_who_comes_second_gets_no_lease_and_no_snapshot(bench: Bench) -> None:
    bench.open()
    bench.receive()
    second = bench.receive(message_id="m2", owner="w2")
    assert (second.leased, second.snapshot) == (False, None)


def test_undecided_messages_are_those_that_nobody_works_on(bench: Bench) -> None:
    """Long leases are leases too: the bound that tells a time set back is the one by which they are taken."""
    bench.open("c1")
    bench.open("c2")
    bench.receive("c1", lease_s=30, at=NOW)
    bench.receive("c2", lease_s=300, at=NOW)

    def left(now: datetime) -> tuple[tuple[str, str], ...]:
        return bench.rows(lambda connection: arrivals.undecided(connection, now, 300))

    assert left(NOW) == ()
    assert left(NOW + MINUTE) == (("c1", "m1"),)
    assert left(NOW + HOUR) == (("c1", "m1"), ("c2", "m1"))
    assert ("c2", "m1") in left(NOW - 2 * HOUR), "the time was set back"
    bench.answer("c1", "m1", "hi")
    assert left(NOW + HOUR) == (("c2", "m1"),)


def test_who_waits_for_tools_holds_the_conversation_against_recovery_and_against_nobody_else(bench: Bench) -> None:
    bench.open()
    bench.receive(message_id="m1")
    assert bench.run(arrivals.take_lease, "c1", "w1", NOW, 60.0)
    assert not bench.run(arrivals.await_tools, "c1", "w1", 7, NOW, 60.0, ASKED), "decided on another version"
    assert not bench.run(arrivals.await_tools, "c1", "w2", 0, NOW, 60.0, ASKED), "by somebody without the lease"
    assert bench.run(arrivals.await_tools, "c1", "w1", 0, NOW, 60.0, ASKED)
    assert bench.rows(lambda connection: queries.conversation(connection, "c1"))["history"] == ASKED
    assert bench.run(arrivals.undecided, NOW + MINUTE / 2, 60.0) == ()
    assert bench.run(arrivals.undecided, NOW + 2 * MINUTE, 60.0) == (("c1", "m1"),)
    assert bench.run(arrivals.take_lease, "c1", "w3", NOW, 60.0), "whoever brings the results goes on"
    assert not bench.run(arrivals.await_tools, "c1", "w1", 0, NOW, 60.0, ASKED)
