"""A draft that must not be said never reaches the customer, whoever found it: the filters or the reader of replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.port import Citation, Draft
from assistants.scripted import ScriptedAssistant
from audit.contexts import Context
from audit.judge import Judge
from conversation.decide import Disposition
from conversation.outgoing import held_by
from recognition.reply_port import ReadReply, ReplyReader, ScriptedReplies
from service.runtime import Runtime
from service.views import NewConversation
from states.clock import FrozenClock, SystemIds
from states.errors import DependencyFault
from states.vocabulary import State
from store.database import open_store
from tests.graph.example import START, policy
from tests.ready_databases import sqlite_url
from tests.rules import rules_of
from triggers.engine import Engine
from triggers.screen import FAULT_FILTER

RULES = rules_of(policy())
PROMISE, HARMLESS = "An agent will call you.", "Delivery takes three days."
Screen = Callable[..., tuple[str, ...]]


class Sure:
    """A reader that finds nothing, ever, or blocks everything for one reason."""

    fingerprint = "sure"

    def __init__(self, *, blocked: bool, reason: str = "abuse") -> None:
        self._found = ReadReply(score=float(blocked), blocked=blocked, reasons=(reason,) if blocked else ())

    def read(self, reply: str) -> ReadReply:
        return self._found


readers = st.sampled_from(
    [
        None, Sure(blocked=False), Sure(blocked=True), ScriptedReplies({"three": "unsupported_claim"}),
        ScriptedReplies(fault=DependencyFault("broken", "it broke")), ScriptedReplies(fault=ValueError("no promise")),
    ]
)  # fmt: skip
texts = st.one_of(st.sampled_from([PROMISE, HARMLESS, f"{HARMLESS} {PROMISE}"]), st.text(max_size=80))


def lowers_a_rule(screen: Screen, text: str, reader: ReplyReader | None, *, approved: bool) -> bool:
    """Whether something that a filter found is missing in what the screen says."""
    found = {hit.filter_id for hit in RULES.engine.screen(text, "en")}
    return not found <= {*screen(text, "en", RULES.engine, reader, approved=approved)}


@given(texts, readers, st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_reader_lowers_what_a_filter_found(text: str, reader: ReplyReader | None, approved: bool) -> None:
    assert not lowers_a_rule(held_by, text, reader, approved=approved)


def test_a_screen_in_which_the_reader_has_the_last_word_is_found_out() -> None:
    def trusting(
        text: str, language: str, engine: Engine, reader: ReplyReader | None, *, approved: bool
    ) -> tuple[str, ...]:
        return reader.read(text).reasons if reader is not None else ()

    assert lowers_a_rule(trusting, PROMISE, Sure(blocked=False), approved=False)


@pytest.mark.parametrize("fault", [DependencyFault("broken", "it broke"), ValueError("it breaks its promise")])
def test_what_nobody_could_read_is_held(fault: Exception) -> None:
    assert held_by(HARMLESS, "en", RULES.engine, ScriptedReplies(fault=fault), approved=False) == (FAULT_FILTER,)


def test_blocked_without_a_reason_is_blocked() -> None:
    class Mute(Sure):
        def read(self, reply: str) -> ReadReply:
            return ReadReply(score=1.0, blocked=True)

    assert held_by(HARMLESS, "en", RULES.engine, Mute(blocked=True), approved=False) == (FAULT_FILTER,)


def test_approved_words_are_screened_by_the_filters_alone() -> None:
    assert held_by(HARMLESS, "en", RULES.engine, Sure(blocked=True), approved=True) == ()
    assert held_by(PROMISE, "en", RULES.engine, Sure(blocked=False), approved=True) != ()


@pytest.mark.parametrize("words", [{"three days": "unsupported_claim"}, {"three days": "commitment"}])
def test_a_draft_that_the_reader_blocks_never_reaches_the_customer(tmp_path: Path, words: dict[str, str]) -> None:
    draft = Draft(text=HARMLESS, confidence=1.0, citations=(Citation(source="a", title="A", quote=HARMLESS),))
    store = open_store(sqlite_url(tmp_path))
    said = {}
    for name, replies in (("screened", ScriptedReplies(words)), ("unscreened", None)):
        runtime = Runtime(
            store=store, policy=policy(), assistant=ScriptedAssistant(lambda question: draft), clock=FrozenClock(START),
            ids=SystemIds(), replies=replies,
        )  # fmt: skip
        runtime.open(NewConversation(id=name))
        result = runtime.post(name, "how long is delivery")
        said[name] = (HARMLESS in " ".join(one.text for one in result.replies), result.state)
        runtime.close()
    assert said["unscreened"] == (True, State.BOT_HANDLING)
    assert said["screened"][0] is False
    assert said["screened"][1] is not State.BOT_HANDLING


@given(texts, readers)
@settings(max_examples=80, deadline=None)
def test_evaluating_a_reply_and_a_turn_hold_the_same(text: str, reader: ReplyReader | None) -> None:
    draft = Draft(text=text, confidence=1.0, citations=(Citation(source="a", title="A", quote="Q"),))
    judge = Judge(replace(RULES, replies=reader), ScriptedAssistant(lambda question: draft))
    held = bool(judge.reply(text, Context(language="en")))
    answered = judge.message("how long is delivery").disposition is Disposition.ANSWER
    if held:
        assert not answered
    elif text.strip():
        assert answered
