"""The ticket system in memory keeps the contract that the real ones do."""

from __future__ import annotations

import pytest

from desks import memory
from desks.config import MemoryConfig
from desks.fakes.server import Fault
from states.clock import FrozenClock
from tests.desks.contract import TicketDeskContract
from tests.desks.samples import NOW


class MemoryBench:
    """The desk in memory; it has its own people and its own faults."""

    ann, ben, idempotent = "alice", "bert", True
    secrets: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.clock = FrozenClock(NOW)
        config = MemoryConfig(kind="memory", agents={"alice": "frontline_agent/ann"})
        self.desk = memory.build("memory", config, self.clock)
        self.assign, self.reply, self.note = self.desk.assign, self.desk.reply, self.desk.note

    def script(self, *faults: Fault) -> None:
        self.desk.script(*(memory.Fault(fault.value) for fault in faults if fault is not Fault.NONE))

    def tickets(self) -> int:
        return len(self.desk.tickets)

    def write_in(self, ref: str, text: str) -> None:
        self.desk.write_in(ref, "cus-1", text)

    def resolve(self, ref: str) -> None:
        self.desk.set_status(ref, "resolved")

    def reopen(self, ref: str) -> None:
        self.desk.set_status(ref, "open")


class TestMemory(TicketDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> MemoryBench:
        return MemoryBench()
