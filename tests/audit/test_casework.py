"""The figures of casework, from conversations that were really led."""

from __future__ import annotations

from pathlib import Path

from audit.casework import case_figures
from states.vocabulary import Event
from tests.graph.cases import CaseDesk, case_desk
from tests.graph.example import SARA


def _led(folder: Path) -> CaseDesk:
    """Handed over and back, again as a loop, resolved, rated, reopened."""
    desk = case_desk(folder)
    desk.say("When do you deliver?")
    desk.say("human please")
    desk.do(Event.CLAIMED)
    claims = desk.view.handover.packet["context"]["summary"]
    desk.do(
        Event.PACKET_REVIEWED,
        fields=[
            {"field": "context.summary", "verdict": "edit", "value": claims[1:]},
            {"field": "action.next_steps", "verdict": "edit", "value": ["Call."]},
            {"field": "context.intent", "verdict": "accept"},
        ],
    )
    desk.do(Event.HANDED_BACK, text="told")
    desk.say("human please")
    desk.do(Event.CLAIMED, SARA)
    desk.do(Event.RESOLVED, SARA, text="paid", resolution="refunded")
    desk.say("2, took too long")
    return desk


def test_the_figures_are_those_of_what_happened(tmp_path: Path) -> None:
    desk = _led(tmp_path)
    figures = case_figures([desk.view])
    claims = desk.last(Event.PACKET_REVIEWED)["fields"][0]["claims"]
    assert figures["handovers"] == 3
    assert (figures["reviewed"]["hits"], figures["missing_context"]["rate"]) == (1, 1.0)
    assert (figures["summary_errors"]["hits"], figures["summary_errors"]["of"]) == (1, claims)
    assert (figures["loops"]["hits"], figures["loops"]["of"]) == (1, 3)
    assert figures["handed_over_again"]["rate"] == 1.0
    assert figures["reopened"]["rate"] == 1.0
    assert figures["resolutions"] == {"refunded": 1}
    assert (figures["csat"]["person"]["mean"], figures["csat"]["person"]["rate"]) == (2.0, 0.0)
    assert figures["csat"]["assistant"]["of"] == 0
    desk.runtime.close()


def test_csat_of_the_assistant_stands_apart_from_that_of_people(tmp_path: Path) -> None:
    desk = case_desk(tmp_path)
    desk.say("When do you deliver?")
    desk.wait(hours=25)
    desk.say("5")
    csat = case_figures([desk.view])["csat"]
    assert (csat["assistant"]["rate"], csat["assistant"]["scores"]["5"], csat["person"]["of"]) == (1.0, 1, 0)
    desk.runtime.close()


def test_an_assumed_resolution_is_counted_as_assumed(tmp_path: Path) -> None:
    desk = case_desk(tmp_path)
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.resolve()
    assert case_figures([desk.view])["resolutions"] == {"solved (assumed)": 1}
    desk.runtime.close()


def test_figures_of_nothing_are_harmless() -> None:
    figures = case_figures([])
    assert figures["missing_context"]["rate"] is None
    assert figures["csat"]["person"]["mean"] is None
