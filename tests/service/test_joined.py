"""A second conversation of the same known customer is shown beside the first: in the queue, in the packet, to staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.door import Handrail
from service.outbox import Outbox
from service.views import Actor, NewConversation
from states.vocabulary import Event, Role
from tests.graph.example import ANNA, Desk
from tests.ready_databases import sqlite_url
from ui.render.packet import packet
from ui.render.queue import queue

WEB, SHOP = Actor(id="web", role=Role.CUSTOMER), Actor(id="shop", role=Role.CUSTOMER)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(sqlite_url(tmp_path))
    yield opened
    opened.runtime.close()


@pytest.fixture
def door(desk: Desk) -> Handrail:
    return Handrail(desk.runtime, Outbox(desk.runtime.store, desk.clock, {}))


def begin(door: Handrail, name: str, customer: str, text: str, caller: Actor = WEB, **more: str) -> None:
    door.open(caller, NewConversation(id=name, customer=customer, **more))
    door.post(caller, name, text)


def test_the_second_case_stands_beside_the_first(door: Handrail, desk: Desk) -> None:
    begin(door, "a", "C-1", "I smell gas")
    begin(door, "b", "C-1", "human please")
    lines = {one.conversation_id: one for one in door.queue(ANNA)}
    assert [one.reason_code for one in lines["b"].also_open] == ["safety"]
    assert [one.conversation_id for one in lines["a"].also_open] == ["b"]
    assert "also open: Safety (Handed off)" in queue(door.queue_page(ANNA, 9), None, desk.clock.now())
    told = door.view(ANNA, "b").handover.packet["context"]["other_cases"]
    assert [(one["handover_id"], one["state"], one["reason_code"]) for one in told] == [
        (lines["a"].handover_id, "handed_off", "safety")
    ]
    drawn = packet(door.view(ANNA, "a").handover, desk.clock.now(), others=door.view(ANNA, "a").others)
    assert lines["b"].handover_id in drawn
    assert 'data-pick="other|b"' in drawn


def test_what_ended_is_told_as_ended(door: Handrail) -> None:
    begin(door, "a", "C-1", "human please")
    door.act(ANNA, "a", Event.CLAIMED)
    door.act(ANNA, "a", Event.RESOLVED, text="done")
    begin(door, "b", "C-1", "human please")
    assert {one.conversation_id: one.also_open for one in door.queue(ANNA)} == {"b": ()}
    (told,) = door.view(ANNA, "b").handover.packet["context"]["other_cases"]
    assert (told["open"], told["state"]) == (False, "resolved")


@pytest.mark.parametrize(
    ("customer", "channel", "label"),
    [("C-2", WEB, "web"), ("", WEB, "web"), ("C-1", SHOP, "web"), ("C-1", WEB, "mail"), ("c-1", WEB, "web")],
)
def test_nothing_of_another_or_unknown_customer_is_shown(
    door: Handrail, customer: str, channel: Actor, label: str
) -> None:
    begin(door, "a", "C-1", "I smell gas")
    begin(door, "b", customer, "human please", channel, channel=label)
    begin(door, "c", customer, "human please", channel, channel=label)
    shown = {one.conversation_id: {other.conversation_id for other in one.also_open} for one in door.queue(ANNA)}
    assert shown == ({"a": set(), "b": {"c"}, "c": {"b"}} if customer else {"a": set(), "b": set(), "c": set()})
    assert "a" not in {one.conversation_id for one in door.view(ANNA, "b").others}
    assert door.view(ANNA, "a").others == ()


def test_references_that_are_masked_to_the_same_words_join_nobody(door: Handrail) -> None:
    begin(door, "a", "4111 1111 1111 1111", "human please")
    begin(door, "b", "5500 0000 0000 0004", "human please")
    assert [one.also_open for one in door.queue(ANNA)] == [(), ()]


def test_a_channel_is_told_nothing_of_other_cases(door: Handrail) -> None:
    begin(door, "a", "C-1", "human please")
    begin(door, "b", "C-1", "human please")
    assert door.view(WEB, "b").others == ()
    assert door.view(ANNA, "b").others != ()


def test_a_case_without_others_has_the_packet_that_it_always_had(door: Handrail) -> None:
    begin(door, "a", "C-1", "human please")
    assert "other_cases" not in door.view(ANNA, "a").handover.packet["context"]
