"""The room of those who look after it: second persons, approved replies, what did not get through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from app.settings import Settings
from app.wiring import build as build_runtime
from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from service.runtime import Runtime
from service.views import Actor
from states.errors import NotFound
from states.rights import RIGHTS, Right
from states.vocabulary import Event, Role
from tests.ui.rooms import ANSWER, VISITOR, claimed, drawn, handed_over, press
from tests.ui.views import HOSTILE
from ui.desk import DeskRoom
from ui.oversight import SKIP, OversightRoom

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
OFFICER, AUDITOR = Role.COMPLIANCE_OFFICER.value, Role.AUDITOR.value
DEAD = {
    "id": "evt_1:0:tickets:open", "conversation_id": "cnv_1", "destination": "tickets", "job": "open",
    "status": "dead", "attempts": 8, "last_code": "http_422", "settled_at": "2026-11-25T09:00:00+00:00",
}  # fmt: skip


class Box:
    """An outbox with one dead step."""

    def __init__(self) -> None:
        self.replayed: list[str | None] = []

    def fares(self) -> list[dict[str, Any]]:
        dead = 0 if self.replayed else 1
        return [{"name": "tickets", "kind": "zendesk", "pending": 0, "failing": "", "dead": dead, "last_success": None}]

    def unsettled(self, most: int) -> list[dict[str, Any]]:
        return [] if self.replayed else [DEAD]

    def replay(self, step_id: str | None = None) -> int:
        if step_id != DEAD["id"]:
            raise NotFound("no such step")
        self.replayed.append(step_id)
        return 1


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Runtime]:
    """A runtime that no other test has written in."""
    runtime = build_runtime(
        Settings(data_dir=tmp_path), policy=load_policy("default"), assistant=ScriptedAssistant(lambda asked: ANSWER)
    )
    yield runtime
    runtime.close()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def room(own: Runtime, box: Box) -> OversightRoom:
    return drawn(OversightRoom(own, Settings(), box))


def click(room: OversightRoom, what: Any, pick: str, name: str = "omar", role: str = OFFICER) -> dict[Any, Any]:
    """What the room shows after a click."""
    done: dict[Any, Any] = what("", name, role, VISITOR, cast(gr.EventData, SimpleNamespace(pick=pick)))
    return done


def button(shown: object, act: str) -> str:
    """What the first button of that kind sends."""
    start = str(shown).index(f"{act}|")
    return str(shown)[start : str(shown).index('"', start)]


def write(room: OversightRoom, text: str, name: str = "anna") -> dict[Any, Any]:
    """A draft by somebody."""
    return room.write("", name, OFFICER, "refund.done", "en", text, VISITOR)


def test_nothing_is_drawn_anew_when_nothing_changed(room: OversightRoom) -> None:
    shown = room.poll("", OFFICER)
    assert room.poll(shown[room.seen], OFFICER) == SKIP
    assert "claim 5m" in shown[room.policy]


def test_a_reply_is_written_by_one_and_approved_by_another(room: OversightRoom, own: Runtime) -> None:
    shown = write(room, f"Dear {{name}}, it is paid. {HOSTILE.replace('{', '').replace('}', '')}")
    assert (shown[room.text], shown[room.id]) == ("", "")
    assert "<img" not in shown[room.templates]
    with pytest.warns(UserWarning, match="Approve: refused"):
        click(room, room.keep, button(shown[room.templates], "approve"), name="anna")
    assert [one.state for one in own.templates() if one.id == "refund.done"] == ["draft"]
    after = click(room, room.keep, button(shown[room.templates], "approve"))
    assert "approved by omar" in after[room.templates]
    gone = click(room, room.keep, button(after[room.templates], "retire"))
    assert "retired by omar" in gone[room.templates]


def test_an_approval_holds_only_for_the_words_that_were_read(room: OversightRoom, own: Runtime) -> None:
    pick = button(write(room, "It is paid.")[room.templates], "approve")
    other = pick.rpartition("|")[0] + "|" + "0" * 64
    with pytest.warns(UserWarning, match="Approve: refused"):
        click(room, room.keep, other)
    assert [one.state for one in own.templates() if one.id == "refund.done"] == ["draft"]


def test_a_refused_draft_stays_in_the_box(room: OversightRoom) -> None:
    with pytest.warns(UserWarning, match="Draft: refused"):
        shown = write(room, "Dear {stranger}")
    assert room.text not in shown


def test_what_was_given_up_is_put_back(room: OversightRoom, box: Box) -> None:
    shown = room.poll("", OFFICER)[room.deliveries]
    assert "http_422" in shown
    after = click(room, room.replay, button(shown, "replay"))
    assert box.replayed == [DEAD["id"]]
    assert "Nothing was given up" in after[room.deliveries]


@pytest.mark.parametrize("role", [AUDITOR])
def test_who_only_reads_is_shown_no_button_and_is_refused_all_the_same(
    room: OversightRoom, box: Box, own: Runtime, role: str
) -> None:
    write(room, "It is paid.")
    shown = room.poll("", role)
    assert "data-pick" not in shown[room.deliveries] + shown[room.templates]
    as_officer = room.poll("", OFFICER)
    for what, pick in (
        (room.replay, button(as_officer[room.deliveries], "replay")),
        (room.keep, button(as_officer[room.templates], "approve")),
    ):
        with pytest.warns(UserWarning, match="refused"):
            click(room, what, pick, role=role)
    assert box.replayed == []
    assert [one.state for one in own.templates() if one.id == "refund.done"] == ["draft"]
    assert Role(role) not in RIGHTS[Right.REPLAY]


def test_what_is_pressed_that_is_no_button_does_nothing(room: OversightRoom, box: Box) -> None:
    for pick in ("", "replay", "replay|", "approve|a|en|x|h", "approve|a", "delete|a|en|1|h"):
        assert click(room, room.replay, pick) == SKIP
        assert click(room, room.keep, pick) == SKIP
    assert box.replayed == []


def test_without_destinations_a_sentence_says_so(own: Runtime) -> None:
    room = drawn(OversightRoom(own, Settings(), None))
    assert "No destination is set" in room.poll("", OFFICER)[room.deliveries]


def test_a_request_that_waits_for_a_second_person_is_listed_until_it_is_decided(
    room: OversightRoom, own: Runtime
) -> None:
    desk = drawn(DeskRoom(own, Settings()))
    case = handed_over(own)
    for _ in range(3):
        handed_over(own)
    seen = press(desk, Event.EXCEPTION_REQUESTED, claimed(desk, case), note=f"Refund {HOSTILE}")[desk.seen]
    shown = room.poll("", OFFICER)[room.consents]
    assert f'data-pick="{case}"' in shown
    assert "asked by anna" in shown
    assert "<img" not in shown
    press(desk, Event.EXCEPTION_DENIED, seen, agent="omar", role=OFFICER, note="Too late")
    assert "Nothing waits" in room.poll("", OFFICER)[room.consents]


def test_with_tokens_the_login_says_who_looks(own: Runtime) -> None:
    tokens = {"t" * 16: "compliance_officer/omar", "u" * 16: "auditor/eva"}
    room = drawn(OversightRoom(own, Settings(tokens=tokens), None))
    shown = room.enter("", cast(gr.Request, SimpleNamespace(username="eva")))
    assert shown[room.role]["value"] == AUDITOR
    with pytest.warns(UserWarning, match="does not hold the role"):
        room.write("", "omar", OFFICER, "a.b", "en", "words", cast(gr.Request, SimpleNamespace(username="eva")))
    assert not [one for one in own.templates() if one.id == "a.b"]
