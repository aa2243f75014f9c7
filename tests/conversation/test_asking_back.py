"""A miss whose message is near an article is asked back before it is handed over; what is chosen is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistants.choice import listed
from assistants.knowledge_base import KnowledgeBase
from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from policy.loader import load_pack
from service.runtime import Runtime
from service.views import NewConversation
from states.clock import FrozenClock, SystemIds
from states.vocabulary import Event, State
from store.database import open_store
from tests.assistants.near import KNOWLEDGE
from tests.graph.example import START, policy
from tests.ready_databases import sqlite_url

TITLES = ("Delivery times", "Delivery costs")
OFFER = {
    "en": "Would you like a person to take over?", "es": "persona", "fr": "personne", "de": "Mensch", "pt": "pessoa",
}  # fmt: skip


class Shop:
    """The shop's articles, in front of an assistant that knows nothing of its own but what may be near."""

    def __init__(self, url: str, near: tuple[str, ...], loaded: Any = None) -> None:
        articles = KnowledgeBase(KNOWLEDGE / "shop")

        def draft(question: Question) -> Draft:
            found = articles.draft(question)
            return found if found.text else Draft(text="", confidence=0.2, near=near)

        self.runtime = Runtime(
            store=open_store(url), policy=loaded or load_pack("default"), assistant=ScriptedAssistant(draft),
            clock=FrozenClock(START), ids=SystemIds(),
        )  # fmt: skip

    def say(self, *texts: str, language: str | None = None) -> tuple[list[str], list[Any], State]:
        """Every reply, the decisions and the state at the end."""
        name = self.runtime.open(NewConversation(language=language)).id
        done = [self.runtime.post(name, text) for text in texts]
        view = self.runtime.view(name)
        return (
            [one.text for one in view.messages if one.author != "customer"],
            [one.decision for one in done],
            view.state,
        )


@pytest.fixture
def shop(tmp_path: Any) -> Iterator[Shop]:
    made = Shop(sqlite_url(tmp_path), TITLES)
    yield made
    made.runtime.close()


def test_a_miss_near_articles_asks_which_and_offers_a_person(shop: Shop) -> None:
    said, decisions, state = shop.say("my gran wants the thing with the boxes")
    assert listed(TITLES) in said[-1]
    assert OFFER["en"] in said[-1]
    assert decisions[-1]["event"] == Event.CAUTION_RAISED
    assert state is State.GUARDED


@pytest.mark.parametrize("choice", ["1", "Delivery times"])
def test_choosing_one_answers_it_and_is_no_miss(shop: Shop, choice: str) -> None:
    said, decisions, state = shop.say("my gran wants the thing with the boxes", choice)
    assert decisions[-1]["event"] == Event.MESSAGE_ANSWERED
    assert "Standard delivery takes 2 to 4 working days" in said[-1]
    assert state is State.GUARDED


@pytest.mark.parametrize("reply", ["3", "none of them", "neither, it is about the thing"])
def test_choosing_none_is_the_second_miss_and_a_person_has_it(shop: Shop, reply: str) -> None:
    *_, state = shop.say("my gran wants the thing with the boxes", reply)
    assert state is State.HANDED_OFF


def test_yes_is_for_the_person_who_was_offered(shop: Shop) -> None:
    _, decisions, state = shop.say("my gran wants the thing with the boxes", "yes")
    assert decisions[-1]["event"] == Event.HUMAN_ACCEPTED
    assert state is State.HANDED_OFF


def test_what_calls_for_a_person_is_not_asked_back(shop: Shop) -> None:
    said, _, state = shop.say("I can smell gas in my kitchen")
    assert not any(listed(TITLES) in one for one in said)
    assert state is State.HANDED_OFF


@pytest.mark.parametrize("language", sorted(OFFER))
def test_it_is_asked_in_the_language_of_the_conversation(shop: Shop, language: str) -> None:
    said, *_ = shop.say("blorp kwim", language=language)
    assert listed(TITLES) in said[-1]
    assert OFFER[language] in said[-1]


def test_a_policy_without_the_script_never_asks(tmp_path: Any) -> None:
    made = Shop(sqlite_url(tmp_path), TITLES, policy())
    said, *_ = made.say("my gran wants the thing with the boxes")
    made.runtime.close()
    assert not any("Delivery" in one for one in said)


def test_without_anything_near_the_words_are_as_before(tmp_path: Any) -> None:
    made = Shop(sqlite_url(tmp_path), ())
    said, *_ = made.say("my gran wants the thing with the boxes")
    made.runtime.close()
    assert said[-1].startswith("I have no approved answer to that")


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Wie finde ich meine IBAN?", "de", "nur auf English"),
        ("¿Cuál es el horario de las sucursales?", "es", "solo en English"),
        ("Comment trouver mon IBAN ?", "fr", "qu'en English"),
        ("Qual é o horário das agências?", "pt", "apenas em English"),
    ],
)
def test_a_language_without_articles_is_told_which_are_there(
    tmp_path: Any, text: str, language: str, said: str
) -> None:
    bank = KnowledgeBase(KNOWLEDGE / "bank")
    made = Runtime(
        store=open_store(sqlite_url(tmp_path)), policy=load_pack("default"), assistant=bank, clock=FrozenClock(START),
        ids=SystemIds(),
    )  # fmt: skip
    name = made.open(NewConversation(language=language)).id
    result = made.post(name, text)
    words = made.view(name).messages[-1].text
    made.close()
    assert result.decision["event"] == Event.CAUTION_RAISED
    assert said in words
    assert OFFER[language] in words
