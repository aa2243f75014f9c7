"""A model with a deadline of its own, below the policy's, set by the operator."""

from __future__ import annotations

from collections.abc import Sequence

from models.port import Answer, Message, Model


class ModelWithDeadline:
    """A `Model` that gives another at most `seconds` for each question."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self.name = model.name

    def ask(self, form: type[Answer], messages: Sequence[Message], deadline_s: float) -> Answer:
        """The filled-in form, within the shorter of both deadlines."""
        return self._model.ask(form, messages, min(deadline_s, self._seconds))
