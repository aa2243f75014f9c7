"""Races: two processes act on one conversation at the same moment, again and again.

Each trial starts a fresh conversation and lets go of everything at once: two overlapping messages, one of which asks
for a person, and an agent who takes over during a model call and clicks on claim twice.
"""

from __future__ import annotations

import multiprocessing as mp
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.synchronize import Barrier
from typing import Any

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from service.runtime import Runtime
from service.views import Act, Actor, NewConversation
from states.clock import SystemClock, SystemIds
from states.errors import Conflict, Refused
from states.vocabulary import Event, Role
from store import queries
from store.database import Store, open_store
from store.work import UnitOfWork
from tests.graph.example import policy

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
BEN = Actor(id="ben", role=Role.FRONTLINE_AGENT)
WAIT_S = 60


def _slowly(question: Question) -> Draft:
    """A model that takes its time, so that others can come in between."""
    time.sleep(random.uniform(0, 0.02))
    return Draft(text="Delivery takes three days.", confidence=0.9, verbatim=True, model="race")


def _runtime(url: str, check_version: bool) -> Runtime:
    store = open_store(url)
    return Runtime(
        store=store,
        policy=policy(),
        assistant=ScriptedAssistant(_slowly),
        clock=SystemClock(),
        ids=SystemIds(),
        unit_of_work=UnitOfWork(store, check_version=check_version),
    )


def _quietly(action: Callable[[], Any]) -> None:
    """Losing a race is fine; what matters is what the rows say afterwards."""
    with suppress(Refused, Conflict):
        action()


def _customer(runtime: Runtime, conversation: str) -> list[Callable[[], Any]]:
    return [
        lambda: runtime.post(conversation, "How long does delivery take?", message_id="m1"),
        lambda: runtime.post(conversation, "Can I speak to a human", message_id="m2"),
        lambda: runtime.post(conversation, "How long does delivery take?", message_id="m1"),
    ]


def _desk(runtime: Runtime, conversation: str) -> list[Callable[[], Any]]:
    def take_over(actor: Actor) -> None:
        time.sleep(random.uniform(0, 0.03))
        _quietly(lambda: runtime.act(conversation, Act(event=Event.TRIGGER_FIRED, actor=actor)))
        _quietly(lambda: runtime.act(conversation, Act(event=Event.CLAIMED, actor=actor, id=f"claim-{actor.id}")))
        _quietly(lambda: runtime.act(conversation, Act(event=Event.CLAIMED, actor=actor)))

    return [
        lambda: take_over(ANNA),
        lambda: take_over(BEN),
        lambda: runtime.post(conversation, "And when do you deliver to Cork?", message_id="m3"),
    ]


def _side(
    number: int, url: str, trials: int, check_version: bool, wait_s: float, barrier: Barrier, failures: Any
) -> None:
    """One process: at each barrier lets its threads go on the trial's conversation."""
    runtime = _runtime(url, check_version)
    for trial in range(trials):
        conversation = f"race-{trial}"
        if number == 0:
            runtime.open(NewConversation(id=conversation))
        barrier.wait(2 * WAIT_S)
        actions = (_customer, _desk)[number](runtime, conversation)
        threads = [threading.Thread(target=_tell, args=(action, failures), daemon=True) for action in actions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(wait_s)
        barrier.wait(2 * WAIT_S)
    runtime.close()


def _tell(action: Callable[[], Any], failures: Any) -> None:
    try:
        _quietly(action)
    except Exception as error:  # noqa: BLE001  reported to the test, which fails on it
        failures.put(f"{type(error).__name__}: {error}")


def run(url: str, trials: int, *, check_version: bool = True, wait_s: float = WAIT_S) -> list[str]:
    """Runs the trials in two processes; returns unexpected errors. The conversations are `race-0` and on.

    `wait_s` is how long a trial may take: without the version check a conversation can end up where nothing goes on.
    """
    open_store(url).close()
    context = mp.get_context("spawn")
    barrier, failures = context.Barrier(2), context.Queue()
    sides = [
        context.Process(target=_side, args=(number, url, trials, check_version, wait_s, barrier, failures), daemon=True)
        for number in (0, 1)
    ]
    for side in sides:
        side.start()
    for side in sides:
        side.join(WAIT_S + 2 * trials)
    told = [] if all(side.exitcode == 0 for side in sides) else [f"exit codes {[side.exitcode for side in sides]}"]
    for side in sides:
        side.kill()
    while not failures.empty():
        told.append(failures.get())
    return told


def claims(store: Store, conversation: str) -> int:
    """How many claims the log of a conversation holds."""
    with store.read() as connection:
        return sum(event["event"] == Event.CLAIMED.value for event in queries.events(connection, conversation))
