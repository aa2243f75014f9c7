"""The room of those who look after it: second persons, approved replies, what did not get through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.settings import Settings
from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from service.views import Actor, NewConversation
from states.rights import RIGHTS, Right
from states.vocabulary import Event, Role
from store.queries import CONVERSATION
from tests.house import AUDITOR as READER
from tests.house import DEMO, House
from tests.ui.rooms import ANSWER, VISITOR, claimed, drawn, handed_over, picked, press, visitor
from tests.ui.views import HOSTILE
from ui.desk import DeskRoom
from ui.oversight import SKIP, OversightRoom
from ui.render.queue import PAGE

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
SECRET = "whsec_bm90LWEtc2VjcmV0LWJ1dC1sb25nLWVub3VnaA=="
OFFICER, AUDITOR = Role.COMPLIANCE_OFFICER.value, Role.AUDITOR.value
DESKS = {"desks": {"tickets": {"kind": "webhook", "url": "http://127.0.0.1:9/hook", "secrets": SECRET}}}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    """A house that no other test has written in, with one destination."""
    opened = House(tmp_path, ScriptedAssistant(lambda asked: ANSWER), rules=load_policy("default"), settings=DESKS)
    yield opened
    opened.close()


@pytest.fixture
def dead(own: House) -> str:
    """A step that was given up."""
    return own.given_up(own.open(), "tickets")


@pytest.fixture
def room(own: House) -> OversightRoom:
    return drawn(OversightRoom(own.door, own.settings))


def versions(own: House, template_id: str = "refund.done") -> list[str]:
    """The states of the versions of a template."""
    return [one.state.value for one in own.door.templates(READER) if one.id == template_id]


def is_dead(own: House) -> bool:
    """Whether anything is given up."""
    return any(one["status"] == "dead" for one in own.door.deliveries(READER, 100))


def look(room: OversightRoom, seen: str = "", role: str = OFFICER) -> dict[Any, Any]:
    """What is new in the room."""
    return room.poll(seen, "omar", role, VISITOR)


def click(room: OversightRoom, what: Any, pick: str, name: str = "omar", role: str = OFFICER) -> dict[Any, Any]:
    """What the room shows after a click."""
    done: dict[Any, Any] = what("", name, role, VISITOR, picked(pick))
    return done


def button(shown: object, act: str) -> str:
    """What the first button of that kind sends."""
    start = str(shown).index(f"{act}|")
    return str(shown)[start : str(shown).index('"', start)]


def write(room: OversightRoom, text: str, name: str = "anna") -> dict[Any, Any]:
    """A draft by somebody."""
    return room.write("", name, OFFICER, "refund.done", "en", text, VISITOR)


def test_nothing_is_drawn_anew_when_nothing_changed(room: OversightRoom) -> None:
    shown = look(room)
    assert look(room, shown[room.seen]) == SKIP
    assert "claim 5m" in shown[room.policy]


def test_what_waits_for_a_second_person_comes_in_pages(room: OversightRoom, own: House) -> None:
    for number in range(PAGE + 3):
        own.door.open(DEMO, NewConversation(id=f"c{number:02}"))
    with own.store.write() as connection:
        for number in range(PAGE + 3):
            asked = {"kind": "exception", "text": "as an exception", "hash": f"{number:02}", "requested_by": "anna"}
            change = update(CONVERSATION).where(CONVERSATION.c.id == f"c{number:02}")
            connection.execute(change.values(pending_consent=asked))
    first = look(room)
    assert str(first[room.consents]).count('class="hr-item"') == PAGE
    second = click(room, room.turn, f"consents|{PAGE}")
    assert str(second[room.consents]).count('class="hr-item"') == 3
    assert f"{PAGE + 1}–{PAGE + 3} of {PAGE + 3}" in str(second[room.consents])
    assert look(room, second[room.seen]) == SKIP, "the page stays turned while it is looked at"
    assert click(room, room.turn, "c01") == SKIP, "a line of the list is opened by the page"


def test_a_reply_is_written_by_one_and_approved_by_another(room: OversightRoom, own: House) -> None:
    shown = write(room, f"Dear {{name}}, it is paid. {HOSTILE.replace('{', '').replace('}', '')}")
    assert (shown[room.text], shown[room.id]) == ("", "")
    assert "<img" not in shown[room.templates]
    with pytest.warns(UserWarning, match="Approve: refused"):
        click(room, room.keep, button(shown[room.templates], "approve"), name="anna")
    assert versions(own) == ["draft"]
    after = click(room, room.keep, button(shown[room.templates], "approve"))
    assert "approved by omar" in after[room.templates]
    gone = click(room, room.keep, button(after[room.templates], "retire"))
    assert "retired by omar" in gone[room.templates]


def test_an_approval_holds_only_for_the_words_that_were_read(room: OversightRoom, own: House) -> None:
    pick = button(write(room, "It is paid.")[room.templates], "approve")
    other = pick.rpartition("|")[0] + "|" + "0" * 64
    with pytest.warns(UserWarning, match="Approve: refused"):
        click(room, room.keep, other)
    assert versions(own) == ["draft"]


def test_a_refused_draft_stays_in_the_box(room: OversightRoom) -> None:
    with pytest.warns(UserWarning, match="Draft: refused"):
        shown = write(room, "Dear {stranger}")
    assert room.text not in shown


def test_what_was_given_up_is_put_back(room: OversightRoom, dead: str, own: House) -> None:
    shown = look(room)[room.deliveries]
    assert "http_422" in shown
    after = click(room, room.replay, button(shown, "replay"))
    assert not is_dead(own)
    assert "Nothing was given up" in after[room.deliveries]


@pytest.mark.parametrize("role", [AUDITOR])
def test_who_only_reads_is_shown_no_button_and_is_refused_all_the_same(
    room: OversightRoom, dead: str, own: House, role: str
) -> None:
    write(room, "It is paid.")
    shown = look(room, role=role)
    assert "data-pick" not in shown[room.deliveries] + shown[room.templates]
    as_officer = look(room)
    for what, pick in (
        (room.replay, button(as_officer[room.deliveries], "replay")),
        (room.keep, button(as_officer[room.templates], "approve")),
    ):
        with pytest.warns(UserWarning, match="refused"):
            click(room, what, pick, role=role)
    assert is_dead(own)
    assert versions(own) == ["draft"]
    assert Role(role) not in RIGHTS[Right.REPLAY]


def test_what_is_pressed_that_is_no_button_does_nothing(room: OversightRoom, dead: str, own: House) -> None:
    for pick in ("", "replay", "replay|", "approve|a|en|x|h", "approve|a", "delete|a|en|1|h"):
        assert click(room, room.replay, pick) == SKIP
        assert click(room, room.keep, pick) == SKIP
    assert is_dead(own)


def test_without_destinations_a_sentence_says_so(house: House) -> None:
    room = drawn(OversightRoom(house.door, house.settings))
    assert "No destination is set" in look(room)[room.deliveries]


def test_a_request_that_waits_for_a_second_person_is_listed_until_it_is_decided(
    room: OversightRoom, own: House
) -> None:
    desk = drawn(DeskRoom(own.door, own.settings))
    case = handed_over(own)
    for _ in range(3):
        handed_over(own)
    seen = press(desk, Event.EXCEPTION_REQUESTED, claimed(desk, case), note=f"Refund {HOSTILE}")[desk.seen]
    shown = look(room)[room.consents]
    assert f'data-pick="{case}"' in shown
    assert "asked by anna" in shown
    assert "<img" not in shown
    press(desk, Event.EXCEPTION_DENIED, seen, agent="omar", role=OFFICER, note="Too late")
    assert "Nothing waits" in look(room)[room.consents]


def test_with_tokens_the_login_says_who_looks(own: House) -> None:
    tokens = {"t" * 16: "compliance_officer/omar", "u" * 16: "auditor/eva"}
    room = drawn(OversightRoom(own.door, Settings(tokens=tokens)))
    shown = room.enter(visitor("eva"))
    assert shown[room.role]["value"] == AUDITOR
    with pytest.warns(UserWarning, match="does not hold the role"):
        room.write("", "omar", OFFICER, "a.b", "en", "words", visitor("eva"))
    assert versions(own, "a.b") == []
