"""Prompts are complete, fingerprinted, and safe to fill with strangers' words."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pydantic import BaseModel

from models.deadline import within
from models.port import Message, OpenAIModel, ScriptedModel, kind_of
from prompts.loader import FOLDER, PLACEHOLDERS, fingerprints, load
from states.errors import DependencyFault, SettingsError


class Reply(BaseModel):
    word: str


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_each_prompt_fills_with_its_placeholders(name: str) -> None:
    prompt = load(name)
    filled = prompt.fill(**dict.fromkeys(prompt.placeholders, "VALUE"))
    assert "$" not in filled
    assert ("VALUE" in filled) is bool(prompt.placeholders)


def test_every_text_file_is_a_known_prompt() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == PLACEHOLDERS.keys()


def test_a_dollar_in_a_value_is_not_expanded() -> None:
    assert "$language ${passages}" in load("assistant").fill(
        organisation="$language ${passages}", language="en", passages="none"
    )


def test_a_missing_or_spare_value_is_refused() -> None:
    with pytest.raises(SettingsError, match="organisation"):
        load("refusal").fill()
    with pytest.raises(SettingsError, match="spare"):
        load("refusal").fill(organisation="A", spare="B")


def test_an_unknown_prompt_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="classifier"):
        load("poem")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Ask for a person at $organsation.", "exactly these placeholders: organisation"),
        ("Costs 5 $ at $organisation", "stray"),
        ("", "empty"),
    ],
)
def test_a_broken_prompt_file_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "refusal.txt").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=complaint):
        load("refusal", tmp_path)


def test_a_missing_prompt_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"refusal\.txt"):
        load("refusal", tmp_path)


def test_a_fingerprint_follows_the_wording(tmp_path: Path) -> None:
    (tmp_path / "refusal.txt").write_text("No, says $organisation.", "utf-8")
    first = load("refusal", tmp_path).fingerprint
    (tmp_path / "refusal.txt").write_text("Sorry, no, says $organisation.", "utf-8")
    assert load("refusal", tmp_path).fingerprint != first
    assert all(len(value) == 12 for value in fingerprints().values())
    assert len(set(fingerprints().values())) == len(PLACEHOLDERS)


def test_a_call_that_never_returns_ends_at_its_deadline() -> None:
    release = threading.Event()
    with pytest.raises(DependencyFault) as fault:
        within(0.02, release.wait, "a hanging call")
    release.set()
    assert fault.value.kind == "timeout"


def test_a_call_s_own_exception_arrives() -> None:
    with pytest.raises(ValueError, match="letters"):
        within(30, lambda: int("letters"), "a failing call")
    assert within(30, lambda: 7, "a good call") == 7


def test_no_time_left_means_no_call() -> None:
    called: list[int] = []
    with pytest.raises(DependencyFault):
        within(0, lambda: called.append(1), "a call")
    assert called == []


def test_a_scripted_model_is_checked_like_a_real_one() -> None:
    def echo(messages: tuple[Message, ...]) -> dict[str, str]:
        return {"word": messages[0][1]}

    model = ScriptedModel({"word": "yes"}, {"wrong": 1}, RuntimeError("secret"), echo)
    assert model.ask(Reply, [("user", "hi")], 1).word == "yes"
    for kind in ("malformed", "model_error"):
        with pytest.raises(DependencyFault) as fault:
            model.ask(Reply, [("user", "hi")], 1)
        assert fault.value.kind == kind
        assert "secret" not in str(fault.value)
    assert model.ask(Reply, [("user", "echo")], 1).word == "echo"
    assert len(model.calls) == 4


def test_a_kind_is_found_through_causes_and_base_classes() -> None:
    class RateLimitError(Exception):
        """Named as the client library names its own."""

    class Wrapped(RateLimitError):
        """A subclass."""

    outer = RuntimeError("outer")
    outer.__cause__ = Wrapped("inner")
    assert kind_of(outer) == "rate_limited"
    assert kind_of(RuntimeError("unknown")) == "model_error"


def test_building_a_model_connects_to_nothing() -> None:
    assert OpenAIModel(base_url="http://127.0.0.1:1/v1", model="m", api_key="k").name == "m"
