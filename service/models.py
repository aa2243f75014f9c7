"""The models of a turn: the assistant beside the classifier, each in a thread, under one deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from threading import BoundedSemaphore
from typing import TypeVar

from assistants.port import Assistant, Draft, Question
from conversation.run import Consulted
from policy.schema import Policy
from states.errors import DependencyFault
from triggers.llm import TopicClassifier, TopicVerdict

MODEL_THREADS = 32
"""Model calls under way at once."""
MOST_ASKED = 128
"""Model calls under way or waiting for a thread; a turn beyond them is handed to a person at once, never dropped."""
Result = TypeVar("Result")


class Models:
    """What a turn may ask. Safe to call from any thread; whatever fails, hangs or lies is a DependencyFault."""

    def __init__(
        self, assistant: Assistant, policy: Callable[[], Policy], classifier: TopicClassifier | None = None
    ) -> None:
        self._assistant, self._classifier, self._policy = assistant, classifier, policy
        self.pool = ThreadPoolExecutor(MODEL_THREADS, thread_name_prefix="handrail-model")
        self._room = BoundedSemaphore(MOST_ASKED)

    def __call__(self, question: Question) -> Consulted:
        """The draft and, where a classifier is configured, its topics, within `question.deadline_s`."""
        classifier = self._classifier
        if classifier is None and self._assistant.instant:
            return Consulted(draft=_faultless(lambda: self._assistant.draft(question), "assistant"))
        deadline = time.monotonic() + question.deadline_s
        drafting = self._ask(lambda: self._assistant.draft(question))
        if classifier is None:
            return Consulted(draft=_within(drafting, deadline, "assistant"))
        judging = self._ask(lambda: self._classify(classifier, question))
        topics = _within(judging, deadline, "classifier")
        return Consulted(draft=_within(drafting, deadline, "assistant"), topics=topics)

    def draft(self, question: Question) -> Draft:
        """The draft alone."""
        deadline = time.monotonic() + question.deadline_s
        return _within(self._ask(lambda: self._assistant.draft(question)), deadline, "assistant")

    def classify(self, question: Question) -> TopicVerdict | None:
        """The topics alone; None where no classifier is configured."""
        classifier = self._classifier
        if classifier is None:
            return None
        deadline = time.monotonic() + question.deadline_s
        return _within(self._ask(lambda: self._classify(classifier, question)), deadline, "classifier")

    def ping(self) -> str:
        """One line when the assistant is ready; DependencyFault otherwise."""
        return self._assistant.ping()

    def close(self) -> None:
        """Lets go of threads; what is under way is not waited for."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, call: Callable[[], Result]) -> Future[Result]:
        """The call in a thread of the pool. DependencyFault where so many wait already that it could not be in time."""
        if not self._room.acquire(blocking=False):
            raise DependencyFault("overloaded", f"{MOST_ASKED} model calls are under way; a person takes over")
        try:
            asked = self.pool.submit(call)
        except RuntimeError:  # the pool is closed
            self._room.release()
            raise
        asked.add_done_callback(lambda _: self._room.release())
        return asked

    def _classify(self, classifier: TopicClassifier, question: Question) -> TopicVerdict:
        window = [f"{turn.role}: {turn.text}" for turn in question.window]
        return classifier.classify(question.text, window, self._policy().topics, question.deadline_s)


def _within(future: Future[Result], deadline: float, what: str) -> Result:
    """The result in time, or DependencyFault: late, broken and refused all count as failed."""
    try:
        return _faultless(lambda: future.result(timeout=max(0.0, deadline - time.monotonic())), what)
    except FutureTimeout as error:
        future.cancel()
        raise DependencyFault("timeout", f"the {what} did not answer within the turn's deadline") from error


def _faultless(call: Callable[[], Result], what: str) -> Result:
    """What a port gives; whatever it raises against its promise becomes a DependencyFault."""
    try:
        return call()
    except (DependencyFault, FutureTimeout):
        raise
    except Exception as error:
        raise DependencyFault("broken", f"the {what} raised {type(error).__name__}") from error
