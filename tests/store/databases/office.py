"""The office that both makes an old database and goes on with it: one policy, one time, one key, desks in memory."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.config import CODES, MailConfig, MemoryConfig
from desks.fakes.letter_box import LetterBox
from desks.memory import MemoryDesk
from handover.people.codes import CodeMaker
from handover.people.directory import FileDirectory
from policy.loader import load_text
from service.outbox import Outbox
from service.runtime import Runtime
from service.system import System
from service.views import Act, Actor, ActResult, ConversationView, NewConversation
from states.clock import FrozenClock, SequentialIds, SystemIds
from states.vocabulary import Event, Role
from store.database import open_store
from store.work import UnitOfWork
from tests.house import newest

HERE = Path(__file__).parent
MADE = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""When most of it happened."""
LEFT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
"""When the last process that wrote it ended."""
KEY = bytes(range(32))
HOOK = "an-old-secret-of-the-memory-desk"
ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
BEN = Actor(id="ben", role=Role.FRONTLINE_AGENT)
SARA = Actor(id="sara", role=Role.ESCALATION_SPECIALIST)
CLEO = Actor(id="cleo", role=Role.COMPLIANCE_OFFICER)
AGENTS = {"alice": "frontline_agent/anna", "sam": "escalation_specialist/sara", "cora": "compliance_officer/cleo"}
CUSTOMERS = "cus-1:\n  email: jane@customers.example\n  knows: {street: Long Lane 7}\n"


def knows(question: Question) -> Draft:
    """Knows everything about delivery, and nothing else."""
    if "deliver" in question.text.lower():
        return Draft(text="Delivery takes three days.", confidence=0.9, verbatim=True, intent="delivery", model="test")
    return Draft(text="", confidence=0.1, model="test")


class Office:
    """A runtime with a frozen clock, and what carries its effects away: `tickets`, `second` (danger only), codes."""

    def __init__(
        self, url: str, folder: Path, *, at: datetime = LEFT, counted: bool = False, work: UnitOfWork | None = None
    ) -> None:
        directory = folder / "customers.yaml"
        directory.write_text(CUSTOMERS)
        self.clock = FrozenClock(at)
        self.runtime = Runtime(
            store=open_store(url), policy=load_text((HERE / "0_1_0.yaml").read_text(), "0_1_0"),
            assistant=ScriptedAssistant(knows), clock=self.clock, ids=SequentialIds() if counted else SystemIds(),
            directory=FileDirectory(directory), codes=CodeMaker(KEY), unit_of_work=work,
        )  # fmt: skip
        self.tickets, self.second = self._desk("tickets"), self._desk("second")
        places = [self._place(self.tickets), self._place(self.second, teams=("safety",))]
        self.delivery = Delivery(System(self.runtime), places, dice=random.Random(1))
        self.outbox = Outbox(self.runtime.store, self.clock, {one.name: one.config for one in places})
        self.letters = LetterBox()
        mail = MailConfig(kind="email", host="none", sender="care@shop.example", jobs=CODES, per_minute=10_000)
        letters = Destination(desk=self.letters, config=mail, gate=Gate(mail.per_minute, self.clock))
        self._codes = Delivery(System(self.runtime), [letters], dice=random.Random(1))

    def _config(self, **more: Any) -> MemoryConfig:
        return MemoryConfig(kind="memory", agents=AGENTS, webhook_secrets=(HOOK,), per_minute=10_000, **more)

    def _desk(self, name: str) -> MemoryDesk:
        return MemoryDesk(name, self._config(), self.clock, pause=lambda seconds: None)

    def _place(self, desk: MemoryDesk, **more: Any) -> Destination:
        return Destination(desk=desk, config=self._config(**more), gate=Gate(10_000, self.clock))

    def open(self, conversation: str) -> None:
        """A customer comes."""
        self.runtime.open(NewConversation(id=conversation, customer="cus-1", language="en"))

    def say(self, conversation: str, *texts: str, **more: Any) -> None:
        """The customer writes."""
        for text in texts:
            number = sum(one.author == "customer" for one in self.view(conversation).messages) + 1
            self.runtime.post(conversation, text, message_id=f"{conversation}-{number}", **more)

    def do(self, conversation: str, event: Event, actor: Actor = ANNA, text: str = "", **data: Any) -> ActResult:
        """Somebody acts at the desk."""
        return self.runtime.act(
            conversation, Act(event=event, actor=actor, text=text, data=data, seen=newest(self.view(conversation)))
        )

    def view(self, conversation: str) -> ConversationView:
        """The conversation now."""
        return self.runtime.view(conversation)

    def deliver(self) -> None:
        """Delivery works until there is nothing to do now."""
        while self.delivery.tick():
            pass

    def send_codes(self) -> int:
        """Sends the codes that wait, and nothing else; how many letters went out."""
        before = len(self.letters.letters)
        while self._codes.tick():
            pass
        return len(self.letters.letters) - before

    def close(self) -> None:
        """Lets go."""
        self._codes.close()
        self.delivery.close()
        self.runtime.close()
