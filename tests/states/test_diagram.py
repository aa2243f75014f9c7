"""What is drawn is the table: every transition, nothing else, without scripts and small enough for a live page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from states.diagram import PathStep, markdown, mermaid, png, svg
from states.layout import CENTRES, HEIGHT, LINES, WIDTH
from states.table import TABLE, VOICES
from states.vocabulary import Event, Role, State

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
S, E = State, Event
NAMESPACE = "{http://www.w3.org/2000/svg}"
JOURNEY: tuple[PathStep, ...] = (
    (S.BOT_HANDLING, E.MESSAGE_ANSWERED, S.BOT_HANDLING),
    (S.BOT_HANDLING, E.TRIGGER_FIRED, S.TRIGGERED),
    (S.TRIGGERED, E.PACKET_READY, S.HANDED_OFF),
    (S.HANDED_OFF, E.CLAIMED, S.AGENT_VERIFYING),
    (S.AGENT_VERIFYING, E.HANDED_BACK, S.BOT_HANDLING),
    (S.BOT_HANDLING, E.TRIGGER_FIRED, S.TRIGGERED),
)


def _texts(drawing: str, kind: str) -> list[str]:
    root = ElementTree.fromstring(drawing)
    return [element.text or "" for element in root.iter(f"{NAMESPACE}text") if kind in element.attrib["class"].split()]


def _paths(drawing: str, kind: str) -> list[str]:
    root = ElementTree.fromstring(drawing)
    return [
        element.attrib["d"]
        for element in root.iter(f"{NAMESPACE}path")
        if kind in element.attrib.get("class", "").split()
    ]


def test_every_line_of_the_layout_is_a_transition_and_every_transition_has_a_line() -> None:
    moves = {(row.source, row.target) for row in TABLE if row.source is not row.target}
    assert set(LINES) == moves
    assert set(CENTRES) == set(State)


def test_every_event_that_moves_is_drawn_once_per_pair() -> None:
    expected = sorted({(r.source, r.target, r.event) for r in TABLE if r.source is not r.target})
    assert sorted(_texts(svg(), "label")) == sorted(event.value for _, _, event in expected)
    assert len(_paths(svg(), "line")) == len(LINES)


def test_every_state_shows_its_voice_and_how_many_events_stay() -> None:
    drawing = svg()
    assert _texts(drawing, "name") == [state.value for state in CENTRES]
    assert " ".join(_texts(drawing, "voice")) == " ".join(VOICES[state].value for state in CENTRES)
    stays = {(row.source, row.event) for row in TABLE if row.source is row.target}
    assert sum(int(text.split()[1]) for text in _texts(drawing, "stays")) == len(stays)


def test_a_transition_without_a_place_in_the_layout_is_drawn_all_the_same() -> None:
    row = replace(TABLE[0], source=S.RESOLVED, target=S.GUARDED)
    assert len(_paths(svg((*TABLE, row)), "line")) == len(LINES) + 1


def test_the_path_is_lit_and_numbered_in_order() -> None:
    drawing = svg(present=S.TRIGGERED, path=JOURNEY)
    assert sorted(_texts(drawing, "number")) == ["1", "2,6", "3", "4", "5"]
    assert sorted(_texts(drawing, "told")) == ["claimed", "handed_back", "packet_ready", "trigger_fired"]
    assert _texts(drawing, "here") == ["message_answered"]
    assert len(_paths(drawing, "lit")) == 4
    assert len(_paths(drawing, "dim")) == len(LINES) - 4


def test_the_present_state_alone_glows() -> None:
    assert svg().count("halo") == svg(present=S.HANDED_OFF).count("halo") - 1
    assert 'aria-label="The seven states of a conversation; the conversation is in handed_off"' in svg(
        present=S.HANDED_OFF
    )


def test_the_compact_drawing_labels_lit_lines_only() -> None:
    assert _texts(svg(compact=True), "label") == []
    assert len(_texts(svg(compact=True, path=JOURNEY), "label")) == 4


TRIGGER: tuple[PathStep, ...] = (
    (S.BOT_HANDLING, E.TRIGGER_FIRED, S.TRIGGERED),
    (S.TRIGGERED, E.PACKET_READY, S.HANDED_OFF),
)
CAUTION: tuple[PathStep, ...] = ((S.BOT_HANDLING, E.CAUTION_RAISED, S.GUARDED),)
CLAIM: tuple[PathStep, ...] = ((S.HANDED_OFF, E.CLAIMED, S.AGENT_VERIFYING),)
RESOLVE: tuple[PathStep, ...] = ((S.AGENT_VERIFYING, E.RESOLVED, S.RESOLVED),)
COMMON: dict[str, tuple[PathStep, ...]] = {
    "trigger": TRIGGER,
    "caution": CAUTION,
    "caution cleared": (*CAUTION, (S.GUARDED, E.CAUTION_CLEARED, S.BOT_HANDLING)),
    "caution, then trigger": (*CAUTION, (S.GUARDED, E.HUMAN_ACCEPTED, S.TRIGGERED), TRIGGER[1]),
    "verify": (*TRIGGER, *CLAIM, (S.AGENT_VERIFYING, E.IDENTITY_VERIFIED, S.AGENT_VERIFYING)),
    "verification failed": (*TRIGGER, *CLAIM, (S.AGENT_VERIFYING, E.VERIFICATION_FAILED, S.ESCALATED)),
    "resolve": (*TRIGGER, *CLAIM, *RESOLVE),
    "hand back": (*TRIGGER, *CLAIM, (S.AGENT_VERIFYING, E.HANDED_BACK, S.BOT_HANDLING)),
    "escalate": (*TRIGGER, (S.HANDED_OFF, E.ESCALATED, S.ESCALATED), (S.ESCALATED, E.RESOLVED, S.RESOLVED)),
    "release": (*TRIGGER, *CLAIM, (S.AGENT_VERIFYING, E.RELEASED, S.HANDED_OFF), *CLAIM),
    "breach": (*TRIGGER, (S.HANDED_OFF, E.SLA_BREACHED, S.ESCALATED)),
    "late packet": (
        TRIGGER[0],
        (S.TRIGGERED, E.SLA_BREACHED, S.ESCALATED),
        (S.ESCALATED, E.RELEASED, S.HANDED_OFF),
    ),
    "reopen": (TRIGGER[1], *CLAIM, *RESOLVE, (S.RESOLVED, E.REOPENED, S.HANDED_OFF), *CLAIM),
    "exception": (
        *CLAIM,
        (S.AGENT_VERIFYING, E.EXCEPTION_REQUESTED, S.ESCALATED),
        (S.ESCALATED, E.EXCEPTION_APPROVED, S.AGENT_VERIFYING),
        *RESOLVE,
    ),
}
ALONE = {f"{row.source} {row.event} {row.target}": ((row.source, row.event, row.target),) for row in TABLE}

Frame = tuple[float, float, float, float]


def _frames(drawing: str, kind: str) -> list[Frame]:
    """Left, top, right and bottom of the rectangles of a kind."""
    found = []
    for one in ElementTree.fromstring(drawing).iter(f"{NAMESPACE}rect"):
        if kind in one.attrib["class"].split():
            x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + width, y + height))
    return found


def _overlap(one: Frame, other: Frame) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("path", (COMMON | ALONE).values(), ids=(COMMON | ALONE).keys())
def test_nothing_overlaps_in_the_compact_drawing(path: tuple[PathStep, ...]) -> None:
    drawing = svg(path=path, compact=True)
    plates, boxes = _frames(drawing, "plate"), _frames(drawing, "box")
    assert len(plates) == len({step for step in path if step[0] is not step[2]})
    for number, plate in enumerate(plates):
        assert plate[0] >= 0
        assert plate[1] >= 0
        assert plate[2] <= WIDTH
        assert plate[3] <= HEIGHT
        assert not any(_overlap(plate, box) for box in boxes), "a plate covers a state"
        assert not any(_overlap(plate, other) for other in plates[:number]), "two plates cover each other"


def test_a_name_on_a_plate_never_reaches_its_number_or_the_edge() -> None:
    for path in COMMON.values():
        drawing = svg(path=path, compact=True)
        plates, badges = _frames(drawing, "plate"), _frames(drawing, "badge")
        names = [one for one in ElementTree.fromstring(drawing).iter(f"{NAMESPACE}text") if "textLength" in one.attrib]
        for name, plate in zip(names, plates, strict=True):
            left = float(name.attrib["x"])
            badge = next(one for one in badges if _overlap(one, plate))
            assert badge[2] < left
            assert left + float(name.attrib["textLength"]) < plate[2]


@pytest.mark.parametrize("compact", [False, True])
def test_the_drawing_is_small_and_has_no_scripts_or_links(compact: bool) -> None:
    drawing = svg(present=S.ESCALATED, path=JOURNEY * 3, compact=compact)
    assert len(drawing.encode()) < 30_000
    assert "<script" not in drawing
    assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


def test_labels_stay_inside_the_drawing() -> None:
    every = [(row.source, row.event, row.target) for row in TABLE]
    for drawing in (svg(path=every), svg(path=every, compact=True)):
        for element in ElementTree.fromstring(drawing).iter(f"{NAMESPACE}text"):
            assert 0 < float(element.attrib["x"]) < WIDTH
            assert 0 < float(element.attrib["y"]) < HEIGHT


def test_the_picture_is_drawn_without_fonts_of_the_machine() -> None:
    picture = png(svg(present=S.GUARDED), width=400)
    assert picture.startswith(b"\x89PNG")
    wordless = re.sub(r"<text.*?</text>", "", svg(present=S.GUARDED))
    assert len(picture) > 1.3 * len(png(wordless, width=400)), "the words are missing from the picture"


def test_mermaid_names_every_move() -> None:
    text = mermaid()
    for row in TABLE:
        if row.source is not row.target:
            line = next(ln for ln in text.splitlines() if f"{row.source.value} --> {row.target.value}:" in ln)
            assert row.event.value in line


def test_the_page_of_states_is_current() -> None:
    assert PAGE.read_text() == markdown(), "run: python -m states.diagram > docs/states.md"


def test_the_page_holds_every_row_event_and_role() -> None:
    page = markdown()
    transitions = page.partition("## Every transition")[2]
    assert transitions.count("\n| `") == len(TABLE)
    for word in (*Event, *State, *Role):
        assert word.value in page
