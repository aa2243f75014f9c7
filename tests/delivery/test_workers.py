"""Several workers at once, with threads and without: each step is done once, and nobody waits for a slow one."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from delivery.work import Delivery
from desks.memory import Fault
from service.system import System
from service.views import NewConversation
from tests.delivery.conftest import MakeOffice
from tests.delivery.example import Office, destination

CASES = 12
PATIENCE_S = 120
"""How long a slow machine may take; nobody waits for it where all goes well."""


def _tick_until(worker: Delivery, done: Callable[[], bool]) -> None:
    """Works until it is so, or patience is over."""
    for _ in range(PATIENCE_S * 20):
        worker.tick()
        if done():
            return
        time.sleep(0.05)


def _fill(office: Office) -> None:
    for number in range(CASES):
        conversation = office.runtime.open(NewConversation(id=f"w{number}")).id
        office.runtime.post(conversation, "human please")
        office.runtime.post(conversation, "one more word")


def test_two_workers_at_once_do_each_step_once_and_in_order(make_office: MakeOffice) -> None:
    office = make_office(desk={"idempotent": False})
    _fill(office)
    workers = [
        Delivery(System(office.runtime), [destination(office.tickets, office.clock)], dice=random.Random(seed))
        for seed in range(3)
    ]

    def work(worker: Delivery) -> None:
        for _ in range(20):
            worker.tick()

    threads = [threading.Thread(target=work, args=(one,)) for one in workers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    keys = Counter(one.key for one in office.tickets.tickets)
    assert (len(keys), set(keys.values())) == (CASES, {1})
    for ticket in office.tickets.tickets:
        assert [f"[{ticket.key}#{n}]" in one.text for n, one in enumerate(ticket.comments, 1)] == [True] * 3


def test_a_slow_destination_holds_up_neither_the_tick_nor_the_others(make_office: MakeOffice) -> None:
    office = make_office()
    hold, entered, left = threading.Event(), threading.Event(), threading.Event()

    def pause(seconds: float) -> None:
        entered.set()
        hold.wait(PATIENCE_S)
        left.set()

    office.tickets.hang_with(pause)
    office.tickets.script(*[Fault.SLOW] * 10)
    places = list(office.delivery.destinations.values())
    threaded = Delivery(System(office.runtime), places, dice=random.Random(1), threads=True)
    office.case.say("human please")
    threaded.tick()
    assert entered.wait(PATIENCE_S)
    _tick_until(threaded, lambda: bool(office.chat.sent))
    assert office.chat.sent != []
    assert office.rows("SELECT status FROM outbox WHERE job = 'open'")[0]["status"] == "pending"
    assert not left.is_set()
    hold.set()
    _tick_until(threaded, lambda: bool(office.tickets.tickets) and len(office.ticket.comments) == 2)
    threaded.close()
    assert len(office.ticket.comments) == 2


def test_a_desk_with_a_bug_keeps_its_steps_and_stops_nobody(make_office: MakeOffice) -> None:
    office = make_office()

    def broken(request: object) -> None:
        raise ZeroDivisionError

    office.chat.send = broken  # type: ignore[method-assign,assignment]
    office.case.say("human please")
    office.work()
    assert len(office.ticket.comments) == 2
    rows = office.rows("SELECT last_code, status FROM outbox WHERE destination = 'chat'")
    assert (rows[0]["status"], rows[0]["last_code"]) == ("pending", "bug_ZeroDivisionError")
