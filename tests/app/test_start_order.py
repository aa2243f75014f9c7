"""Clocks and emergencies never wait for models: not at a start after a crash, not behind turns that hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.worker import Worker
from assistants.port import Question
from assistants.scripted import ScriptedAssistant
from service.models import MOST_ASKED, Models
from states.errors import DependencyFault
from states.vocabulary import State
from store import arrivals
from tests.graph.example import knows, policy
from tests.house import House

UNDECIDED = 20
HUNG = 96
BEYOND = 12
SOON_S = 60.0
SLOW = ("deadline: 2s", "deadline: 60s")


def _until(true: Callable[[], bool]) -> bool:
    """Whether it came true; the time limit is only there so that a broken program ends."""
    ends = time.monotonic() + SOON_S
    while not true():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """What the model waits for; released whatever happens."""
    held = threading.Event()
    yield held
    held.set()


@pytest.fixture
def hung(tmp_path: Path, hold: threading.Event) -> Iterator[House]:
    """A house whose model hangs until `hold` is set."""
    house = House(tmp_path, ScriptedAssistant(knows, hold=hold), policy(SLOW))
    yield house
    hold.set()
    house.close()


def _left_undecided(house: House, name: str) -> None:
    """A message that was stored by a process that died before it decided."""
    messages = house.system._runtime._messages
    incoming = messages.incoming(house.open(name), f"{name}-m", "something unheard of")
    with house.store.write() as connection:
        arrivals.receive(connection, incoming, "dead", 0.0)


def _undecided(house: House) -> int:
    with house.store.read() as connection:
        return len(arrivals.undecided(connection, house.clock.now(), 10))


def test_a_due_clock_fires_while_recovery_hangs_in_its_models(hung: House, hold: threading.Event) -> None:
    waiting = hung.open("waiting")
    hung.say(waiting, "human please")
    for number in range(UNDECIDED):
        _left_undecided(hung, f"c{number}")
    before = len(hung.view(waiting).events)
    hung.clock.advance(timedelta(days=30))
    assert _undecided(hung) == UNDECIDED
    with Worker(hung.system, 0.01):
        assert _until(lambda: len(hung.view(waiting).events) > before)
        assert not hold.is_set(), "the clock fired while every model hung"
        hold.set()
        assert _until(lambda: _undecided(hung) == 0)


def test_an_emergency_never_waits_behind_turns_that_hang(hung: House, hold: threading.Event) -> None:
    """As many hung turns as were measured to hold one up; the rules need no model, so nobody waits."""
    with hung.client() as client, ThreadPoolExecutor(HUNG) as threads:
        turns = [threads.submit(_post, client, f"c{number}", "something unheard of") for number in range(HUNG)]
        assert _until(lambda: _stored(hung) == HUNG)
        told = _post(client, "urgent", "I smell gas")
        assert told["state"] == State.HANDED_OFF.value
        assert not hold.is_set()
        assert not any(turn.done() for turn in turns)
        hold.set()
        assert all(turn.result()["replies"] for turn in turns)


def test_load_that_is_shed_goes_to_a_person(hung: House, hold: threading.Event) -> None:
    """Beyond what may wait for models a message is stored, and handed over at once."""
    with hung.client() as client, ThreadPoolExecutor(MOST_ASKED + BEYOND) as threads:
        turns = [
            threads.submit(_post, client, f"c{number}", "something unheard of") for number in range(MOST_ASKED + BEYOND)
        ]
        assert _until(lambda: sum(turn.done() for turn in turns) == BEYOND)
        assert not hold.is_set()
        shed = [turn.result() for turn in turns if turn.done()]
        assert {one["state"] for one in shed} == {State.HANDED_OFF.value}
        assert all(one["decision"]["event"] == "fault" for one in shed)
        hold.set()
        assert len([turn.result() for turn in turns]) == MOST_ASKED + BEYOND


def test_room_for_model_calls_comes_back(hold: threading.Event) -> None:
    """Calls that end, fail or were given up before they began leave no trace in what may still be asked."""
    models = Models(ScriptedAssistant(knows, hold=hold), lambda: policy().policy)
    question = Question(text="how is delivery", deadline_s=0.01)
    with ThreadPoolExecutor(50) as threads:
        for _ in range(3):
            for failed in [threads.submit(models.draft, question) for _ in range(MOST_ASKED)]:
                assert isinstance(failed.exception(), DependencyFault)
    hold.set()
    assert _until(lambda: models._room._value == MOST_ASKED)  # type: ignore[attr-defined]  # a semaphore's count
    assert models.draft(Question(text="how is delivery", deadline_s=60)).text
    models.close()


def _post(client: TestClient, name: str, text: str) -> dict[str, object]:
    client.post("/v1/conversations", json={"id": name})
    told = client.post(f"/v1/conversations/{name}/messages", json={"text": text})
    assert told.status_code == 200, told.text
    found: dict[str, object] = told.json()
    return found


def _stored(house: House) -> int:
    """How many messages are stored and not yet decided, whoever works on them."""
    with house.store.read() as connection:
        return len(arrivals.undecided(connection, house.clock.now() + timedelta(days=1), 10))
