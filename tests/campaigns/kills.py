"""Kill -9 at random points of a turn: a child process talks to a database until it is shot, then the next one goes on.

The child is forked from a process that has everything imported and no connection open, so a kill costs milliseconds
instead of seconds of importing. What the child was told to be done (acknowledged) must be there afterwards.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import Connection

from assistants.scripted import ScriptedAssistant
from conversation.records import Outcome
from service.runtime import Runtime
from service.views import Act, Actor, NewConversation
from states.clock import SystemClock, SystemIds
from states.errors import HandrailError
from states.vocabulary import Event, Role
from store.database import Store, open_store
from store.outbox import write_outbox
from store.records import Bound
from store.work import Committed, UnitOfWork, write_handover
from tests.graph.example import knows, policy
from triggers.assessment import Circumstances, Message
from triggers.engine import compile_policy

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
TEXTS = (
    "How long does delivery take?",
    "When do you deliver to Cork?",
    "this is annoying, when do you deliver?",
    "Can I speak to a human",
    "I smell gas",
    "Do you deliver lamps?",
)
LEASE_S = 0.2
"""Short, so that the next child need not wait long for what the last one held when it was shot."""
MakeWork = Callable[[Store], UnitOfWork]


class SplitUnitOfWork(UnitOfWork):
    """The naive order, for comparison: the decision is committed first, the handover and its effects after it."""

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        """Commits in two transactions what belongs into one."""
        bare = replace(outcome, handover=outcome.handover_before, outbound=())
        done = super().commit(bare, checkpoint, bound, lease_owner)
        with self._store.write() as connection:
            write_handover(connection, outcome)
            write_outbox(connection, outcome)
        return done


def runtime_on(url: str, make_work: MakeWork = UnitOfWork) -> Runtime:
    """A runtime in this process."""
    store = open_store(url)
    return Runtime(
        store=store,
        policy=policy(),
        assistant=ScriptedAssistant(knows),
        clock=SystemClock(),
        ids=SystemIds(),
        unit_of_work=make_work(store),
        lease_s=LEASE_S,
    )


def _talk(url: str, generation: int, make_work: MakeWork, acknowledge: int) -> None:
    """The child: recovers, then talks in new conversations until it is killed."""
    runtime = runtime_on(url, make_work)
    runtime.recover()
    dice = random.Random(generation)
    for number in range(10_000):
        conversation = runtime.open(NewConversation(id=f"kill-{generation}-{number}")).id
        for turn in range(dice.randint(1, 4)):
            message_id = f"m{turn}"
            result = runtime.post(conversation, dice.choice(TEXTS), message_id=message_id)
            os.write(acknowledge, f"{conversation} {message_id} {result.state.value}\n".encode())
        with suppress(HandrailError):
            runtime.act(conversation, Act(event=Event.CLAIMED, actor=ANNA, id="claim"))
            os.write(acknowledge, f"{conversation} claim agent_verifying\n".encode())
        runtime.tick()


def run(
    url: str, kills: int, make_work: MakeWork = UnitOfWork, seed: int = 7, first: int = 0
) -> list[tuple[str, str, str]]:
    """Forks, waits a moment, kills; `kills` times. Returns every acknowledgement: conversation, cause, state.

    `first` numbers the first child, so that a campaign goes on where another ended without meeting its conversations.
    """
    compile_policy(policy()).evaluate(Message(text="warm"), Circumstances())
    dice = random.Random(f"{seed}/{first}")
    told: list[tuple[str, str, str]] = []
    for generation in range(first, first + kills):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                _talk(url, generation, make_work, writing)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            # The first acknowledgement says that the child is at work; then the shot falls somewhere in its turns.
            told_first = pipe.readline()
            time.sleep(dice.uniform(0, 0.06))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            lines = [told_first, *pipe.readlines()]
        told += [(parts[0], parts[1], parts[2]) for line in lines if len(parts := line.decode().split()) == 3]
    return told
