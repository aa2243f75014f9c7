"""The summary of a model over real HTTP: it follows a handover that is out already, and says nothing unsupported."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assistants.stub_endpoint import StubEndpoint
from handover.packet.model_summary import SummaryWriter
from models.port import OpenAIModel
from states.errors import DependencyFault
from states.vocabulary import Event, State
from tests.campaigns.invariants import violations
from tests.graph.cases import CaseDesk, case_desk

FIRST = "My order LM-20417 arrived on 3 May with a broken shade and cost €49.90. When do you deliver a new one?"
SECOND = "I did not get an answer and I don't want a voucher. human please"
TRUE = [
    {"claim": "The customer's order LM-20417 arrived on 3 May with a broken shade.", "turns": [1]},
    {"claim": "The customer does not want a voucher.", "turns": [4]},
    {"claim": "The assistant answered that delivery takes three days.", "turns": [3]},
]
PLANTED = [
    ({"claim": "The customer's order cost €59.90.", "turns": [1]}, "number"),
    ({"claim": "The assistant promised a new delivery.", "turns": [3]}, "promise"),
    ({"claim": "The customer wants a voucher.", "turns": [4]}, "negation"),
    ({"claim": "The customer's order arrived with a broken shade.", "turns": [4]}, "words"),
    ({"claim": "The customer's order arrived with a broken shade.", "turns": [42]}, "citation"),
]
EVIDENCE = {"claim": 'The words that called for a person: "human please"', "turns": [4]}
"""Stays, whoever writes the rest."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def told(claims: list[dict[str, Any]]) -> str:
    return json.dumps({"claims": claims})


def desk_at(folder: Path, url: str) -> CaseDesk:
    return case_desk(folder, summariser=SummaryWriter(OpenAIModel(base_url=url, model="stub", api_key="none")))


def handed_over(desk: CaseDesk) -> CaseDesk:
    desk.say(FIRST)
    assert desk.say(SECOND).state is State.HANDED_OFF
    return desk


LOOKS = 6_000
"""Two minutes of looking: a summary that is not there then never comes."""


def updated(desk: CaseDesk) -> Any:
    """Data of the event that records what the model had to say."""
    for _ in range(LOOKS):
        if Event.PACKET_UPDATED in desk.events:
            return desk.last(Event.PACKET_UPDATED)
        desk.runtime.tick()
        time.sleep(0.02)
    raise AssertionError("the model's summary was never recorded")


def context(desk: CaseDesk) -> Any:
    return desk.view.handover.packet["context"]


def outbox(desk: CaseDesk) -> list[Any]:
    """What desks outside are to hear of newer packets."""
    with desk.runtime.store.read() as connection:
        found = connection.exec_driver_sql("SELECT payload FROM outbox WHERE effect = 'update_packet'")
        return [json.loads(row[0]) for row in found]


def test_a_checked_summary_follows_and_says_who_wrote_it(folder: Path) -> None:
    stub = StubEndpoint(reply=told(TRUE))
    with stub as url:
        desk = handed_over(desk_at(folder, url))
        assert context(desk)["summary_method"] == "extractive"
        updated(desk)
        assert context(desk)["summary"] == [*TRUE, EVIDENCE]
        assert context(desk)["summary_method"] == "model"
        assert context(desk)["summary_model"].startswith("stub, prompt ")
        assert violations(desk.runtime.store, desk.id) == []
        told_of = [(one["handover_id"], one["what"], one["written"]) for one in outbox(desk)]
        assert told_of == [(desk.view.handover.id, "summary", True)]
        desk.runtime.close()
    shown = stub.requests[-1]["messages"][-1]["content"]
    assert "[1] customer: My order LM-20417" in shown


def test_planted_inventions_never_reach_the_packet(folder: Path) -> None:
    with StubEndpoint(reply=told([TRUE[0], *(claim for claim, _ in PLANTED), TRUE[1]])) as url:
        desk = handed_over(desk_at(folder, url))
        recorded = updated(desk)
        assert context(desk)["summary"] == [*TRUE[:2], EVIDENCE]
        assert [one["why"] for one in recorded["dropped"]] == [why for _, why in PLANTED]
        desk.runtime.close()


