"""A way to customers that keeps its letters in this process's memory: for demonstrations and tests."""

from __future__ import annotations

from collections.abc import Iterable

from desks.kit.calls import call_answered, call_begins
from desks.kit.letters import code_request
from desks.port import Delivered, Job, Outcome, Rejected, Request, Task
from handover.people.code_letter import CodeLetter


class LetterBox:
    """Takes one-time codes for every kind of contact; `outcomes` come first, one for each attempt.

    A letter of an attempt that is not `Delivered` did not arrive.
    """

    def __init__(self, name: str = "letters", outcomes: Iterable[Outcome] = ()) -> None:
        self._name = name
        self.outcomes = list(outcomes)
        self.letters: list[CodeLetter] = []

    @property
    def name(self) -> str:
        """As it was made."""
        return self._name

    @property
    def jobs(self) -> frozenset[Job]:
        """Codes only."""
        return frozenset({Job.CODE})

    def prepare(self, task: Task, ref: str) -> Request:
        """Which code it is."""
        return code_request(self.name, task, ref)

    def send(self, request: Request) -> Outcome:
        """Nothing goes out without a letter."""
        return Rejected(code="no_letter")

    def send_code(self, request: Request, letter: CodeLetter) -> Outcome:
        """Keeps the letter, unless another outcome was asked for."""
        call_begins()
        outcome = self.outcomes.pop(0) if self.outcomes else Delivered(ref=request.body["id"])
        call_answered()
        if isinstance(outcome, Delivered):
            self.letters.append(letter)
        return outcome

    def find(self, request: Request) -> Delivered | None:
        """Always None: a second letter has the same code."""
        return None

    def ping(self) -> str:
        """Always ready."""
        return f"{self.name}: {len(self.letters)} letters in memory"
