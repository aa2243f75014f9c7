"""Putting a task into a system's words: pure, plain JSON, and safe whatever a customer writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desks.config import TICKETING, FreshdeskConfig, ServiceNowConfig, ZendeskConfig
from desks.freshdesk import desk as freshdesk
from desks.kit.notes import as_data, has_marker, markers, notes, packet_in
from desks.port import Job, Task, TicketDesk
from desks.servicenow import desk as servicenow
from desks.zendesk import desk as zendesk
from states.clock import FrozenClock
from tests.desks.samples import KEY, NOW, card, packet, task

SECRET = "canary-credential"
CLOCK = FrozenClock(NOW)
NOWHERE = "http://127.0.0.1:9"
DESKS: dict[str, TicketDesk] = {
    "zendesk": zendesk.build(
        "zendesk", ZendeskConfig(kind="zendesk", base_url=NOWHERE, user="u@example.org", token=SECRET), CLOCK
    ),
    "freshdesk": freshdesk.build(
        "freshdesk", FreshdeskConfig(kind="freshdesk", base_url=NOWHERE, api_key=SECRET), CLOCK
    ),
    "servicenow": servicenow.build(
        "servicenow", ServiceNowConfig(kind="servicenow", base_url=NOWHERE, user="u", password=SECRET), CLOCK
    ),
}

any_text = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(any_text, parts, max_size=4),
    max_leaves=12,
)
packets = st.dictionaries(any_text, anything, max_size=4)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    words = {name: draw(any_text) for name in ("text", "author", "author_role", "customer")}
    shown = {name: draw(any_text) for name in ("reason_code", "severity", "team", "language", "headline", "link")}
    given_card = card(**shown, conversation_id=draw(any_text))
    return task(
        draw(st.sampled_from(TICKETING)), draw(st.integers(1, 99)), card=given_card, packet=draw(packets), **words
    )


@pytest.mark.parametrize("name", DESKS)
@settings(max_examples=150, deadline=None)
@given(step=tasks())
def test_a_prepared_request_is_pure_and_plain_json(name: str, step: Task) -> None:
    desk = DESKS[name]
    ref = "" if step.job is Job.OPEN else "7"
    request = desk.prepare(step, ref)
    frozen = json.dumps(request.body, ensure_ascii=False).encode()
    assert json.loads(frozen) == request.body
    assert desk.prepare(step, ref) == request
    assert all(isinstance(value, str) for value in request.expect.values())
    assert SECRET.encode() not in frozen
    assert NOWHERE not in request.path


@settings(max_examples=150, deadline=None)
@given(step=tasks(), limit=st.integers(300, 3000))
def test_notes_keep_to_their_limit_and_their_markers(step: Task, limit: int) -> None:
    found = notes(step, limit)
    assert all(len(note.encode()) <= limit for note in found)
    assert all(has_marker([note], mark) for note, mark in zip(found, markers(step.marker, len(found)), strict=True))
    assert not has_marker(found[:-1], step.marker)
    assert not any(has_marker(found, f"[{KEY}#{number}]") for number in range(100, 120))


@settings(max_examples=150, deadline=None)
@given(carried=packets.filter(bool), limit=st.integers(300, 3000), dice=st.randoms())
def test_a_packet_in_notes_is_whole_in_any_order_of_theirs_and_with_copies(carried: Any, limit: int, dice: Any) -> None:
    step = task(Job.NOTE, packet=carried)
    found = list(notes(step, limit))
    texts = [*found, *found[:2]]
    dice.shuffle(texts)
    assert packet_in(texts) == json.loads(as_data(carried, KEY))
    assert json.loads(as_data(carried, KEY)) == json.loads(json.dumps(carried))
    if len(found) > 1 and "packet-data" in found[-1]:
        assert packet_in(found[:-1]) == {}, "a packet that misses a part is none"


def test_the_newest_whole_packet_counts() -> None:
    old, new = packet(), {"why": {"severity": "critical"}}
    texts = [*notes(task(Job.NOTE, 2, packet=old), 400), *notes(task(Job.NOTE, 3, packet=new), 400)]
    assert packet_in(texts) == new
    assert packet_in(texts[:-1]) == old


def test_spaces_at_a_cut_are_not_lost_where_notes_are_trimmed() -> None:
    words = {"quote": ("word " * 2000) + "   end  "}
    texts = [text.strip() for text in notes(task(Job.NOTE, packet=words), 500)]
    assert packet_in(texts) == words
