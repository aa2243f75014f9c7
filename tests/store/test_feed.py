"""The log of all conversations in the order of commits: whoever reads on from a place reads each event once."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from states.vocabulary import Effect, Event
from store import feed
from store.feed import Mark
from tests.components import examples
from tests.store.example import Bench, answering


def read(bench: Bench, mark: Mark, most: int = feed.LOOKED_AT) -> tuple[list[tuple[str, int]], Mark]:
    rows = bench.rows(lambda connection: feed.after(connection, mark, most))
    places = [(row["conversation_id"], row["seq"]) for row in rows]
    return places, feed.mark_of(rows[-1]) if rows else mark


def test_the_log_is_read_from_its_beginning_in_pages_and_on(bench: Bench) -> None:
    for name in ("b", "a", "c"):
        bench.open(name, opened_by=f"web-{name}")
    for name in ("b", "a", "b", "c", "a"):
        bench.commit(name, **answering("Hello."))
    found: list[tuple[str, int]] = []
    mark = Mark()
    while True:
        page, mark = read(bench, mark, 2)
        if not page:
            break
        found += page
    assert found == [("b", 1), ("a", 1), ("b", 3), ("c", 1), ("a", 3)]
    assert bench.rows(lambda connection: feed.stands(connection, mark))
    bench.commit("c")
    assert read(bench, mark)[0] == [("c", 3)]
    assert [row["opened_by"] for row in bench.rows(lambda one: feed.after(one, mark, 10))] == ["web-c"]


def test_the_newest_place_has_nothing_behind_it_until_something_happens(bench: Bench) -> None:
    assert read(bench, bench.rows(feed.newest))[0] == []
    bench.open("c1")
    bench.commit("c1")
    mark = bench.rows(feed.newest)
    assert read(bench, mark) == ([], mark)
    assert bench.rows(lambda connection: feed.stands(connection, mark))
    bench.commit("c1")
    assert read(bench, mark)[0] == [("c1", 2)]


def test_a_place_that_is_none_of_this_log_is_known(bench: Bench) -> None:
    bench.open("c1")
    bench.commit("c1")
    _, mark = read(bench, Mark())
    for other in (
        Mark(number=mark.number + 1, conversation_id="c1", seq=1),
        Mark(number=mark.number, conversation_id="c1", seq=2),
        Mark(number=mark.number, conversation_id="gone", seq=1),
    ):
        with bench.store.read() as connection:
            assert not feed.stands(connection, other)


def test_one_conversation_is_read_by_its_own_numbers_with_what_was_said(bench: Bench) -> None:
    bench.open("c1")
    bench.receive()
    bench.answer("c1", "m1", "Three days.")
    bench.commit("c1", event=Event.MESSAGE_KEPT)
    bench.receive(message_id="m2")
    bench.answer("c1", "m2", "Four days.")
    seqs = [row["seq"] for row in bench.rows(lambda one: feed.of_conversation(one, "c1", 0, 10))]
    assert seqs == [2, 4, 6]
    assert [row["seq"] for row in bench.rows(lambda one: feed.of_conversation(one, "c1", 2, 1))] == [4]
    said = bench.rows(lambda one: feed.said_by(one, "c1", seqs))
    assert {seq: [one.text for one in words] for seq, words in said.items()} == {2: ["Three days."], 6: ["Four days."]}
    assert [one.text for one in bench.rows(lambda one: feed.messages_after(one, "c1", 1, 2))] == [
        "Three days.",
        "hello",
    ]
    assert {one.effect for words in said.values() for one in words} == {Effect.SEND_ANSWER}


@pytest.mark.postgres
def test_a_commit_that_was_overtaken_is_not_lost(shared_postgres_bench: Bench) -> None:
    """A transaction that began first and ends last: by any order of numbers alone its event would lie behind."""
    bench = shared_postgres_bench
    for name in ("slow", "fast"):
        bench.open(name)
    outcome = bench.outcome("slow")
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        from store.work import UnitOfWork

        def wait(connection: object) -> None:
            begun.set()
            assert go_on.wait(30)

        UnitOfWork(bench.store).commit(outcome, wait, None, None)

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(slowly)
        assert begun.wait(30)
        bench.commit("fast")
        early, mark = read(bench, Mark())
        from_now = bench.rows(feed.newest)
        go_on.set()
        slow.result(30)
    late, _ = read(bench, mark)
    assert sorted(early + late) == [("fast", 1), ("slow", 1)]
    assert ("slow", 1) in read(bench, from_now)[0]


@pytest.mark.postgres
def test_what_rested_for_many_transactions_is_found_when_it_moves(shared_postgres_bench: Bench) -> None:
    """Conversations that nobody has touched are passed over; one that moves again is among those that were."""
    bench = shared_postgres_bench
    for name in ("resting", "moving"):
        bench.open(name)
        bench.commit(name)
    for _ in range(feed.SLACK + 50):
        with bench.store.write() as connection:
            connection.exec_driver_sql("SELECT pg_current_xact_id()")
    mark = bench.rows(feed.newest)
    with bench.store.read() as connection:
        assert feed._touched(connection, mark) == []
    bench.commit("moving")
    assert read(bench, mark)[0] == [("moving", 2)]


def test_many_writers_and_a_reader_beside_them_lose_and_double_nothing(bench: Bench) -> None:
    writers, each = 4, examples(12, 500)
    for number in range(writers):
        bench.open(f"c{number}")
    done = threading.Event()
    found: list[tuple[str, int]] = []

    def follow() -> Mark:
        mark, over = Mark(), False
        while not over:
            over = done.is_set()
            while True:
                page, mark = read(bench, mark, random.Random(len(found)).randint(1, 7))
                if not page:
                    break
                found.extend(page)
        return mark

    def write(number: int) -> None:
        for _ in range(each):
            bench.commit(f"c{number}")

    with ThreadPoolExecutor(writers + 1) as threads:
        following = threads.submit(follow)
        list(threads.map(write, range(writers)))
        done.set()
        following.result(60)
    assert sorted(found) == sorted((f"c{number}", seq) for number in range(writers) for seq in range(1, each + 1))
