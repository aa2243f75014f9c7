"""The desk sends a page, however many cases wait; what comes, goes or is claimed moves no case under the hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.api.cursors import NEXT, TOTAL
from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from states.vocabulary import Event
from tests.house import House
from tests.ui.crowd import crowd
from tests.ui.rooms import AGENT, ANSWER, VISITOR, drawn, handed_over, picked
from ui.desk import SKIP, DeskRoom
from ui.render.queue import PAGE
from ui.seen import Seen

SLACK = 700
"""Bytes that a poll may grow between a full page of few cases and one of many: the pagers of two lists, a cursor."""
FEW, MANY = 10, 5_000


def crowded(folder: Path, many: int) -> House:
    house = House(folder, ScriptedAssistant(lambda question: ANSWER), rules=load_policy("default"))
    talk = house.open()
    house.say(talk, "How long does delivery take?")
    crowd(house.store, handed_over(house), talk, many)
    return house


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = crowded(tmp_path_factory.mktemp("many"), MANY)
    yield opened
    opened.close()


def polled(desk: DeskRoom, seen: str = "") -> dict[Any, Any]:
    return desk.poll(seen, "anna", AGENT, VISITOR)


def sent(desk: DeskRoom, shown: dict[Any, Any]) -> int:
    """The bytes of the lists and of what is seen."""
    return len(json.dumps([shown[part] for part in (*desk.lists.shown, desk.seen)]).encode())


def cases(desk: DeskRoom, shown: dict[Any, Any]) -> list[str]:
    return list(re.findall(r'data-pick="([^"|]+)"', shown[desk.lists.queue]))


def turn(desk: DeskRoom, shown: dict[Any, Any], label: str, listing: str = "queue") -> dict[Any, Any]:
    """A press on a button of a list's pager."""
    found = re.search(rf'data-pick="([^"]*)">{label}<', shown[getattr(desk.lists, listing)])
    assert found is not None
    return desk.press_line(shown[desk.seen], "anna", AGENT, VISITOR, picked(found[1]))


def test_a_poll_is_as_long_for_five_thousand_cases_as_for_a_page_of_them(many: House, tmp_path: Path) -> None:
    few, page = crowded(tmp_path / "few", FEW), crowded(tmp_path / "page", PAGE)
    measured = {}
    for name, house in (("few", few), ("page", page), ("many", many)):
        desk = drawn(DeskRoom(house.door, house.settings))
        measured[name] = sent(desk, polled(desk))
    few.close()
    page.close()
    assert abs(measured["many"] - measured["page"]) <= SLACK, measured
    assert measured["few"] < measured["many"] <= measured["few"] * PAGE / FEW + SLACK, measured
    assert measured["many"] <= 20_000, measured


def test_a_poll_reads_no_more_rows_for_many_cases(many: House) -> None:
    desk, statements = drawn(DeskRoom(many.door, many.settings)), []
    reader = many.store._read_engine
    listen = ("before_cursor_execute", lambda conn, cursor, statement, *rest: statements.append(statement))
    event.listen(reader, *listen)
    shown = polled(desk)
    event.remove(reader, *listen)
    assert len(statements) <= 10 + PAGE, statements
    assert len(cases(desk, shown)) == PAGE
    assert f"1–{PAGE} of {MANY}" in shown[desk.lists.queue]
    assert polled(desk, shown[desk.seen]) == SKIP, "nothing has changed: nothing is sent"


def test_pages_are_turned_both_ways_and_the_open_case_stays_open(many: House) -> None:
    desk = drawn(DeskRoom(many.door, many.settings))
    first = polled(desk)
    opened = desk.press_line(first[desk.seen], "anna", AGENT, VISITOR, picked(cases(desk, first)[3]))
    assert "hr-chosen" in opened[desk.lists.queue]
    second = turn(desk, opened, "Next")
    assert f"{PAGE + 1}–{2 * PAGE} of {MANY}" in second[desk.lists.queue]
    assert set(cases(desk, second)).isdisjoint(cases(desk, first))
    assert Seen.of(second[desk.seen]).conversation == cases(desk, first)[3]
    back = turn(desk, second, "Previous")
    assert cases(desk, back) == cases(desk, first)
    assert back[desk.lists.queue].count("hr-chosen") == 1
    third = turn(desk, polled(desk), "Next", "live")
    assert f"{PAGE + 1}–{2 * PAGE} of {MANY}" in third[desk.lists.live]
    assert f"1–{PAGE} of {MANY}" in turn(desk, third, "Previous", "live")[desk.lists.live]


def test_what_comes_or_is_claimed_before_a_page_moves_nothing_on_it(many: House) -> None:
    desk = drawn(DeskRoom(many.door, many.settings))
    first = polled(desk)
    second = turn(desk, first, "Next")
    mine = cases(desk, second)[4]
    opened = desk.press_line(second[desk.seen], "anna", AGENT, VISITOR, picked(mine))
    urgent = many.open()
    many.say(urgent, "I can smell gas in my kitchen")
    many.do(cases(desk, first)[2], Event.CLAIMED)
    many.do(mine, Event.CLAIMED)
    later = polled(desk, opened[desk.seen])
    assert cases(desk, later) == cases(desk, second), "the claimed card is where it was, and so are the others"
    assert later[desk.lists.queue].count("hr-chosen") == 1
    assert Seen.of(later[desk.seen]).conversation == mine
    assert cases(desk, polled(desk))[0] == urgent


def test_a_page_that_is_gone_or_forged_shows_another(many: House) -> None:
    desk = drawn(DeskRoom(many.door, many.settings))
    for strange in ("x", "W10=", "A" * 5000):
        shown = polled(desk, Seen(queue_at=strange, held_at=10**9).text())
        assert cases(desk, shown) == cases(desk, polled(desk))
    assert f"of {MANY}" in shown[desk.lists.live]


def test_the_api_reads_all_of_it_page_by_page(many: House) -> None:
    who = {"X-Handrail-Actor": "maria", "X-Handrail-Role": "frontline_agent"}
    with many.client() as client:
        answer = client.get("/v1/queue", params={"limit": 1000}, headers=who)
        seen = [one["handover_id"] for one in answer.json()]
        while NEXT in answer.headers:
            params = {"limit": 1000, "cursor": answer.headers[NEXT]}
            answer = client.get("/v1/queue", params=params, headers=who)
            seen += [one["handover_id"] for one in answer.json()]
        assert len(seen) == len(set(seen)) == int(answer.headers[TOTAL])
        assert client.get("/v1/queue", params={"cursor": "x"}, headers=who).status_code == 422
        mine = client.get("/v1/queue", params={"for": "me"}, headers=who)
        assert len(mine.json()) == 20
        assert int(mine.headers[TOTAL]) <= int(answer.headers[TOTAL])
