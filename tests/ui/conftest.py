"""The rooms over the default policy, for tests without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.settings import Settings
from app.wiring import build as build_runtime
from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from service.runtime import Runtime
from tests.ui.rooms import ANSWER, drawn
from ui.conversation import ConversationRoom
from ui.desk import DeskRoom


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The default policy over a database of its own."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    running = build_runtime(
        settings, policy=load_policy("default"), assistant=ScriptedAssistant(lambda question: ANSWER)
    )
    yield running
    running.close()


@pytest.fixture
def room(runtime: Runtime) -> ConversationRoom:
    """The customer's room, drawn."""
    return drawn(ConversationRoom(runtime, Settings()))


@pytest.fixture
def desk(runtime: Runtime) -> DeskRoom:
    """The agents' room, drawn."""
    return drawn(DeskRoom(runtime, Settings()))
