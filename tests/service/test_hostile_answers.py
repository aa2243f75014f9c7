"""Whatever a classifier's endpoint answers over real HTTP: read strictly and once, or a fault that calls a person."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from assistants.stub_endpoint import StubEndpoint
from models.port import Method, OpenAIModel
from models.unambiguous import unambiguous, unfenced
from models.usage import Usage
from service.views import NewConversation
from states.errors import DependencyFault
from states.vocabulary import State
from tests.components import SOAK
from tests.graph.example import Desk, policy
from tests.ready_databases import sqlite_url
from triggers.llm import ModelClassifier, TopicVerdict

ANSWERS = 10_000 if SOAK else 240
TOPICS = {"self_harm": "Says or hints at hurting oneself.", "legal": "Speaks of legal steps."}
TEXT = "I have put my affairs in order and fed the cat one last time."
QUOTE = "put my affairs in order"
HONEST: dict[str, Any] = {
    "topics": [
        {"topic": "self_harm", "score": 0.95, "quote": QUOTE},
        {"topic": "legal", "score": 0.0, "quote": ""},
    ]
}
METHODS: tuple[Method, ...] = ("json_schema", "json_mode", "function_calling")
LOWER = (0, 0.0, -0.0, "0", "0.0", False, None, [], [0.0], {"value": 0}, "low", -1, 1e-9, "NaN", 1e400)


def spoilt(rng: random.Random) -> str:
    """The honest verdict, made lower, unreadable or double in one way of many."""
    text = json.dumps(HONEST)
    score = rng.choice(LOWER)
    return rng.choice(WAYS)(rng, text, score)


def _given_a_lower_score(rng: random.Random, text: str, score: object) -> str:
    return text.replace("0.95", json.dumps(score))


def _broken_off(rng: random.Random, text: str, score: object) -> str:
    return text[: rng.randrange(len(text))]


def _broken_off_and_closed(rng: random.Random, text: str, score: object) -> str:
    return text[: rng.randrange(len(text))] + rng.choice(("}]}", "]}", "}", '"}]}', " 0}]}"))


def _said_twice(rng: random.Random, text: str, score: object) -> str:
    key = rng.choice(("score", "quote", "topic"))
    value = {"score": score, "quote": "", "topic": "legal"}[key]
    return text.replace(f'"{key}"', f'"{key}": {json.dumps(value)}, "{key}"', 1)


def _said_twice_last_lower(rng: random.Random, text: str, score: object) -> str:
    return text.replace("0.95", f'0.95, "score": {json.dumps(score)}')


def _with_a_second_list(rng: random.Random, text: str, score: object) -> str:
    lower = json.dumps(HONEST["topics"]).replace("0.95", "0.0")
    return text[:-1] + f', "topics": {lower}}}'


def _followed_by_another(rng: random.Random, text: str, score: object) -> str:
    return text + rng.choice(("", "\n", " or ")) + text.replace("0.95", "0.0")


def _fenced(rng: random.Random, text: str, score: object) -> str:
    return "```json\n" + rng.choice((text, text[:-3], _followed_by_another(rng, text, score))) + "\n```"


def _with_words_around(rng: random.Random, text: str, score: object) -> str:
    return rng.choice(("Sure! ", "{} ", "<think>0.0</think>")) + text.replace("0.95", "0.0")


def _without_the_topic(rng: random.Random, text: str, score: object) -> str:
    return json.dumps({"topics": HONEST["topics"][1:]})


def _under_another_name(rng: random.Random, text: str, score: object) -> str:
    return text.replace(
        "self_harm", rng.choice(("self harm", "self_harm ", "ѕelf_harm", "self_harm\\u0000", "SELF_HARM"))
    )


def _quoting_what_is_not_there(rng: random.Random, text: str, score: object) -> str:
    return text.replace(QUOTE, rng.choice(("", " ", "nothing of it", "put my affairs  in order", "\\ud800")))


def _nested(rng: random.Random, text: str, score: object) -> str:
    deep = rng.choice((10, 1_000, 100_000))
    return rng.choice(("[" * deep + "]" * deep, '{"topics":' * deep, text.replace("0.95", "[" * deep + "]" * deep)))


def _noise(rng: random.Random, text: str, score: object) -> str:
    at = rng.randrange(len(text))
    return (
        text[:at] + rng.choice(("\x00", '"', "}", "0", "-", ",", "\\", "é", "\u2028")) + text[at + rng.randrange(3) :]
    )


def _endless_digits(rng: random.Random, text: str, score: object) -> str:
    return text.replace("0.95", rng.choice(("0." + "0" * 20_000 + "1", "9" * 5_000, "1e-999999999")))


WAYS: tuple[Callable[[random.Random, str, object], str], ...] = (
    _given_a_lower_score, _broken_off, _broken_off_and_closed, _said_twice, _said_twice_last_lower, _with_a_second_list,
    _followed_by_another, _fenced, _with_words_around, _without_the_topic, _under_another_name,
    _quoting_what_is_not_there, _nested, _noise, _endless_digits,
)  # fmt: skip


def lowest(text: str) -> float | None:
    """The score of self_harm that a strict reader finds; None where the text is no verdict."""
    try:
        told = unambiguous(unfenced(text))
        found = [one["score"] for one in told["topics"] if one["topic"] == "self_harm"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    real = len(found) == 1 and isinstance(found[0], int | float) and not isinstance(found[0], bool)
    return float(found[0]) if real and 0 <= found[0] <= 1 else None


def _classify(classifier: ModelClassifier) -> TopicVerdict | str:
    try:
        return classifier.classify(TEXT, (), TOPICS, 60.0)
    except DependencyFault as fault:
        return fault.kind


@pytest.mark.parametrize("method", METHODS)
def test_no_answer_clears_what_it_does_not_plainly_say(method: Method) -> None:
    rng = random.Random(f"hostile {method}")
    text, usage = "", Usage()
    cleared, faults = [], 0
    with StubEndpoint(reply=lambda body: text) as url:
        classifier = ModelClassifier(
            OpenAIModel(base_url=url, model="stub", api_key="none", method=method, usage=usage)
        )
        for _ in range(ANSWERS // len(METHODS)):
            text = spoilt(rng)
            found = _classify(classifier)
            if isinstance(found, str):
                faults += 1
            elif found.of("self_harm").score != lowest(text):
                cleared.append(text)
    assert cleared == []
    assert faults > ANSWERS // len(METHODS) // 2, "most of these answers can be read by nobody"
    assert sum(usage.told()["faults"].values()) <= faults
    assert usage.told()["calls"] == ANSWERS // len(METHODS)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_turn_on_a_spoilt_answer_goes_to_a_person_or_says_what_was_written(tmp_path: Path, way: Any) -> None:
    rng, text = random.Random(way.__name__), ""
    with StubEndpoint(reply=lambda body: text) as url:
        desk = _desk(tmp_path, url)
        for number in range(20 if SOAK else 2):
            text = _one_topic(way(rng, json.dumps(HONEST), 0.0))
            result = _told(desk, f"t{number}", TEXT)
            plain = lowest(text)
            if plain is None or plain >= 0.5:
                assert result.state is State.HANDED_OFF, text
                assert [one.author for one in result.replies] == ["system"]
        text = _one_topic(json.dumps(HONEST).replace("0.95", "0.0").replace(QUOTE, ""))
        assert _told(desk, "gas", "I smell gas").state is State.HANDED_OFF, "what a rule has fired no verdict lowers"
        desk.runtime.close()


def _one_topic(text: str) -> str:
    return text.replace(', {"topic": "legal", "score": 0.0, "quote": ""}', "")


def _told(desk: Desk, conversation_id: str, text: str) -> Any:
    desk.id = desk.runtime.open(NewConversation(id=conversation_id, customer="cus-1")).id
    return desk.say(text)


def _desk(folder: Path, url: str) -> Desk:
    model = OpenAIModel(base_url=url, model="stub", api_key="none")
    model.connect()
    desk = Desk(sqlite_url(folder), classifier=ModelClassifier(model))
    desk.runtime.activate(policy(("deadline: 2s", "deadline: 30s")))
    return desk


def test_what_an_answer_took_is_counted_and_what_says_nothing_is_not_free() -> None:
    told: list[Mapping[str, Any]] = [{"input_tokens": 10, "output_tokens": 2}, {"input_tokens": True}, {}]
    usage = Usage()
    for one in told:
        usage.counted(one)
    usage.counted(None)
    assert usage.told()["tokens_asked"] == 10
    assert usage.told()["answers_without_count"] == 3
