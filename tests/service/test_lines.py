"""A line of the queue quotes the words that called for a person, and says whether whoever asks may take the case."""

from __future__ import annotations

import pytest

from handover.people.sought import Sought, View
from service.door import Handrail
from service.outbox import Outbox
from service.rows_as_views import SURROUNDING
from service.views import Actor, NewConversation, QueueItem
from states.errors import ForbiddenRole, HandrailError
from states.vocabulary import STAFF, Event, Role
from tests.graph.example import ANNA, Desk
from tests.house import DEMO, newest
from ui.people import DESK_ROLES


@pytest.fixture
def door(desk: Desk) -> Handrail:
    return Handrail(desk.runtime, Outbox(desk.runtime.store, desk.clock, {}))


def begin(door: Handrail, name: str, *texts: str) -> None:
    door.open(DEMO, NewConversation(id=name, customer=f"cus-{name}", channel="app"))
    for text in texts:
        door.post(DEMO, name, text)


def line(door: Handrail, name: str, actor: Actor = ANNA, sought: Sought | None = None) -> QueueItem:
    found = door.queue_page(actor, 50, sought=sought).items
    return next(one for one in found if one.conversation_id == name)


def test_a_line_quotes_the_evidence_and_not_the_last_words(door: Handrail) -> None:
    begin(door, "a", "Hello, I smell gas, in the hall", "ok", "thanks")
    one = line(door, "a")
    assert one.quote in one.said
    assert one.quote
    assert one.said == "Hello, I smell gas, in the hall"
    assert (one.last_message, one.channel, one.customer) == ("thanks", "app", "cus-a")


def test_a_long_message_is_cut_around_the_words_that_count(door: Handrail) -> None:
    begin(door, "a", f"{'and then we walked on ' * 30} I smell gas {'and went home again ' * 30}")
    one = line(door, "a")
    assert one.said.startswith("… ")
    assert one.said.endswith(" …")
    assert one.quote in one.said
    assert len(one.said) <= len(one.quote) + 2 * SURROUNDING + 40


def test_a_case_that_no_words_called_for_tells_its_reason(door: Handrail) -> None:
    begin(door, "a", "When do you deliver?")
    door.act(ANNA, "a", Event.TRIGGER_FIRED, text="I know her")
    one = line(door, "a")
    assert one.quote == ""
    assert one.reason


@pytest.mark.parametrize("role", DESK_ROLES)
def test_what_a_line_says_may_be_claimed_is_what_a_claim_does(door: Handrail, role: Role) -> None:
    begin(door, "free", "human please")
    begin(door, "had", "human please")
    door.act(ANNA, "had", Event.CLAIMED)
    begin(door, "beyond", "human please")
    door.act(ANNA, "beyond", Event.ESCALATED, text="too hard")
    begin(door, "senior", "human please")
    door.act(ANNA, "senior", Event.ESCALATED, text="too hard")
    door.act(Actor(id="cleo", role=Role.ESCALATION_SPECIALIST), "senior", Event.CLAIMED)
    begin(door, "over", "human please")
    door.act(ANNA, "over", Event.CLAIMED)
    door.act(ANNA, "over", Event.RESOLVED, text="done", seen=newest(door.view(ANNA, "over")))
    asker = Actor(id="root" if role is Role.ADMIN else "berta", role=role)
    closed = Sought(view=View.CLOSED)
    told = {name: line(door, name, asker).claimable for name in ("free", "had", "beyond", "senior")}
    told["over"] = line(door, "over", asker, closed).claimable
    for name, may in told.items():
        try:
            door.act(asker, name, Event.CLAIMED)
            did = True
        except HandrailError:
            did = False
        assert did is may, name
    assert told["free"] is (role in STAFF)


def test_the_lists_are_for_those_who_may_read_them(door: Handrail) -> None:
    begin(door, "a", "human please")
    for refused in (lambda: door.tally(DEMO), lambda: door.queue_page(DEMO, 5, sought=Sought())):
        with pytest.raises(ForbiddenRole):
            refused()
    assert door.tally(ANNA).views[View.UNASSIGNED] == 1
    door.act(Actor(id="ANNA", role=Role.FRONTLINE_AGENT), "a", Event.CLAIMED)
    assert door.tally(ANNA).views[View.MINE] == 1, "a person is the same person however they are spelt"
    assert line(door, "a", sought=Sought(view=View.MINE)).owner_id == "ANNA"
