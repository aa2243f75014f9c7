"""The rooms over the default policy, for tests without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from tests.house import House
from tests.ui.browsing import chromium
from tests.ui.rooms import ANSWER, drawn
from ui.conversation import ConversationRoom
from ui.desk import DeskRoom


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The default policy over a database of its own."""
    opened = House(
        tmp_path_factory.mktemp("data"), ScriptedAssistant(lambda question: ANSWER), rules=load_policy("default")
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def room(house: House) -> ConversationRoom:
    """The customer's room, drawn."""
    return drawn(ConversationRoom(house.door, house.settings))


@pytest.fixture
def desk(house: House) -> DeskRoom:
    """The agents' room, drawn."""
    return drawn(DeskRoom(house.door, house.settings))
