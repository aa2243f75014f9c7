"""Poison under attack: a message or a port that breaks a run reaches a person, and holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from assistants.port import Citation, Draft, Question
from assistants.scripted import ScriptedAssistant
from conversation.records import Outcome
from service.views import Act, NewConversation
from states.errors import BadInput, DependencyFault
from states.vocabulary import Event, State
from store.arrivals import receive
from store.database import open_store
from store.records import Bound
from store.work import Committed, UnitOfWork
from tests.campaigns.invariants import open_handovers, violations
from tests.graph.example import ANNA, Desk
from tests.ready_databases import sqlite_url

ROUTINE = "How long does delivery take?"


def _says(folder: Path, draft: Draft) -> Desk:
    return Desk(sqlite_url(folder), ScriptedAssistant(lambda question: draft))


def test_draft_that_cannot_be_stored_costs_nobody_the_conversation(tmp_path: Path) -> None:
    desk = _says(tmp_path, Draft(text="De\ud800livery\x00", confidence=0.9, verbatim=True, intent="\ud800", model="t"))
    desk.say(ROUTINE, "m1")
    desk.view.messages[-1].text.encode()
    assert violations(desk.runtime.store, desk.id) == []


def test_citation_of_the_wrong_type_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    nothing: Any = object()
    citation = Citation(source=nothing, title="t", quote="q")
    desk = _says(tmp_path, Draft(text="Three days.", confidence=0.9, verbatim=True, citations=(citation,), model="t"))
    result = desk.say(ROUTINE)
    assert result.state in (State.BOT_HANDLING, State.HANDED_OFF)
    assert violations(desk.runtime.store, desk.id) == []


class Breaks(UnitOfWork):
    """A commit with a defect for one cause."""

    cause = ""

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        if outcome.cause.startswith(self.cause) and outcome.conversation_id == "c1":
            raise TypeError("a defect")
        return super().commit(outcome, checkpoint, bound, lease_owner)


def test_one_broken_conversation_does_not_stop_the_clocks_of_the_others(tmp_path: Path) -> None:
    work = Breaks(open_store(sqlite_url(tmp_path)))
    work.cause = "clock:"
    desk = Desk(sqlite_url(tmp_path), unit_of_work=work)
    desk.say("I smell gas")
    desk.runtime.open(NewConversation(id="c2"))
    desk.runtime.post("c2", "I smell gas")
    desk.wait(minutes=6)
    assert "sla_breached" in [one.event for one in desk.runtime.view("c2").events]


def test_one_message_that_cannot_be_decided_does_not_stop_the_worker(tmp_path: Path) -> None:
    work = Breaks(open_store(sqlite_url(tmp_path)))
    work.cause = "message:"
    desk = Desk(sqlite_url(tmp_path), unit_of_work=work)
    with pytest.raises(TypeError):
        desk.say("hello")
    desk.runtime.open(NewConversation(id="c2"))
    desk.runtime.post("c2", "I smell gas")
    desk.wait(minutes=6)
    assert "sla_breached" in [one.event for one in desk.runtime.view("c2").events]


def test_message_that_was_kept_before_the_window_closed_still_reaches_a_person(desk: Desk) -> None:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.RESOLVED, text="explained")
    desk.clock.advance(timedelta(hours=71))
    with desk.runtime.store.write() as connection:
        receive(
            connection, desk.runtime._messages.incoming(desk.id, "late", "still broken"), "a worker that died", 7200.0
        )
    desk.clock.advance(timedelta(hours=1, minutes=30))
    desk.runtime.fire_due()  # clocks alone: recovery has not come to it yet
    assert desk.view.closed
    desk.wait(hours=1)
    assert desk.view.state is State.HANDED_OFF
    assert not desk.view.closed
    assert open_handovers(desk.runtime.store, desk.id) == 1
    assert violations(desk.runtime.store, desk.id) == []


@pytest.mark.parametrize("confidence", [float("inf"), float("nan"), 5.0, -1.0])
def test_confidence_that_is_none_is_not_trusted(tmp_path: Path, confidence: float) -> None:
    desk = _says(tmp_path, Draft(text="Surely.", confidence=confidence, verbatim=True, model="t"))
    assert all(one.text != "Surely." for one in desk.say(ROUTINE).replies)


def test_two_megabytes_of_draft_end_well(tmp_path: Path) -> None:
    desk = _says(tmp_path, Draft(text="<script>alert(1)</script>" * 80_000, confidence=0.9, model="t"))
    desk.say(ROUTINE)
    assert violations(desk.runtime.store, desk.id) == []


@pytest.mark.parametrize(
    "data", [{"steps_done": 5}, {"steps_done": None}, {"steps_done": [{}]}, {"steps_done": {"checked": 1}},
             {"x": {1, 2}}, {"x": 2**70}, {"x": object()}],
)  # fmt: skip
def test_data_of_an_act_that_cannot_be_used_is_refused_by_name(desk: Desk, data: dict[str, Any]) -> None:
    desk.say("change my address")
    with pytest.raises(BadInput):
        desk.runtime.act(desk.id, Act(event=Event.CLAIMED, actor=ANNA, data=data))
    assert desk.view.state is State.HANDED_OFF


@pytest.mark.parametrize("field", ["channel", "customer", "language"])
@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "x" * 300])
def test_what_a_channel_says_and_no_row_can_hold_is_refused(desk: Desk, field: str, value: str) -> None:
    with pytest.raises(BadInput, match=field):
        desk.runtime.open(NewConversation(id="c9", **{field: value}))  # type: ignore[arg-type]  # by name on purpose


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "x" * 300])
def test_channel_fact_that_no_row_can_hold_is_refused(desk: Desk, value: str) -> None:
    with pytest.raises(BadInput, match=r"customer\.tier"):
        desk.runtime.open(NewConversation(id="c9", facts={"customer.tier": value}))


@pytest.mark.parametrize("actor", ["", "\ud800", "a\nb", "x" * 300, " anna", "anna "])
def test_nobody_acts_under_a_name_that_is_none(desk: Desk, actor: str) -> None:
    from service.views import Actor

    desk.say("human please")
    with pytest.raises(BadInput, match="actor"):
        desk.do(Event.CLAIMED, Actor(id=actor, role=ANNA.role))


@pytest.mark.parametrize("language", ["", "zz", "tlh", "DE"])
def test_language_that_nobody_speaks_still_gets_a_script(desk: Desk, language: str) -> None:
    desk.runtime.open(NewConversation(id="c9", language=language))
    result = desk.runtime.post("c9", "human please")
    assert result.replies[0].text


def test_fault_that_quotes_a_key_is_stored_without_it(tmp_path: Path) -> None:
    key = "sk-" + "proj-" + "a1B2c3D4e5F6g7H8i9J0" * 2

    def fails(question: Question) -> Draft:
        raise DependencyFault("auth", f"Incorrect API key provided: {key}")

    desk = Desk(sqlite_url(tmp_path), ScriptedAssistant(fails))
    desk.say(ROUTINE)
    assert _rows_with(desk, key) == []


def test_card_that_the_assistant_or_an_agent_writes_is_in_no_row(tmp_path: Path) -> None:
    card = " ".join(["4111", "1111", "1111", "1111"])
    draft = Draft(text=f"Your card {card} is on file.", confidence=0.9, intent=card, model=card)
    desk = _says(tmp_path, draft)
    desk.say(ROUTINE)
    desk.say("human please")
    desk.do(Event.CLAIMED, text=f"card {card}")
    with pytest.raises(BadInput):
        desk.do(Event.PACKET_REVIEWED, fields=[{"field": card, "verdict": "edit", "value": {card: card}}])
    desk.do(Event.AGENT_REPLIED, text=f"Is it {card}?")
    desk.runtime.open(NewConversation(id="c9", customer=card, facts={"customer.tier": card}))
    assert _rows_with(desk, card) == []


def _rows_with(desk: Desk, what: str) -> list[str]:
    tables = ("message", "event", "handover", "conversation", "outbox", "checkpoints", "writes")
    with desk.runtime.store.read() as connection:
        rows = {table: connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall() for table in tables}
    return [table for table, found in rows.items() if what in repr(found)]
