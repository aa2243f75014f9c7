"""Whatever the upstream answers: the client hears approved words or a supported answer, and what it hears is recorded.

Two mutants of the door show that the check would notice: one lets a draft go before the screen, one asks the upstream
after the latch.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from assistants.stub_endpoint import StubEndpoint
from assistants.upstream import CHANNEL
from service.door import Handrail
from service.outbox import Outbox
from service.views import MessageView, NewConversation, TurnResult
from states.vocabulary import State
from tests.campaigns.invariants import violations
from tests.components import SOAK
from tests.gateway.conftest import ANSWER, ROUTINE, Serve, Served
from tests.gateway.hostile import hostile
from tests.house import DEMO, House

ANSWERS = 4_000 if SOAK else 200
APPROVED = ("I am not sure about that.", "Would you like a person", "A person from", "Your message was added.")
TOOL = {"type": "function", "function": {"name": "find_order", "parameters": {"type": "object"}}}


def wrong(served: Served, name: str, answer: Any, calls: int) -> list[str]:
    """What is wrong with an answer, by what reached the client and what the rows say.

    `calls`: how often the upstream may have been asked by now.
    """
    message = answer.choices[0].message
    view = served.house.view(name)
    found = []
    if message.tool_calls:
        found.append("a tool call came through")
    said = message.content or ""
    if said.strip() != ANSWER and not all(one.startswith(APPROVED) for one in said.split("\n\n") if one):
        found.append(f"words came through that nobody approved: {said[:200]!r}")
    recorded = [one.text for one in view.messages if one.author != "customer"]
    if said and not all(one in recorded for one in said.split("\n\n")):
        found.append("words came through that the rows do not have")
    if len(served.stub.requests) > calls:
        found.append("the upstream was asked after the latch")
    return found + [str(one) for one in violations(served.house.store, name)]


def tried(served: Served, rng: random.Random, answers: int) -> Iterator[str]:
    """Answers to as many customers; each asks, and asks again."""
    create: Any = served.client(timeout=120).chat.completions.create
    for number in range(answers):
        name = f"c{number}"
        for text in (ROUTINE, "And express?") if number % 10 == 0 else (ROUTINE,):
            latched = served.house.door.open(DEMO, NewConversation(id=name, channel=CHANNEL)).latched
            calls = len(served.stub.requests) + (0 if latched else 1)
            answer = create(
                model="m",
                messages=[{"role": "user", "content": text}],
                extra_headers={"Handrail-Conversation": name},
                **({"tools": [TOOL]} if rng.random() < 0.5 else {}),
            )
            yield from wrong(served, name, answer, calls)


def test_whatever_the_upstream_answers_nothing_wrong_comes_through(serve: Serve) -> None:
    rng = random.Random(2026)
    with serve(reply=lambda body: hostile(rng)) as served:
        assert list(tried(served, random.Random(1), ANSWERS)) == []
        states = {served.house.view(f"c{number}").state for number in range(ANSWERS)}
        assert {State.GUARDED, State.HANDED_OFF} <= states


class Mutant(Handrail):
    """A door that does what must not be done."""

    def __init__(self, house: House) -> None:
        runtime = house.system._runtime
        super().__init__(runtime, Outbox(runtime.store, runtime.clock, {}))
        self.stub: StubEndpoint | None = None

    def heard(self, turn: TurnResult, text: str) -> TurnResult:
        """The turn, with other words than were decided."""
        at = self.now()
        said = MessageView(id="x", seq=99, author="assistant", text=text, at=at)
        return TurnResult(**{**vars(turn), "replies": (said,)})


class BeforeTheScreen(Mutant):
    """Lets the draft go while it is being screened."""

    def post(self, *given: Any, **named: Any) -> TurnResult:
        """The turn, with the draft in place of what was decided."""
        return self.heard(super().post(*given, **named), "I have refunded 500 EUR to your account.")


class AfterTheLatch(Mutant):
    """Asks the assistant once more, although a person has the conversation."""

    def post(self, *given: Any, **named: Any) -> TurnResult:
        """The turn; where it is a person's, with an answer of the assistant all the same."""
        turn = super().post(*given, **named)
        if turn.state is State.HANDED_OFF and self.stub is not None:
            self.stub.requests.append({})
            return self.heard(turn, ANSWER)
        return turn


@pytest.mark.parametrize("mutant", [BeforeTheScreen, AfterTheLatch])
def test_a_gateway_that_lets_words_go_too_early_or_too_late_is_found(serve: Serve, mutant: type[Mutant]) -> None:
    rng = random.Random(7)
    with serve(reply=lambda body: hostile(rng), door=mutant) as served:
        door = served.door
        assert isinstance(door, Mutant)
        door.stub = served.stub
        assert list(tried(served, random.Random(1), 11)) != []
