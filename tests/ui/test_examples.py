"""Each example of the page goes the way its label promises, in both demonstrations."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Settings
from app.wiring import build
from service.views import NewConversation
from states.vocabulary import State
from tests.house import DEMO
from ui.examples import TEST_CARD, examples_for

GOES_TO = {"Routine": State.BOT_HANDLING, "Unknown": State.GUARDED}
"""Label → where the conversation goes; every other example ends with a person."""


@pytest.mark.parametrize("knowledge", ["shop", "bank"])
def test_every_example_goes_where_its_label_says(knowledge: str, tmp_path: Path) -> None:
    system = build(Settings(data_dir=tmp_path, knowledge=knowledge))
    door = system.door
    try:
        for example in examples_for(knowledge):
            conversation_id = door.open(DEMO, NewConversation()).id
            result = door.post(DEMO, conversation_id, example.text)
            assert result.state is GOES_TO.get(example.label, State.HANDED_OFF), (example, result.decision)
            assert result.replies, example
            assert bool(result.replies[0].citations) is (example.label == "Routine")
            assert TEST_CARD not in "".join(one.text for one in door.view(DEMO, conversation_id).messages)
    finally:
        system.close()
