"""The auditor's room: find, step, decide again, compare, try a policy, take along; and nothing of it changes a row."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from sqlalchemy import text

from app.settings import Settings
from app.wiring import load_policy
from assistants.scripted import ScriptedAssistant
from states.errors import BadInput
from states.vocabulary import Event, Role
from store.append_only import drop_append_only
from tests.house import AUDITOR, House
from tests.service.reach import acting
from tests.ui.rooms import ANSWER, VISITOR, drawn, picked, visitor
from tests.ui.views import HOSTILE
from ui.asked import Asked, Shown, words_of
from ui.audit_room import SKIP, AuditRoom
from ui.render.found import NEXT, PAGE, PREVIOUS

ROLE = Role.AUDITOR.value
NOTHING: tuple[Any, ...] = ("", [], "", "", None, "", "", False)
"""Empty fields."""
STRICT = """
handrail: 1
name: strict
extends: default
triggers:
  - id: strict.parcel
    family: legal
    reason: Parcels are for people.
    any: [{phrases: [my parcel]}]
    sla: standard
    route: {team: frontline}
    vectors: {positive: [where is my parcel]}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with one case in which much has happened, and some in which little has."""
    opened = House(
        tmp_path_factory.mktemp("audit"), ScriptedAssistant(lambda asked: ANSWER), rules=load_policy("default")
    )
    live(opened)
    yield opened
    opened.close()


def live(house: House) -> None:
    """What the tests find."""
    name = house.open("much")
    for said in ("Where is my parcel?", f"I want to speak to a human {HOSTILE}"):
        house.clock.advance(timedelta(minutes=1))
        house.say(name, said)
    house.do(name, Event.CLAIMED)
    house.do(name, Event.PACKET_REVIEWED, fields=[{"field": "context.intent", "verdict": "edit", "value": "a human"}])
    house.say(name, "I can smell gas in my kitchen")
    house.say(house.open("little"), "Where is my parcel?")
    house.open("nothing")


@pytest.fixture(scope="module")
def room(own: House) -> AuditRoom:
    """It holds nothing of what is shown: one serves all."""
    return drawn(AuditRoom(own.door.archive, own.settings))


def find(room: AuditRoom, words: str = "", role: str = ROLE, name: str = "ada", **more: Any) -> dict[Any, Any]:
    """What is found."""
    names = ("words", "states", "trigger", "agent", "resolution", "begin", "end", "breached")
    values = {**dict(zip(names, NOTHING, strict=True)), "words": words, **more}
    return room.find("", name, role, VISITOR, *values.values())


def opened(room: AuditRoom, case: str = "much", role: str = ROLE) -> dict[Any, Any]:
    """A case that was pressed in the list."""
    return room.press("", "ada", role, VISITOR, picked(f"case|{case}"))


def at(room: AuditRoom, case: str = "much", step: int = 1) -> str:
    """What the browser keeps while a step is shown."""
    return str(room.turn(Shown(conversation=case).text(), "ada", ROLE, step, VISITOR)[room.shown])


def last(updates: Iterator[dict[Any, Any]]) -> dict[Any, Any]:
    """What is shown in the end."""
    shown: dict[Any, Any] = {}
    for one in updates:
        shown |= one
    return shown


# Finding


def test_what_is_found_is_listed_with_what_became_of_it(room: AuditRoom) -> None:
    shown = find(room, "parcel")
    listed = shown[room.finding.list]
    assert 'data-pick="case|much"' in listed
    assert 'data-pick="case|little"' in listed
    assert "2 found" in listed
    assert "Nothing was found" in find(room, "nobody has written this")[room.finding.list]
    assert 'case|much"' in find(room, trigger="safety.")[room.finding.list]
    assert 'case|little"' not in find(room, agent="anna")[room.finding.list]


def test_what_cannot_be_searched_for_is_told(room: AuditRoom) -> None:
    assert "write a date as" in find(room, begin="yesterday")[room.finding.list]
    assert "are too many" in find(room, "a b c d e f g h i")[room.finding.list]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("smell gas", ("smell", "gas")),
        ('"smell gas" kitchen', ("smell gas", "kitchen")),
        ("“smell gas”", ("smell gas",)),
        ("I can't", ("I", "can't")),
        ('he said "so', ("he", "said", "so")),
        ("gas gas", ("gas",)),
        ("  ", ()),
    ],
)
def test_words_are_read_as_people_type_them(typed: str, words: tuple[str, ...]) -> None:
    assert words_of(typed) == words


def test_a_day_ends_at_midnight() -> None:
    search = Asked(begin="2026-11-30", end="2026-11-30").search()
    assert search.begin is not None
    assert search.end is not None
    assert search.end - search.begin == timedelta(days=1)
    with pytest.raises(BadInput):
        Asked(end="2026-13-01").search()


def test_the_list_comes_in_pages(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(PAGE + 2):
        house.clock.advance(timedelta(seconds=1))
        house.say(house.open(f"p{number:02}"), "when do you deliver")
    room = drawn(AuditRoom(house.door.archive, house.settings))
    first = room.arrive("", "ada", ROLE, VISITOR)
    assert f"1–{PAGE} of {PAGE + 2}" in first[room.finding.list]
    assert room.arrive(first[room.shown], "ada", ROLE, VISITOR) == SKIP, "who has found something keeps it"
    second = room.press(first[room.shown], "ada", ROLE, VISITOR, picked(NEXT))
    assert f"{PAGE + 1}–{PAGE + 2} of {PAGE + 2}" in second[room.finding.list]
    assert room.press(second[room.shown], "ada", ROLE, VISITOR, picked(NEXT)) == SKIP
    again = room.press(second[room.shown], "ada", ROLE, VISITOR, picked(PREVIOUS))
    assert again[room.finding.list] == first[room.finding.list]
    house.close()


# Stepping


def test_a_case_opens_at_its_first_step_with_everything_it_was_decided_on(room: AuditRoom, own: House) -> None:
    shown = opened(room)
    step = room.stepping
    assert "Where is my parcel?" in shown[step.happened]
    assert "Two to four working days." in shown[step.happened]
    assert 'class="lit"' in shown[step.graph] or "present" in shown[step.graph]
    assert "conversation.turns" in shown[step.facts] or "conversation.repeats" in shown[step.facts]
    assert "There was no packet yet" in shown[step.packet]
    assert "channel_values" in shown[step.checkpoint]
    assert "it is what the event says" in shown[step.who]
    assert shown[step.number]["value"] == 1
    assert shown[step.number]["maximum"] == len(own.view("much").events)
    assert "ada, Auditor" in shown[room.proving.looks]


def test_each_step_shows_its_own_event_with_the_edge_lit(room: AuditRoom, own: House) -> None:
    for number, event in enumerate(own.view("much").events, 1):
        shown = room.turn(Shown(conversation="much").text(), "ada", ROLE, number, VISITOR)
        assert f"Step {number}:" in shown[room.stepping.who]
        graph = shown[room.stepping.graph]
        assert f"in {event.target.value}" in graph
        assert f">{number}</text>" in graph
        assert (f">{event.event}</text>" in graph) is (event.source is not event.target)


def test_steps_lead_on_and_back_and_stop_at_the_ends(room: AuditRoom, own: House) -> None:
    many = len(own.view("much").events)
    held = at(room, step=many - 1)
    on = room.go_on(held, "ada", ROLE, VISITOR)
    assert (on[room.stepping.number]["value"], on[room.stepping.on]["interactive"]) == (many, False)
    assert room.go_on(on[room.shown], "ada", ROLE, VISITOR)[room.stepping.number]["value"] == many
    back = room.go_back(at(room, step=1), "ada", ROLE, VISITOR)
    assert (back[room.stepping.number]["value"], back[room.stepping.back]["interactive"]) == (1, False)
    jumped = room.jump(held, "ada", ROLE, VISITOR, picked("step|2"))
    assert jumped[room.stepping.number]["value"] == 2


def test_a_case_in_which_nothing_happened_and_one_that_is_not_there_say_so(room: AuditRoom) -> None:
    empty = opened(room, "nothing")
    assert "0 steps" in empty[room.title]
    assert empty[room.case]["visible"] is False
    assert "there is no conversation" in opened(room, "nobody")[room.title]
    for pick in ("", "case", "other|x", "found|next"):
        assert room.press("", "ada", ROLE, VISITOR, picked(pick)) == SKIP


def test_what_people_wrote_is_never_read_as_markup(room: AuditRoom, own: House) -> None:
    pages = [
        find(room, "human"),
        *(room.turn(Shown(conversation="much").text(), "ada", ROLE, one, VISITOR) for one in range(1, 8)),
    ]
    assert not any("<img" in str(page) or "<script" in str(page) for page in pages)


@pytest.mark.parametrize("kept", ["", "{}", "[]", "null", '{"asked": 3}', '{"asked": {}, "cursors": [1]}', "x" * 100])
def test_what_the_browser_keeps_may_be_anything(room: AuditRoom, kept: str) -> None:
    assert Shown.of(kept) == Shown()
    assert room.go_on(kept, "ada", ROLE, VISITOR) == SKIP
    assert last(room.verify(kept, "ada", ROLE, VISITOR)) == {}
    assert room.export(kept, "ada", ROLE, VISITOR) == SKIP


def test_what_the_browser_keeps_reads_back() -> None:
    shown = Shown(
        asked=Asked(words="gas", states=("guarded",), breached=True),
        cursors=("", "x"),
        conversation="c",
        step=2,
        steps=3,
    )
    assert Shown.of(shown.text()) == shown


# Proving


def test_deciding_again_says_that_it_holds(room: AuditRoom) -> None:
    first, *_ = room.verify(at(room), "ada", ROLE, VISITOR)
    assert "Deciding" in first[room.stepping.verdict]
    shown = last(room.verify(at(room), "ada", ROLE, VISITOR))
    assert "It holds" in shown[room.stepping.verdict]
    assert "100 %" in shown[room.stepping.verdict]
    assert "Verified" in shown[room.proving.looks]


def test_deciding_again_names_each_step_that_differs(tmp_path: Path) -> None:
    house = House(tmp_path, ScriptedAssistant(lambda asked: ANSWER), rules=load_policy("default"))
    live(house)
    with house.store.write() as connection:
        drop_append_only(connection)
        connection.execute(text("UPDATE message SET text = 'I smell gas' WHERE seq = 1 AND conversation_id = 'much'"))
    room = drawn(AuditRoom(house.door.archive, house.settings))
    shown = last(room.verify(at(room), "ada", ROLE, VISITOR))[room.stepping.verdict]
    assert "It does not hold" in shown
    assert 'data-pick="step|1"' in shown
    assert "100 %" not in shown
    house.close()


def test_two_steps_are_laid_side_by_side(room: AuditRoom) -> None:
    shown = room.compare(at(room, step=3), "ada", ROLE, 1, VISITOR)
    assert "From step 1 to step 3" in shown
    assert "checkpoint.memory.latched" in shown
    assert "Nothing differs" in room.compare(at(room, step=2), "ada", ROLE, 2, VISITOR)
    assert "From step 1 to step" in room.compare(at(room, step=1), "ada", ROLE, 10**9, VISITOR)


def test_another_policy_is_lived_under_and_what_flips_is_marked(room: AuditRoom) -> None:
    event: Any = gr.EventData(None, {"text": STRICT, "name": "strict.yaml"})
    shown = last(room.try_file(at(room), "ada", ROLE, VISITOR, event))[room.proving.would]
    assert "Under strict" in shown
    assert 'class="hr-flip"' in shown
    assert "strict.parcel" in shown
    assert "turns would have gone otherwise" in shown


def test_the_policy_of_the_day_changes_nothing(room: AuditRoom, own: House) -> None:
    shown = opened(room)
    (used,) = [value for _, value in shown[room.proving.policy]["choices"] if value.startswith("used:")]
    same = last(room.try_policy(shown[room.shown], "ada", ROLE, used, VISITOR))[room.proving.would]
    assert "It would have gone the same way" in same
    assert 'class="hr-flip"' not in same


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("handrail: 1\nname: a\nextends: /etc/passwd\n", "cannot be used"),
        ("{", "cannot be used"),
        ("handrail: 1\nname: bare\n", "Refused"),
    ],
)
def test_a_policy_that_cannot_be_used_says_why(room: AuditRoom, content: str, told: str) -> None:
    event: Any = gr.EventData(None, {"text": content, "name": "a.yaml"})
    shown = last(room.try_file(at(room), "ada", ROLE, VISITOR, event))[room.proving.would]
    assert told in shown
    assert "root:" not in shown


def test_a_choice_that_is_none_is_refused(room: AuditRoom) -> None:
    for choice in ("", "pack:nobody", "used:" + "f" * 64, "/etc/passwd"):
        assert "Refused" in last(room.try_policy(at(room), "ada", ROLE, choice, VISITOR))[room.proving.would]


def test_a_case_is_taken_along_as_a_file_of_the_browser(room: AuditRoom) -> None:
    shown = room.export(at(room), "ada", ROLE, VISITOR)
    saved = json.loads(shown[room.saved])
    body = json.loads(base64.b64decode(saved["base64"]))
    assert (saved["name"], body["conversation"], body["exported"]["by"]) == ("much.json", "much", "ada")
    assert body["exported"]["look"] == saved["number"] > 0
    assert "Exported" in shown[room.proving.looks]


# Who may look, and what a look changes


def rows_but_looks(house: House) -> str:
    """Every row there is but those of looks."""
    with sqlite3.connect(house.settings.data_dir / "handrail.db") as connection:
        return "\n".join(line for line in connection.iterdump() if not line.startswith('INSERT INTO "look"'))


def everything(room: AuditRoom) -> None:
    """The whole job."""
    find(room, "parcel")
    shown = opened(room)[room.shown]
    for number in range(1, 9):
        room.turn(shown, "ada", ROLE, number, VISITOR)
    event: Any = gr.EventData(None, {"text": STRICT, "name": "strict.yaml"})
    last(room.verify(shown, "ada", ROLE, VISITOR))
    room.compare(shown, "ada", ROLE, 3, VISITOR)
    last(room.try_policy(shown, "ada", ROLE, "pack:default", VISITOR))
    last(room.try_file(shown, "ada", ROLE, VISITOR, event))
    room.export(shown, "ada", ROLE, VISITOR)


def test_the_whole_job_changes_no_row_and_leaves_its_looks(room: AuditRoom, own: House) -> None:
    before, looked = rows_but_looks(own), len(own.door.archive.looks(AUDITOR, 10_000))
    own.clock.advance(timedelta(hours=1))
    everything(room)
    assert rows_but_looks(own) == before
    purposes = [one.purpose for one in own.door.archive.looks(AUDITOR, 10_000)][:-looked]
    assert [*reversed(purposes)] == ["found", "read", "verified", "compared", "compared", "exported"]


def test_nothing_that_acts_can_be_reached_from_the_room(room: AuditRoom) -> None:
    assert acting(room) == set()


def test_a_room_with_a_door_is_found(room: AuditRoom, own: House) -> None:
    """A mutant: the room is given what the other rooms have."""
    mutant: Any = drawn(AuditRoom(own.door.archive, own.settings))
    mutant.proving._archive = own.door
    assert "service.door.Handrail" in acting(mutant)


@pytest.mark.parametrize("login", [None, "customer/web", "frontline_agent/anna"])
def test_who_may_not_audit_is_told_so_and_leaves_no_look(own: House, login: str | None) -> None:
    tokens = {"t" * 16: "customer/web", "u" * 16: "frontline_agent/anna", "v" * 16: "auditor/eva"}
    room, who = drawn(AuditRoom(own.door.archive, Settings(tokens=tokens))), visitor(login)
    role = login.partition("/")[0] if login else ROLE
    before, held = own.door.archive.looks(AUDITOR, 10_000), Shown(conversation="much", step=1, steps=3).text()
    event: Any = gr.EventData(None, {"text": STRICT, "name": "strict.yaml"})
    with pytest.warns(UserWarning, match="Not exported"):
        taken = room.export(held, "", role, who)
    pages = [
        room.find("", "", role, who, *NOTHING), room.press(held, "", role, who, picked("case|much")), taken,
        room.turn(held, "", role, 2, who), last(room.verify(held, "", role, who)), room.compare(held, "", role, 1, who),
        last(room.try_policy(held, "", role, "pack:default", who)), last(room.try_file(held, "", role, who, event)),
    ]  # fmt: skip
    assert not any("parcel" in str(page) or "gas" in str(page) for page in pages)
    assert own.door.archive.looks(AUDITOR, 10_000) == before


def test_with_tokens_the_login_says_who_looks(own: House) -> None:
    room = drawn(AuditRoom(own.door.archive, Settings(tokens={"v" * 16: "auditor/eva"})))
    shown = room.enter(visitor("eva"))
    assert (shown[room.name], shown[room.role]["value"]) == ("eva", ROLE)
    room.press("", "somebody else", ROLE, visitor("eva"), picked("case|much"))
    assert own.door.archive.looks(AUDITOR, 1, "much")[0].actor_id == "eva"
