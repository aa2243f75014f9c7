"""The operator's own deadline for a model."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from models.own_deadline import ModelWithDeadline
from models.port import Answer, Message


class Form(BaseModel):
    text: str = ""


class Watch:
    name = "watch"

    def __init__(self) -> None:
        self.deadlines: list[float] = []

    def ask(self, form: type[Answer], messages: Sequence[Message], deadline_s: float) -> Answer:
        self.deadlines.append(deadline_s)
        return form()


@pytest.mark.parametrize(("asked", "given"), [(8.0, 2.0), (1.0, 1.0)])
def test_the_shorter_deadline_holds(asked: float, given: float) -> None:
    watch = Watch()
    assert ModelWithDeadline(watch, 2.0).ask(Form, [], asked) == Form()
    assert watch.deadlines == [given]