def test_a_summary_of_inventions_alone_leaves_the_extractive_one(folder: Path) -> None:
    with StubEndpoint(reply=told([claim for claim, _ in PLANTED])) as url:
        desk = handed_over(desk_at(folder, url))
        before = context(desk)
        assert updated(desk)["fault"] == "unsupported"
        assert not outbox(desk)[0]["written"]
        assert context(desk) == before
        desk.runtime.close()


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("refuse", "connection"),
        ("html", "html"),
        ("429", "rate_limited"),
        ("500", "server_error"),
        ("malformed", "malformed"),
        ("empty", "malformed"),
        ("refusal", "refused"),
        ("truncated", None),
    ],
)
def test_a_model_that_misbehaves_leaves_the_extractive_summary(folder: Path, mode: str, fault: str | None) -> None:
    with StubEndpoint(mode=mode, reply=told(TRUE)) as url:
        desk = handed_over(desk_at(folder, url))
        before = context(desk)
        assert updated(desk)["fault"] == fault or fault is None
        assert context(desk) == before
        assert desk.view.state is State.HANDED_OFF
        desk.runtime.close()


def test_an_empty_summary_leaves_the_extractive_one(folder: Path) -> None:
    with StubEndpoint(reply=told([])) as url:
        desk = handed_over(desk_at(folder, url))
        assert updated(desk)["fault"] == "empty"
        assert context(desk)["summary_method"] == "extractive"
        desk.runtime.close()


class Held:
    """A model that says nothing until it is let go."""

    name = "held"

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def write(self, *given: Any) -> Any:
        self.asked.set()
        self.go.wait()
        raise DependencyFault("timeout", "it was held")


def test_a_hanging_model_delays_neither_the_handover_nor_the_agent(folder: Path) -> None:
    """Whoever waited for the summary would wait for ever: the model is let go after the case has ended."""
    model = Held()
    desk = case_desk(folder, summariser=model)
    desk.say(FIRST)
    desk.say(SECOND)
    desk.runtime.tick()
    assert model.asked.wait(120)
    desk.do(Event.CLAIMED)
    assert desk.resolve().state is State.RESOLVED
    assert Event.PACKET_UPDATED not in desk.events
    assert desk.view.handover.packet["context"]["summary"]
    model.go.set()
    desk.runtime.close()


def test_what_an_agent_has_judged_is_not_replaced_under_their_eyes(folder: Path) -> None:
    with StubEndpoint(reply=told(TRUE)) as url:
        desk = handed_over(desk_at(folder, url))
        desk.do(Event.CLAIMED)
        desk.do(Event.PACKET_REVIEWED, fields=[{"field": "context.summary", "verdict": "accept"}])
        before = context(desk)["summary"]
        assert "reviewed already" in updated(desk)["kept"]
        assert context(desk)["summary"] == before
        desk.runtime.close()


def test_another_process_takes_up_what_a_crash_left_and_it_is_recorded_once(folder: Path) -> None:
    with StubEndpoint(reply=told(TRUE)) as url:
        handed_over(desk_at(folder, url)).runtime.close()
        one, other = desk_at(folder, url), desk_at(folder, url)
        for desk in (one, other):
            desk.runtime.tick()
        # What each process has under way ends before it is counted.
        for desk in (one, other):
            desk.runtime._parts.models.pool.shutdown(wait=True)
        assert one.events.count("packet_updated") == 1
        for desk in (one, other):
            desk.runtime.close()


def test_a_card_number_that_a_model_writes_is_masked_or_dropped(folder: Path) -> None:
    leak = {"claim": "The customer paid with 4111 1111 1111 1111 for the order.", "turns": [1]}
    with StubEndpoint(reply=told([*TRUE, leak])) as url:
        desk = handed_over(desk_at(folder, url))
        updated(desk)
        assert "4111 1111" not in str(desk.view)
        desk.runtime.close()


def test_without_a_model_nothing_is_due(folder: Path) -> None:
    desk = handed_over(case_desk(folder))
    desk.runtime.tick()
    assert Event.PACKET_UPDATED not in desk.events
    desk.runtime.close()
