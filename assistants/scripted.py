"""An assistant that says what it was told to, for tests, rehearsals and the demonstration."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from assistants.port import Draft, Question
from states.errors import DependencyFault

Scripted = Draft | str | DependencyFault
Script = Sequence[Scripted] | Callable[[Question], Scripted]


class ScriptedAssistant:
    """An `Assistant` that gives its answers in turn and repeats the last, or asks a function for each.

    A bare text is a draft of confidence `confidence`; a DependencyFault is raised. `delay_s` passes before each
    answer, and `hold` must be set before any is given; a wait that reaches the deadline is a timeout, as the port
    wants. `questions` records what was asked.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        confidence: float = 1.0,
        delay_s: float = 0.0,
        hold: threading.Event | None = None,
        name: str = "scripted",
    ) -> None:
        self.questions: list[Question] = []
        self._script = script
        self._confidence = confidence
        self._delay_s = delay_s
        self._hold = hold
        self._name = name
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """How often it was asked."""
        return len(self.questions)

    @property
    def instant(self) -> bool:
        """Only if it says what is written down: a function, a delay or a hold may take its time."""
        return not callable(self._script) and self._delay_s == 0.0 and self._hold is None

    def draft(self, question: Question) -> Draft:
        """The scripted draft; "I do not know" when the script is empty."""
        with self._lock:
            self.questions.append(question)
            number = len(self.questions) - 1
        self._wait(question.deadline_s)
        if callable(self._script):
            said = self._script(question)
        else:
            said = self._script[min(number, len(self._script) - 1)] if self._script else ""
        if isinstance(said, DependencyFault):
            raise said
        return said if isinstance(said, Draft) else self._draft(said)

    def ping(self) -> str:
        """Its name."""
        return f"{self._name}: ready"

    def _draft(self, text: str) -> Draft:
        return Draft(text=text, confidence=self._confidence if text else 0.0, model=self._name)

    def _wait(self, deadline_s: float) -> None:
        if self._delay_s:
            threading.Event().wait(min(self._delay_s, deadline_s))
        late = self._delay_s > deadline_s or (self._hold is not None and not self._hold.wait(deadline_s))
        if late:
            raise DependencyFault("timeout", f"assistant {self._name!r} did not answer within {deadline_s:g} s")
