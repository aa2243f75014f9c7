"""The chat in the terminal: what is shown after a turn, and what an agent can do there."""

from __future__ import annotations

import pytest

from app.terminal_chat import HELP, TerminalChat, evidence_lines
from states.errors import NotFound
from tests.house import House


class Screen:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, who: str, text: str) -> None:
        self.lines.append((who, text))

    def said(self, who: str) -> list[str]:
        return [text for speaker, text in self.lines if speaker == who]


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def chat(house: House, screen: Screen) -> TerminalChat:
    return TerminalChat(house.door, None, screen)


def test_a_conversation_of_the_terminals_goes_on_and_no_other(house: House, chat: TerminalChat, screen: Screen) -> None:
    chat.take("human please")
    assert TerminalChat(house.door, chat.id, screen).take("/claim")
    assert screen.said("error") == []
    for other in (house.open(), "nowhere"):
        with pytest.raises(NotFound):
            TerminalChat(house.door, other, screen)


def test_a_turn_shows_the_reply_and_the_state(chat: TerminalChat, screen: Screen) -> None:
    assert chat.take("how long does delivery take")
    assert screen.said("assistant") == ["Delivery takes three days."]
    assert screen.said("state") == ["bot_handling · assistant · version 1"]


def test_a_handover_shows_its_evidence_and_no_reply(chat: TerminalChat, screen: Screen) -> None:
    chat.take("human please")
    chat.take("are you there")
    assert screen.said("evidence") == ["person.request: The customer asks for a person. “human please”"]
    assert screen.said("state")[-1].startswith("handed_off")
    assert screen.said("error") == []


def test_an_agent_claims_replies_and_resolves(chat: TerminalChat, screen: Screen) -> None:
    for line in ("human please", "/claim", "/reply Good morning", "/resolve all is well"):
        assert chat.take(line)
    assert [text.split(" ")[0] for text in screen.said("state")] == [
        "handed_off", "agent_verifying", "agent_verifying", "resolved",
    ]  # fmt: skip
    assert screen.said("error") == []


def test_a_refusal_is_shown_and_the_chat_goes_on(chat: TerminalChat, screen: Screen) -> None:
    assert chat.take("/claim")
    assert "cannot happen in state 'bot_handling'" in screen.said("error")[0]
    assert chat.take("hello")


def test_the_history_can_be_read_back(chat: TerminalChat, screen: Screen) -> None:
    chat.take("human please")
    screen.lines.clear()
    chat.take("/show")
    assert [who for who, _ in screen.lines] == ["customer", "state", "evidence", "state", "system"]
    assert "bot_handling → triggered" in screen.said("state")[0]
    assert "person.request" in screen.said("evidence")[0]


def test_an_unknown_command_shows_the_known_ones(chat: TerminalChat, screen: Screen, house: House) -> None:
    chat.take("/fly")
    chat.take("   ")
    assert screen.lines == [("system", HELP)]
    assert house.view(chat.id).messages == ()


def test_quit_ends_the_chat(chat: TerminalChat) -> None:
    assert not chat.take("/quit")


def test_evidence_names_faults_confidence_and_sources() -> None:
    cited = [{"source": "d", "title": "Delivery"}]
    lines = evidence_lines({"fault": "timeout", "confidence": 0.815, "intent": "delivery", "citations": cited})
    assert lines == ["fault: timeout", "confidence 0.81 delivery", "source: Delivery"]
